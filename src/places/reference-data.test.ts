import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Datasets } from '../datasets/service.ts'
import { datasetMigrations } from '../datasets/tables.ts'
import type { Columnar } from '../engines/columnar/columnar.ts'
import { openDuckDb } from '../engines/columnar/duckdb/open.ts'
import { silentLog } from '../engines/columnar/engine-log.ts'
import type { Snapshots } from '../engines/columnar/snapshots.ts'
import { type ControlDb, openControl } from '../engines/control/control.ts'
import { codeDatasets, demoDatasets } from './reference-datasets.ts'
import { loadReferenceData } from './service.ts'

let folder: string
let store: Columnar & Snapshots
let control: ControlDb
let datasets: Datasets
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lacydon-places-'))
  store = await openDuckDb({ folder: join(folder, 'columnar'), log: silentLog })
  control = await openControl({ file: join(folder, 'control.sqlite'), log: silentLog })
  await control.migrate([datasetMigrations])
  datasets = await Datasets.open({
    columnar: store,
    control,
    builtIn: [],
    now: () => new Date(),
    log: silentLog,
  })
})
afterAll(async () => {
  await store.close()
  await control.close()
  await rm(folder, { recursive: true, force: true })
})
const load = (withDemo: boolean) => loadReferenceData({ store, datasets, log: silentLog, withDemo })
const all = async (id: string) => store.query({ from: (await datasets.source(id)).from })
const ids = () =>
  datasets
    .list()
    .map(({ id }) => id)
    .sort()

it('publishes what the package brings, once', async () => {
  await load(false)
  expect(ids()).toEqual(['mid-codes', 'navigation-status', 'ship-types'])
  await load(true)
  expect(ids()).toEqual(['demo-places', 'mid-codes', 'navigation-status', 'ship-types'])
  for (const id of ids()) {
    expect(await datasets.versions(id), id).toHaveLength(1)
    const { definition, metadata } = datasets.describe(id)
    expect(metadata, id).toMatchObject({ publisher: 'Lacydon', license: 'Apache-2.0' })
    expect(definition.simulated, id).toBe(id === 'demo-places')
    const rows = await all(id)
    expect(rows.length, id).toBeGreaterThan(10)
    expect(
      rows.every(({ source }) => typeof source === 'string' && source !== ''),
      id,
    ).toBe(true)
  }
})

it('tells codes as they are', async () => {
  expect((await all('mid-codes')).find(({ mid }) => mid === 227)).toMatchObject({
    iso2: 'FR',
    name_en: 'France',
  })
  expect((await all('navigation-status')).find(({ code }) => code === 5)).toMatchObject({
    name_fr: 'amarré',
    isUnderWay: false,
  })
  expect((await all('navigation-status')).map(({ code }) => code)).toEqual([...Array(16).keys()])
  expect((await all('ship-types')).find(({ from }) => from === 70)).toMatchObject({
    category: 'cargo',
    to: 79,
  })
})

it('places the demo port where it is', async () => {
  const rows = await all('demo-places')
  for (const row of rows) {
    const [west, south, east, north] = ['shape_west', 'shape_south', 'shape_east', 'shape_north'].map(
      (side) => Number(row[side]),
    )
    expect(west).toBeGreaterThan(3)
    expect(east).toBeLessThan(7)
    expect(south).toBeGreaterThan(42)
    expect(north).toBeLessThan(44)
    expect(JSON.parse(String(row.shape)).coordinates.length).toBeGreaterThan(0)
  }
})

it('keeps what people made of it', async () => {
  await datasets.update('ship-types', { title: { fr: 'Mes types', en: 'My types' } })
  await datasets.rollback('ship-types', 1)
  await load(true)
  expect(await datasets.versions('ship-types')).toHaveLength(2)
  expect(datasets.get('ship-types').title.fr).toBe('Mes types')
})

it('goes on when one cannot be loaded', async () => {
  await datasets.delete('mid-codes')
  await datasets.delete('ship-types')
  const failing = {
    ...store,
    archive: (table: string, ...rest: [string, number]) =>
      table === 'mid_codes' ? Promise.reject(new Error('no space left')) : store.archive(table, ...rest),
  }
  const warned: object[] = []
  const log = { ...silentLog, warn: (details: object) => warned.push(details) }
  const other = await Datasets.open({
    columnar: failing,
    control,
    builtIn: [],
    now: () => new Date(),
    log: silentLog,
  })
  await loadReferenceData({ store: failing, datasets: other, log, withDemo: true })
  expect(warned).toMatchObject([{ dataset: 'mid-codes' }])
  expect(await other.versions('ship-types')).toHaveLength(1)
  expect(await store.stagingTables()).toEqual([])
})

it('names each of its datasets once', () => {
  const names = [...codeDatasets, ...demoDatasets].map(({ definition }) => definition.id)
  expect(new Set(names).size).toBe(names.length)
})
