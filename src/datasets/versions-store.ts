/** Control rows of datasets, their versions and their changelog. */
import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { ArchivedVersion } from '../engines/columnar/snapshots.ts'
import type { ControlDb } from '../engines/control/control.ts'
import type { DatasetDefinition, DatasetField, DatasetMetadata, DatasetVersion, Words } from './schema.ts'
import type { DatasetTables } from './tables.ts'

/** A dataset that was made by people, as the control store has it. */
export interface StoredDataset {
  definition: DatasetDefinition
  metadata: DatasetMetadata
  currentVersion: number
  /** Of the current version; null when nobody can say without counting. */
  rowCount: number | null
  createdAt: string
  modifiedAt: string
}

export interface StoredVersion extends DatasetVersion {
  fields: DatasetField[]
}

export type EventKind = 'created' | 'version' | 'definition' | 'metadata' | 'deleted'

export interface DatasetEvent {
  id: string
  datasetId: string
  at: string
  kind: EventKind
  version: number | null
  title: Words
  note: string
}

type Db = Kysely<DatasetTables>

export const tablesOf = (control: ControlDb): Db => control.db.withTables<DatasetTables>()

const datasetOf = (row: DatasetTables['dataset'] & { row_count: number | null }): StoredDataset => ({
  definition: JSON.parse(row.definition),
  metadata: JSON.parse(row.metadata),
  currentVersion: Number(row.current_version),
  rowCount: row.row_count === null ? null : Number(row.row_count),
  createdAt: row.created_at,
  modifiedAt: row.modified_at,
})

const versionOf = (row: DatasetTables['dataset_version']): StoredVersion => ({
  version: Number(row.version),
  rowCount: Number(row.row_count),
  byteCount: Number(row.byte_count),
  checksum: row.checksum,
  origin: row.origin,
  note: row.note,
  rejectedCount: Number(row.rejected_count),
  createdAt: row.created_at,
  state: row.state as DatasetVersion['state'],
  fields: JSON.parse(row.fields),
})

export const readDatasets = async (db: Db): Promise<StoredDataset[]> =>
  (
    await db
      .selectFrom('dataset')
      .leftJoin('dataset_version', (join) =>
        join
          .onRef('dataset_version.dataset_id', '=', 'dataset.id')
          .onRef('dataset_version.version', '=', 'dataset.current_version'),
      )
      .selectAll('dataset')
      .select('dataset_version.row_count')
      .orderBy('dataset.id')
      .execute()
  ).map(datasetOf)

export type VersionState = Pick<StoredVersion, 'version' | 'state'>

/** Of all datasets at once, oldest first: after a start each is looked at. */
export async function readVersionStates(db: Db): Promise<Map<string, VersionState[]>> {
  const rows = await db
    .selectFrom('dataset_version')
    .select(['dataset_id', 'version', 'state'])
    .orderBy('dataset_id')
    .orderBy('version')
    .execute()
  const states = new Map<string, VersionState[]>()
  for (const { dataset_id, version, state } of rows) {
    const one = { version: Number(version), state: state as VersionState['state'] }
    const known = states.get(dataset_id)
    if (known) known.push(one)
    else states.set(dataset_id, [one])
  }
  return states
}

/** Oldest first. */
export const readVersions = async (db: Db, datasetId: string): Promise<StoredVersion[]> =>
  (
    await db
      .selectFrom('dataset_version')
      .selectAll()
      .where('dataset_id', '=', datasetId)
      .orderBy('version')
      .execute()
  ).map(versionOf)

const eventsAtOnce = 200

/** Newest first; of one dataset, or of all, at most `limit` that are shown. */
export async function readEvents(
  db: Db,
  datasetId: string | undefined,
  limit: number,
  isShown: (event: DatasetEvent) => boolean = () => true,
): Promise<DatasetEvent[]> {
  const shown: DatasetEvent[] = []
  for (let offset = 0; shown.length < limit; offset += eventsAtOnce) {
    let query = db.selectFrom('dataset_event').selectAll()
    if (datasetId !== undefined) query = query.where('dataset_id', '=', datasetId)
    const rows = await query
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(eventsAtOnce)
      .offset(offset)
      .execute()
    shown.push(...rows.map(eventOf).filter(isShown))
    if (rows.length < eventsAtOnce) break
  }
  return shown.slice(0, limit)
}

const eventOf = (row: DatasetTables['dataset_event']): DatasetEvent => ({
  id: row.id,
  datasetId: row.dataset_id,
  at: row.at,
  kind: row.kind as EventKind,
  version: row.version === null ? null : Number(row.version),
  title: JSON.parse(row.title),
  note: row.note,
})

export async function insertEvent(
  db: Db,
  {
    definition,
    kind,
    version,
    note,
    at,
  }: {
    definition: DatasetDefinition
    kind: EventKind
    version?: number
    note: string
    at: string
  },
): Promise<void> {
  await db
    .insertInto('dataset_event')
    .values({
      id: randomUUID(),
      dataset_id: definition.id,
      at,
      kind,
      version: version ?? null,
      title: JSON.stringify(definition.title),
      note,
    })
    .execute()
}

export async function insertDataset(db: Db, dataset: StoredDataset): Promise<void> {
  await db
    .insertInto('dataset')
    .values({
      id: dataset.definition.id,
      definition: JSON.stringify(dataset.definition),
      metadata: JSON.stringify(dataset.metadata),
      current_version: dataset.currentVersion,
      created_at: dataset.createdAt,
      modified_at: dataset.modifiedAt,
    })
    .execute()
}

export async function updateDataset(db: Db, dataset: StoredDataset): Promise<void> {
  await db
    .updateTable('dataset')
    .set({
      definition: JSON.stringify(dataset.definition),
      metadata: JSON.stringify(dataset.metadata),
      current_version: dataset.currentVersion,
      modified_at: dataset.modifiedAt,
    })
    .where('id', '=', dataset.definition.id)
    .execute()
}

export async function deleteDataset(db: Db, datasetId: string): Promise<void> {
  await db.deleteFrom('dataset').where('id', '=', datasetId).execute()
}

export interface NewVersion extends ArchivedVersion {
  version: number
  fields: readonly DatasetField[]
  origin: string
  note: string
  rejectedCount: number
  createdAt: string
}

/** A version whose rows are archived and not yet shown. */
export async function insertStagedVersion(db: Db, datasetId: string, version: NewVersion): Promise<void> {
  await db
    .insertInto('dataset_version')
    .values({
      dataset_id: datasetId,
      version: version.version,
      fields: JSON.stringify(version.fields),
      row_count: version.rowCount,
      byte_count: version.byteCount,
      checksum: version.checksum,
      origin: version.origin,
      note: version.note,
      rejected_count: version.rejectedCount,
      created_at: version.createdAt,
      state: 'staged',
    })
    .execute()
}

export async function setVersionState(
  db: Db,
  datasetId: string,
  version: number,
  change: { state: DatasetVersion['state']; createdAt?: string },
): Promise<void> {
  await db
    .updateTable('dataset_version')
    .set({ state: change.state, ...(change.createdAt !== undefined && { created_at: change.createdAt }) })
    .where('dataset_id', '=', datasetId)
    .where('version', '=', version)
    .execute()
}

export async function deleteVersion(db: Db, datasetId: string, version: number): Promise<void> {
  await db
    .deleteFrom('dataset_version')
    .where('dataset_id', '=', datasetId)
    .where('version', '=', version)
    .execute()
}
