/** The catalogue as a dataset: its rows live in the engine and answer the same questions as any others. */
import { createHash } from 'node:crypto'
import { batchOfRows } from '../../engines/columnar/batch-of-rows.ts'
import type { Columnar, Row } from '../../engines/columnar/columnar.ts'
import { type From, table } from '../../engines/columnar/query.ts'
import type { Relation } from '../odsql/relation.ts'
import { catalogueRelation, catalogueRow, catalogueTable } from './catalogue-table.ts'
import type { Counted } from './dataset-body.ts'
import type { DatasetSummary, Sources } from './sources.ts'

/** Rows of streams come all the time: their counts may be this old. */
const countsFreshMs = 30_000
const countsAtOnce = 4

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
  #entries = new Map<string, Entry>()
  #counts = new Map<string, { of: string; counted: Counted }>()
  #listState = ''
  #countedAtMs = Number.NEGATIVE_INFINITY
  #rowsState = ''
  #refreshing: Promise<void> | undefined

  static async open(options: CatalogueOptions): Promise<Catalogue> {
    await options.columnar.define(catalogueTable)
    return new Catalogue(options)
  }

  private constructor(options: CatalogueOptions) {
    this.#options = options
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
    if (rowsState !== this.#rowsState) await columnar.replace(batchOfRows(catalogueTable, rows))
    this.#entries = entries
    this.#rowsState = rowsState
    this.#listState = state
    this.#countedAtMs = now().getTime()
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

  /** The rows of the datasets with these ids, with names and texts in a language. */
  relation(ids: readonly string[], lang: string): Relation {
    const from: From = table(catalogueTable.name)
    return catalogueRelation(from, ids, lang)
  }
}

const stateOf = (list: readonly DatasetSummary[]): string =>
  createHash('sha256')
    .update(
      JSON.stringify(list.map(({ definition, version, modifiedAt }) => [definition.id, version, modifiedAt])),
    )
    .digest('base64url')
