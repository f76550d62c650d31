/** Datasets to cut into tiles, and a reader of tiles. */
import { VectorTile } from '@mapbox/vector-tile'
import Pbf from 'pbf'
import { pino } from 'pino'
import { batchOfRows } from '../../engines/columnar/batch-of-rows.ts'
import type { Row } from '../../engines/columnar/columnar.ts'
import { silentLog } from '../../engines/columnar/engine-log.ts'
import { buildApp } from '../../http/app.ts'
import { datasetSources } from '../explore/sources.ts'
import { tableOf } from '../rules.ts'
import type { DatasetDefinition, DatasetField } from '../schema.ts'
import { Datasets } from '../service.ts'
import { field, openDatasets, publishRows, temporaryFolder } from '../versions.suite.ts'
import type { RowStore } from '../versions.ts'
import { toTile } from './mercator.ts'
import { tileRoutes } from './routes.ts'
import { Tiles } from './tiles.ts'

const dataset = (
  id: string,
  fields: DatasetField[],
  of: Partial<DatasetDefinition> = {},
): DatasetDefinition => ({
  id,
  kind: 'snapshot',
  title: { fr: `${id} (fr)`, en: `${id} (en)` },
  description: { fr: '', en: '' },
  simulated: false,
  fields,
  sortBy: [],
  ...of,
})

export const trees = dataset('trees', [
  field('code', 'integer', true),
  field('species', 'text'),
  field('heightM', 'double'),
  field('isOld', 'boolean'),
  field('place', 'geo_point_2d'),
])
export const zones = dataset('zones', [field('name', 'text'), field('shape', 'geo_shape')])
export const plain = dataset('plain', [field('name', 'text')])
export const positions = dataset(
  'positions',
  [
    field('at', 'timestamp'),
    field('receivedAt', 'timestamp'),
    field('mmsi', 'integer'),
    field('sogKn', 'double'),
    { ...field('position', 'geo_point_2d'), coordinates: { lon: 'lon', lat: 'lat' } },
    field('lon', 'double'),
    field('lat', 'double'),
  ],
  { kind: 'stream', eventTime: 'at', receiveTime: 'receivedAt', sortBy: ['mmsi', 'at'] },
)

/** Repeatable numbers from 0 to 1. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 0x1_0000_0000
  }
}

export function treeRows(count: number, seed = 1): Row[] {
  const next = numbers(seed)
  return Array.from({ length: count }, (_, i) => ({
    code: i,
    species: ['pin', 'chêne', 'olivier'][i % 3]!,
    heightM: i % 7 === 0 ? null : Math.round(next() * 300) / 10,
    isOld: i % 2 === 0,
    place_lon: i % 100 === 99 ? null : 5 + next() * 0.8,
    place_lat: i % 100 === 99 ? null : 43 + next() * 0.6,
  }))
}

const boxOf = (ring: number[][]) => {
  const [lons, lats] = [ring.map(([lon]) => lon!), ring.map(([, lat]) => lat!)]
  return {
    shape_west: Math.min(...lons),
    shape_east: Math.max(...lons),
    shape_south: Math.min(...lats),
    shape_north: Math.max(...lats),
  }
}

export function square(name: string, lon: number, lat: number, size: number): Row {
  const ring = [
    [lon, lat],
    [lon + size, lat],
    [lon + size, lat + size],
    [lon, lat + size],
    [lon, lat],
  ]
  return { name, shape: JSON.stringify({ type: 'Polygon', coordinates: [ring] }), ...boxOf(ring) }
}

/** Opens everything on real engines in a temporary folder. */
export async function openTiles(now = () => new Date(), openStore?: () => Promise<RowStore>) {
  const { folder, remove } = await temporaryFolder()
  const opened = await openDatasets(folder, now, openStore)
  const datasets = await Datasets.open({ ...opened, builtIn: [positions], now, log: silentLog })
  const tiles = new Tiles({ columnar: opened.columnar, sources: datasetSources(datasets, now), now })
  const app = await buildApp({ trustedProxies: [], logger: pino({ level: 'silent' }) })
  tileRoutes(app, tiles, { publicUrl: 'https://port.example/' })
  let seq = 0
  return {
    ...opened,
    datasets,
    tiles,
    app,
    async make(definition: DatasetDefinition, rows: Row[]) {
      if (!datasets.list().some(({ id }) => id === definition.id)) await datasets.create(definition)
      return publishRows({ ...opened, datasets }, definition.id, rows)
    },
    /** Rows of `positions`, as a feed appends them. */
    async hear(rows: Row[]) {
      const table = tableOf(positions)
      const lo = seq
      const numbered = rows.map((row) => ({ ...row, _src: 'test', _seq: seq++ }))
      await opened.columnar.append([batchOfRows(table, numbered)], {
        source: 'test',
        lo,
        hi: seq,
        resumeFrom: seq,
      })
    },
    async close() {
      await app.close()
      await tiles.close()
      await opened.close()
      await remove()
    },
  }
}

export interface ReadFeature {
  id: number | undefined
  type: number
  properties: Record<string, string | number | boolean>
  geometry: { x: number; y: number }[][]
}

/** The layers of a tile by name. */
export function readTile(bytes: Uint8Array): Record<string, ReadFeature[]> {
  // The reader's numbers come from the start of the buffer, wherever the bytes in it begin.
  const tile = new VectorTile(new Pbf(Uint8Array.from(bytes)))
  return Object.fromEntries(
    Object.entries(tile.layers).map(([name, layer]) => [
      name,
      Array.from({ length: layer.length }, (_, i) => {
        const feature = layer.feature(i)
        const { id, type, properties } = feature
        return { id, type, properties, geometry: feature.loadGeometry() }
      }),
    ]),
  )
}

export const tileOf = (z: number, lon: number, lat: number) => {
  const [x, y] = toTile({ z, x: 0, y: 0 }, lon, lat).map((units) => Math.floor(units / 4096))
  return { z, x: x!, y: y! }
}
