/** Keeps the word index of each large dataset beside its versions, off the way of requests. */
import { randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { batchOfRows } from '../../engines/columnar/batch-of-rows.ts'
import type { Columnar, Row, TableBatch, TableSpec } from '../../engines/columnar/columnar.ts'
import { parseRows } from '../../engines/columnar/ndjson.ts'
import { type Query, table } from '../../engines/columnar/query.ts'
import type { Snapshots } from '../../engines/columnar/snapshots.ts'
import type { WordIndex } from '../odsql/relation.ts'
import { tableName } from '../rules.ts'
import type { DatasetDefinition } from '../schema.ts'
import type { Datasets } from '../service.ts'
import {
  isWordTable,
  type Living,
  searchedFields,
  tokensColumns,
  tokensQuery,
  vocabularyColumns,
  vocabularyOf,
  vocabularyQuery,
  wordIndex,
  wordTables,
} from './words-query.ts'

/** Searches work in every state; they are quick in `ready`. */
export type WordsState = 'not-needed' | 'waiting' | 'building' | 'ready' | 'failed'

export interface WordIndexesOptions {
  store: Columnar & Snapshots
  datasets: Datasets
  log: { warn(details: object, text: string): void; info(details: object, text: string): void }
  /** Rows below which texts are read as fast; default 20,000. */
  leastRows?: number
}

const defaultLeastRows = 20_000

export class WordIndexes {
  readonly #options: Required<WordIndexesOptions>
  /** Versions with an index, by table of tokens. */
  readonly #ready = new Map<string, Set<number>>()
  /** What was found of the version a dataset shows. */
  readonly #states = new Map<string, { of: string; state: WordsState }>()
  readonly #closing = new AbortController()
  #isKnown = false
  #isSwept = false
  #tending: Promise<void> | undefined

  constructor(options: WordIndexesOptions) {
    this.#options = { leastRows: defaultLeastRows, ...options }
  }

  /** The index of a version, where there is one. */
  indexOf(datasetId: string, version: number | null): WordIndex | undefined {
    const living = this.#living(datasetId)
    if (version === null || !living) return undefined
    return this.#ready.get(wordTables(living).tokens)?.has(version) ? wordIndex(living, version) : undefined
  }

  #living(id: string): Living | undefined {
    const { createdAt } = this.#options.datasets.describe(id)
    return createdAt === null ? undefined : { id, createdAt }
  }

  state(datasetId: string): WordsState {
    return this.#states.get(datasetId)?.state ?? 'waiting'
  }

  /** Datasets that keep versions, counted by the state of their index. */
  states(): Record<WordsState, number> {
    const counts: Record<WordsState, number> = {
      'not-needed': 0,
      waiting: 0,
      building: 0,
      ready: 0,
      failed: 0,
    }
    for (const { id, kind } of this.#options.datasets.list())
      if (kind === 'snapshot' && this.#living(id)) counts[this.state(id)]++
    return counts
  }

  /** Makes what is missing and removes what is left over, one dataset after the other. Never throws. */
  tend(): Promise<void> {
    this.#tending ??= this.#tend()
      .catch((error) => this.#options.log.warn({ error: error.message }, 'word indexes could not be tended'))
      .finally(() => {
        this.#tending = undefined
      })
    return this.#tending
  }

  /** Stops what is being made; it is made again at the next start. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#tending
  }

  async #tend(): Promise<void> {
    const { datasets } = this.#options
    if (!this.#isKnown) await this.#learn()
    const named = new Set<string>()
    for (const definition of datasets.list()) {
      if (this.#closing.signal.aborted) return
      const living = definition.kind === 'snapshot' ? this.#living(definition.id) : undefined
      if (!living) continue
      const { currentVersion } = datasets.describe(definition.id)
      named.add(wordTables(living).tokens)
      if (currentVersion === null) continue
      const of = `${living.createdAt} v${currentVersion}`
      const known = this.#states.get(definition.id)
      if (known?.of !== of) await this.#bring(definition, living, currentVersion, of)
    }
    await this.#sweep(named)
  }

  /** What earlier runs left. */
  async #learn(): Promise<void> {
    const { store, datasets } = this.#options
    const published = new Set((await store.publishedTables()).map(({ table: name }) => name))
    for (const { id } of datasets.list()) {
      const living = this.#living(id)
      if (!living) continue
      const { tokens, vocabulary } = wordTables(living)
      if (!published.has(tokens) || !published.has(vocabulary)) continue
      const whole = new Set(await store.archivedVersions(vocabulary))
      const versions = await store.archivedVersions(tokens)
      this.#ready.set(tokens, new Set(versions.filter((version) => whole.has(version))))
    }
    this.#isKnown = true
  }

  /** Drops the indexes of datasets that are gone. */
  async #sweep(named: ReadonlySet<string>): Promise<void> {
    const { store } = this.#options
    const gone = [...this.#ready.keys()].filter((tokens) => !named.has(tokens))
    if (gone.length === 0 && this.#isSwept) return
    this.#isSwept = true
    for (const tokens of gone) this.#ready.delete(tokens)
    const wanted = new Set([...named].flatMap((tokens) => [tokens, vocabularyOf(tokens)]))
    for (const { table: name } of await store.publishedTables())
      if (isWordTable(name) && !wanted.has(name)) await store.drop(name)
  }

  async #bring(definition: DatasetDefinition, living: Living, version: number, of: string): Promise<void> {
    const { datasets, log, leastRows } = this.#options
    const { id } = definition
    const { tokens } = wordTables(living)
    const note = (state: WordsState) => this.#states.set(id, { of, state })
    try {
      const versions = await datasets.versions(id)
      const rowCount = versions.find((known) => known.version === version)?.rowCount ?? 0
      const fields = searchedFields(definition.fields)
      if (this.#ready.get(tokens)?.has(version)) note('ready')
      else if (rowCount < leastRows || fields.length === 0) note('not-needed')
      else {
        note('building')
        await this.#make(living, version, tokensQuery(table(tableName(id), version), fields))
        this.#ready.set(tokens, (this.#ready.get(tokens) ?? new Set()).add(version))
        note('ready')
        log.info({ dataset: id, version }, 'indexed the words of a dataset')
      }
      const kept = new Set(versions.filter(({ state }) => state === 'kept').map((known) => known.version))
      for (const old of this.#ready.get(tokens) ?? []) if (!kept.has(old)) await this.#purge(living, old)
    } catch (error) {
      // Another version came, the dataset went, or the engine failed: its next version is another chance.
      if (this.#closing.signal.aborted) return
      note('failed')
      log.warn({ dataset: id, version, error: (error as Error).message }, 'words could not be indexed')
    }
  }

  /** Both tables of one version. What a crash left of them is whole, and kept: versions never change. */
  async #make(living: Living, version: number, query: Query): Promise<void> {
    const { tokens, vocabulary } = wordTables(living)
    await this.#load(tokens, tokensColumns, query, version)
    await this.#load(vocabulary, vocabularyColumns, vocabularyQuery(wordIndex(living, version)), version)
  }

  /** The rows of a query as a version of a table. */
  async #load(name: string, columns: TableSpec['columns'], query: Query, version: number): Promise<void> {
    const { store } = this.#options
    if ((await store.archivedVersions(name)).includes(version)) return
    const staging: TableSpec = { name: `words-${randomBytes(6).toString('hex')}`, columns, sortBy: [] }
    const { signal } = this.#closing
    await store.load(staging, { kind: 'batches', batches: this.#batches(staging, query) }, { signal })
    try {
      await store.archive(name, staging.name, version)
      await store.publish(name, staging.name, version)
    } catch (error) {
      await store.drop(staging.name).catch(() => undefined)
      throw error
    }
  }

  async *#batches(spec: TableSpec, query: Query): AsyncGenerator<TableBatch> {
    const { store } = this.#options
    const { signal } = this.#closing
    let rows: Row[] = []
    for await (const chunk of store.stream(query, { class: 'derivation', signal })) {
      for (const row of await parseRows([chunk])) rows.push(row)
      // Requests come first.
      await nextTurn()
      if (rows.length < batchRows) continue
      yield batchOfRows(spec, rows)
      rows = []
    }
    if (rows.length > 0) yield batchOfRows(spec, rows)
  }

  async #purge(living: Living, version: number): Promise<void> {
    const { store } = this.#options
    const { tokens, vocabulary } = wordTables(living)
    this.#ready.get(tokens)?.delete(version)
    for (const name of [tokens, vocabulary])
      if ((await store.publishedVersion(name)) !== version) await store.purge(name, version)
  }
}

const batchRows = 50_000
