import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type App, buildApp } from '../http/app.ts'
import { DatasetChanges } from './changes.ts'
import { changeRoutes } from './changes-routes.ts'
import { datasetRoutes } from './routes.ts'
import { field, minuteClock, openDatasets, publishRows, quays, temporaryFolder } from './versions.suite.ts'
import { versionRoutes } from './versions-routes.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let opened: Awaited<ReturnType<typeof openDatasets>>
let app: App
const base = '/api/v1/datasets'

beforeAll(async () => {
  folder = await temporaryFolder()
  const now = minuteClock()
  opened = await openDatasets(folder.folder, now)
  const { datasets, columnar, seen } = opened
  app = await buildApp({ trustedProxies: [], logger: pino({ level: 'silent' }) })
  const changes = new DatasetChanges({ columnar, now })
  datasetRoutes(app, datasets, seen)
  versionRoutes(app, { datasets, changes, seen })
  changeRoutes(app, { datasets, changes, seen, publicUrl: 'https://port.example' })
})
afterAll(async () => {
  await app.close()
  await opened.close()
  await folder.remove()
})

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })
const send = (method: 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) =>
  app.inject({ method, url, payload })
const lines = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

it('makes, tells, changes a dataset, and refuses what cannot be', async () => {
  const fields = [
    field('code', 'text', true),
    field('lengthM', 'integer'),
    field('place', 'geo_point_2d'),
    field('tags', 'json'),
  ]
  const { kind: _, simulated: __, sortBy: ___, ...given } = quays(fields)
  const made = await send('POST', base, { ...given, metadata: { license: 'LO 2.0' } })
  expect(made.statusCode).toBe(201)
  expect(made.headers.location).toBe(`${base}/quays`)
  expect(made.json()).toMatchObject({
    id: 'quays',
    kind: 'snapshot',
    currentVersion: null,
    metadata: { license: 'LO 2.0' },
  })
  expect((await get(base)).json().datasets.map(({ id }: { id: string }) => id)).toEqual(['heard', 'quays'])
  const again = await send('POST', base, given)
  expect([again.statusCode, again.headers['content-type']]).toEqual([
    409,
    'application/problem+json; charset=utf-8',
  ])
  expect((await send('POST', base, { ...given, id: 'x y' })).json()).toMatchObject({
    status: 400,
    code: 'invalid_input',
  })
  expect((await send('POST', base, { id: 'z' })).statusCode).toBe(400)
  expect((await send('PATCH', `${base}/quays`, {})).statusCode).toBe(400)
  expect((await send('PATCH', `${base}/quays`, { id: 'other' })).statusCode).toBe(400)
  expect((await send('PATCH', `${base}/nothing`, { sortBy: [] })).statusCode).toBe(404)
  const patched = await send('PATCH', `${base}/quays`, { metadata: { publisher: 'GPMM' } })
  expect(patched.json()).toMatchObject({ metadata: { license: 'LO 2.0', publisher: 'GPMM' } })
  expect((await get(`${base}/quays`)).json()).toEqual(patched.json())
  expect((await send('DELETE', `${base}/heard`)).statusCode).toBe(409)
})

it('lists versions, with a condition', async () => {
  const row = (code: string, lengthM: number, lon: number) => ({
    code,
    lengthM,
    place_lon: lon,
    place_lat: 43,
    tags: '["a"]',
  })
  await publishRows(opened, 'quays', [row('J1', 1, 5), row('J2', 2, 5)])
  await publishRows(opened, 'quays', [row('J1', 1, 5.5), row('J3', 3, 5)])
  const list = await get(`${base}/quays/versions`)
  expect(list.json().versions).toMatchObject([
    { version: 2, rowCount: 2, state: 'kept' },
    { version: 1, rowCount: 2, state: 'kept' },
  ])
  const known = await get(`${base}/quays/versions`, { 'if-none-match': String(list.headers.etag) })
  expect([known.statusCode, known.body]).toEqual([304, ''])
  const first = await get(`${base}/quays/versions/v1`)
  expect(first.headers['lacydon-dataset-version']).toBe('v1')
  expect(first.json()).toMatchObject({ version: 1, fields: [{ name: 'code' }, {}, {}, {}] })
  expect((await get(`${base}/quays/versions/v9`)).statusCode).toBe(404)
  expect((await get(`${base}/quays/versions/soon`)).statusCode).toBe(400)
  expect((await get(`${base}/heard/versions`)).json()).toEqual({ versions: [] })
})

it('streams the difference as lines and as CSV', async () => {
  const diff = await get(`${base}/quays/diff?from=v1&to=v2`)
  expect(diff.headers).toMatchObject({
    'content-type': 'application/x-ndjson',
    'lacydon-dataset-version': 'v2',
  })
  expect(lines(diff.body)).toEqual([
    {
      op: 'update',
      row: { code: 'J1', lengthM: 1, place: { lon: 5.5, lat: 43 }, tags: ['a'] },
      changed: ['place'],
    },
    { op: 'delete', row: { code: 'J2', lengthM: 2, place: { lon: 5, lat: 43 }, tags: ['a'] } },
    { op: 'insert', row: { code: 'J3', lengthM: 3, place: { lon: 5, lat: 43 }, tags: ['a'] } },
  ])
  const csv = await get(`${base}/quays/diff?from=v1&format=csv`)
  expect(csv.body).toBe(
    'op,code,lengthM,place_lon,place_lat,tags\r\nupdate,J1,1,5.5,43,"[""a""]"\r\ndelete,J2,2,5,43,"[""a""]"\r\ninsert,J3,3,5,43,"[""a""]"\r\n',
  )
  expect((await get(`${base}/quays/diff`)).statusCode).toBe(400)
  expect((await get(`${base}/quays/diff?from=v1&format=pdf`)).statusCode).toBe(400)
})

it('lets a reader follow with “next”', async () => {
  const start = lines((await get(`${base}/quays/changes`)).body)
  expect(start.map(({ op, next }) => op ?? next)).toEqual(['insert', 'insert', '2'])
  const rolled = await send('POST', `${base}/quays/rollback`, { version: 1, note: 'wrong file' })
  expect([rolled.statusCode, rolled.json()]).toMatchObject([201, { version: 3, origin: 'rollback to v1' }])
  const more = lines((await get(`${base}/quays/changes?since=2`)).body)
  expect(more.map(({ op, next }) => op ?? next)).toEqual(['update', 'insert', 'delete', '3'])
  expect(lines((await get(`${base}/quays/changes?since=3`)).body)).toEqual([{ next: '3' }])
  for (const since of ['4', 'x', '-1'])
    expect((await get(`${base}/quays/changes?since=${since}`)).statusCode).toBe(400)
  const [heard] = lines((await get(`${base}/heard/changes`)).body)
  expect(lines((await get(`${base}/heard/changes?since=${heard.next}`)).body).length).toBe(1)
  expect((await send('POST', `${base}/quays/rollback`, { version: 7 })).statusCode).toBe(404)
})

it('feeds readers of Atom and JSON Feed', async () => {
  const atom = await get('/feeds/datasets/quays.atom')
  expect(atom.headers['content-type']).toBe('application/atom+xml; charset=utf-8')
  expect(atom.body).toContain('<title>Quais : version 3</title>')
  expect(atom.body).toContain(
    '<link rel="self" type="application/atom+xml" href="https://port.example/feeds/datasets/quays.atom"/>',
  )
  const json = await get('/feeds/datasets/quays.json?lang=en')
  expect(json.json().items[0]).toMatchObject({
    title: 'Quays: version 3',
    content_text: 'rollback to v1: wrong file',
  })
  expect(
    (await get('/feeds/datasets/quays.json?lang=en', { 'if-none-match': String(json.headers.etag) }))
      .statusCode,
  ).toBe(304)
  expect((await get('/feeds/datasets/nothing.atom')).statusCode).toBe(404)
  expect((await get('/feeds/datasets/heard.json')).json().items).toEqual([])
  expect((await get('/feeds/datasets/quays.json?lang=xx')).statusCode).toBe(400)
  expect((await send('DELETE', `${base}/quays`)).statusCode).toBe(204)
  expect((await get(`${base}/quays`)).statusCode).toBe(404)
  expect((await get('/feeds/datasets.json')).json().items[0]).toMatchObject({ title: 'Quais : supprimé' })
  expect((await get('/feeds/datasets.atom')).statusCode).toBe(200)
})

it('describes its routes', async () => {
  const { paths } = (await get('/api/openapi.json')).json()
  for (const path of [
    '',
    '/{id}',
    '/{id}/versions',
    '/{id}/versions/{at}',
    '/{id}/diff',
    '/{id}/rollback',
    '/{id}/changes',
  ])
    expect(paths).toHaveProperty([`${base}${path}`])
})
