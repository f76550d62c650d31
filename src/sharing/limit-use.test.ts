import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { DatasetDefinition } from '../datasets/schema.ts'
import type { Columnar } from '../engines/columnar/columnar.ts'
import { openDuckDb } from '../engines/columnar/duckdb/open.ts'
import { silentLog } from '../engines/columnar/engine-log.ts'
import { type ControlDb, openControl } from '../engines/control/control.ts'
import { type AccessClosing, keepAccessLog } from '../http/access-log.ts'
import { type App, buildApp } from '../http/app.ts'
import { limitUse } from './limit-use.ts'
import { Quotas } from './quotas.ts'
import type { Grant } from './schema.ts'
import { Sharing } from './service.ts'
import { decidedStanding } from './standing.ts'
import { sharingMigrations } from './tables.ts'

const rowsPerDay = 2_500
const chunkRows = 400
const words = { fr: '', en: '' }
const loads: DatasetDefinition = {
  id: 'loads',
  kind: 'snapshot',
  title: words,
  description: words,
  simulated: false,
  fields: [{ name: 'cars', type: 'integer', label: words }],
  sortBy: [],
}
const grant: Grant = {
  id: 'limited',
  dataset: 'loads',
  grantee: { kind: 'everyone' },
  actions: ['query', 'export'],
  rowFilter: null,
  columns: null,
  release: [],
  spatial: null,
  maxAgeS: null,
  quota: { requestsPerMinute: null, rowsPerDay, bytesPerDay: null, openStreams: null },
  agreementTemplate: null,
  from: null,
  until: null,
  note: '',
  version: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  revokedAt: null,
}

let folder: string
let columnar: Columnar
let control: ControlDb
let app: App
let address: string
const closed: AccessClosing[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lacydon-limits-'))
  columnar = await openDuckDb({ folder: join(folder, 'columnar'), log: silentLog })
  control = await openControl({ file: join(folder, 'control.sqlite'), log: silentLog })
  await control.migrate([sharingMigrations])
  // One moment for all: no day ends while it is tested.
  const now = () => new Date('2026-06-15T12:00:00Z')
  const describe = () => ({ definition: loads, createdAt: '2026-06-01T00:00:00.000Z' })
  const sharing = await Sharing.open({
    control,
    columnar,
    parties: () => ({
      version: 1,
      firstAccountAt: '2026-01-01T00:00:00.000Z',
      organisations: new Map(),
      consortia: new Map(),
    }),
    secret: 'a secret of the tests',
    definitionOf: () => loads,
    productGrants: [grant],
    now,
    log: silentLog,
  })
  app = await buildApp({ trustedProxies: [], logger: pino({ level: 'silent' }) })
  keepAccessLog(app, {
    log: { open: () => ({ durable: null, close: (closing) => closed.push(closing) }) },
    standingOf: decidedStanding(sharing, describe),
  })
  limitUse(app, { quotas: new Quotas({ control, now }), sharing, describe, log: silentLog })
  app.get(
    '/export/:dataset',
    { config: { door: { action: 'export', dataset: 'dataset' } } },
    async (request, reply) => {
      const { rows } = request.query as { rows: string }
      const pieces = async function* () {
        for (let left = Number(rows); left > 0; left -= chunkRows) {
          const count = Math.min(left, chunkRows)
          await request.access?.addRows(count)
          yield 'r'.repeat(count)
        }
      }
      const iterator = pieces()
      const first = await iterator.next()
      const all = async function* () {
        if (!first.done) yield first.value
        yield* iterator
      }
      return reply.type('text/plain').send(Readable.from(all(), { objectMode: false }))
    },
  )
  address = await app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  await app.close()
  await columnar.close()
  await control.close()
  await rm(folder, { recursive: true })
})

/** Rows that came, and whether the answer was whole. */
async function read(rows: number): Promise<{ got: number; isWhole: boolean; status: number }> {
  const answer = await fetch(`${address}/export/loads?rows=${rows}`)
  let got = 0
  try {
    for await (const piece of answer.body ?? []) got += piece.length
    return { got, isWhole: true, status: answer.status }
  } catch {
    return { got, isWhole: false, status: answer.status }
  }
}

it('S14: answers under way stop at the limit and are seen to be cut; then nothing begins', async () => {
  const small = await fetch(`${address}/export/loads?rows=100`)
  expect(small.headers.get('x-ratelimit-limit')).toBe('2500')
  expect(Number(small.headers.get('x-ratelimit-remaining'))).toBeLessThan(rowsPerDay)
  expect(small.headers.get('x-ratelimit-reset')).toBe('2026-06-16T00:00:00.000Z')
  expect((await small.text()).length).toBe(100)

  const several = await Promise.all([read(5_000), read(5_000), read(5_000)])
  expect(several.map(({ isWhole, status }) => isWhole && status === 200)).toEqual([false, false, false])
  const got = several.filter(({ status }) => status === 200).reduce((sum, one) => sum + one.got, 100)
  expect(got).toBeLessThanOrEqual(rowsPerDay)
  expect(closed.map(({ outcome }) => outcome)).toContain('over-quota')

  // What is left is less than a chunk, given back or not: refused before the first byte.
  const refused = await fetch(`${address}/export/loads?rows=2000`)
  expect(refused.status === 429 || (await refused.text().catch(() => 'cut')) === 'cut').toBe(true)
})

it('a limit that is used up is said in the headers of the refusal', async () => {
  let answer = await fetch(`${address}/export/loads?rows=1`)
  for (let n = 0; n < rowsPerDay && answer.status === 200; n += chunkRows) {
    await answer.text().catch(() => '')
    answer = await fetch(`${address}/export/loads?rows=${chunkRows}`)
  }
  const { status, headers } = answer
  expect([status, headers.get('x-ratelimit-limit'), headers.get('x-ratelimit-remaining')]).toEqual([
    429,
    '2500',
    '0',
  ])
  expect(await answer.json()).toMatchObject({ code: 'too_many_requests', limit_time_unit: 'day' })
})
