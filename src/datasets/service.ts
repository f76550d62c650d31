import type { Columnar, QueryOptions, Row } from '../engines/columnar/columnar.ts'
import { parseRows } from '../engines/columnar/ndjson.ts'
import {
  call,
  column,
  type Expression,
  type From,
  instant,
  type Query,
  table,
} from '../engines/columnar/query.ts'
import type { LoadOutcome, Snapshots } from '../engines/columnar/snapshots.ts'
import type { ControlDb } from '../engines/control/control.ts'
import { conflict, invalidInput, notFound } from '../errors.ts'
import {
  changedDefinition,
  checkDefinition,
  type DefinitionChange,
  emptyMetadata,
  haveSameColumns,
} from './metadata-rules.ts'
import { tableName, tableOf } from './rules.ts'
import type {
  BuiltInDataset,
  DatasetDefinition,
  DatasetField,
  DatasetMetadata,
  DatasetVersion,
} from './schema.ts'
import type { DatasetTables } from './tables.ts'
import { type Publication, stagingTable, Versions, type VersionsLog } from './versions.ts'
import { readAt, type VersionRetention, versionAt } from './versions-rules.ts'
import {
  type DatasetEvent,
  insertDataset,
  insertEvent,
  readDatasets,
  readEvents,
  type StoredDataset,
  tablesOf,
  updateDataset,
} from './versions-store.ts'

/** Rows of a dataset at one moment: everything that reads starts here. */
export interface Source {
  /** With the fields as they were then. */
  definition: DatasetDefinition
  from: From
  /** Rows to leave out, for streams. */
  where?: Expression
  /** Null for streams, and for snapshots that keep no versions. */
  version: number | null
  /** The instant up to which rows of a stream were received; null for now. */
  receivedUntil: string | null
  /** Where it is known without counting. */
  rowCount?: number
  /** Changes when the rows do; null where rows come all the time. */
  etag: string | null
}

/** A dataset with what people are told about it. */
export interface Described {
  definition: DatasetDefinition
  metadata: DatasetMetadata
  /** Null for datasets of the product and before the first version. */
  currentVersion: number | null
  /** Null for datasets of the product. */
  createdAt: string | null
  modifiedAt: string | null
  /** The product's own: neither changed nor deleted. */
  isBuiltIn: boolean
}

export interface DatasetsOptions {
  columnar: Columnar & Snapshots
  control: ControlDb
  /** Those the product defines itself. */
  builtIn: readonly BuiltInDataset[]
  now: () => Date
  log: VersionsLog
}

/** The datasets of this instance and the one way to their rows. */
export class Datasets {
  readonly #options: DatasetsOptions
  readonly #builtIn: Map<string, { definition: DatasetDefinition; metadata: DatasetMetadata }>
  readonly #versions: Versions
  #stored = new Map<string, StoredDataset>()
  #changeCount = 0

  /** Makes or completes the tables of the product's datasets, reads the others, and puts right what a crash left. */
  static async open(options: DatasetsOptions): Promise<Datasets> {
    for (const definition of options.builtIn) await options.columnar.define(tableOf(definition))
    const datasets = new Datasets(options)
    const stored = await readDatasets(tablesOf(options.control))
    // With PostgreSQL other nodes may be at work on what looks unfinished.
    const settled = await datasets.#versions.reconcile(stored, options.control.engine === 'sqlite')
    datasets.#stored = new Map(settled.map((dataset) => [dataset.definition.id, dataset]))
    return datasets
  }

  private constructor(options: DatasetsOptions) {
    const { columnar, control, now, log } = options
    this.#options = options
    this.#builtIn = new Map(
      options.builtIn.map(({ metadata = emptyMetadata, ...definition }) => [
        definition.id,
        { definition, metadata },
      ]),
    )
    this.#versions = new Versions({ store: columnar, control, now, log })
  }

  /** Reads again what other nodes changed. Left for the next time when something changes here meanwhile. */
  async refresh(): Promise<void> {
    const changes = this.#changeCount
    const stored = await readDatasets(tablesOf(this.#options.control))
    if (changes !== this.#changeCount) return
    const shown = stored.filter((dataset) => dataset.currentVersion >= 0)
    this.#stored = new Map(shown.map((dataset) => [dataset.definition.id, dataset]))
  }

  #keep(dataset: StoredDataset): void {
    this.#changeCount++
    this.#stored.set(dataset.definition.id, dataset)
  }

  list(): DatasetDefinition[] {
    return [...this.#builtIn.values(), ...this.#stored.values()].map(({ definition }) => definition)
  }

  has(id: string): boolean {
    return this.#builtIn.has(id) || this.#stored.has(id)
  }

  /** Throws `not_found`. */
  get(id: string): DatasetDefinition {
    const known = this.#builtIn.get(id) ?? this.#stored.get(id)
    if (!known) throw notFound('dataset', id)
    return known.definition
  }

  /** Throws `not_found`. */
  describe(id: string): Described {
    const stored = this.#stored.get(id)
    if (!stored)
      return {
        definition: this.get(id),
        metadata: this.#builtIn.get(id)?.metadata ?? emptyMetadata,
        currentVersion: null,
        createdAt: null,
        modifiedAt: null,
        isBuiltIn: true,
      }
    const { definition, metadata, currentVersion, createdAt, modifiedAt } = stored
    return {
      definition,
      metadata,
      currentVersion: currentVersion || null,
      createdAt,
      modifiedAt,
      isBuiltIn: false,
    }
  }

  /** Runs a query on the table of a dataset: `ask` gets its name. Throws what `Columnar.query` throws. */
  query(id: string, ask: (table: string) => Query, options?: QueryOptions): Promise<Row[]> {
    return this.#options.columnar.query(ask(tableName(this.get(id).id)), options)
  }

  /** The same, some rows at a time, for answers too large to hold. */
  async *rows(id: string, ask: (table: string) => Query, options?: QueryOptions): AsyncGenerator<Row[]> {
    const query = ask(tableName(this.get(id).id))
    for await (const chunk of this.#options.columnar.stream(query, options))
      if (chunk.length > 0) yield await parseRows([chunk])
  }

  /**
   * The rows of a dataset now, or as they were `at` a version (`v12`), a day or an instant (`readAt`): the version in
   * force then, or what a stream had received. Throws `not_found`, `gone` for a purged version, `invalid_input`.
   */
  async source(id: string, { at }: { at?: string } = {}): Promise<Source> {
    const definition = this.get(id)
    const name = tableName(id)
    const stored = this.#stored.get(id)
    if (definition.kind === 'stream') return this.#streamSource(definition, at)
    if (at === undefined) {
      const version = stored?.currentVersion || null
      const from = version === null ? table(name) : table(name, version)
      return {
        definition,
        from,
        version,
        receivedUntil: null,
        ...(version !== null && stored?.rowCount != null && { rowCount: stored.rowCount }),
        etag: stored ? etagOf(stored, version ?? 0) : null,
      }
    }
    const asked = readAt(at)
    if (!stored) throw invalidInput(`“${id}” keeps no versions: ask for its rows as they are.`)
    const { version, fields } = versionAt(id, await this.#versions.list(id), asked)
    return {
      definition: { ...definition, fields },
      from: table(name, version),
      version,
      receivedUntil: null,
      etag: etagOf(stored, version),
    }
  }

  #streamSource(definition: DatasetDefinition, at: string | undefined): Source {
    const from = table(tableName(definition.id))
    const now = { definition, from, version: null, etag: null }
    if (at === undefined) return { ...now, receivedUntil: null }
    const asked = readAt(at)
    const { receiveTime, id } = definition
    if (asked.kind === 'version')
      throw invalidInput(
        `“${id}” is a stream and has no versions: write an instant, such as 2026-03-01T08:00:00Z.`,
      )
    if (!receiveTime) throw invalidInput(`“${id}” does not tell when its rows were received.`)
    const where = call('<=', column(receiveTime), instant(new Date(asked.at)))
    return { ...now, where, receivedUntil: asked.at }
  }

  /** Makes an empty dataset. Throws `conflict` when the id is taken, `invalid_input` for a definition that cannot be. */
  async create(definition: DatasetDefinition, metadata: Partial<DatasetMetadata> = {}): Promise<Described> {
    checkDefinition(definition)
    const { id } = definition
    return this.#versions.inTurn(id, async () => {
      const taken = this.list().find((known) => tableName(known.id) === tableName(id))
      if (taken) throw conflict(`There is a dataset “${taken.id}” already.`)
      const at = this.#options.now().toISOString()
      const stored: StoredDataset = {
        definition,
        metadata: { ...emptyMetadata, ...metadata },
        currentVersion: 0,
        rowCount: 0,
        createdAt: at,
        modifiedAt: at,
      }
      await this.#options.control.transaction<DatasetTables, void>(async (trx) => {
        await insertDataset(trx, stored)
        await insertEvent(trx, { definition, kind: 'created', note: '', at })
      })
      await this.#versions.makeEmpty(definition)
      this.#keep(stored)
      return this.describe(id)
    })
  }

  /**
   * Changes what is told about a dataset and its fields. Fields of other types make a new version of the current rows;
   * a row that does not convert throws `conflict` with the first of them, and nothing changes.
   */
  async update(
    id: string,
    change: DefinitionChange & { metadata?: Partial<DatasetMetadata> },
  ): Promise<Described> {
    return this.#versions.inTurn(id, async () => {
      const before = this.#owned(id)
      const { metadata, ...defined } = change
      const definition = changedDefinition(before.definition, defined)
      const keepsRows = haveSameColumns(before.definition, definition)
      let after: StoredDataset = { ...before, metadata: { ...before.metadata, ...metadata } }
      if (keepsRows || before.currentVersion === 0) after = { ...after, definition }
      else after = { ...after, definition: { ...definition, fields: before.definition.fields } }
      const at = this.#options.now().toISOString()
      after = { ...after, modifiedAt: at }
      const kind = Object.keys(defined).length > 0 ? 'definition' : 'metadata'
      const convert =
        !keepsRows && before.currentVersion > 0 ? await this.#convert(before, definition) : undefined
      await this.#options.control.transaction<DatasetTables, void>(async (trx) => {
        await updateDataset(trx, after)
        await insertEvent(trx, { definition: after.definition, kind, note: '', at })
      })
      if (!keepsRows && before.currentVersion === 0) await this.#versions.makeEmpty(definition)
      if (convert) {
        const { staging, outcome } = convert
        const publication = { origin: 'fields changed', fields: definition.fields }
        after = (await this.#versions.publish(after, staging, outcome, publication)).dataset
      }
      this.#keep(after)
      return this.describe(id)
    })
  }

  async #convert(before: StoredDataset, definition: DatasetDefinition) {
    const converted = await this.#versions.stage(before, before.currentVersion, definition.fields)
    const { rejectedCount, rejects } = converted.outcome
    if (rejectedCount === 0) return converted
    await this.#options.columnar.drop(converted.staging)
    const [first] = rejects
    throw conflict(
      `${rejectedCount} rows do not fit the new fields; row ${first?.line}: “${first?.value}” in “${first?.column}”.`,
      'Load the corrected rows with these fields, or keep the type as it is.',
    )
  }

  /** Deletes a dataset with all its versions; its changelog stays. */
  async delete(id: string): Promise<void> {
    await this.#versions.inTurn(id, async () => {
      const dataset = this.#owned(id)
      this.#changeCount++
      this.#stored.delete(id)
      await this.#versions.delete(dataset)
    })
  }

  /** The table to load new rows of a dataset into, before `publish`; a new name each time. */
  stagingTable(id: string, fields?: DatasetField[]) {
    return stagingTable(this.#owned(id).definition, fields)
  }

  /**
   * Makes the loaded staging table the next version, and the one readers get. Throws `not_found`, `invalid_input` for
   * fields that cannot be; the staging table is the caller's to drop then.
   */
  async publish(
    id: string,
    staging: string,
    outcome: Pick<LoadOutcome, 'rejectedCount'>,
    publication: Publication,
  ): Promise<DatasetVersion> {
    return this.#versions.inTurn(id, () => this.#publish(this.#owned(id), staging, outcome, publication))
  }

  async #publish(
    before: StoredDataset,
    staging: string,
    outcome: Pick<LoadOutcome, 'rejectedCount'>,
    publication: Publication,
  ): Promise<DatasetVersion> {
    const { dataset, version } = await this.#versions.publish(before, staging, outcome, publication)
    this.#keep(dataset)
    return version
  }

  /** A new version equal to an old one. Throws `not_found`, or `gone` when that one is purged. */
  async rollback(id: string, version: number, note?: string): Promise<DatasetVersion> {
    return this.#versions.inTurn(id, async () => {
      const before = this.#owned(id)
      const { staging, fields, outcome } = await this.#versions.stage(before, version)
      return this.#publish(before, staging, outcome, { origin: `rollback to v${version}`, note, fields })
    })
  }

  /** Newest first, with those whose rows are purged. Empty for datasets that keep none. */
  async versions(id: string): Promise<DatasetVersion[]> {
    this.get(id)
    const versions = await this.#versions.list(id)
    return versions
      .filter(({ state }) => state !== 'staged')
      .map(({ fields: _, ...version }) => version)
      .reverse()
  }

  /** The changelog, newest first: of one dataset, or of all. It outlives what it tells of. */
  async events(
    id: string | undefined,
    limit: number,
    isShown?: (event: DatasetEvent) => boolean,
  ): Promise<DatasetEvent[]> {
    const events = await readEvents(tablesOf(this.#options.control), id, limit, isShown)
    if (id !== undefined && events.length === 0) this.get(id)
    return events
  }

  /** Purges versions past their time. Answers how many went; one dataset that fails does not stop the others. */
  async prune(retention: VersionRetention): Promise<number> {
    let count = 0
    for (const id of this.#stored.keys())
      try {
        const gone = await this.#versions.inTurn(id, async () => {
          const dataset = this.#stored.get(id)
          return dataset ? this.#versions.prune(dataset, retention) : []
        })
        count += gone.length
      } catch (error) {
        this.#options.log.warn(
          { dataset: id, error: (error as Error).message },
          'versions could not be purged',
        )
      }
    return count
  }

  #owned(id: string): StoredDataset {
    const stored = this.#stored.get(id)
    if (stored) return stored
    if (this.#builtIn.has(id))
      throw conflict(`“${id}” is made by the platform itself: it cannot be changed here.`)
    throw notFound('dataset', id)
  }
}

/** Labels and notes show in answers too: a change of them is one of the dataset. */
const etagOf = ({ definition, modifiedAt }: StoredDataset, version: number) =>
  `"${definition.id}-v${version}-${Date.parse(modifiedAt).toString(36)}"`
