/** Control rows of loads and of the plans that datasets keep. */
import type { ControlDb } from '../../engines/control/control.ts'
import type { LoadOptions, LoadPlan, LoadResult, LoadState, LoadView, TextLayout } from './schema.ts'
import type { LoadingTables } from './tables.ts'

/** With what a person said of the file after it came. */
export type StoredOptions = LoadOptions & { layout?: TextLayout }

export interface StoredLoad {
  id: string
  datasetId: string
  state: LoadState
  fileName: string
  /** As announced; −1 when it is not known before the end. */
  sizeBytes: number
  options: StoredOptions
  tableSchema: string
  plan: LoadPlan | null
  isDecided: boolean
  isAccepted: boolean
  holds: string[]
  result: LoadResult | null
  version: number | null
  error: LoadView['error']
  createdAt: string
  modifiedAt: string
}

const rowOf = (load: StoredLoad): LoadingTables['load'] => ({
  id: load.id,
  dataset_id: load.datasetId,
  state: load.state,
  file_name: load.fileName,
  size_bytes: load.sizeBytes,
  options: JSON.stringify(load.options),
  table_schema: load.tableSchema,
  plan: JSON.stringify(load.plan),
  is_decided: load.isDecided ? 1 : 0,
  is_accepted: load.isAccepted ? 1 : 0,
  holds: JSON.stringify(load.holds),
  result: JSON.stringify(load.result),
  version: load.version ?? 0,
  error: JSON.stringify(load.error),
  created_at: load.createdAt,
  modified_at: load.modifiedAt,
})

const loadOf = (row: LoadingTables['load']): StoredLoad => ({
  id: row.id,
  datasetId: row.dataset_id,
  state: row.state as LoadState,
  fileName: row.file_name,
  sizeBytes: Number(row.size_bytes),
  options: JSON.parse(row.options),
  tableSchema: row.table_schema,
  plan: JSON.parse(row.plan),
  isDecided: Number(row.is_decided) === 1,
  isAccepted: Number(row.is_accepted) === 1,
  holds: JSON.parse(row.holds),
  result: JSON.parse(row.result),
  version: Number(row.version) || null,
  error: JSON.parse(row.error),
  createdAt: row.created_at,
  modifiedAt: row.modified_at,
})

export class LoadsStore {
  private readonly control: ControlDb

  constructor(control: ControlDb) {
    this.control = control
  }

  private get db() {
    return this.control.db.withTables<LoadingTables>()
  }

  async insert(load: StoredLoad): Promise<void> {
    await this.db.insertInto('load').values(rowOf(load)).execute()
  }

  async update(load: StoredLoad): Promise<void> {
    const { id, ...row } = rowOf(load)
    await this.db.updateTable('load').set(row).where('id', '=', id).execute()
  }

  async find(id: string): Promise<StoredLoad | undefined> {
    const row = await this.db.selectFrom('load').selectAll().where('id', '=', id).executeTakeFirst()
    return row && loadOf(row)
  }

  /** Of one dataset, newest first. */
  async ofDataset(datasetId: string, limit: number): Promise<StoredLoad[]> {
    const rows = await this.db
      .selectFrom('load')
      .selectAll()
      .where('dataset_id', '=', datasetId)
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .limit(limit)
      .execute()
    return rows.map(loadOf)
  }

  async inStates(states: readonly LoadState[]): Promise<StoredLoad[]> {
    const rows = await this.db
      .selectFrom('load')
      .selectAll()
      .where('state', 'in', states)
      .orderBy('created_at')
      .execute()
    return rows.map(loadOf)
  }

  async modifiedBefore(instant: string): Promise<StoredLoad[]> {
    const rows = await this.db.selectFrom('load').selectAll().where('modified_at', '<', instant).execute()
    return rows.map(loadOf)
  }

  async delete(id: string): Promise<void> {
    await this.db.deleteFrom('load').where('id', '=', id).execute()
  }

  async keptPlan(datasetId: string): Promise<LoadPlan | undefined> {
    const row = await this.db
      .selectFrom('load_plan')
      .select('plan')
      .where('dataset_id', '=', datasetId)
      .executeTakeFirst()
    return row && JSON.parse(row.plan)
  }

  async keepPlan(datasetId: string, plan: LoadPlan, modifiedAt: string): Promise<void> {
    const row = { plan: JSON.stringify(plan), modified_at: modifiedAt }
    await this.db
      .insertInto('load_plan')
      .values({ dataset_id: datasetId, ...row })
      .onConflict((conflict) => conflict.column('dataset_id').doUpdateSet(row))
      .execute()
  }
}
