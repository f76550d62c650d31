/** Control rows of imports. Each change is one transaction: what a kill leaves can be gone on with. */
import type { ControlDb } from '../../engines/control/control.ts'
import type { FoundDataset } from '../contract.ts'
import type { ImportRequest, ImportState, ItemState } from './schema.ts'
import type { PortalTables } from './tables.ts'

export interface Failure {
  code: string
  message: string
}

export interface StoredImport {
  id: string
  address: string
  kind: string
  options: ImportRequest
  state: ImportState
  cursor: string
  isCatalogueRead: boolean
  datasetsThere: number
  error: Failure | null
  createdAt: string
  modifiedAt: string
}

/** An item without what its source tells; `found` is read one at a time, or a thousand would fill the memory. */
export type StoredItem = Omit<PortalTables['portal_import_item'], 'found' | 'state' | 'reason'> & {
  state: ItemState
  reason: Failure | null
}

export type KnownDataset = PortalTables['portal_dataset']

export interface NewItem {
  datasetId: string
  found: FoundDataset
}

const importOf = (row: PortalTables['portal_import']): StoredImport => ({
  id: row.id,
  address: row.address,
  kind: row.kind,
  options: JSON.parse(row.options),
  state: row.state as ImportState,
  cursor: row.cursor,
  isCatalogueRead: Number(row.is_catalogue_read) === 1,
  datasetsThere: Number(row.datasets_there),
  error: JSON.parse(row.error),
  createdAt: row.created_at,
  modifiedAt: row.modified_at,
})

const numbers = ['position', 'rows_read', 'rows_here', 'rows_rejected', 'bytes', 'version'] as const

function itemOf(row: PortalTables['portal_import_item']): StoredItem & { found: FoundDataset } {
  const item = { ...row }
  for (const name of numbers) item[name] = Number(row[name])
  return {
    ...item,
    state: row.state as ItemState,
    found: JSON.parse(row.found),
    reason: JSON.parse(row.reason),
  }
}

export class ImportsStore {
  private readonly control: ControlDb

  constructor(control: ControlDb) {
    this.control = control
  }

  private get db() {
    return this.control.db.withTables<PortalTables>()
  }

  async insert(made: StoredImport): Promise<void> {
    await this.db
      .insertInto('portal_import')
      .values({
        id: made.id,
        address: made.address,
        kind: made.kind,
        options: JSON.stringify(made.options),
        state: made.state,
        cursor: made.cursor,
        is_catalogue_read: made.isCatalogueRead ? 1 : 0,
        datasets_there: made.datasetsThere,
        error: JSON.stringify(made.error),
        created_at: made.createdAt,
        modified_at: made.modifiedAt,
      })
      .execute()
  }

  async find(id: string): Promise<StoredImport | undefined> {
    const row = await this.db.selectFrom('portal_import').selectAll().where('id', '=', id).executeTakeFirst()
    return row && importOf(row)
  }

  /** Newest first. */
  async list(limit: number): Promise<StoredImport[]> {
    const rows = await this.db
      .selectFrom('portal_import')
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .limit(limit)
      .execute()
    return rows.map(importOf)
  }

  async running(): Promise<StoredImport[]> {
    const rows = await this.db
      .selectFrom('portal_import')
      .selectAll()
      .where('state', '=', 'running')
      .orderBy('created_at')
      .execute()
    return rows.map(importOf)
  }

  async change(
    id: string,
    at: string,
    { state, kind, error }: { state?: ImportState; kind?: string; error?: Failure | null },
  ): Promise<void> {
    await this.db
      .updateTable('portal_import')
      .set({
        modified_at: at,
        ...(state !== undefined && { state }),
        ...(kind !== undefined && { kind }),
        ...(error !== undefined && { error: JSON.stringify(error) }),
      })
      .where('id', '=', id)
      .execute()
  }

  /** A page of the catalogue with the place where the next one begins. Items that are there already stay. */
  async addPage(
    id: string,
    items: readonly NewItem[],
    page: { cursor: string | null; total: number | null; at: string },
  ): Promise<void> {
    await this.control.transaction<PortalTables, void>(async (trx) => {
      const { last } = await trx
        .selectFrom('portal_import_item')
        .select((e) => e.fn.max('position').as('last'))
        .where('import_id', '=', id)
        .executeTakeFirstOrThrow()
      for (const [i, { datasetId, found }] of items.entries())
        await trx
          .insertInto('portal_import_item')
          .values({
            import_id: id,
            key: found.key,
            position: Number(last ?? 0) + i + 1,
            dataset_id: datasetId,
            found: JSON.stringify(found),
            state: 'waiting',
            load_id: '',
            rows_read: -1,
            rows_here: -1,
            rows_rejected: 0,
            bytes: 0,
            sha256: '',
            etag: '',
            last_modified: '',
            checksum_there: '',
            checksum_here: '',
            version: 0,
            reason: 'null',
          })
          .onConflict((conflict) => conflict.columns(['import_id', 'key']).doNothing())
          .execute()
      await trx
        .updateTable('portal_import')
        .set({
          cursor: page.cursor ?? '',
          is_catalogue_read: page.cursor === null ? 1 : 0,
          ...(page.total !== null && { datasets_there: page.total }),
          modified_at: page.at,
        })
        .where('id', '=', id)
        .execute()
    })
  }

  /** Items that are not at their end, first come first; few of their columns. */
  async open(id: string): Promise<{ key: string; state: ItemState }[]> {
    const rows = await this.db
      .selectFrom('portal_import_item')
      .select(['key', 'state'])
      .where('import_id', '=', id)
      .where('state', 'in', ['waiting', 'reading', 'loading'])
      .orderBy('position')
      .execute()
    return rows as { key: string; state: ItemState }[]
  }

  async item(id: string, key: string) {
    const row = await this.db
      .selectFrom('portal_import_item')
      .selectAll()
      .where('import_id', '=', id)
      .where('key', '=', key)
      .executeTakeFirstOrThrow()
    return itemOf(row)
  }

  async items(id: string) {
    const rows = await this.db
      .selectFrom('portal_import_item')
      .selectAll()
      .where('import_id', '=', id)
      .orderBy('position')
      .execute()
    return rows.map(itemOf)
  }

  async keys(id: string): Promise<{ key: string; datasetId: string }[]> {
    const rows = await this.db
      .selectFrom('portal_import_item')
      .select(['key', 'dataset_id'])
      .where('import_id', '=', id)
      .execute()
    return rows.map(({ key, dataset_id }) => ({ key, datasetId: dataset_id }))
  }

  /** Changes an item, and with it what is known of its dataset. */
  async saveItem(
    { import_id, key }: { import_id: string; key: string },
    change: Partial<Omit<StoredItem, 'import_id' | 'key'>>,
    known?: KnownDataset,
  ): Promise<void> {
    const { reason, ...rest } = change
    await this.control.transaction<PortalTables, void>(async (trx) => {
      await trx
        .updateTable('portal_import_item')
        .set({ ...rest, ...(reason !== undefined && { reason: JSON.stringify(reason) }) })
        .where('import_id', '=', import_id)
        .where('key', '=', key)
        .execute()
      if (!known) return
      const { source: _, key: __, ...row } = known
      await trx
        .insertInto('portal_dataset')
        .values(known)
        .onConflict((conflict) => conflict.columns(['source', 'key']).doUpdateSet(row))
        .execute()
    })
  }

  async known(source: string, key: string): Promise<KnownDataset | undefined> {
    return this.db
      .selectFrom('portal_dataset')
      .selectAll()
      .where('source', '=', source)
      .where('key', '=', key)
      .executeTakeFirst()
  }

  /** Datasets of ours that came from a portal, by source and key. */
  async origins(): Promise<{ source: string; key: string; datasetId: string }[]> {
    const rows = await this.db.selectFrom('portal_dataset').select(['source', 'key', 'dataset_id']).execute()
    return rows.map(({ source, key, dataset_id }) => ({ source, key, datasetId: dataset_id }))
  }

  async tally(id: string) {
    const rows = await this.db
      .selectFrom('portal_import_item')
      .select((e) => [
        'state',
        e.fn.countAll<number>().as('count'),
        e.fn.sum<number>('bytes').as('bytes'),
        e.fn.sum<number>('rows_here').as('rows'),
      ])
      .where('import_id', '=', id)
      .groupBy('state')
      .execute()
    return rows.map(({ state, count, bytes, rows: n }) => ({
      state: state as ItemState,
      count: Number(count),
      bytes: Number(bytes ?? 0),
      rows: Number(n ?? 0),
    }))
  }
}
