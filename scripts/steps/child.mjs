import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { basename } from 'node:path'

/** @type {NodeJS.Signals[]} */
const stopSignals = process.platform === 'win32' ? ['SIGINT'] : ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Runs a program to its end. A signal that stops us is passed on and we leave after the child: no orphan.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd: string, env?: Record<string, string | undefined>, show?: boolean }} options
 *   `show` gives the child our own output; otherwise what it prints is returned.
 * @returns {Promise<{ code: number, output: string }>} code 127 when the program is not there
 */
export function runChild(program, args, { cwd, env, show = false }) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && program === 'npm',
    })
    /** @type {Buffer[]} */
    const chunks = []
    child.stdout?.on('data', (chunk) => chunks.push(chunk))
    child.stderr?.on('data', (chunk) => chunks.push(chunk))
    /** @type {NodeJS.Signals | undefined} */
    let stoppedBy
    /** @param {NodeJS.Signals} signal */
    const passOn = (signal) => {
      stoppedBy ??= signal
      child.kill(signal)
    }
    for (const signal of stopSignals) process.on(signal, passOn)
    let done = false
    /** @param {number} code @param {string} extra */
    const finish = (code, extra) => {
      if (done) return
      done = true
      for (const signal of stopSignals) process.off(signal, passOn)
      if (stoppedBy) process.exit(128 + constants.signals[stoppedBy])
      resolve({ code, output: Buffer.concat(chunks).toString() + extra })
    }
    child.on('error', (error) => finish(127, `${error.message}\n`))
    child.on('close', (code, signal) => finish(code ?? 1, signal ? `ended by ${signal}\n` : ''))
  })
}

/**
 * Runs npm: the one that runs us where it is known, so that its version and settings stay the same.
 * @param {string[]} args
 * @param {string} cwd
 */
export function runNpm(args, cwd) {
  const running = process.env.npm_execpath
  return running && basename(running) === 'npm-cli.js'
    ? runChild(process.execPath, [running, ...args], { cwd })
    : runChild('npm', args, { cwd })
}

/** The end of a long output, where the reason usually stands. */
export const tail = (/** @type {string} */ output, lines = 40) =>
  output.trimEnd().split('\n').slice(-lines).join('\n')
