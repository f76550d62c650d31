/** Versions of loaded datasets: how one becomes current, and what is put right after a crash. */
import { randomBytes } from 'node:crypto'
import type { Columnar, TableSpec } from '../engines/columnar/columnar.ts'
import type { LoadOutcome, Snapshots } from '../engines/columnar/snapshots.ts'
import type { ControlDb } from '../engines/control/control.ts'
import { checkDefinition } from './metadata-rules.ts'
import { tableName, tableOf } from './rules.ts'
import type { DatasetDefinition, DatasetField, DatasetVersion } from './schema.ts'
import type { DatasetTables } from './tables.ts'
import { emptyTable, type VersionRetention, versionAt, versionsToPurge } from './versions-rules.ts'
import {
  deleteDataset,
  deleteVersion,
  insertEvent,
  insertStagedVersion,
  readVersionStates,
  readVersions,
  type StoredDataset,
  type StoredVersion,
  setVersionState,
  tablesOf,
  updateDataset,
  type VersionState,
} from './versions-store.ts'

export type RowStore = Columnar & Snapshots

export interface VersionsLog {
  info(details: object, text: string): void
  warn(details: object, text: string): void
}

export interface Publication {
  /** Where the rows came from: a file name, a source, `rollback to v3`. */
  origin: string
  note?: string
  /** The fields as loaded, where they are not those of the definition. */
  fields?: DatasetField[]
}

export interface VersionsOptions {
  store: RowStore
  control: ControlDb
  now: () => Date
  log: VersionsLog
}

/** The staging table that rows of these fields are loaded into, under a name of its own. */
export function stagingTable(definition: DatasetDefinition, fields = definition.fields): TableSpec {
  const name = `${tableName(definition.id)}-${randomBytes(6).toString('hex')}`
  return { name, columns: tableOf({ ...definition, fields }).columns, sortBy: [] }
}

export class Versions {
  readonly #options: VersionsOptions
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor(options: VersionsOptions) {
    this.#options = options
  }

  get #db() {
    return tablesOf(this.#options.control)
  }

  /** Changes of one table one after the other. */
  inTurn<T>(datasetId: string, work: () => Promise<T>): Promise<T> {
    const key = tableName(datasetId)
    const mine = (this.#turns.get(key) ?? Promise.resolve()).then(work, work)
    const settled = mine.catch(() => undefined)
    this.#turns.set(key, settled)
    void settled.then(() => {
      if (this.#turns.get(key) === settled) this.#turns.delete(key)
    })
    return mine
  }

  list(datasetId: string): Promise<StoredVersion[]> {
    return readVersions(this.#db, datasetId)
  }

  /**
   * Makes a staging table the next version and the current one: archived, listed as staged, shown by the engine, listed
   * as current. The third step decides: a crash before it leaves the old version, one after it the new one. Answers the
   * dataset as it is then; call it in turn.
   */
  async publish(
    dataset: StoredDataset,
    staging: string,
    outcome: Pick<LoadOutcome, 'rejectedCount'>,
    { origin, note = '', fields = dataset.definition.fields }: Publication,
  ): Promise<{ dataset: StoredDataset; version: DatasetVersion }> {
    const { store, control, now } = this.#options
    const definition: DatasetDefinition = { ...dataset.definition, fields }
    checkDefinition(definition)
    const { id } = definition
    const table = tableName(id)
    const known = await this.list(id)
    const number = Math.max(dataset.currentVersion, ...known.map(({ version }) => version), 0) + 1
    const archived = await store.archive(table, staging, number)
    const entry = { origin, note, rejectedCount: outcome.rejectedCount, fields, ...archived, version: number }
    try {
      await insertStagedVersion(this.#db, id, { ...entry, createdAt: now().toISOString() })
    } catch (error) {
      await store.purge(table, number)
      throw error
    }
    await store.publish(table, staging, number)
    const createdAt = now().toISOString()
    const after: StoredDataset = {
      ...dataset,
      definition,
      currentVersion: number,
      rowCount: archived.rowCount,
      modifiedAt: createdAt,
    }
    await control.transaction<DatasetTables, void>(async (trx) => {
      await setVersionState(trx, id, number, { state: 'kept', createdAt })
      await updateDataset(trx, after)
      const text = [origin, note].filter(Boolean).join(': ')
      await insertEvent(trx, { definition, kind: 'version', version: number, note: text, at: createdAt })
    })
    const { fields: _fields, ...version } = { ...entry, createdAt, state: 'kept' as const }
    return { dataset: after, version }
  }

  /** Purges what retention lets go. Answers the versions that went. */
  async prune(dataset: StoredDataset, retention: VersionRetention): Promise<number[]> {
    const { store, now } = this.#options
    const { id } = dataset.definition
    const gone = versionsToPurge(await this.list(id), dataset.currentVersion, retention, now())
    for (const version of gone) {
      await setVersionState(this.#db, id, version, { state: 'purged' })
      await store.purge(tableName(id), version)
    }
    return gone
  }

  /** Deletes rows and control rows; the changelog stays. Interrupted, it is finished at the next start. */
  async delete(dataset: StoredDataset): Promise<void> {
    const { store, control, now } = this.#options
    const at = now().toISOString()
    const { definition } = dataset
    await control.transaction<DatasetTables, void>(async (trx) => {
      await updateDataset(trx, { ...dataset, currentVersion: -1, modifiedAt: at })
      await insertEvent(trx, { definition, kind: 'deleted', note: '', at })
    })
    await store.drop(tableName(definition.id))
    await deleteDataset(this.#db, definition.id)
  }

  /** The table of a dataset before its first version, with the columns of its fields. */
  async makeEmpty(definition: DatasetDefinition): Promise<void> {
    const { store } = this.#options
    const empty = emptyTable(definition)
    await store.define(empty).catch(async (error: { code?: string }) => {
      if (error.code !== 'conflict') throw error
      await store.drop(empty.name)
      await store.define(empty)
    })
  }

  /**
   * Makes control rows and engine agree after a crash. Answers the datasets as they are then. `isSoleOwner`: no other
   * node can be in the middle of a load, so that what is unfinished is nobody's.
   */
  async reconcile(datasets: readonly StoredDataset[], isSoleOwner: boolean): Promise<StoredDataset[]> {
    const { store, log } = this.#options
    const shown = new Map((await store.publishedTables()).map(({ table, version }) => [table, version]))
    if (isSoleOwner) for (const staging of await store.stagingTables()) await store.drop(staging)
    const states = await readVersionStates(this.#db)
    const archived = isSoleOwner ? await this.#archived(datasets) : new Map<string, number[]>()
    const kept: StoredDataset[] = []
    for (const dataset of datasets) {
      const { id } = dataset.definition
      const table = tableName(id)
      if (dataset.currentVersion < 0) {
        if (!isSoleOwner) continue
        await store.drop(table)
        await deleteDataset(this.#db, id)
        log.info({ dataset: id }, 'finished the deletion of a dataset')
        continue
      }
      const { definition } = dataset
      // The table of a stream holds its rows: it is completed, never made anew.
      if (definition.kind === 'stream') await store.define(tableOf(definition))
      else if (dataset.currentVersion === 0 && !shown.has(table)) await this.makeEmpty(definition)
      const found = {
        shown: shown.get(table) ?? 0,
        archived: archived.get(table),
        states: states.get(id) ?? [],
      }
      kept.push(await this.#settle(dataset, found))
    }
    return kept
  }

  /** Archived versions by table, asked for many at a time: one after the other, thousands of them would be a wait. */
  async #archived(datasets: readonly StoredDataset[]): Promise<Map<string, number[]>> {
    const tables = datasets.map(({ definition }) => tableName(definition.id))
    const found = await Promise.all(tables.map((table) => this.#options.store.archivedVersions(table)))
    return new Map(tables.map((table, i) => [table, found[i]!]))
  }

  /** `archived` is undefined where the rows may be another node's work. */
  async #settle(
    dataset: StoredDataset,
    { shown, archived, states }: { shown: number; archived: number[] | undefined; states: VersionState[] },
  ): Promise<StoredDataset> {
    const { store, control, log, now } = this.#options
    const { definition } = dataset
    const { id } = definition
    const table = tableName(id)
    const versions = states.some(({ state }) => state === 'staged') ? await this.list(id) : []
    let after = dataset
    for (const { version, state, fields, rowCount } of versions) {
      if (state !== 'staged' || version > shown) continue
      const modifiedAt = now().toISOString()
      if (version > after.currentVersion)
        after = {
          ...after,
          definition: { ...definition, fields },
          currentVersion: version,
          rowCount,
          modifiedAt,
        }
      const finished = after
      await control.transaction<DatasetTables, void>(async (trx) => {
        await setVersionState(trx, id, version, { state: 'kept', createdAt: modifiedAt })
        await updateDataset(trx, finished)
        await insertEvent(trx, { definition, kind: 'version', version, note: '', at: modifiedAt })
      })
      log.info({ dataset: id, version }, 'finished the publication of a version')
    }
    if (!archived) return after
    const listed = new Map(states.map((version) => [version.version, version]))
    for (const version of archived) {
      const entry = listed.get(version)
      const isUnfinished = entry === undefined || (entry.state === 'staged' && version > shown)
      if (version === shown || !(isUnfinished || entry.state === 'purged')) continue
      await store.purge(table, version)
      log.info({ dataset: id, version }, 'removed the rows of a version that was not published')
    }
    for (const { version, state } of states)
      if (state === 'staged' && version > shown) await deleteVersion(this.#db, id, version)
    if (after.currentVersion <= shown || (await this.#showAgain(after, shown))) return after
    return { ...after, rowCount: null }
  }

  /** The rows are older than the control store, as after a restore: the archive, when it is there, is shown again. */
  async #showAgain({ definition, currentVersion }: StoredDataset, shown: number): Promise<boolean> {
    const { store, log } = this.#options
    const table = tableName(definition.id)
    const archived = await store.archivedVersions(table)
    log.warn({ dataset: definition.id, version: currentVersion, shown }, 'rows are older than their dataset')
    if (!archived.includes(currentVersion)) return false
    const staging = stagingTable(definition)
    await store.load(staging, { kind: 'version', table, version: currentVersion })
    await store.publish(table, staging.name, currentVersion)
    return true
  }

  /**
   * The rows of a kept version in a staging table, as `fields` when given. Throws `not_found`, or `gone` for a purged
   * version. Call it in turn.
   */
  async stage(dataset: StoredDataset, number: number, fields?: DatasetField[]) {
    const { definition } = dataset
    const version = versionAt(definition.id, await this.list(definition.id), {
      kind: 'version',
      version: number,
    })
    const loaded = fields ?? version.fields
    const staging = stagingTable(definition, loaded)
    const input = { kind: 'version', table: tableName(definition.id), version: number } as const
    return { staging: staging.name, fields: loaded, outcome: await this.#options.store.load(staging, input) }
  }
}
