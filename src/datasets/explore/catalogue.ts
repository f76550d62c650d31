/** The catalogue as a dataset: its rows live in the engine and answer the same questions as any others. */
import { createHash } from 'node:crypto'
import { batchOfRows } from '../../engines/columnar/batch-of-rows.ts'
import type { Columnar, Row } from '../../engines/columnar/columnar.ts'
import { type From, type Query, table, value } from '../../engines/columnar/query.ts'
import type { Relation } from '../odsql/relation.ts'
import { CatalogueCounts, type SeenCounts } from './catalogue-counts.ts'
import { catalogueRelation, catalogueRow, catalogueTable } from './catalogue-table.ts'
import { catalogueWords, defineCatalogueWords, rewriteCatalogueWords } from './catalogue-words.ts'
import type { Counted } from './dataset-body.ts'
import type { DatasetSummary, Source, Sources } from './sources.ts'

/** Rows of streams come all the time: their counts may be this old. */
const countsFreshMs = 30_000
const countsAtOnce = 4
/** Far below what one query may hold. */
const countedTogether = 100

interface Entry {
  summary: DatasetSummary
  counted: Counted
}

export interface CatalogueOptions {
  columnar: Columnar
  sources: Sources
  secret: string
  now: () => Date
}

/** Keeps the engine table `catalogue` equal to the list of datasets. */
export class Catalogue {
  readonly #options: CatalogueOptions
  /** For who does not see all of a dataset. */
  readonly counts = new CatalogueCounts()
  /** Stands for when what the product brings was changed, for who sees no row of it. */
  readonly openedAt: string
  #entries = new Map<string, Entry>()
  #counts = new Map<string, { of: string; counted: Counted }>()
  #listState = ''
  #countedAtMs = Number.NEGATIVE_INFINITY
  #rowsState = ''
  #textsState = ''
  #refreshing: Promise<void> | undefined

  static async open(options: CatalogueOptions): Promise<Catalogue> {
    await options.columnar.define(catalogueTable)
    await defineCatalogueWords(options.columnar)
    return new Catalogue(options)
  }

  private constructor(options: CatalogueOptions) {
    this.#options = options
    this.openedAt = options.now().toISOString()
  }

  /** Changes whenever the rows of the catalogue do. */
  get state(): string {
    return this.#rowsState
  }

  /** What is counted of a dataset; undefined for one that came after the last refresh. */
  entry(id: string): Entry | undefined {
    return this.#entries.get(id)
  }

  /** Brings the table up to date with the list; one at a time, however many ask. */
  async refresh(): Promise<void> {
    const state = stateOf(this.#options.sources.list())
    const isFresh =
      state === this.#listState && this.#options.now().getTime() - this.#countedAtMs < countsFreshMs
    if (isFresh) return
    this.#refreshing ??= this.#rewrite().finally(() => {
      this.#refreshing = undefined
    })
    await this.#refreshing
  }

  async #rewrite(): Promise<void> {
    const { columnar, sources, secret, now } = this.#options
    const list = sources.list()
    const state = stateOf(list)
    const entries = new Map<string, Entry>()
    await this.#countSnapshots(list)
    const waiting = [...list]
    const count = async () => {
      for (let summary = waiting.shift(); summary; summary = waiting.shift())
        entries.set(summary.definition.id, { summary, counted: await this.#count(summary) })
    }
    await Promise.all(Array.from({ length: countsAtOnce }, count))
    const rows: Row[] = list.map(({ definition: { id } }) => {
      const { summary, counted } = entries.get(id)!
      return catalogueRow(summary, counted, secret)
    })
    const rowsState = createHash('sha256').update(JSON.stringify(rows)).digest('base64url').slice(0, 22)
    if (rowsState !== this.#rowsState) {
      await columnar.replace(batchOfRows(catalogueTable, rows))
      const texts = textsStateOf(rows)
      if (texts !== this.#textsState) await rewriteCatalogueWords(columnar)
      this.#textsState = texts
    }
    this.#entries = entries
    this.#rowsState = rowsState
    this.#listState = state
    this.#countedAtMs = now().getTime()
  }

  /** Counts many small tables in one query each time: after a start there are all to count. */
  async #countSnapshots(list: readonly DatasetSummary[]): Promise<void> {
    const { columnar, sources, now } = this.#options
    const wanted: { summary: DatasetSummary; source: Source; of: string }[] = []
    for (const summary of list) {
      if (summary.definition.kind !== 'snapshot') continue
      const source = await sources.source(summary.definition.id)
      const of = source.state
      if (of === null || this.#counts.get(summary.definition.id)?.of === of) continue
      if (source.rowCount === undefined || source.where) wanted.push({ summary, source, of })
      else
        this.#counts.set(summary.definition.id, { of, counted: countedNow(summary, source.rowCount, now()) })
    }
    for (let at = 0; at < wanted.length; at += countedTogether) {
      const some = wanted.slice(at, at + countedTogether)
      const counts = some.map(
        ({ source: { from, where } }, i): Query => ({
          from,
          ...(where && { where }),
          select: [
            { as: 'i', value: value(i) },
            { as: 'n', value: { kind: 'aggregate', fn: 'count' } },
          ],
        }),
      )
      const rows = await columnar.query({ from: { kind: 'union', of: counts } }, { class: 'derivation' })
      for (const { i, n } of rows) {
        const { summary, of } = some[Number(i)]!
        this.#counts.set(summary.definition.id, { of, counted: countedNow(summary, Number(n), now()) })
      }
    }
  }

  /** Rows and the last change; counted again only when they may have changed. */
  async #count(summary: DatasetSummary): Promise<Counted> {
    const { columnar, sources } = this.#options
    const { id, kind, receiveTime } = summary.definition
    const source = await sources.source(id)
    const of = source.state
    const known = this.#counts.get(id)
    if (known && of !== null && known.of === of) return known.counted
    const [row] = await columnar.query(
      {
        from: source.from,
        select: [
          { as: 'n', value: { kind: 'aggregate', fn: 'count' } },
          ...(kind === 'stream' && receiveTime
            ? [
                {
                  as: 'at',
                  value: {
                    kind: 'aggregate' as const,
                    fn: 'max' as const,
                    of: { kind: 'column' as const, name: receiveTime },
                  },
                },
              ]
            : []),
        ],
      },
      { class: 'derivation' },
    )
    const lastAt = typeof row?.at === 'string' ? row.at : summary.modifiedAt
    const counted: Counted = {
      recordsCount: Number(row?.n ?? 0),
      modifiedAt: lastAt ?? known?.counted.modifiedAt ?? this.#options.now().toISOString(),
    }
    this.#counts.set(id, { of: of ?? '', counted })
    return counted
  }

  /** The only row of an answer. */
  async ask(query: Query): Promise<Row | undefined> {
    return (await this.#options.columnar.query(query, { class: 'derivation' }))[0]
  }

  /** The rows of the datasets with these ids, with names and texts in a language, and with the counts of one asker. */
  relation(
    ids: readonly string[],
    lang: string,
    counts: ReadonlyMap<string, SeenCounts> = new Map(),
  ): Relation {
    const from: From = table(catalogueTable.name)
    const known = lang === 'fr' ? 'fr' : 'en'
    return catalogueRelation(from, ids, known, { words: catalogueWords(known, [...counts.keys()]), counts })
  }
}

const countedNow = ({ modifiedAt }: DatasetSummary, recordsCount: number, now: Date): Counted => ({
  recordsCount,
  modifiedAt: modifiedAt ?? now.toISOString(),
})

const stateOf = (list: readonly DatasetSummary[]): string =>
  createHash('sha256')
    .update(
      JSON.stringify(list.map(({ definition, version, modifiedAt }) => [definition.id, version, modifiedAt])),
    )
    .digest('base64url')

const textColumns = catalogueTable.columns.filter(({ type }) => type === 'text').map(({ name }) => name)

/** Changes when a text of the catalogue does: counts and dates have no words. */
const textsStateOf = (rows: readonly Row[]): string =>
  createHash('sha256')
    .update(JSON.stringify(rows.map((row) => textColumns.map((name) => row[name]))))
    .digest('base64url')
