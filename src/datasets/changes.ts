/** What changed in a dataset: between two versions, or since a reader last asked. */
import type { Columnar, QueryOptions, Row } from '../engines/columnar/columnar.ts'
import { and, call, column, instant, type Query } from '../engines/columnar/query.ts'
import { invalidInput } from '../errors.ts'
import { rowsOf } from './changes-lines.ts'
import { type Change, changesOf, changesQuery, rowColumns } from './changes-query.ts'
import { hiddenColumns } from './changes-row.ts'
import type { DatasetDefinition } from './schema.ts'
import type { OpenRows, SeenRows } from './seen.ts'

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
  readonly #columnar: Columnar
  readonly #now: () => Date

  constructor({ columnar, now }: { columnar: Columnar; now: () => Date }) {
    this.#columnar = columnar
    this.#now = now
  }

  /**
   * What makes the rows of one version those of another, as `open` gives them, each given as `at` is: updates where fields annotated `id` tell
   * which row it is, else deletes and inserts. Throws `not_found`, `gone`, and `invalid_input` where there are no versions.
   */
  async between(
    open: OpenRows,
    id: string,
    from: string,
    to?: string,
    options: QueryOptions = {},
  ): Promise<Changes> {
    const before = await open(id, from)
    const after = await open(id, to)
    return this.#compare(id, before, after, options)
  }

  /**
   * What changed since a reader's last `next`; without one, every row as an insert for a snapshot, and nothing yet for a
   * stream. Throws `gone` when the reader's version is purged: it begins anew without `since`.
   */
  async since(
    open: OpenRows,
    id: string,
    since: string | undefined,
    options: QueryOptions = {},
  ): Promise<ChangesSince> {
    const after = await open(id)
    if (after.definition.kind === 'stream') return this.#received(after, since, options)
    if (since !== undefined && !/^\d{1,9}$/.test(since))
      throw invalidInput(`since is “${since}”: write the “next” of the last answer, or nothing.`)
    const known = Number(since ?? 0)
    const next = String(after.version ?? 0)
    if (known > (after.version ?? 0)) throw invalidInput(`“${id}” has no version ${known} yet.`)
    if (known > 0) {
      const before = await open(id, `v${known}`)
      return { ...(await this.#compare(id, before, after, options)), next }
    }
    return {
      ...this.#shown(after.definition, after.definition),
      version: after.version,
      next,
      changes: inserts(this.#read(after, { from: after.from }, options)),
    }
  }

  async #received(seen: SeenRows, since: string | undefined, options: QueryOptions): Promise<ChangesSince> {
    const { definition, movesWithTime } = seen
    const { receiveTime, id } = definition
    // A row that is shown late was received before where a reader has got to: it would never be told of it.
    if (movesWithTime)
      throw invalidInput(
        `What you see of “${id}” moves with the clock: changes since an instant would miss rows.`,
        'Ask for its rows instead.',
      )
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
    const query: Query = {
      from: seen.from,
      where: and(call('>', received, instant(from)), call('<=', received, instant(until))),
      orderBy: [{ by: received }],
    }
    return { ...shown, changes: inserts(this.#read(seen, query, options)) }
  }

  #compare(id: string, before: SeenRows, after: SeenRows, options: QueryOptions): Changes {
    if (before.version === null || after.version === null)
      throw invalidInput(`“${id}” has no versions to compare.`)
    const shown = { ...this.#shown(before.definition, after.definition), version: after.version }
    if (before.version === after.version) return { ...shown, changes: none() }
    const plan = changesQuery(before, after)
    return { ...shown, changes: changesOf(plan, this.#read(after, plan.query, options)) }
  }

  /** Rows as long as the right to them lasts: then it throws, and what was sent does not look whole. */
  async *#read(
    { watch: begin }: SeenRows,
    query: Query,
    { signal, ...options }: QueryOptions,
  ): AsyncGenerator<Row> {
    const watch = begin?.()
    const signals = [signal, watch?.signal].filter((one) => one !== undefined)
    try {
      yield* rowsOf(
        this.#columnar.stream(query, { class: 'export', ...options, signal: AbortSignal.any(signals) }),
      )
    } finally {
      watch?.end()
    }
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
