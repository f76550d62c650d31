/**
 * The part of ClickHouse's HTTP interface that @clickhouse/client uses, over chdb, which is ClickHouse 26.7 in process.
 * A child process runs it; the data folder is its first argument, and it sends its port to the parent.
 */
import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { exceptionCode, insertFromFile, settingsOf, splitFormat, substituteParameters } from './statements.ts'

interface Session {
  queryAsync(sql: string, options: { format: string }): Promise<{ bytes(): Uint8Array }>
  close(): void
}
const { Session } = createRequire(new URL('../package.json', import.meta.url))('chdb') as {
  Session: new (path: string) => Session
}

const folder = process.argv[2]!
const uploads = join(folder, 'uploads')
await mkdir(uploads, { recursive: true })

/** One query a session at a time; one more session is kept for kills. */
const sessionCount = 6
const idle = Array.from({ length: sessionCount }, () => new Session(join(folder, 'data')))
const killer = new Session(join(folder, 'data'))
const waiting: ((session: Session) => void)[] = []

const takeSession = () =>
  new Promise<Session>((resolve) => {
    const session = idle.pop()
    if (session) resolve(session)
    else waiting.push(resolve)
  })
function giveSession(session: Session) {
  const next = waiting.shift()
  if (next) next(session)
  else idle.push(session)
}

/** Faults a test asked for, used up by the next SELECT. */
let nextFault: { kind: 'exception' | 'cut'; afterBytes: number } | undefined

const marker = (id: string) => `/*${id.replace(/[^\w-]/g, '')}*/`
const kill = (id: string) =>
  killer
    .queryAsync(`KILL QUERY WHERE query LIKE '%${marker(id)}%' AND query NOT LIKE 'KILL%' ASYNC`, {
      format: 'Null',
    })
    .catch(() => undefined)

async function run(sql: string, format: string): Promise<Uint8Array> {
  const session = await takeSession()
  try {
    return (await session.queryAsync(sql, { format })).bytes()
  } finally {
    giveSession(session)
  }
}

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of body(request)) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}
const body = (request: IncomingMessage) =>
  request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request

async function handle(request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url ?? '/', 'http://localhost')
  if (url.pathname === '/ping' || /^SELECT 'ping'$/i.test(url.searchParams.get('query') ?? '')) {
    response.end('Ok.\n')
    return
  }
  if (url.pathname === '/test/fault') {
    nextFault = {
      kind: url.searchParams.get('kind') as 'cut',
      afterBytes: Number(url.searchParams.get('after')),
    }
    response.end()
    return
  }
  const id = url.searchParams.get('query_id') ?? randomBytes(8).toString('hex')
  response.setHeader('X-ClickHouse-Query-Id', id)
  const parameters = new Map<string, string>()
  for (const [name, value] of url.searchParams)
    if (name.startsWith('param_')) parameters.set(name.slice(6), value)
  const inUrl = url.searchParams.get('query')
  if (inUrl !== null && /\sFORMAT\s+\w+\s*$/i.test(inUrl)) {
    const path = join(uploads, randomBytes(8).toString('hex'))
    try {
      await pipeline(body(request), createWriteStream(path))
      await run(insertFromFile(inUrl, url.searchParams, path), 'Null')
    } finally {
      await rm(path, { force: true })
    }
    finish(response, Buffer.alloc(0))
    return
  }
  const { sql, format } = splitFormat(inUrl ?? (await text(request)))
  const filled = substituteParameters(sql, parameters)
  const killed = /^\s*KILL QUERY WHERE query_id = CAST\('([\w-]+)'/i.exec(filled)
  if (killed) {
    await kill(killed[1]!)
    finish(response, Buffer.alloc(0))
    return
  }
  const isRead = /^\s*(SELECT|WITH)\b/i.test(filled)
  let isOver = false
  response.on('close', () => {
    if (!isOver) void kill(id)
  })
  const settings = isRead || /^\s*ALTER\b/i.test(filled) ? settingsOf(url.searchParams) : ''
  try {
    const bytes = await run(`${filled}${settings} ${marker(id)}`, isRead ? format : 'Null')
    await (isRead && nextFault ? fail(response, bytes) : finish(response, bytes))
  } finally {
    isOver = true
  }
}

function finish(response: ServerResponse, bytes: Uint8Array) {
  response.setHeader('X-ClickHouse-Summary', JSON.stringify({ read_rows: '0', written_rows: '0' }))
  // Chunked, as the server does: the client must not count on a length.
  response.write(bytes.subarray(0, 65_536))
  response.end(bytes.subarray(65_536))
}

async function fail(response: ServerResponse, bytes: Uint8Array) {
  const { kind, afterBytes } = nextFault!
  nextFault = undefined
  const tag = randomBytes(8).toString('hex')
  response.setHeader('X-ClickHouse-Exception-Tag', tag)
  await new Promise<void>((resolve) => response.write(bytes.subarray(0, afterBytes), () => resolve()))
  if (kind === 'cut') {
    response.socket?.destroy()
    return
  }
  const message = 'Code: 159. DB::Exception: Timeout exceeded: elapsed 1 s. (TIMEOUT_EXCEEDED)\n'
  const length = Buffer.byteLength(message)
  response.end(`\r\n__exception__\r\n${tag}\r\n${message}${length} ${tag}\r\n__exception__\r\n`)
}

const server = createServer((request, response) => {
  handle(request, response).catch((error: Error) => {
    if (response.headersSent || response.destroyed) {
      response.destroy()
      return
    }
    const code = exceptionCode(error.message)
    response.statusCode = code === '516' ? 403 : code === '60' || code === '81' ? 404 : 500
    response.setHeader('X-ClickHouse-Exception-Code', code)
    response.end(
      `${/Code: \d+/.test(error.message) ? error.message : `Code: ${code}. DB::Exception: ${error.message} (UNKNOWN)`} (version 26.7.2.1 (chdb))\n`,
    )
  })
})
server.keepAliveTimeout = 10_000
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }))
// Destructors of the engine can hang: a test server has nothing to save.
process.on('message', () => process.exit(0))
process.on('disconnect', () => process.exit(0))
