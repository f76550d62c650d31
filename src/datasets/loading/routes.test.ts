import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type App, buildApp } from '../../http/app.ts'
import { instanceTarget } from './instance-target.ts'
import { type LoadsFixture, openLoads } from './loads.suite.ts'
import { loadingRoutes } from './routes.ts'
import type { LoadView } from './schema.ts'

let fixture: LoadsFixture
let app: App
let base: string

async function serve() {
  app = await buildApp({ trustedProxies: [], logger: pino({ level: 'silent' }) })
  loadingRoutes(app, fixture.loads)
  base = await app.listen({ host: '127.0.0.1', port: 0 })
}
beforeAll(async () => {
  fixture = await openLoads()
})
afterAll(() => fixture.close())
beforeEach(serve)
afterEach(() => app.close())

const api = (path: string, init?: RequestInit) => fetch(`${base}/api/v1/datasets/${path}`, init)
const viewAt = async (path: string): Promise<LoadView> => (await api(path)).json() as Promise<LoadView>

/** Follows a load by its events until the stream ends. */
async function follow(id: string, load: string): Promise<LoadView[]> {
  const response = await api(`${id}/loads/${load}`, { headers: { accept: 'text/event-stream' } })
  expect(response.headers.get('content-type')).toMatch(/event-stream/)
  return (await response.text())
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)))
}

test('a body is a version; its load is followed by events', async () => {
  const response = await api('quays/versions?create=true&fileName=quais.csv', {
    method: 'POST',
    body: 'id,name\n1,Arenc\n',
  })
  expect(response.status).toBe(202)
  const view = (await response.json()) as LoadView
  expect(response.headers.get('location')).toBe(`/api/v1/datasets/quays/loads/${view.id}`)
  const events = await follow('quays', view.id)
  expect(events.at(-1)).toMatchObject({ state: 'published', version: 1, fileName: 'quais.csv' })
  expect(await fixture.rows('quays')).toEqual([{ id: 1, name: 'Arenc' }])
})

test('JSON and unknown content types are files too, larger than a JSON body may be', async () => {
  const rows = Array.from({ length: 40_000 }, (_, i) => ({ id: i, name: `quay number ${i} of the port` }))
  const body = JSON.stringify(rows)
  expect(body.length).toBeGreaterThan(1_200_000)
  const response = await api('from-json/versions?create=true', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  })
  const view = (await response.json()) as LoadView
  expect((await follow('from-json', view.id)).at(-1)).toMatchObject({
    state: 'published',
    result: { rowCount: 40_000 },
  })
})

describe('an upload in pieces', () => {
  const rows = Array.from({ length: 5_000 }, (_, i) => `${i},berth ${i}`)
  const file = Buffer.from(`id,name\n${rows.join('\n')}\n`)
  const begin = async (id: string) => {
    const response = await api(`${id}/versions?create=true`, {
      method: 'POST',
      headers: { 'upload-length': String(file.length) },
    })
    expect(response.status).toBe(201)
    expect(response.headers.get('upload-offset')).toBe('0')
    return (await response.json()) as LoadView
  }
  const send = (path: string, offset: number, body: Uint8Array<ArrayBuffer>) =>
    api(path, {
      method: 'PATCH',
      body,
      headers: { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
    })

  test('goes on where it was after a restart of the server', async () => {
    const { id } = await begin('pieces')
    const path = `pieces/loads/${id}`
    const first = await send(path, 0, file.subarray(0, 30_000))
    expect([first.status, first.headers.get('upload-offset')]).toEqual([204, '30000'])
    await app.close()
    await fixture.restart()
    await serve()
    const head = await api(path, { method: 'HEAD' })
    expect(head.headers.get('upload-offset')).toBe('30000')
    expect((await send(path, 30_000, file.subarray(30_000))).status).toBe(204)
    expect((await follow('pieces', id)).at(-1)).toMatchObject({
      state: 'published',
      result: { rowCount: 5_000 },
    })
  })

  test('refuses a piece at another offset, more bytes than announced, and pieces after the last', async () => {
    const { id } = await begin('pieces-wrong')
    const path = `pieces-wrong/loads/${id}`
    expect((await send(path, 10, file.subarray(10, 20))).status).toBe(409)
    expect((await send(path, 0, Buffer.concat([file, file]))).status).toBe(409)
    const at = Number((await api(path, { method: 'HEAD' })).headers.get('upload-offset'))
    expect((await send(path, at, file.subarray(at))).status).toBe(204)
    expect((await send(path, file.length, file.subarray(0, 1))).status).toBe(409)
    expect(
      (await api(path, { method: 'PATCH', body: 'x', headers: { 'upload-offset': '0x10' } })).status,
    ).toBe(400)
  })

  test('bytes that came before a cut are kept', async () => {
    const { id } = await begin('pieces-cut')
    const path = `pieces-cut/loads/${id}`
    async function* cut() {
      yield file.subarray(0, 20_000)
      throw new Error('the line is cut')
    }
    await expect(
      fetch(`${base}/api/v1/datasets/${path}`, {
        method: 'PATCH',
        body: cut() as unknown as NonNullable<RequestInit['body']>,
        duplex: 'half',
        headers: { 'upload-offset': '0' },
      } as RequestInit),
    ).rejects.toThrow()
    let offset = 0
    while (offset < file.length) {
      offset = Number((await api(path, { method: 'HEAD' })).headers.get('upload-offset'))
      const answer = await send(path, offset, file.subarray(offset))
      if (answer.ok) break
    }
    expect((await follow('pieces-cut', id)).at(-1)).toMatchObject({
      state: 'published',
      result: { rowCount: 5_000 },
    })
  })
})

test('a preview stops for a person, whose plan is then followed and kept', async () => {
  const csv = 'code;date;note\n12;01/02/2026;a\n13;03/04/2026;b\n'
  const begun = (await (
    await api('plans/versions?create=true&preview=true', { method: 'POST', body: csv })
  ).json()) as LoadView
  expect((await follow('plans', begun.id)).at(-1)!.state).toBe('planned')
  const { plan, sampleRows } = (await (await api(`plans/loads/${begun.id}/plan`)).json()) as {
    plan: { fields: { name: string; type: string; reading: object; included: boolean }[] }
    sampleRows: object[]
  }
  expect(sampleRows[0]).toMatchObject({ date: '01/02/2026' })
  plan.fields[0]!.type = 'text'
  plan.fields[1]!.reading = { kind: 'pattern', patterns: ['MM/dd/yyyy'] }
  plan.fields[2]!.included = false
  const started = await api(`plans/loads/${begun.id}/start`, {
    method: 'POST',
    body: JSON.stringify({ plan }),
    headers: { 'content-type': 'application/json' },
  })
  expect(started.status).toBe(202)
  expect((await follow('plans', begun.id)).at(-1)!.state).toBe('published')
  expect(await fixture.rows('plans')).toEqual([
    { code: '12', date: '2026-01-02' },
    { code: '13', date: '2026-03-04' },
  ])
  const next = await fixture.load('plans', 'code;date;note\n14;05/06/2026;c\n15;07/08/2026;d\n')
  expect(next.state).toBe('published')
  expect((await fixture.rows('plans'))[0]).toEqual({ code: '14', date: '2026-05-06' })
})

test('rejected rows go out, come back corrected, and are added', async () => {
  const rows = Array.from({ length: 400 }, (_, i) => `${i};quai ${i};${i / 2}`.replace('.', ','))
  rows[7] = '7;quai "7";bad'
  rows[9] = '9;quai 9;many'
  const view = await fixture.load('round', `id;nom;longueur\n${rows.join('\n')}\n`)
  expect(view).toMatchObject({ state: 'published', result: { rowCount: 398, rejectedCount: 2 } })
  const rejects = await (await api(`round/loads/${view.id}/rejects.csv`)).text()
  expect(
    rejects
      .replace(/^\uFEFF/, '')
      .split('\r\n')
      .slice(0, 3),
  ).toEqual([
    '_line,_reason,id,nom,longueur',
    '9,longueur: type (bad),7,"quai ""7""",bad',
    '11,longueur: type (many),9,quai 9,many',
  ])
  const corrected = rejects.replace(',bad\r', ',"3,5"\r').replace(',many\r', ',"4,5"\r')
  const fixed = await fixture.load('round', corrected, { corrects: view.id })
  expect(fixed).toMatchObject({ state: 'published', version: 2, error: null })
  const all = await fixture.rows('round')
  expect(all).toHaveLength(400)
  expect(all.slice(-2)).toEqual([
    { id: 7, nom: 'quai "7"', longueur: 3.5 },
    { id: 9, nom: 'quai 9', longueur: 4.5 },
  ])
})

test('a load can be cancelled while it waits for its bytes, and the dataset stays', async () => {
  await fixture.load('cancelled', 'id,name\n1,a\n')
  const begun = (await (
    await api('cancelled/versions', { method: 'POST', headers: { 'upload-length': '100' } })
  ).json()) as LoadView
  expect(
    ((await (await api(`cancelled/loads/${begun.id}`, { method: 'DELETE' })).json()) as LoadView).state,
  ).toBe('cancelled')
  expect(await fixture.rows('cancelled')).toEqual([{ id: 1, name: 'a' }])
})

test('unknown datasets, loads and options are refused', async () => {
  expect((await api('nowhere/versions', { method: 'POST', body: 'a\n1\n' })).status).toBe(404)
  expect((await api('nowhere/loads/abc')).status).toBe(404)
  expect((await api('quays/versions?epsg=lambert', { method: 'POST', body: 'a\n1\n' })).status).toBe(400)
  expect((await api('quays/loads')).status).toBe(200)
})

test('the command sends a file to a running instance in pieces', async () => {
  const { mkdtempSync, rmSync, writeFileSync } = await import('node:fs')
  const folder = mkdtempSync(`${fixture.folder}/send-`)
  writeFileSync(
    `${folder}/places.csv`,
    `id,name\n${Array.from({ length: 1000 }, (_, i) => `${i},place ${i}`).join('\n')}\n`,
  )
  const target = instanceTarget(base, { fetch, pause: async () => {} })
  const view = await target.load({
    datasetId: 'sent',
    path: `${folder}/places.csv`,
    options: { create: true, fileName: 'places.csv' },
    tableSchema: '',
    onProgress: () => {},
  })
  expect(view).toMatchObject({ state: 'published', result: { rowCount: 1_000, reader: 'engine' } })
  expect((await viewAt(`sent/loads/${view.id}`)).version).toBe(1)
  rmSync(folder, { recursive: true })
})
