import { execFile, execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort, stopServer, untilListening, watchOutput } from './server.ts'

export interface PostgresServer {
  /** Address of a new empty database. */
  createDatabase(name: string): Promise<string>
  /** Ends it at once, as a crash would, and starts it again on the same port and folder. */
  crashAndRestart(): Promise<void>
  stop(): Promise<void>
}

const debianFolder = '/usr/lib/postgresql'

function findPrograms(): string | undefined {
  if (existsSync(debianFolder)) {
    const versions = readdirSync(debianFolder).sort((a, b) => Number(b) - Number(a))
    const found = versions.map((version) => join(debianFolder, version, 'bin'))
    const complete = found.find((folder) => existsSync(join(folder, 'initdb')))
    if (complete) return complete
  }
  try {
    return execFileSync('pg_config', ['--bindir'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return undefined
  }
}

/** PostgreSQL refuses to run as root: then it runs as `postgres` or `nobody`. */
function findUser(): { uid?: number; gid?: number } | undefined {
  if (process.getuid?.() !== 0) return {}
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':')
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) }
  }
  return undefined
}

const programs = findPrograms()
const user = findUser()

/** Why no PostgreSQL can be started here, for the name of a skipped suite; undefined when one can. */
export const postgresMissing: string | undefined =
  programs === undefined
    ? 'PostgreSQL is not installed: apt install postgresql'
    : user === undefined
      ? 'root may not run PostgreSQL and there is no user postgres or nobody'
      : undefined

/** Starts a PostgreSQL of its own on a free port of the loopback address, with its data in a temporary folder. */
export async function startPostgres(): Promise<PostgresServer> {
  if (postgresMissing) throw new Error(postgresMissing)
  const folder = await mkdtemp(join(tmpdir(), 'lacydon-postgres-'))
  if (user!.uid !== undefined) await chown(folder, user!.uid, user!.gid!)
  const data = join(folder, 'data')
  const own = { ...user, cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' } }
  // A foreign locale on purpose: what must not depend on the collation of the database is then seen to.
  await promisify(execFile)(
    join(programs!, 'initdb'),
    ['-D', data, '-U', 'lacydon', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'],
    own,
  )
  const port = await freePort()
  const start = async () => {
    const settings = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=60',
    ]
    const server = spawn(
      join(programs!, 'postgres'),
      ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
      { ...own, stdio: ['ignore', 'pipe', 'pipe'] },
    )
    await untilListening(server, port, watchOutput(server))
    await untilAnswering(url('postgres'))
    return server
  }
  const url = (database: string) => `postgres://lacydon@127.0.0.1:${port}/${database}`
  let server = await start()
  return {
    async createDatabase(name) {
      const client = new pg.Client(url('postgres'))
      await client.connect()
      await client.query(`create database ${pg.escapeIdentifier(name)}`)
      await client.end()
      return url(name)
    },
    async crashAndRestart() {
      // Immediate shutdown: no checkpoint, recovery from the write-ahead log at the next start.
      await stopServer(server, 'SIGQUIT')
      server = await start()
    },
    async stop() {
      await stopServer(server)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The port accepts before the server does: it then says that it is starting up. */
async function untilAnswering(url: string): Promise<void> {
  for (;;) {
    const client = new pg.Client(url)
    try {
      await client.connect()
      return await client.end()
    } catch (error) {
      if ((error as { code?: string }).code !== '57P03') throw error
    }
  }
}
