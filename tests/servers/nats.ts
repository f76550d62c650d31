import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, stopServer, untilListening, watchOutput } from './server.ts'

export interface NatsServer {
  url: string
  /** Kills it and starts it again on the same port and folder. */
  crashAndRestart(): Promise<void>
  stop(): Promise<void>
}

function findProgram(): string | undefined {
  const usual = '/usr/sbin/nats-server'
  if (existsSync(usual)) return usual
  try {
    execFileSync('nats-server', ['--version'], { stdio: 'ignore' })
    return 'nats-server'
  } catch {
    return undefined
  }
}

const program = findProgram()

/** Why no NATS can be started here, for the name of a skipped suite; undefined when one can. */
export const natsMissing: string | undefined =
  program === undefined ? 'nats-server is not installed: apt install nats-server' : undefined

/** Starts a NATS server of its own on a free port of the loopback address, with JetStream in a temporary folder. */
export async function startNats(options: { jetStream?: boolean } = {}): Promise<NatsServer> {
  if (natsMissing) throw new Error(natsMissing)
  const folder = await mkdtemp(join(tmpdir(), 'lacydon-nats-'))
  const port = await freePort()
  const lines = ['host: 127.0.0.1', `port: ${port}`]
  if (options.jetStream !== false) lines.push(`jetstream { store_dir: "${join(folder, 'store')}" }`)
  const config = join(folder, 'nats.conf')
  await writeFile(config, lines.join('\n'))
  const start = async () => {
    const server = spawn(program!, ['-c', config], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    await untilListening(server, port, watchOutput(server))
    return server
  }
  let server = await start()
  return {
    url: `nats://127.0.0.1:${port}`,
    async crashAndRestart() {
      await stopServer(server, 'SIGKILL')
      server = await start()
    },
    async stop() {
      await stopServer(server)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
