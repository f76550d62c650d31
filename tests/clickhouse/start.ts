import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface ClickHouseTestServer {
  url: string
  /** The next SELECT fails after so many bytes: with the server's own message, or by a cut connection. */
  failNext(kind: 'exception' | 'cut', afterBytes: number): Promise<void>
  /** Ends it without warning and starts it again on the same data, on another port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const installed = new URL('../node_modules/chdb/package.json', import.meta.url)
/** Why tests of ClickHouse cannot run; undefined when they can. */
export const clickHouseMissing = existsSync(installed)
  ? undefined
  : 'chdb is not installed: run `npm install` in tests/'

/** Starts ClickHouse (chdb behind its HTTP interface) on a free port and an empty temporary folder. */
export async function startClickHouse(): Promise<ClickHouseTestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'lacydon-clickhouse-'))
  let { child, port } = await launch(folder)
  return {
    get url() {
      return `http://127.0.0.1:${port}`
    },
    async failNext(kind, afterBytes) {
      await fetch(`http://127.0.0.1:${port}/test/fault?kind=${kind}&after=${afterBytes}`)
    },
    async restart() {
      await kill(child)
      const next = await launch(folder)
      child = next.child
      port = next.port
    },
    async stop() {
      await kill(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function launch(folder: string): Promise<{ child: ChildProcess; port: number }> {
  const script = fileURLToPath(new URL('./server.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
  })
  const port = await Promise.race([
    once(child, 'message').then(([message]) => (message as { port: number }).port),
    once(child, 'exit').then(([code]) => {
      throw new Error(`The ClickHouse test server ended at once with code ${code}.`)
    }),
  ])
  return { child, port }
}

async function kill(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
