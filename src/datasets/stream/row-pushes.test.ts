import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Columnar } from '../../engines/columnar/columnar.ts'
import { openDuckDb } from '../../engines/columnar/duckdb/open.ts'
import { silentLog } from '../../engines/columnar/engine-log.ts'
import type { Snapshots } from '../../engines/columnar/snapshots.ts'
import { type ControlDb, openControl } from '../../engines/control/control.ts'
import { buildApp } from '../../http/app.ts'
import { datasetSources } from '../explore/sources.ts'
import { datasetRoutes } from '../routes.ts'
import type { DatasetDefinition, DatasetField } from '../schema.ts'
import { Datasets } from '../service.ts'
import { datasetMigrations } from '../tables.ts'
import { everythingSeen } from '../versions.suite.ts'
import { pushRoutes } from './push-routes.ts'
import { elementsOf, readRow } from './pushed-row.ts'
import { RowPushes } from './row-pushes.ts'
import { RowStreams } from './row-streams.ts'
import { Listener } from './stream.suite.ts'
import { streamMigrations } from './tables.ts'

const field = (name: string, type: DatasetField['type'], more: Partial<DatasetField> = {}): DatasetField => ({
  name,
  type,
  label: { fr: name, en: name },
  ...more,
})
const buoys: DatasetDefinition = {
  id: 'buoys',
  kind: 'stream',
  title: { fr: 'Bouées', en: 'Buoys' },
  description: { fr: '', en: '' },
  simulated: false,
  fields: [
    field('buoy', 'text', { annotations: { id: true } }),
    field('at', 'timestamp'),
    field('wave_m', 'double'),
    field('place', 'geo_point_2d'),
    field('received_at', 'timestamp'),
  ],
  eventTime: 'at',
  receiveTime: 'received_at',
  sortBy: ['buoy'],
}

const folder = mkdtempSync(join(tmpdir(), 'lacydon-pushes-'))
let columnar: Columnar & Snapshots
let control: ControlDb
let datasets: Datasets
let pushes: RowPushes
let nowMs = Date.UTC(2026, 2, 1, 9)
let run = 0
const now = () => new Date(nowMs)

async function open() {
  const at = join(folder, String(run))
  columnar = await openDuckDb({ folder: join(at, 'columnar'), log: silentLog })
  control = await openControl({ file: join(at, 'control.sqlite'), log: silentLog })
  await control.migrate([datasetMigrations, streamMigrations])
  datasets = await Datasets.open({ columnar, control, builtIn: [], now, log: silentLog })
  pushes = new RowPushes({ columnar, control, datasets, now })
}
async function shut() {
  await columnar.close()
  await control.close()
}
beforeEach(async () => {
  run++
  await open()
  await datasets.create(buoys)
})
afterEach(shut)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const row = (buoy: string, second: number, wave_m: number | null = second) => ({
  buoy,
  at: new Date(Date.UTC(2026, 2, 1, 8, 0, second)).toISOString(),
  wave_m,
  place: { lon: 5.3, lat: 43.2 },
})
const lines = (...rows: unknown[]) => rows.map((one) => JSON.stringify(one)).join('\n')
const stored = async (at?: string) => {
  const { from, where } = await datasets.source('buoys', at === undefined ? {} : { at })
  const rows = await columnar.query({ from, ...(where && { where }) })
  return rows.map(({ buoy, wave_m }) => `${buoy} ${wave_m}`).sort()
}

describe('rows that are pushed', () => {
  it('are taken whole or not at all, and the answer says which', async () => {
    const bad = [
      { ...row('B', 2), wave_m: '2' },
      { ...row('B', 3), at: null },
      { ...row('B', 3), at: 'yesterday' },
      { ...row('B', 4), swell: 1 },
      { ...row('B', 5), place: [200, 0] },
      { ...row('B', 6), received_at: '2020-01-01T00:00:00Z' },
      'B',
    ]
    const { answer } = await pushes.push(
      'buoys',
      `${lines(row('A', 1), ...bad)}\n{broken\n${lines(row('C', 9))}`,
    )
    expect(answer).toMatchObject({ accepted: 2, rejected: 8, receivedAt: '2026-03-01T09:00:00.000Z' })
    expect(answer.rejects.map(({ row: at, field: name, rule }) => [at, name, rule])).toEqual([
      [2, 'wave_m', 'type'],
      [3, 'at', 'required'],
      [4, 'at', 'type'],
      [5, 'swell', 'unknown-field'],
      [6, 'place', 'outside-the-earth'],
      [7, 'received_at', 'set-by-the-platform'],
      [8, null, 'object'],
      [9, null, 'json'],
    ])
    expect(await stored()).toEqual(['A 1', 'C 9'])
  })

  it('are there at the moment they were received, and tell those who listen', async () => {
    const sources = datasetSources(datasets, now)
    const streams = new RowStreams({ columnar, sources, now, log: silentLog })
    const heard = new Listener(streams)
    await heard.join({ id: 'buoys' })
    await pushes.push('buoys', JSON.stringify([row('A', 1)]))
    nowMs += 60_000
    await pushes.push('buoys', lines(row('A', 2), row('B', 2)))
    await streams.tick()
    expect(heard.rows.flat().map(({ buoy, wave_m }) => `${buoy} ${wave_m}`)).toEqual(['A 2', 'B 2'])
    expect(await stored('2026-03-01T09:00:30Z')).toEqual(['A 1'])
    expect(await stored()).toEqual(['A 1', 'A 2', 'B 2'])
    streams.close()
    nowMs -= 60_000
  })

  it('come once with a key, also when the answer was lost, and a key has one body', async () => {
    const body = lines(row('A', 1))
    const first = await pushes.push('buoys', body, 'k1')
    const again = await pushes.push('buoys', body, 'k1')
    expect(again).toEqual({ answer: first.answer, isRepeated: true })
    await expect(pushes.push('buoys', lines(row('A', 2)), 'k1')).rejects.toMatchObject({
      code: 'idempotency_key_reused',
      status: 422,
    })
    await Promise.all([pushes.push('buoys', body, 'k2'), pushes.push('buoys', body, 'k2')])
    expect(await stored()).toEqual(['A 1', 'A 1'])
  })

  it('come once when the process dies before or after they are stored', async () => {
    const body = lines(row('A', 1))
    const broken = (when: 'before' | 'after'): Columnar =>
      Object.assign(Object.create(columnar), {
        ranges: () => columnar.ranges(),
        async append(...args: Parameters<Columnar['append']>) {
          if (when === 'after') await columnar.append(...args)
          throw new Error('gone')
        },
      })
    for (const when of ['before', 'after'] as const) {
      const dying = new RowPushes({ columnar: broken(when), control, datasets, now })
      await expect(dying.push('buoys', body, when)).rejects.toThrow('gone')
      await shut()
      await open()
      expect((await pushes.push('buoys', body, when)).isRepeated).toBe(when === 'after')
    }
    expect(await stored()).toEqual(['A 1', 'A 1'])
  })

  it('are kept by a restart; the columns of a stream stay as they are', async () => {
    await pushes.push('buoys', lines(row('A', 1)))
    await shut()
    await open()
    expect(await stored()).toEqual(['A 1'])
    await expect(datasets.update('buoys', { sortBy: ['at'] })).rejects.toMatchObject({ code: 'conflict' })
    await expect(
      datasets.create({ ...buoys, id: 'no-time', receiveTime: undefined as never }),
    ).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('are refused where there is no stream', async () => {
    await datasets.create({ ...buoys, id: 'quays', kind: 'snapshot' })
    await expect(pushes.push('quays', '[]')).rejects.toMatchObject({ code: 'conflict' })
    await expect(pushes.push('nothing', '[]')).rejects.toMatchObject({ code: 'not_found' })
    await expect(pushes.push('buoys', '[{"a":1}')).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(pushes.push('buoys', '[]', 'a b')).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('any JSON is read or rejected, never half taken', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.record({ buoy: fc.jsonValue(), at: fc.date({ noInvalidDate: true }), place: fc.jsonValue() }),
        ),
        (value) => {
          const [element] = elementsOf(`[${JSON.stringify(value)}]`)
          const read = readRow(buoys, element, 1, '2026-03-01T09:00:00.000Z')
          if ('row' in read)
            expect(Object.keys(read.row).sort()).toEqual([
              'at',
              'buoy',
              'place_lat',
              'place_lon',
              'received_at',
              'wave_m',
            ])
          else expect(read.reject.rule).not.toBe('')
        },
      ),
    )
  })

  it('come over HTTP, into a dataset made there', async () => {
    const app = await buildApp({ trustedProxies: [], logger: pino({ level: 'silent' }) })
    datasetRoutes(app, datasets, everythingSeen(datasets))
    pushRoutes(app, pushes)
    await app.listen({ port: 0, host: '127.0.0.1' })
    const base = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/api/v1/datasets`
    const post = (url: string, body: string, headers: Record<string, string> = {}) =>
      fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
    try {
      const { receiveTime: _, ...tides } = { ...buoys, id: 'tides', fields: buoys.fields.slice(0, 3) }
      expect((await post(base, JSON.stringify(tides))).status).toBe(201)
      expect(datasets.get('tides')).toMatchObject({ kind: 'stream', receiveTime: 'received_at' })
      const { place: _place, ...tide } = row('T', 1)
      const sent = await post(`${base}/tides/rows`, lines(tide), {
        'content-type': 'application/x-ndjson',
        'idempotency-key': 'one',
      })
      expect(await sent.json()).toMatchObject({ accepted: 1, rejected: 0, rejects: [] })
      const again = await post(`${base}/tides/rows`, lines(tide), { 'idempotency-key': 'one' })
      expect(again.headers.get('idempotency-replayed')).toBe('true')
      expect((await post(`${base}/tides/rows`, '')).status).toBe(400)
      expect((await post(base, JSON.stringify({ ...tides, id: 'x', eventTime: 'buoy' }))).status).toBe(400)
    } finally {
      await app.close()
    }
  })
})
