import { mkdtemp, rm } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { batchOfRows } from '../../engines/columnar/batch-of-rows.ts'
import type { Columnar, Row } from '../../engines/columnar/columnar.ts'
import { openDuckDb } from '../../engines/columnar/duckdb/open.ts'
import { silentLog } from '../../engines/columnar/engine-log.ts'
import { table } from '../../engines/columnar/query.ts'
import { notFound } from '../../errors.ts'
import { buildApp } from '../../http/app.ts'
import { everythingVisible, type VisibleFields } from '../explore/access.ts'
import type { Sources } from '../explore/sources.ts'
import { provenanceColumns, tableName, tableOf } from '../rules.ts'
import type { DatasetDefinition } from '../schema.ts'
import { streamRoutes } from './routes.ts'
import { RowStreams, type StreamRequest } from './row-streams.ts'
import { definitions, fix, fixes, Listener, notes } from './stream.suite.ts'
import { readWatermark, writeWatermark } from './watermark.ts'

let folder: string
let columnar: Columnar
let nowMs = Date.UTC(2026, 2, 1)
let may: VisibleFields = everythingVisible
const seqs = new Map<string, number>()

const sources: Sources = {
  list: () => [],
  describe(id) {
    const definition = definitions.find((known) => known.id === id)
    if (!definition) throw notFound('dataset', id)
    return { definition, metadata: {} as never, version: null, createdAt: null, modifiedAt: null }
  },
  source: async (id) => ({
    definition: sources.describe(id).definition,
    from: table(tableName(id)),
    rowOrder: provenanceColumns,
    version: null,
    moment: null,
    state: null,
    modifiedAt: null,
  }),
}
const open = () =>
  new RowStreams({
    columnar,
    sources,
    now: () => new Date(nowMs),
    visibleFields: (...asked) => may(...asked),
    log: silentLog,
  })
let streams: RowStreams

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lacydon-stream-'))
  columnar = await openDuckDb({ folder: join(folder, 'columnar'), log: silentLog })
  for (const definition of definitions) await columnar.define(tableOf(definition))
})
afterAll(async () => {
  await columnar.close()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => {
  streams?.close()
  may = everythingVisible
  streams = open()
})

/** Rows as a feed appends them. */
async function hear(definition: DatasetDefinition, rows: Row[], source = 'a') {
  const lo = seqs.get(source) ?? 0
  const numbered = rows.map((row, i) => ({ ...row, _src: source, _seq: lo + i * 10 }))
  const hi = lo + Math.max(1, rows.length) * 10
  seqs.set(source, hi)
  await columnar.append([batchOfRows(tableOf(definition), numbered)], { source, lo, hi, resumeFrom: hi })
}
const pass = async (ms = 1_000) => {
  nowMs += ms
  await streams.tick()
}

const listener = () => new Listener(streams)

describe('a stream of rows', () => {
  it('tells the last row of each key that passes, once an interval, to all who ask the same', async () => {
    await hear(fixes, [fix(1, 0)])
    const [all, fast, slow] = [
      await listener().join(),
      await listener().join({ select: 'mmsi, upper(name) as n', where: ['speedKn > 5'] }),
      await listener().join({ intervalMs: 3_000 }),
    ]
    expect(all.events[0]).toMatchObject({
      event: 'ready',
      data: { dataset: 'fixes', simulated: true, intervalMs: 1_000, keys: ['mmsi'] },
    })
    await hear(fixes, [fix(1, 1), fix(2, 9, 9, 'é'), fix(1, 3), fix(1, 2)])
    await pass()
    expect(all.rows).toEqual([
      [
        { ...fix(1, 3), at: '2026-03-01T08:00:03+00:00' },
        { ...fix(2, 9, 9, 'é'), at: '2026-03-01T08:00:09+00:00' },
      ],
    ])
    expect(fast.rows).toEqual([[{ mmsi: 2, n: 'É' }]])
    await pass()
    expect(all.rows.length).toBe(1)
    expect(slow.rows.length).toBe(0)
    await hear(fixes, [fix(1, 4)], 'b')
    await pass()
    expect(slow.rows.map((rows) => rows.map(({ mmsi, speedKn }) => [mmsi, speedKn]))).toEqual([
      [
        [1, 4],
        [2, 9],
      ],
    ])
    for (const reader of [all, fast, slow]) reader.leave()
    expect(streams.readerCount).toBe(0)
  })

  it('tells every row where none has a key', async () => {
    const heard = await listener().join({ id: 'notes', select: 'text' })
    const at = new Date(nowMs).toISOString()
    await hear(notes, [
      { at, text: 'one' },
      { at, text: 'two' },
      { at, text: 'two' },
    ])
    await pass()
    expect(heard.rows).toEqual([[{ text: 'one' }, { text: 'two' }, { text: 'two' }]])
  })

  it('resumes at the id of any event, with the rows of the absence and no other', async () => {
    const before = await listener().join()
    await hear(fixes, [fix(1, 10)])
    await pass()
    const id = before.lastId!
    before.leave()
    await hear(fixes, [fix(1, 11), fix(1, 12), fix(3, 12)])
    await pass()
    const other = await listener().join()
    await hear(fixes, [fix(1, 13)])
    const after = await listener().join({ lastEventId: id })
    await pass()
    const told = (heard: Listener) =>
      heard.rows.map((rows) => rows.map(({ mmsi, speedKn }) => [mmsi, speedKn]))
    expect(told(other)).toEqual([[[1, 13]]])
    expect(told(after)).toEqual([
      [
        [1, 12],
        [3, 12],
      ],
      [[1, 13]],
    ])
    expect(after.lastId).toBe(other.lastId)
  })

  it('misses and invents nothing, whatever comes and whoever leaves when', async () => {
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          rows: fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 59 })), {
            maxLength: 5,
          }),
          source: fc.constantFrom('a', 'b'),
        }),
      },
      { weight: 3, arbitrary: fc.constant('tick' as const) },
      { weight: 2, arbitrary: fc.constant('reconnect' as const) },
      { weight: 1, arbitrary: fc.constant('restart' as const) },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 25 }),
        fc.constantFrom(1_000, 3_000),
        async (steps, intervalMs) => {
          streams.close()
          streams = open()
          let heard = await listener().join({ intervalMs, select: 'mmsi, speedKn, name' })
          let told: Record<string, unknown>[] = []
          let count = 0
          const latest = new Map<unknown, number>()
          const again = async () => {
            const id = heard.lastId ?? '-'
            told = [...told, ...heard.rows.flat()]
            heard.leave()
            heard = await listener().join({
              intervalMs,
              select: 'mmsi, speedKn, name',
              lastEventId: id,
            })
            // An absence without news leaves the id as it was.
            if (!heard.lastId) heard.text = `id: ${id}\nevent: ready\ndata: {}\n\n${heard.text}`
          }
          for (const what of steps)
            if (what === 'tick') await pass()
            else if (what === 'reconnect') await again()
            else if (what === 'restart') {
              streams.close()
              streams = open()
              await again()
            } else {
              const rows = what.rows.map(([mmsi, second]) => fix(mmsi, second, second, `n${count++}`))
              await hear(fixes, rows, what.source)
              for (const { mmsi, speedKn } of rows)
                latest.set(mmsi, Math.max(latest.get(mmsi) ?? 0, Number(speedKn)))
            }
          await pass(intervalMs)
          await pass(intervalMs)
          told = [...told, ...heard.rows.flat()]
          heard.leave()
          const names = told.map(({ name }) => String(name))
          expect(new Set(names).size).toBe(names.length)
          // The latest row of a key is the latest of its interval too.
          for (const [mmsi, speedKn] of latest)
            expect(told.some((row) => row.mmsi === mmsi && row.speedKn === speedKn)).toBe(true)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('lets the engine choose when more comes than can be looked at one by one', async () => {
    const heard = await listener().join({ where: ['mmsi < 3'] })
    await hear(
      fixes,
      Array.from({ length: 20_500 }, (_, i) => fix(i % 10, i % 60, i)),
    )
    await pass()
    expect(heard.rows.length).toBe(1)
    expect(heard.rows[0]!.map(({ mmsi }) => mmsi).sort()).toEqual([0, 1, 2])
    await hear(fixes, [fix(1, 59, 7)])
    await pass()
    expect(heard.rows[1]!.map(({ mmsi, speedKn }) => [mmsi, speedKn])).toEqual([[1, 7]])
  })

  it('drops who cannot keep up, and nobody else', async () => {
    const [slow, quick] = [await listener().join(), await listener().join()]
    slow.waiting = 2 * 1024 * 1024
    await hear(fixes, [fix(1, 20)])
    await pass()
    await hear(fixes, [fix(1, 21)])
    await pass()
    expect([slow.dropped, slow.rows.length]).toEqual([1, 1])
    expect([quick.dropped, quick.rows.length]).toEqual([0, 2])
  })

  it('gives a sign of life in silence', async () => {
    const heard = await listener().join({ intervalMs: 3_600_000 })
    await pass(14_000)
    expect(heard.text).not.toContain(': here')
    await pass()
    expect(heard.text.match(/: here/g)).toHaveLength(1)
    await pass()
    expect(heard.text.match(/: here/g)).toHaveLength(1)
  })

  it('ends when the right to read ends', async () => {
    const heard = await listener().join()
    await pass(6_000)
    expect(heard.dropped).toBe(0)
    may = () => undefined
    await pass(6_000)
    expect([heard.dropped, streams.readerCount]).toEqual([1, 0])
    await expect(listener().join()).rejects.toMatchObject({ code: 'not_found' })
  })

  it('hides fields that the reader may not see', async () => {
    may = (definition) => ({
      fields: definition.fields.filter(({ name }) => name !== 'name'),
      fingerprint: 'less',
      isPublic: false,
    })
    const heard = await listener().join()
    await hear(fixes, [fix(1, 30)])
    await pass()
    expect(Object.keys(heard.rows[0]![0]!)).toEqual(['at', 'mmsi', 'speedKn'])
    await expect(listener().join({ where: ['name = "V1"'] })).rejects.toMatchObject({
      code: 'odsql_error',
    })
  })

  it('refuses what cannot be', async () => {
    for (const [request, code] of [
      [{ id: 'nothing' }, 'not_found'],
      [{ id: 'quays' }, 'invalid_input'],
      [{ where: ['speed ='] }, 'odsql_error'],
      [{ select: 'count(*)' }, 'odsql_error'],
      [{ where: ['at > now(hours=-1)'] }, 'invalid_input'],
      [{ lastEventId: 'yesterday' }, 'invalid_input'],
      [{ lastEventId: 'a:1,b' }, 'invalid_input'],
      [{ lastEventId: '%zz:1' }, 'invalid_input'],
    ] as const)
      await expect(
        listener().join(request as Partial<StreamRequest>),
        JSON.stringify(request),
      ).rejects.toMatchObject({ code })
    expect(streams.readerCount).toBe(0)
  })
})

it('an id says the same to whoever reads it', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' }),
        fc.maxSafeNat().map((n) => n % 1e15),
      ),
      (given) => {
        const watermark = new Map(Object.entries(given))
        expect(readWatermark(writeWatermark(watermark))).toEqual(watermark)
        expect(writeWatermark(watermark)).not.toMatch(/[\r\n\0]/)
      },
    ),
  )
})

describe('over HTTP', () => {
  it('sends events, beside the stream of vessels, and problems before it begins', async () => {
    const app = await buildApp({ trustedProxies: [], logger: pino({ level: 'silent' }) })
    app.get('/api/v1/datasets/vessels/stream', { config: { door: { public: 'a test' } } }, () => 'vessels')
    streamRoutes(app, streams)
    await app.listen({ port: 0, host: '127.0.0.1' })
    const base = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/api/v1/datasets`
    try {
      expect(await (await fetch(`${base}/vessels/stream`)).text()).toBe('vessels')
      for (const [path, status] of [
        ['nothing/stream', 404],
        ['quays/stream', 400],
        ['fixes/stream?interval=never', 400],
        ['fixes/stream?where=(', 400],
      ] as const) {
        const answer = await fetch(`${base}/${path}`)
        expect([answer.status, answer.headers.get('content-type')], path).toEqual([
          status,
          'application/problem+json; charset=utf-8',
        ])
      }
      const response = await new Promise<IncomingMessage>((resolve, reject) =>
        get(`${base}/fixes/stream?select=mmsi`, resolve).on('error', reject),
      )
      expect(response.headers['content-type']).toBe('text/event-stream; charset=utf-8')
      const chunks = response.setEncoding('utf8')[Symbol.asyncIterator]()
      let text = String((await chunks.next()).value)
      await hear(fixes, [fix(77, 40)])
      await pass()
      while (!text.includes('event: rows')) text += String((await chunks.next()).value)
      expect(text).toContain('{"rows":[{"mmsi":77}]}')
      response.destroy()
      await expect.poll(() => streams.readerCount).toBe(0)
    } finally {
      await app.close()
    }
  })
})
