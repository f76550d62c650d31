import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { instanceTarget } from '../../src/connectors/portals/instance-target.ts'
import { importRoutes } from '../../src/connectors/portals/routes.ts'
import { type App, buildApp } from '../../src/http/app.ts'
import { type ImportInstance, newFolder, openInstance, removeFolder } from './instance.suite.ts'
import { type Portal, startPortal } from './portal.suite.ts'

const folder = newFolder()
let portal: Portal
let instance: ImportInstance
let app: App
beforeAll(async () => {
  portal = await startPortal(3)
  instance = await openInstance(folder)
  app = await buildApp({ trustedProxies: [], logger: pino({ level: 'silent' }) })
  importRoutes(app, instance.imports)
  await app.ready()
})
afterAll(async () => {
  await app.close()
  await instance.close()
  await portal.close()
  removeFolder(folder)
})

const ask = (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) =>
  app.inject({ method, url, ...(payload && { payload }), headers: { host: '127.0.0.1:8787' } })

it('an import over the API: begun, told, reported as JSON and as CSV', async () => {
  const begun = await ask('POST', '/api/v1/imports', { address: portal.address })
  expect(begun.statusCode).toBe(202)
  const { id } = begun.json()
  expect(begun.headers.location).toBe(`/api/v1/imports/${id}`)
  const same = await ask('POST', '/api/v1/imports', { address: portal.address })
  expect(same.json().id).toBe(id)
  await instance.imports.settled(id)
  expect((await ask('GET', `/api/v1/imports/${id}`)).json()).toMatchObject({
    state: 'done',
    stage: 'ended',
    counts: { all: 3, imported: 3, waiting: 0 },
    rows: portal.rowCount,
  })
  expect((await ask('GET', '/api/v1/imports')).json().imports).toHaveLength(1)
  expect((await ask('GET', `/api/v1/imports/${id}/report`)).json()).toMatchObject({
    isEqual: true,
    rowsThere: portal.rowCount,
    rowsHere: portal.rowCount,
  })
  const csv = await ask('GET', `/api/v1/imports/${id}/report?format=csv`)
  expect(csv.headers['content-type']).toContain('text/csv')
  expect(csv.body.trim().split('\r\n')).toHaveLength(4)
  expect(
    (await ask('GET', '/api/v1/imports/kinds')).json().kinds.map((kind: { id: string }) => kind.id),
  ).toEqual(['opendatasoft', 'udata', 'ckan', 'dcat'])
})

it('an import that is stopped keeps what it brought and ends', async () => {
  portal.instead = (path, response) => {
    // Never answered: it is stopped in the middle of a file.
    if (!path.includes('jeu-001/exports')) return false
    response.write('{"code"')
    return true
  }
  portal.touch(1)
  const { id } = (await ask('POST', '/api/v1/imports', { address: portal.address })).json()
  await expect.poll(() => portal.asked.at(-1)).toContain('jeu-001')
  expect((await ask('DELETE', `/api/v1/imports/${id}`)).json()).toMatchObject({ state: 'cancelled' })
  expect(instance.datasets.describe('jeu-001').currentVersion).toBe(1)
})

it.each<[object, number, string]>([
  [{ address: 'http://169.254.169.254/' }, 400, 'outbound_refused'],
  [{ address: 'http://localhost.@10.0.0.1/' }, 400, 'outbound_refused'],
  [{ address: 'http://a b' }, 400, 'invalid_input'],
  [{ address: 'https://portal.example', kind: 'nothing' }, 503, 'unavailable'],
  [{ address: 'https://portal.example', role: 'admin' }, 400, 'invalid_input'],
  [{}, 400, 'invalid_input'],
])('%j is refused', async (payload, status, code) => {
  const answer = await ask('POST', '/api/v1/imports', payload)
  expect([answer.statusCode, answer.json().code]).toEqual([status, code])
})

it('the command line asks a running instance', async () => {
  portal.instead = () => false
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const target = instanceTarget(address, { fetch, pause: async () => {} })
  const told: string[] = []
  const begun = await target.begin({ address: portal.address })
  const report = await target.ended(begun, ({ stage }) => told.push(stage))
  expect(report).toMatchObject({ isEqual: true, import: { state: 'done', counts: { all: 3 } } })
  expect(told.at(-1)).toBe('ended')
  await expect(target.begin({ address: 'http://10.0.0.1' })).rejects.toMatchObject({
    code: 'outbound_refused',
  })
})

it('imports that are not there', async () => {
  for (const path of ['nope', 'nope/report'])
    expect((await ask('GET', `/api/v1/imports/${path}`)).statusCode).toBe(404)
})
