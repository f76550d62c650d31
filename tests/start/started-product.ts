import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

export const checkout = resolve(import.meta.dirname, '../..')

/** The product as a child process, as a user starts it. */
export interface Started {
  child: ChildProcess
  /** Everything it printed so far. */
  stdout(): string
  stderr(): string
  /** Resolves to its address once it says that it answers; rejects with what it printed when it ends before. */
  address: Promise<string>
  /** Resolves to its exit code, or to the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>
  /** Asks it to stop and waits until it has. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>
}

/**
 * Starts `command` (by default the built `lacydon start`) with `args`. The child has a process group of its own, so
 * that a Ctrl-C can be played to it and to all that it started.
 */
export function startProduct(
  args: string[],
  {
    env = {},
    command = [process.execPath, 'bin/lacydon.js', 'start'],
  }: { env?: Record<string, string>; command?: string[] } = {},
): Started {
  const [program = '', ...first] = command
  const child = spawn(program, [...first, ...args], {
    cwd: checkout,
    env: { ...withoutSettings(process.env), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = once(child, 'close').then(
    ([code, signal]: (number | NodeJS.Signals | null)[]) => (code ?? signal) as number | NodeJS.Signals,
  )
  const address = new Promise<string>((found, lost) => {
    const look = () => {
      const match = /https?:\/\/[\w.:[\]-]+/.exec(stdout)
      if (match) found(match[0])
    }
    child.stdout.on('data', look)
    ended.then((code) => lost(new Error(`ended (${code}) before it answered:\n${stdout}${stderr}`)), lost)
  })
  // Whoever expects a refusal never asks for the address.
  address.catch(() => {})
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    address,
    ended,
    stop(signal = 'SIGTERM') {
      child.kill(signal)
      return ended
    },
  }
}

/** The environment without what would change the settings of a start or the manner of npm. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const settings =
    /^(PORT|HOST|DATA_DIR|AIS|DEMO|\w+_URL|TRUSTED_PROXIES|AIS_RETENTION_DAYS|SPOOL_KEEP_MB|LOG_LEVEL|DEMO_\w+|NODE_ENV|VITEST\w*|npm_\w+)$/
  return Object.fromEntries(Object.entries(env).filter(([name]) => !settings.test(name)))
}
