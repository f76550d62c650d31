import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { DatasetDefinition } from '../datasets/schema.ts'
import type { Columnar } from '../engines/columnar/columnar.ts'
import { openDuckDb } from '../engines/columnar/duckdb/open.ts'
import { silentLog } from '../engines/columnar/engine-log.ts'
import { type ControlDb, openControl } from '../engines/control/control.ts'
import { type App, buildApp } from '../http/app.ts'
import { anonymous, type Principal } from '../http/principal.ts'
import { Agreements } from './agreements.ts'
import { Policies } from './policies.ts'
import { type DatasetAsked, Sharing } from './service.ts'
import { sharingMigrations } from './tables.ts'
import { transferRoutes } from './transfer-routes.ts'
import { noteTransfers, Transfers } from './transfers.ts'

const words = { fr: 'x', en: 'x' }
const loads: DatasetDefinition = {
  id: 'loads',
  kind: 'snapshot',
  title: words,
  description: words,
  simulated: false,
  fields: [{ name: 'cars', type: 'integer', label: words }],
  sortBy: [],
}
const asked: DatasetAsked = { definition: loads, createdAt: '2026-06-01T00:00:00.000Z' }
const steward = (organisation: string): Principal => ({
  kind: 'user',
  session: 's',
  user: `steward@${organisation}`,
  organisation,
  role: 'steward',
  platformRoles: [],
  endsAt: null,
})
const people: Record<string, Principal> = {
  ferry: steward('ferry'),
  transit: steward('transit'),
  third: steward('third'),
}

let folder: string
let columnar: Columnar
let control: ControlDb
let app: App
let agreements: Agreements
let agreementId: string
let nowMs = Date.parse('2026-06-15T12:00:00Z')

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lacydon-transfers-'))
  columnar = await openDuckDb({ folder: join(folder, 'columnar'), log: silentLog })
  control = await openControl({ file: join(folder, 'control.sqlite'), log: silentLog })
  await control.migrate([sharingMigrations])
  const sharing = await Sharing.open({
    control,
    columnar,
    parties: () => ({
      version: 1,
      firstAccountAt: '2026-01-01T00:00:00.000Z',
      organisations: new Map(
        Object.keys(people).map((id) => [id, { status: 'active' as const, attributes: {} }]),
      ),
      consortia: new Map(),
    }),
    secret: 'a secret of the tests',
    definitionOf: () => loads,
    now: () => new Date(nowMs),
    log: silentLog,
  })
  const policies = new Policies(sharing)
  agreements = new Agreements(sharing)
  await policies.claim('loads', people.ferry!)
  const terms = await agreements.publish(people.ferry!, undefined, {
    title: words,
    text: words,
    odrl: {},
    graceDays: 0,
    termDays: 30,
    clickThrough: true,
  })
  await policies.grant(people.ferry!, asked, {
    grantee: { kind: 'organisation', organisation: 'transit' },
    actions: ['query', 'export', 'stream'],
    rowFilter: null,
    columns: null,
    release: [],
    spatial: null,
    maxAgeS: null,
    quota: null,
    agreementTemplate: terms.id,
    from: null,
    until: null,
    note: '',
  })
  const opened = await agreements.open(people.transit!, asked, {
    template: terms.id,
    organisation: 'transit',
  })
  agreementId = (await agreements.accept(people.transit!, opened.id, terms.sha256)).id

  app = await buildApp({
    trustedProxies: [],
    logger: pino({ level: 'silent' }),
    identify: async ({ headers }) => people[String(headers['x-as'])] ?? anonymous,
  })
  const transfers = new Transfers({ control, sharing })
  const describe = () => asked
  noteTransfers(app, { transfers, sharing, describe })
  for (const action of ['query', 'export', 'stream'] as const)
    app.get(`/${action}/:id`, { config: { door: { action, dataset: 'id' } } }, () => 'rows')
  transferRoutes(app, { transfers, agreements, sharing, describe })
  await app.ready()
})
afterAll(async () => {
  await app.close()
  await columnar.close()
  await control.close()
  await rm(folder, { recursive: true })
})

const as = (name: string, url: string) => app.inject({ url, headers: { 'x-as': name } })
const listed = async (name: string) => {
  const answer = await as(name, `/api/v1/sharing/agreements/${agreementId}/transfers`)
  const { transfers = [] } = answer.json() as { transfers?: { mode: string; state: string }[] }
  return answer.statusCode === 200
    ? transfers.map(({ mode, state }) => `${mode} ${state}`).sort()
    : answer.statusCode
}

it('open with the first export and stream, and follow their agreement', async () => {
  expect(await listed('transit')).toEqual([])
  await as('transit', '/query/loads')
  await as('ferry', '/export/loads')
  await as('third', '/export/loads')
  expect(await listed('transit')).toEqual([])
  for (let i = 0; i < 2; i++) await as('transit', '/export/loads')
  nowMs += 1_000
  await as('transit', '/stream/loads')
  expect(await listed('transit')).toEqual(['pull STARTED', 'stream STARTED'])
  expect(await listed('ferry')).toEqual(['pull STARTED', 'stream STARTED'])
  expect(await listed('third')).toBe(404)

  await agreements.setValidity(people.ferry!, asked, agreementId, 'suspended')
  expect(await listed('transit')).toEqual(['pull SUSPENDED', 'stream SUSPENDED'])
  await agreements.setValidity(people.ferry!, asked, agreementId, 'active')
  expect(await listed('transit')).toEqual(['pull STARTED', 'stream STARTED'])
  nowMs += 31 * 86_400_000
  expect(await listed('transit')).toEqual(['pull TERMINATED', 'stream TERMINATED'])
})
