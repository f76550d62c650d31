/** Every way an answer can go leaves one pair in the journal: over real connections, on real engines. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LacydonError, notFound } from '../../src/errors.ts'
import { type AccessLog, keepAccessLog, type Standing } from '../../src/http/access-log.ts'
import { type App, buildApp } from '../../src/http/app.ts'
import { anonymous } from '../../src/http/principal.ts'
import { type JournalWorld, openly, openWorld, partner } from '../../src/journal/journal.suite.ts'

const privately: Standing = {
  owner: 'ferries',
  isPublic: false,
  grants: ['g1'],
  agreements: [],
  denial: null,
}

let world: JournalWorld
let app: App
let base: string
/** What happens on the way, in order. */
let events: string[]
let standing: Standing
/** Resolves the disk of the log, when a test holds it. */
let disk: Promise<void> | undefined
let engineGoes: Promise<void>
let letEngineGo: () => void

beforeEach(async () => {
  world = await openWorld(new Date().toISOString())
  events = []
  standing = privately
  disk = undefined
  engineGoes = new Promise((resolve) => {
    letEngineGo = resolve
  })
  app = await buildApp({
    trustedProxies: [],
    logger: pino({ level: 'silent' }),
    identify: async ({ headers }) => (headers.authorization ? partner : anonymous),
  })
  const log: AccessLog = {
    open(opening) {
      const access = world.journal.open(opening)
      const waits = access.durable && Promise.all([access.durable, disk])
      return {
        durable:
          waits?.then(() => {
            events.push('durable')
          }) ?? null,
        close: (closing) => {
          access.close(closing)
          events.push(`closed ${closing.outcome}`)
        },
      }
    },
  }
  keepAccessLog(app, {
    log,
    standingOf: (_principal, id) => (id.startsWith('no-') ? undefined : standing),
  })
  const config = { door: { action: 'query', dataset: 'id' } } as const
  app.get('/data/:id', { config }, async (request) => {
    events.push('made')
    request.access?.addRows(3)
    request.access?.addColumns(['name', 'length'])
    request.access?.noteFilter('length > 100')
    return { rows: 'é'.repeat(10) }
  })
  app.get('/data/:id/fails', { config }, async () => {
    throw new LacydonError('query_too_expensive', 422, 'Too much.')
  })
  app.get('/data/:id/quota', { config }, async () => {
    throw new LacydonError('quota_exceeded', 429, 'Enough for today.')
  })
  app.get('/data/:id/breaks', { config }, async () => {
    throw new Error('inside')
  })
  app.get('/data/:id/endless', { config }, async (request, reply) => {
    const pieces = Readable.from(
      (async function* () {
        for (;;) {
          request.access?.addRows(1)
          yield 'x'.repeat(1_000)
          await new Promise((resolve) => setImmediate(resolve))
        }
      })(),
      { objectMode: false },
    )
    return reply.type('text/plain').send(pieces)
  })
  app.get('/data/:id/half', { config }, async (_request, reply) =>
    reply.type('text/plain').send(
      Readable.from(
        (async function* () {
          yield 'half'
          await engineGoes
          throw new Error('the engine went')
        })(),
        { objectMode: false },
      ),
    ),
  )
  app.get(
    '/data/:id/stream',
    { config: { door: { action: 'stream', dataset: 'id' } } },
    async (request, reply) => {
      reply.hijack()
      events.push('head')
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream' })
      reply.raw.write('data: 1\n\n')
      if (request.headers['x-revoke']) {
        request.access!.endedBy = 'revocation'
        reply.raw.destroy()
      }
    },
  )
  app.get('/data/:id/takes-over', { config }, async (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200)
    reply.raw.write('secret')
    reply.raw.end()
  })
  app.get('/packs', { config: { door: { action: 'export', dataset: 'datasets' } } }, async () => 'zip')
  base = await app.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  await app.close()
  await world.close()
})

// Compression would hold small pieces back.
const headers = { authorization: 'Bearer k', 'accept-encoding': 'identity' }
const ask = (path: string, init: RequestInit = {}) => fetch(`${base}${path}`, { headers, ...init })
const closed = async (count = 1) => {
  await expect.poll(() => events.filter((event) => event.startsWith('closed'))).toHaveLength(count)
  await world.journal.tick()
  const entries = (await world.lines()).map((line) => JSON.parse(line))
  const ends = entries.filter(({ kind }) => kind === 'closed')
  const openings = entries.filter(({ kind }) => kind === 'opened')
  expect(openings.map(({ access }) => access).sort()).toEqual(ends.map(({ access }) => access).sort())
  expect((await world.verify()).findings).toEqual([])
  return ends
}

describe('an access leaves one pair', () => {
  it('when it is answered, with what was used', async () => {
    const body = await (await ask('/data/loads')).arrayBuffer()
    const [end] = await closed()
    expect(end).toMatchObject({
      outcome: 'complete',
      status: 200,
      rows: 3,
      bytes: body.byteLength,
      columns: ['length', 'name'],
      organisation: 'metropole',
      actor: 'user:u1',
      grants: ['g1'],
    })
    expect(end.filterHash).toMatch(/^[0-9a-f]{64}$/)
    expect(JSON.stringify(await world.lines())).not.toContain('length > 100')
  })

  it('when only its head was asked for', async () => {
    await ask('/data/loads', { method: 'HEAD' })
    expect(await closed()).toMatchObject([{ outcome: 'complete', status: 200, bytes: 0 }])
  })

  it.each([
    ['/data/loads/fails', 422, 'failed'],
    ['/data/loads/breaks', 500, 'failed'],
    ['/data/loads/quota', 429, 'over-quota'],
  ])('when %s', async (path, status, outcome) => {
    expect((await ask(path)).status).toBe(status)
    expect(await closed()).toMatchObject([{ outcome, status }])
  })

  it.each([
    [404, notFound('dataset', 'loads')],
    [401, new LacydonError('login_required', 401, 'Who are you?')],
    [403, new LacydonError('not_granted', 403, 'Ask for it.')],
  ])('when it is refused with %s, and the handler never runs', async (status, denial) => {
    standing = { ...privately, denial }
    expect((await fetch(`${base}/data/loads`)).status).toBe(status)
    expect(await closed()).toMatchObject([{ outcome: 'refused', status, actor: null, rows: null }])
    expect(events).not.toContain('made')
  })

  it('when the reader leaves in the middle', async () => {
    const abort = new AbortController()
    const response = await ask('/data/loads/endless', { signal: abort.signal })
    const { value } = await response.body!.getReader().read()
    expect(value!.length).toBeGreaterThan(0)
    abort.abort()
    const [end] = await closed()
    expect(end).toMatchObject({ outcome: 'cut', status: 200 })
    expect(end.rows).toBeGreaterThan(0)
    expect(end.bytes).toBeGreaterThan(0)
  })

  it('when the answer breaks after its first byte', async () => {
    const reader = (await ask('/data/loads/half')).body!.getReader()
    await reader.read()
    letEngineGo()
    await expect(reader.read()).rejects.toThrow()
    expect(await closed()).toMatchObject([{ outcome: 'failed', status: 200 }])
  })

  it('when it was a stream that its reader left, or that was revoked', async () => {
    const abort = new AbortController()
    const response = await ask('/data/loads/stream', { signal: abort.signal })
    await response.body!.getReader().read()
    abort.abort()
    expect(await closed()).toMatchObject([{ outcome: 'complete', action: 'stream', bytes: 9 }])
    await ask('/data/loads/stream', { headers: { ...headers, 'x-revoke': '1' } })
      .then((revoked) => revoked.text())
      .catch(() => undefined)
    expect((await closed(2)).at(-1)).toMatchObject({ outcome: 'revoked' })
  })

  it('of each dataset that it is made of, and none of what is not there', async () => {
    await ask('/packs?datasets=loads@v1,ships,no-such')
    const ends = await closed(2)
    expect(ends.map(({ dataset }) => dataset).sort()).toEqual(['loads', 'ships'])
    expect(new Set(ends.map(({ requestId }) => requestId)).size).toBe(1)
    await ask('/data/no-such')
    expect(await closed(2)).toHaveLength(2)
  })

  it('each, when many come at once', async () => {
    const paths = ['/data/loads', '/data/loads/fails', '/data/ships', '/data/loads/quota']
    await Promise.all(Array.from({ length: 200 }, (_, i) => ask(paths[i % 4]!).then((r) => r.arrayBuffer())))
    expect(await closed(200)).toHaveLength(200)
  })
})

describe('what is not public', () => {
  it('leaves only after the opening is on disk, and the query does not wait for it', async () => {
    let release = () => {}
    disk = new Promise((resolve) => {
      release = resolve
    })
    const socket = connect(Number(new URL(base).port), '127.0.0.1')
    let received = ''
    socket.on('data', (bytes) => {
      received += bytes
      events.push('byte')
    })
    socket.write('GET /data/loads HTTP/1.1\r\nhost: x\r\nauthorization: k\r\nconnection: close\r\n\r\n')
    await expect.poll(() => events).toContain('made')
    expect(events).toEqual(['made'])
    release()
    await once(socket, 'close')
    expect(events.slice(0, 3)).toEqual(['made', 'durable', expect.stringMatching(/byte|closed/)])
    expect(received).toContain('200 OK')
  })

  it('waits before a stream takes the connection', async () => {
    const abort = new AbortController()
    await ask('/data/loads/stream', { signal: abort.signal })
    expect(events.slice(0, 2)).toEqual(['durable', 'head'])
    abort.abort()
    await closed()
  })

  it('is cut rather than sent when a handler takes over too early', async () => {
    let release = () => {}
    disk = new Promise((resolve) => {
      release = resolve
    })
    await expect(ask('/data/loads/takes-over').then((response) => response.text())).rejects.toThrow()
    release()
    expect(await closed()).toMatchObject([{ bytes: 0, outcome: 'failed' }])
  })

  it('answers 503 when the log cannot be written, and nothing of it leaves', async () => {
    disk = Promise.reject(new LacydonError('unavailable', 503, 'The disk is full.'))
    disk.catch(() => undefined)
    const response = await ask('/data/loads')
    expect([response.status, await response.text()]).toEqual([503, expect.not.stringContaining('é')])
    expect(await closed()).toMatchObject([{ outcome: 'failed', status: 503 }])
    const stream = await ask('/data/loads/stream')
    expect(stream.status).toBe(503)
    expect(events).not.toContain('head')
    await stream.text()
    await closed(2)
  })
})

describe('what is public', () => {
  it('is counted for who has no account and logged for who has one; OPTIONS is no access', async () => {
    standing = openly
    for (let i = 0; i < 3; i++) await (await fetch(`${base}/data/loads`)).arrayBuffer()
    await (await ask('/data/loads')).arrayBuffer()
    await fetch(`${base}/data/loads`, { method: 'OPTIONS' })
    expect(events.filter((event) => event === 'durable')).toEqual([])
    const ends = await closed(4)
    expect(ends).toMatchObject([{ actor: 'user:u1' }])
    expect(world.journal.currentUsage()).toContainEqual(
      expect.objectContaining({ organisation: null, accesses: 3, rows: 9 }),
    )
  })
})
