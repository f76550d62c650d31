/** The API on real engines in a temporary folder, with one dataset that has every type. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import type { VisibleFields } from '../../src/datasets/explore/access.ts'
import { Catalogue } from '../../src/datasets/explore/catalogue.ts'
import { exploreRoutes } from '../../src/datasets/explore/routes.ts'
import { datasetSources } from '../../src/datasets/explore/sources.ts'
import { exploreMigrations, instanceSecret } from '../../src/datasets/explore/tables.ts'
import type { DatasetDefinition, DatasetField, DatasetMetadata } from '../../src/datasets/schema.ts'
import { Datasets } from '../../src/datasets/service.ts'
import { datasetMigrations } from '../../src/datasets/tables.ts'
import { batchOfRows } from '../../src/engines/columnar/batch-of-rows.ts'
import type { Columnar, Row } from '../../src/engines/columnar/columnar.ts'
import { openDuckDb } from '../../src/engines/columnar/duckdb/open.ts'
import { silentLog } from '../../src/engines/columnar/engine-log.ts'
import { openControl } from '../../src/engines/control/control.ts'
import { buildApp } from '../../src/http/app.ts'

export interface Instance {
  /** Without a slash at the end. */
  base: string
  datasets: Datasets
  columnar: Columnar
  load(
    definition: DatasetDefinition,
    rows: readonly Row[],
    metadata?: Partial<DatasetMetadata>,
  ): Promise<void>
  get(path: string, init?: RequestInit): Promise<Response>
  // biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is what the tests are about.
  json(path: string): Promise<any>
  close(): Promise<void>
}

export const exploreV2 = '/api/explore/v2.1'

export async function startInstance({
  builtIn = [],
  visibleFields,
  now = () => new Date(),
  interrupt,
}: {
  builtIn?: DatasetDefinition[]
  visibleFields?: VisibleFields
  now?: () => Date
  /** Interrupts in the engine every stream that is under way. */
  interrupt?: AbortSignal
} = {}): Promise<Instance> {
  const folder = await mkdtemp(join(tmpdir(), 'lacydon-explore-'))
  const columnar = await openDuckDb({ folder: join(folder, 'columnar'), log: silentLog })
  const control = await openControl({ file: join(folder, 'control.sqlite'), log: silentLog })
  await control.migrate([datasetMigrations, exploreMigrations])
  const datasets = await Datasets.open({ columnar, control, builtIn, now: () => new Date(), log: silentLog })
  const secret = await instanceSecret(control)
  const sources = datasetSources(datasets, now)
  const catalogue = await Catalogue.open({ columnar, sources, secret, now })
  const app = await buildApp({ trustedProxies: [], logger: pino({ level: 'silent' }) })
  const streamed: Columnar = interrupt
    ? {
        ...columnar,
        stream: (query, options) =>
          columnar.stream(query, { ...options, signal: AbortSignal.any([interrupt, options!.signal!]) }),
      }
    : columnar
  await exploreRoutes(app, {
    columnar: streamed,
    sources,
    catalogue,
    secret,
    now,
    ...(visibleFields && { visibleFields }),
  })
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  const get = (path: string, init?: RequestInit) => fetch(`${base}${exploreV2}${path}`, init)
  return {
    base,
    datasets,
    columnar,
    async load(definition, rows, metadata = {}) {
      if (!datasets.list().some(({ id }) => id === definition.id)) await datasets.create(definition, metadata)
      const staging = datasets.stagingTable(definition.id)
      const batches = (async function* () {
        yield batchOfRows(staging, rows)
      })()
      const outcome = await columnar.load(staging, { kind: 'batches', batches })
      await datasets.publish(definition.id, staging.name, outcome, { origin: 'test' })
    },
    get,
    async json(path) {
      const response = await get(path)
      if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`)
      return response.json()
    },
    async close() {
      await app.close()
      await columnar.close()
      await control.close()
      await rm(folder, { recursive: true })
    },
  }
}

const field = (
  name: string,
  type: DatasetField['type'],
  annotations?: DatasetField['annotations'],
): DatasetField => ({
  name,
  type,
  label: { fr: `${name} (fr)`, en: `${name} (en)` },
  ...(annotations && { annotations }),
})

/** Calls of ships: every type of field. */
export const callsDefinition: DatasetDefinition = {
  id: 'port-calls',
  kind: 'snapshot',
  title: { fr: 'Escales', en: 'Port calls' },
  description: { fr: 'Escales de navires', en: 'Calls of ships' },
  simulated: false,
  sortBy: [],
  fields: [
    field('ship', 'text', { facet: true }),
    field('flag', 'text', { facet: true, disjunctive: true }),
    field('berth', 'text', { facet: true, hierarchical: '/' }),
    field('length_m', 'double'),
    field('crew', 'integer'),
    field('tanker', 'boolean', { facet: true }),
    field('arrived_at', 'timestamp', { facet: true }),
    field('day', 'date'),
    field('month', 'date', { timeserie_precision: 'month' }),
    field('position', 'geo_point_2d'),
    field('hull', 'geo_shape'),
    field('cargo', 'text', { multivalued: true, facet: true }),
    field('notes', 'json'),
  ],
}

const ships = ['Étoile du Nord', 'Sirocco', 'Mistral "III"', '=HYPERLINK("http://x","y")', 'L’Estaque; Séon']
const flags = ['FR', 'IT', 'NO', null]
const berths = ['Fos/Graveleau/1', 'Fos/Graveleau/2', 'Fos/Distriport', 'Marseille/Arenc', null]

/** Rows that are the same each time; the last one is all NULL. */
export function callRows(count: number): Row[] {
  return Array.from({ length: count }, (_, i): Row => {
    if (i === count - 1 && count > 1) return {}
    const lon = 4.8 + (i % 97) / 100
    const lat = 43.2 + (i % 53) / 100
    const ring = [
      [lon, lat],
      [lon + 0.01, lat],
      [lon + 0.01, lat + 0.01],
      [lon, lat],
    ]
    return {
      ship: ships[i % ships.length]!,
      flag: flags[i % flags.length]!,
      berth: berths[i % berths.length]!,
      length_m: 50 + (i % 400) / 2,
      crew: i % 30,
      tanker: i % 3 === 0,
      arrived_at: new Date(Date.UTC(2021, 9, 30, 22) + i * 3_600_000 + (i % 2) * 656).toISOString(),
      day: new Date(Date.UTC(2021, 9, 1 + (i % 60))).toISOString().slice(0, 10),
      month: new Date(Date.UTC(2021, i % 12, 1)).toISOString().slice(0, 10),
      position_lon: lon,
      position_lat: lat,
      hull: JSON.stringify({ type: 'Polygon', coordinates: [ring] }),
      hull_west: lon,
      hull_south: lat,
      hull_east: lon + 0.01,
      hull_north: lat + 0.01,
      cargo: i % 4 === 0 ? null : JSON.stringify(['grain', 'wine', 'oil'].slice(0, i % 4)),
      notes: JSON.stringify({ eta: [i], text: 'a "b"\n' }),
    }
  })
}
