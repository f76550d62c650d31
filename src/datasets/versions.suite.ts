/** Datasets over real engines, and what their tests share. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { batchOfRows } from '../engines/columnar/batch-of-rows.ts'
import type { Row } from '../engines/columnar/columnar.ts'
import { openDuckDb } from '../engines/columnar/duckdb/open.ts'
import { silentLog } from '../engines/columnar/engine-log.ts'
import { column } from '../engines/columnar/query.ts'
import { openControl } from '../engines/control/control.ts'
import { anonymous } from '../http/principal.ts'
import { everythingVisible } from './explore/access.ts'
import { datasetSources } from './explore/sources.ts'
import { emptyMetadata } from './metadata-rules.ts'
import type { DatasetDefinition, DatasetField } from './schema.ts'
import { SeenDatasets } from './seen.ts'
import { Datasets } from './service.ts'
import { datasetMigrations } from './tables.ts'
import type { RowStore } from './versions.ts'

export const field = (name: string, type: DatasetField['type'], isKey = false): DatasetField => ({
  name,
  type,
  label: { fr: name, en: name },
  ...(isKey && { annotations: { id: true } }),
})

export const quays = (
  fields = [field('code', 'text', true), field('lengthM', 'integer'), field('depthM', 'double')],
) =>
  ({
    id: 'quays',
    kind: 'snapshot',
    title: { fr: 'Quais', en: 'Quays' },
    description: { fr: '', en: '' },
    simulated: false,
    fields,
    sortBy: [],
  }) satisfies DatasetDefinition

export const heard: DatasetDefinition = {
  id: 'heard',
  kind: 'stream',
  title: { fr: 'Entendu', en: 'Heard' },
  description: { fr: '', en: '' },
  simulated: false,
  fields: [field('at', 'timestamp'), field('receivedAt', 'timestamp'), field('mmsi', 'integer')],
  eventTime: 'at',
  receiveTime: 'receivedAt',
  sortBy: ['mmsi', 'at'],
}

/** A clock that goes on by a minute each time it is read. */
export function minuteClock(startMs = Date.UTC(2026, 2, 1)) {
  let ms = startMs
  return () => {
    ms += 60_000
    return new Date(ms)
  }
}

/** Opens datasets on the engines of a folder; a store of another kind may stand for DuckDB. */
export async function openDatasets(
  folder: string,
  now = () => new Date(),
  openStore?: () => Promise<RowStore>,
) {
  const columnar = await (openStore?.() ??
    openDuckDb({
      folder: join(folder, 'columnar'),
      coldFolder: join(folder, 'files', 'datasets'),
      log: silentLog,
    }))
  const control = await openControl({ file: join(folder, 'control.sqlite'), log: silentLog })
  await control.migrate([datasetMigrations])
  const datasets = await Datasets.open({
    columnar,
    control,
    builtIn: [{ ...heard, metadata: { ...emptyMetadata, license: 'CC0 1.0' } }],
    now,
    log: silentLog,
  })
  const seen = everythingSeen(datasets)
  return {
    datasets,
    columnar,
    control,
    seen,
    /** Rows as whoever may see all of them opens them. */
    rows: seen.rowsFor(anonymous, 'export'),
    async close() {
      await columnar.close()
      await control.close()
    },
  }
}

/** Datasets of an instance where everybody sees everything. */
export const everythingSeen = (datasets: Datasets): SeenDatasets =>
  new SeenDatasets({
    datasets,
    sources: datasetSources(datasets, () => new Date()),
    visibleFields: everythingVisible,
  })

export async function temporaryFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'lacydon-datasets-'))
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** Loads rows into a staging table of a dataset and answers its name. */
export async function stageRows(
  { datasets, columnar }: { datasets: Datasets; columnar: RowStore },
  id: string,
  rows: Row[],
  fields?: DatasetField[],
): Promise<string> {
  const staging = datasets.stagingTable(id, fields)
  const batches = (async function* () {
    if (rows.length > 0) yield batchOfRows(staging, rows)
  })()
  await columnar.load(staging, { kind: 'batches', batches })
  return staging.name
}

/** Loads rows and publishes them as the next version. */
export async function publishRows(
  opened: { datasets: Datasets; columnar: RowStore },
  id: string,
  rows: Row[],
  fields?: DatasetField[],
) {
  const staging = await stageRows(opened, id, rows, fields)
  return opened.datasets.publish(id, staging, { rejectedCount: 0 }, { origin: 'test', fields })
}

/** The rows of a dataset, now or at a past state, in the order of their load. */
export async function rowsAt(
  { datasets, columnar }: { datasets: Datasets; columnar: RowStore },
  id: string,
  at?: string,
) {
  const source = await datasets.source(id, at === undefined ? {} : { at })
  const rows = await columnar.query({
    from: source.from,
    where: source.where,
    ...(source.version !== null && { orderBy: [{ by: column('_n') }] }),
  })
  return rows.map(({ _n, ...row }) => row)
}
