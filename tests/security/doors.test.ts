/** Every route of the whole product has a door, and owes each kind of reader what the table in the repository says. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { buildApp } from '../../src/http/app.ts'
import { datasetsOf } from '../../src/http/doors.ts'
import { type Running, startLacydon } from '../../src/main.ts'
import { accessMatrix } from './access-matrix.suite.ts'

const tablePath = join(import.meta.dirname, 'access-matrix.csv')

describe('the whole product', () => {
  let folder: string
  let running: Running

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lacydon-doors-'))
    const args = ['--port', '0', '--data-dir', join(folder, 'data'), '--no-demo', '--log-level', 'silent']
    running = await startLacydon(readConfig({}, args, folder))
  })
  afterAll(async () => {
    await running?.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('declares a door for every route, and names a parameter that the path has', () => {
    expect(running.doors.length).toBeGreaterThan(80)
    const wrong = running.doors.filter(
      ({ url, door }) =>
        'dataset' in door && /:dataset|:id\b/.test(url) && door.dataset && !url.includes(`:${door.dataset}`),
    )
    expect(wrong).toEqual([])
  })

  it('leaves no route to a dataset whose door is public', () => {
    const open = running.doors.filter(
      ({ url, door }) =>
        /\/(datasets|records|vessels|packs)\b/.test(url) && 'public' in door && !url.endsWith('/*'),
    )
    expect(open.map(({ url }) => url)).toEqual([])
  })

  // A new route adds its line with UPDATE_MATRIX=1; what the line says is for a reviewer to agree with.
  it('owes each kind of reader what the table says', async () => {
    const now = accessMatrix(running.doors)
    if (process.env.UPDATE_MATRIX) await writeFile(tablePath, now)
    expect(now.split('\n')).toEqual((await readFile(tablePath, 'utf8')).split('\n'))
  })
})

describe('a server', () => {
  const build = () => buildApp({ trustedProxies: [], logger: pino({ level: 'silent' }) })

  it('does not start while a route declares no door, and names it', async () => {
    const app = await build()
    app.get('/api/v1/forgotten', () => 'data')
    await app.register(async (inner) => {
      inner.post('/api/v1/hidden-in-a-plugin', { config: {} }, () => 'data')
    })
    await expect(app.listen({ host: '127.0.0.1', port: 0 })).rejects.toThrow(
      /GET \/api\/v1\/forgotten, .*POST \/api\/v1\/hidden-in-a-plugin/,
    )
    await app.close()
  })
})

describe('the datasets that a request names', () => {
  const request = { params: {}, query: {}, body: undefined }
  const door = { action: 'query', dataset: 'dataset' } as const

  it.each([
    ['the path', { ...request, params: { dataset: 'loads' }, query: { dataset: 'other' } }, ['loads']],
    ['the address', { ...request, query: { dataset: 'loads' } }, ['loads']],
    ['the address, twice', { ...request, query: { dataset: ['loads', 'ships'] } }, ['loads', 'ships']],
    [
      'a list with moments',
      { ...request, query: { dataset: 'loads@v3, ships@2026-03-01,loads' } },
      ['loads', 'ships'],
    ],
    ['a form', { ...request, body: 'dataset=loads&rows=3' }, ['loads']],
    ['address and form: both', { ...request, query: { dataset: 'a' }, body: 'dataset=b' }, ['a', 'b']],
    ['JSON', { ...request, body: { dataset: 'loads' } }, ['loads']],
    ['a prototype', { ...request, query: Object.create({ dataset: 'loads' }) }, []],
    ['what no id can be', { ...request, query: { dataset: 'a\nb,../x,,"level":' } }, []],
    ['numbers and objects', { ...request, body: { dataset: [1, { a: 1 }, null] } }, []],
  ])('are found in %s', (_where, given, ids) => {
    expect(datasetsOf(door, given as never)).toEqual(ids)
  })

  it('are at most a hundred', () => {
    const dataset = Array.from({ length: 500 }, (_, i) => `d${i}`).join(',')
    expect(datasetsOf(door, { ...request, query: { dataset } } as never)).toHaveLength(100)
  })
})
