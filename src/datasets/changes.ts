/** What changed in a dataset: between two versions, or since a reader last asked. */
import type { Columnar, QueryOptions } from '../engines/columnar/columnar.ts'
import { and, call, column, instant } from '../engines/columnar/query.ts'
import { invalidInput } from '../errors.ts'
import { rowsOf } from './changes-lines.ts'
import { type Change, changesOf, changesQuery, rowColumns } from './changes-query.ts'
import { hiddenColumns } from './changes-row.ts'
import { tableName } from './rules.ts'
import type { DatasetDefinition } from './schema.ts'
import type { Datasets, Source } from './service.ts'

export interface Changes {
  before: DatasetDefinition
  after: DatasetDefinition
  /** Of the rows of the changes, in their order. */
  columns: string[]
  /** The version they lead to; null for streams. */
  version: number | null
  changes: AsyncIterable<Change>
}

export interface ChangesSince extends Changes {
  /** What to ask with the next time. */
  next: string
}

/** Rows come to the store this long after they were received, at most. */
const settleMs = 10_000

export class DatasetChanges {
  readonly #datasets: Datasets
  readonly #columnar: Columnar
  readonly #now: () => Date

  constructor({ datasets, columnar, now }: { datasets: Datasets; columnar: Columnar; now: () => Date }) {
    this.#datasets = datasets
    this.#columnar = columnar
    this.#now = now
  }

  /**
   * What makes the rows of one version those of another, each given as `at` is: updates where fields annotated `id` tell
   * which row it is, else deletes and inserts. Throws `not_found`, `gone`, and `invalid_input` where there are no versions.
   */
  async between(id: string, from: string, to?: string, options: QueryOptions = {}): Promise<Changes> {
    const before = await this.#datasets.source(id, { at: from })
    const after = await this.#datasets.source(id, to === undefined ? {} : { at: to })
    return this.#compare(id, before, after, options)
  }

  /**
   * What changed since a reader's last `next`; without one, every row as an insert for a snapshot, and nothing yet for a
   * stream. Throws `gone` when the reader's version is purged: it begins anew without `since`.
   */
  async since(id: string, since: string | undefined, options: QueryOptions = {}): Promise<ChangesSince> {
    if (this.#datasets.get(id).kind === 'stream') return this.#received(id, since, options)
    const after = await this.#datasets.source(id)
    if (since !== undefined && !/^\d{1,9}$/.test(since))
      throw invalidInput(`since is “${since}”: write the “next” of the last answer, or nothing.`)
    const known = Number(since ?? 0)
    const next = String(after.version ?? 0)
    if (known > (after.version ?? 0)) throw invalidInput(`“${id}” has no version ${known} yet.`)
    if (known > 0) {
      const before = await this.#datasets.source(id, { at: `v${known}` })
      return { ...(await this.#compare(id, before, after, options)), next }
    }
    const rows = rowsOf(this.#columnar.stream({ from: after.from }, { class: 'export', ...options }))
    return {
      ...this.#shown(after.definition, after.definition),
      version: after.version,
      next,
      changes: inserts(rows),
    }
  }

  async #received(id: string, since: string | undefined, options: QueryOptions): Promise<ChangesSince> {
    const definition = this.#datasets.get(id)
    const { receiveTime } = definition
    if (!receiveTime) throw invalidInput(`“${id}” does not tell when its rows were received.`)
    const until = new Date(this.#now().getTime() - settleMs)
    const shown = { ...this.#shown(definition, definition), version: null, next: until.toISOString() }
    if (since === undefined) return { ...shown, changes: inserts(none()) }
    const from = new Date(since)
    if (!/^\d{4}-\d{2}-\d{2}T.*Z$/.test(since) || Number.isNaN(from.getTime()))
      throw invalidInput(
        `since is “${since}”: write the “next” of the last answer, or an instant that ends in Z.`,
      )
    if (from >= until) return { ...shown, next: from.toISOString(), changes: inserts(none()) }
    const received = column(receiveTime)
    const rows = rowsOf(
      this.#columnar.stream(
        {
          from: { kind: 'table', table: tableName(id) },
          where: and(call('>', received, instant(from)), call('<=', received, instant(until))),
          orderBy: [{ by: received }],
        },
        { class: 'export', ...options },
      ),
    )
    return { ...shown, changes: inserts(rows) }
  }

  #compare(id: string, before: Source, after: Source, options: QueryOptions): Changes {
    if (before.version === null || after.version === null)
      throw invalidInput(`“${id}” has no versions to compare.`)
    const shown = { ...this.#shown(before.definition, after.definition), version: after.version }
    if (before.version === after.version) return { ...shown, changes: none() }
    const side = ({ version, definition }: Source) => ({
      table: tableName(id),
      version: version!,
      definition,
    })
    const plan = changesQuery(side(before), side(after))
    const rows = rowsOf(this.#columnar.stream(plan.query, { class: 'export', ...options }))
    return { ...shown, changes: changesOf(plan, rows) }
  }

  #shown(before: DatasetDefinition, after: DatasetDefinition) {
    const columns = new Set<string>()
    for (const definition of [after, before]) {
      const hidden = hiddenColumns(definition)
      for (const { name } of rowColumns(definition)) if (!hidden.has(name)) columns.add(name)
    }
    return { before, after, columns: [...columns] }
  }
}

async function* inserts(rows: AsyncIterable<Change['row']>): AsyncGenerator<Change> {
  for await (const row of rows) yield { op: 'insert', row }
}

async function* none(): AsyncGenerator<never> {
  // No change.
}
