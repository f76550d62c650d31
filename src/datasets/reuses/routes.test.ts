import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { LacydonError, notFound } from '../../errors.ts'
import { keepAccessLog, type StandingOf } from '../../http/access-log.ts'
import { type App, buildApp } from '../../http/app.ts'
import { anonymous, type Principal } from '../../http/principal.ts'
import { everythingVisible } from '../explore/access.ts'
import { datasetSources } from '../explore/sources.ts'
import { SeenDatasets } from '../seen.ts'
import { minuteClock, openDatasets, quays, temporaryFolder } from '../versions.suite.ts'
import { reuseRoutes } from './routes.ts'
import type { Reuse, Reuses } from './schema.ts'
import { DatasetReuses } from './service.ts'
import { reuseMigrations } from './tables.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let opened: Awaited<ReturnType<typeof openDatasets>>
let app: App
let hasAccounts: boolean
const person = (user: string, role: 'steward' | 'reader' | null = null): Principal => ({
  kind: 'user',
  session: user,
  user,
  organisation: role && 'port',
  role,
  platformRoles: [],
  endsAt: null,
})
const people: Record<string, Principal> = {
  steward: person('s', 'steward'),
  reader: person('r', 'reader'),
  visitor: person('v'),
  other: person('o'),
}
const knows = (principal: Principal, id: string) =>
  id !== 'hidden' || (principal.kind === 'user' && principal.organisation === 'port')
const forbidden = new LacydonError('forbidden', 403, 'Stewards do this.')
/** Quays and hidden ones are the port's. */
const standingOf: StandingOf = (principal, id, action) => {
  const isSteward = principal.kind === 'user' && principal.role === 'steward'
  const isAllowed = action !== 'manage' || isSteward
  const isOperator = principal.kind === 'anonymous' && !hasAccounts
  return {
    owner: hasAccounts ? 'port' : null,
    isPublic: false,
    grants: [],
    agreements: [],
    denial: !knows(principal, id) ? notFound('dataset', id) : isAllowed || isOperator ? null : forbidden,
  }
}

beforeAll(async () => {
  folder = await temporaryFolder()
  const now = minuteClock()
  opened = await openDatasets(folder.folder, now)
  const { datasets, control } = opened
  await control.migrate([reuseMigrations])
  await datasets.create({ ...quays(), id: 'hidden' })
  app = await buildApp({
    trustedProxies: [],
    logger: pino({ level: 'silent' }),
    hasAccounts: () => hasAccounts,
    identify: async ({ headers }) => people[String(headers['x-who'])] ?? anonymous,
  })
  keepAccessLog(app, { log: { open: () => ({ durable: null, close: () => {} }) }, standingOf })
  const seen = new SeenDatasets({
    datasets,
    sources: datasetSources(datasets, now),
    visibleFields: async (definition, asker, action) =>
      knows(asker.principal, definition.id) ? everythingVisible(definition, asker, action) : undefined,
  })
  reuseRoutes(app, { reuses: new DatasetReuses({ control, now }), seen, standingOf })
})
beforeEach(async () => {
  hasAccounts = true
  if (opened.datasets.has('quays')) await opened.datasets.delete('quays')
  await opened.datasets.create(quays())
})
afterAll(async () => {
  await app.close()
  await opened.close()
  await folder.remove()
})

const at = (dataset: string, rest = '') => `/api/v1/datasets/${dataset}/reuses${rest}`
const as = (who: string) => ({ 'x-who': who, origin: 'http://localhost', host: 'localhost' })
const list = async (who = '', dataset = 'quays') =>
  (await app.inject({ url: at(dataset), headers: as(who) })).json() as Reuses
const propose = (who: string, change: object = {}, dataset = 'quays') =>
  app.inject({
    method: 'POST',
    url: at(dataset),
    headers: as(who),
    payload: {
      title: 'Carte des quais',
      url: 'https://cartes.example/quais',
      kind: 'visualisation',
      maker: 'Une association',
      ...change,
    },
  })
const accept = (who: string, id: string, dataset = 'quays') =>
  app.inject({ method: 'POST', url: at(dataset, `/${id}/accept`), headers: as(who) })
const remove = (who: string, id: string) =>
  app.inject({ method: 'DELETE', url: at('quays', `/${id}`), headers: as(who) })

it('is proposed by who is signed in, and shown to all once a steward accepts it', async () => {
  const made = await propose('visitor')
  expect(made.statusCode, made.body).toBe(201)
  const reuse = made.json() as Reuse
  expect(made.headers.location).toBe(at('quays', `/${reuse.id}`))
  expect(reuse).toMatchObject({ state: 'proposed', picture: null, mayRemove: true })
  expect(Object.keys(reuse)).not.toContain('proposedBy')
  expect(await list()).toEqual({ reuses: [], mayPropose: false, mayManage: false })
  expect((await list('other')).reuses).toEqual([])
  expect((await list('visitor')).reuses).toEqual([reuse])
  expect(await list('steward')).toMatchObject({ mayManage: true, reuses: [{ id: reuse.id }] })

  expect((await accept('visitor', reuse.id)).statusCode).toBe(403)
  expect((await accept('', reuse.id)).statusCode).toBe(401)
  expect((await list()).reuses).toEqual([])
  expect((await accept('steward', reuse.id)).json()).toMatchObject({ state: 'accepted' })
  expect((await list()).reuses).toEqual([{ ...reuse, state: 'accepted', mayRemove: false }])
})

it('is removed by a steward or by who proposed it, by nobody else', async () => {
  const { id } = (await propose('visitor')).json() as Reuse
  await accept('steward', id)
  expect((await remove('', id)).statusCode).toBe(401)
  expect((await remove('other', id)).statusCode).toBe(404)
  expect((await list()).reuses).toHaveLength(1)
  expect((await remove('visitor', id)).statusCode).toBe(204)
  expect((await list()).reuses).toEqual([])
  const { id: own } = (await propose('steward')).json() as Reuse
  expect((await list()).reuses).toMatchObject([{ id: own, state: 'accepted' }])
  expect((await remove('steward', own)).statusCode).toBe(204)
  expect((await remove('steward', own)).statusCode).toBe(404)
})

it('refuses what no page should link, and what is there already', async () => {
  expect((await propose('visitor', { url: 'http://cartes.example/' })).statusCode).toBe(400)
  expect((await propose('visitor', { kind: 'advert' })).statusCode).toBe(400)
  expect((await propose('visitor', { proposedBy: 'steward' })).statusCode).toBe(400)
  expect((await propose('visitor')).statusCode).toBe(201)
  expect((await propose('visitor', { title: 'Encore' })).statusCode).toBe(409)
  // What waits unseen is told to nobody else.
  expect((await propose('other')).statusCode).toBe(201)
  for (let i = 1; i < 20; i++)
    expect((await propose('visitor', { url: `https://cartes.example/${i}` })).statusCode).toBe(201)
  expect((await propose('visitor', { url: 'https://cartes.example/20' })).statusCode).toBe(409)
})

it('tells of no dataset that is not there for the reader', async () => {
  for (const dataset of ['hidden', 'nowhere']) {
    expect((await app.inject({ url: at(dataset), headers: as('visitor') })).statusCode).toBe(404)
    expect((await propose('visitor', {}, dataset)).statusCode).toBe(404)
  }
  expect((await propose('reader', {}, 'hidden')).statusCode).toBe(201)
  const [reuse] = (await list('steward', 'hidden')).reuses
  // Not under the name of another dataset either.
  expect((await accept('steward', reuse!.id)).statusCode).toBe(404)
  expect((await accept('steward', reuse!.id, 'hidden')).statusCode).toBe(200)
})

it('is not of a later dataset of the same name', async () => {
  await propose('steward')
  await opened.datasets.delete('quays')
  await opened.datasets.create(quays())
  expect((await list('steward')).reuses).toEqual([])
})

it('without accounts the machine itself says what is shown, and nobody from elsewhere', async () => {
  hasAccounts = false
  const made = await propose('')
  expect(made.statusCode, made.body).toBe(201)
  expect(made.json()).toMatchObject({ state: 'accepted', mayRemove: true })
  const elsewhere = { ...as(''), host: 'port.example', origin: 'http://port.example' }
  const refused = await app.inject({
    method: 'POST',
    url: at('quays'),
    headers: elsewhere,
    payload: { title: 'x', url: 'https://y.example', kind: 'other', maker: 'z' },
  })
  expect(refused.statusCode).toBe(401)
  expect((await app.inject({ url: at('quays'), headers: elsewhere })).json()).toMatchObject({
    mayPropose: false,
    mayManage: false,
  })
})
