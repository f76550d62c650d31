import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import fastify from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Datasets } from '../datasets/service.ts'
import { datasetMigrations } from '../datasets/tables.ts'
import type { Columnar } from '../engines/columnar/columnar.ts'
import { openDuckDb } from '../engines/columnar/duckdb/open.ts'
import { silentLog } from '../engines/columnar/engine-log.ts'
import { type ControlDb, openControl } from '../engines/control/control.ts'
import { keepAccessLog } from '../http/access-log.ts'
import { type App, buildApp } from '../http/app.ts'
import { anonymous, type Principal } from '../http/principal.ts'
import { productDatasets } from '../product.ts'
import { Agreements } from '../sharing/agreements.ts'
import { Policies } from '../sharing/policies.ts'
import type { GrantBody } from '../sharing/schema.ts'
import { Sharing } from '../sharing/service.ts'
import { decidedStanding } from '../sharing/standing.ts'
import { sharingMigrations } from '../sharing/tables.ts'
import { dataspaceRoutes } from './routes.ts'
import { pageAfter, protocolPath } from './rules.ts'

const steward = (organisation: string): Principal => ({
  kind: 'user',
  session: 's',
  user: `steward@${organisation}`,
  organisation,
  role: 'steward',
  platformRoles: [],
  endsAt: null,
})
const people: Record<string, Principal> = { ferry: steward('ferry'), transit: steward('transit') }
const words = (name: string) => ({ fr: name, en: name })
const message = {
  '@context': ['https://w3id.org/dspace/2025/1/context.jsonld'],
  '@type': 'CatalogRequestMessage',
  filter: [],
}
const grant: GrantBody = {
  grantee: { kind: 'organisation', organisation: 'transit' },
  actions: ['query', 'export'],
  rowFilter: null,
  columns: null,
  release: [],
  spatial: null,
  maxAgeS: null,
  quota: { requestsPerMinute: null, rowsPerDay: 1_000, bytesPerDay: null, openStreams: null },
  agreementTemplate: null,
  from: null,
  until: '2099-01-01T00:00:00.000Z',
  note: '',
}

let folder: string
let columnar: Columnar
let control: ControlDb
let app: App

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lacydon-dataspace-'))
  const store = await openDuckDb({ folder: join(folder, 'columnar'), log: silentLog })
  columnar = store
  control = await openControl({ file: join(folder, 'control.sqlite'), log: silentLog })
  await control.migrate([datasetMigrations, sharingMigrations])
  const now = () => new Date()
  const datasets = await Datasets.open({
    columnar: store,
    control,
    builtIn: productDatasets,
    now,
    log: { ...silentLog, info: () => undefined },
  })
  const sharing = await Sharing.open({
    control,
    columnar,
    parties: () => ({
      version: 1,
      firstAccountAt: '2020-01-01T00:00:00.000Z',
      organisations: new Map(
        Object.keys(people).map((id) => [id, { status: 'active' as const, attributes: {} }]),
      ),
      consortia: new Map(),
    }),
    secret: 'a secret of the tests',
    definitionOf: (id) => datasets.get(id),
    now,
    log: silentLog,
  })
  const policies = new Policies(sharing)
  const make = async (id: string, metadataVisibility: 'public' | 'private') => {
    await policies.claim(id, people.ferry!)
    const described = await datasets.create({
      id,
      kind: 'snapshot',
      title: words(id),
      description: words(''),
      simulated: false,
      fields: [{ name: 'cars', type: 'integer', label: words('cars') }],
      sortBy: [],
    })
    const policy = {
      visibility: 'private' as const,
      metadataVisibility,
      consortium: null,
      personalData: 'none' as const,
      rowFilter: null,
      aggregate: null,
    }
    await policies.put(people.ferry!, described, policy, undefined)
    return described
  }
  const shared = await make('ferry-loads', 'public')
  await make('ferry-secrets', 'private')
  const terms = await new Agreements(sharing).publish(people.ferry!, undefined, {
    title: words('Terms'),
    text: words('Do not pass on.'),
    odrl: {
      permission: [
        {
          action: 'use',
          constraint: { leftOperand: 'purpose', operator: 'eq', rightOperand: 'planning' },
          duty: { action: 'attribute' },
        },
      ],
    },
    graceDays: 0,
    termDays: 30,
    clickThrough: true,
  })
  await policies.grant(people.ferry!, shared, { ...grant, agreementTemplate: terms.id })

  app = await buildApp({
    trustedProxies: [],
    logger: pino({ level: 'silent' }),
    identify: async ({ headers }) => people[String(headers['x-as'])] ?? anonymous,
  })
  const describeDataset = (id: string) => datasets.describe(id)
  keepAccessLog(app, {
    log: { open: () => ({ durable: null, close: () => undefined }) },
    standingOf: decidedStanding(sharing, describeDataset),
  })
  dataspaceRoutes(app, { sharing, datasets, publicUrl: 'https://port.example/' })
  await app.ready()
})
afterAll(async () => {
  await app.close()
  await columnar.close()
  await control.close()
  await rm(folder, { recursive: true })
})

const ask = (as: string, payload: object = message, query = '') =>
  app.inject({
    method: 'POST',
    url: `${protocolPath}/catalog/request${query}`,
    headers: { 'x-as': as, 'content-type': 'application/json' },
    payload,
  })
const datasetFor = (as: string, id: string) =>
  app.inject({ url: `${protocolPath}/catalog/datasets/${id}`, headers: { 'x-as': as } })
const idsOf = (body: { dataset?: { '@id': string }[] }) => (body.dataset ?? []).map((one) => one['@id'])

describe('Dataspace Protocol, the catalogue', () => {
  it('says which version it speaks, and where', async () => {
    const answer = await app.inject('/.well-known/dspace-version')
    expect(answer.json()).toEqual({
      protocolVersions: [{ version: '2025-1', path: '/api/dsp/2025-1', binding: 'HTTPS' }],
    })
  })

  it('offers what the asker may know of, and nothing else', async () => {
    const stranger = (await ask('nobody')).json()
    expect(stranger).toMatchObject({ '@type': 'Catalog', participantId: 'urn:lacydon:port.example' })
    expect(idsOf(stranger)).toEqual(expect.arrayContaining(['ferry-loads', 'ais-positions', 'vessels']))
    expect(idsOf(stranger)).not.toContain('ferry-secrets')
    expect(idsOf((await ask('transit')).json())).not.toContain('ferry-secrets')
    expect(idsOf((await ask('ferry')).json())).toContain('ferry-secrets')
  })

  it('tells the terms of a grant to whom it names, and to others that they have to ask', async () => {
    const named = (await datasetFor('transit', 'ferry-loads')).json()
    expect(named.hasPolicy).toMatchObject([
      {
        '@type': 'Offer',
        assigner: 'urn:lacydon:organisation:ferry',
        permission: [
          {
            action: 'reproduce',
            constraint: [
              { leftOperand: 'recipient', rightOperand: 'urn:lacydon:organisation:transit' },
              { leftOperand: 'dateTime', operator: 'lt', rightOperand: '2099-01-01T00:00:00.000Z' },
              { leftOperand: 'count', operator: 'lteq', rightOperand: '1000' },
              { leftOperand: 'purpose', operator: 'eq', rightOperand: 'planning' },
            ],
            duty: [{ action: 'attribute' }],
          },
        ],
      },
    ])
    const stranger = await datasetFor('nobody', 'ferry-loads')
    expect(stranger.headers['cache-control']).toBe('private, no-store')
    expect(stranger.body).not.toContain('transit')
    expect(stranger.json().hasPolicy).toMatchObject([
      { prohibition: [{ action: 'use', constraint: [{ operator: 'neq' }] }] },
    ])
  })

  it('answers for what is hidden as for what is not there, in the shape of the protocol', async () => {
    const hidden = await datasetFor('transit', 'ferry-secrets')
    const absent = await datasetFor('transit', 'ferry-nothing')
    expect([hidden.statusCode, absent.statusCode]).toEqual([404, 404])
    expect(hidden.json()).toMatchObject({ '@type': 'CatalogError', code: '404' })
    expect(hidden.body.replaceAll('secrets', 'nothing')).toBe(absent.body)
  })

  it('refuses what is no request of the protocol, and filters', async () => {
    for (const wrong of [
      {},
      { ...message, '@type': 'DatasetRequestMessage' },
      { ...message, '@context': [] },
      { ...message, filter: ['title'] },
      { ...message, filter: 'all' },
    ]) {
      const answer = await ask('nobody', wrong)
      expect([answer.statusCode, answer.json()['@type']]).toEqual([400, 'CatalogError'])
    }
  })

  it('pages by token: all of a list once, whatever comes or goes meanwhile', () => {
    const list = Array.from({ length: 7 }, (_, i) => ({ id: `d${i}` }))
    const first = pageAfter(list, undefined, 3)
    expect(first.page).toEqual(list.slice(0, 3))
    const second = pageAfter(
      [...list, { id: 'd00' }].filter(({ id }) => id !== 'd2'),
      first.next,
      3,
    )
    expect(second.page).toEqual(list.slice(3, 6))
    const last = pageAfter(list, second.next, 3)
    expect(last).toEqual({ page: list.slice(6), next: undefined })
    expect(pageAfter(list, 'zzzz', 3).page.every(({ id }) => id.startsWith('d'))).toBe(true)
  })
})

const schemaFolder = resolve(import.meta.dirname, '../../../shared/spec/dataspace')

/** The schemas by their id; what is no schema at all in them (a type written as text) is put right. */
function readSchemas(): Map<string, object> {
  const files = readdirSync(schemaFolder, { recursive: true, encoding: 'utf8' })
  const read = files
    .filter((name) => name.endsWith('-schema.json'))
    .map((name): { $id: string; $schema?: string } =>
      JSON.parse(
        readFileSync(join(schemaFolder, name), 'utf8').replace(
          /"items":\s*"(\w+)"/g,
          '"items":{"type":"$1"}',
        ),
      ),
    )
  return new Map(read.map(({ $schema: _, ...schema }) => [schema.$id, schema]))
}

describe.skipIf(!existsSync(schemaFolder))(
  'shapes of the official schemas (skipped where ../shared/spec/dataspace is missing)',
  () => {
    it('of versions, catalogue, dataset and error', async () => {
      const checker = fastify({ ajv: { customOptions: { strict: false, coerceTypes: false } } })
      const schemas = readSchemas()
      for (const schema of schemas.values()) checker.addSchema(schema)
      const documents = {
        'protocol-version': (await app.inject('/.well-known/dspace-version')).json(),
        catalog: (await ask('ferry')).json(),
        dataset: (await datasetFor('transit', 'ferry-loads')).json(),
        'catalog-error': (await datasetFor('transit', 'ferry-secrets')).json(),
        'catalog-request-message': message,
      }
      for (const name of Object.keys(documents)) {
        const $ref = [...schemas.keys()].find((id) => id.endsWith(`/${name}-schema.json`))
        checker.post(`/${name}`, { schema: { body: { $ref } } }, () => 'valid')
      }
      for (const [name, payload] of Object.entries(documents)) {
        const answer = await checker.inject({ method: 'POST', url: `/${name}`, payload })
        expect([name, answer.body]).toEqual([name, 'valid'])
      }
      const wrong = { ...documents.catalog, dataset: [{ '@id': 'no policy' }] }
      const refused = await checker.inject({ method: 'POST', url: '/catalog', payload: wrong })
      expect(refused.statusCode).toBe(400)
      await checker.close()
    })
  },
)
