/**
 * Counts of the rows of snapshots, whose tables never change. A count that was made is kept; and where one comparison
 * changes from question to question (a slider, a period) while all else stays, the sorted values of its column are, so
 * that the next count is two searches and no scan.
 */
import type { ColumnType, TableSpec } from '../columnar.ts'
import { sourcesOf } from '../emit/tables.ts'
import type { Expression, From, Query } from '../query.ts'

const maxCounts = 20_000
const maxSeen = 5_000
/** A question must come this often before values are sorted for it. */
const timesBefore = 2

/** The values of a column as numbers, in order and without NULL; undefined when there are too many or one is not exact. */
export type SortedValues = (query: Query, column: string, most: number) => Promise<Float64Array | undefined>

/** Values from `from` to `to`. */
interface Interval {
  from: number
  isFromIncluded: boolean
  to: number
  isToIncluded: boolean
}

interface Candidate {
  key: string
  column: string
  interval: Interval
  /** Conditions that stay. */
  fixed: Expression[]
}

export class KeptCounts {
  readonly #limitBytes: number
  readonly #counts = new Map<string, number>()
  readonly #seen = new Map<string, number>()
  readonly #sorted = new Map<string, Float64Array>()
  readonly #busy = new Set<string>()
  #bytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /**
   * The count that the query asks for, without asking the engine or by `sortedValues`; undefined where it must be counted.
   * `physical` is the native table that holds the rows.
   */
  async find(
    query: Query,
    physical: string,
    table: TableSpec,
    sortedValues: SortedValues,
  ): Promise<number | undefined> {
    const known = touch(this.#counts, keyOf(query, physical))
    if (known !== undefined) return known
    const asked = flatten(query)
    if (!asked) return undefined
    const candidates = candidatesOf(asked.conditions, table, physical)
    for (const { key, interval } of candidates) {
      const sorted = touch(this.#sorted, key)
      if (sorted) return within(sorted, interval)
    }
    for (const candidate of candidates) {
      const times = (touch(this.#seen, candidate.key) ?? 0) + 1
      keep(this.#seen, candidate.key, times, maxSeen)
      if (times < timesBefore || this.#busy.has(candidate.key)) continue
      const sorted = await this.#sort(candidate, asked.from, sortedValues)
      if (sorted) return within(sorted, candidate.interval)
    }
    return undefined
  }

  keep(query: Query, physical: string, count: number): void {
    keep(this.#counts, keyOf(query, physical), count, maxCounts)
  }

  async #sort(
    { key, column, fixed }: Candidate,
    from: From,
    sortedValues: SortedValues,
  ): Promise<Float64Array | undefined> {
    this.#busy.add(key)
    try {
      const most = Math.floor(this.#limitBytes / 2 / Float64Array.BYTES_PER_ELEMENT)
      const sorted = await sortedValues({ from, where: { kind: 'and', of: fixed } }, column, most)
      if (!sorted) {
        // Never tried again while it is remembered.
        keep(this.#seen, key, Number.NEGATIVE_INFINITY, maxSeen)
        return undefined
      }
      this.#sorted.set(key, sorted)
      this.#bytes += sorted.byteLength
      for (const [oldest, { byteLength }] of this.#sorted) {
        if (this.#bytes <= this.#limitBytes) break
        this.#sorted.delete(oldest)
        this.#bytes -= byteLength
      }
      return sorted
    } finally {
      this.#busy.delete(key)
    }
  }
}

/** Whether the query gives one count and reads one table only: its answer depends on nothing else. */
export function isCount(query: Query): boolean {
  const [only] = query.select ?? []
  const { groupBy, having, distinct, latestBy, join, limit, offset } = query
  if (query.select?.length !== 1 || only?.value.kind !== 'aggregate' || only.value.fn !== 'count')
    return false
  if (only.value.of || only.value.where || groupBy || having || distinct || latestBy || join) return false
  return limit === undefined && !offset && sourcesOf(query).length === 1
}

const keyOf = (query: Query, physical: string) => `${physical}\n${JSON.stringify(query)}`

/** The table and all conditions on its rows, where nothing but conditions is between it and the count. */
function flatten(query: Query): { from: From; conditions: Expression[] } | undefined {
  const conditions = conjuncts(query.where)
  let { from } = query
  while (from.kind === 'query') {
    const { from: below, where, ...rest } = from.query
    if (Object.values(rest).some((part) => part !== undefined)) return undefined
    conditions.push(...conjuncts(where))
    from = below
  }
  return from.kind === 'table' ? { from, conditions } : undefined
}

const conjuncts = (where: Expression | undefined): Expression[] =>
  where === undefined ? [] : where.kind === 'and' ? where.of.flatMap(conjuncts) : [where]

/** One for each column that is compared with literals: its comparisons change, all else stays. */
function candidatesOf(conditions: readonly Expression[], table: TableSpec, physical: string): Candidate[] {
  const comparisons = conditions.map((of) => ({ of, compared: comparisonOf(of, table) }))
  const columns = new Set(comparisons.flatMap(({ compared }) => compared?.column ?? []))
  return [...columns].map((column) => {
    const isMine = (one: (typeof comparisons)[number]) => one.compared?.column === column
    const fixed = comparisons.filter((one) => !isMine(one)).map(({ of }) => of)
    const interval = comparisons
      .filter(isMine)
      .reduce((all, { compared }) => narrowed(all, compared!), everything)
    return { key: `${physical}\n${column}\n${JSON.stringify(fixed)}`, column, interval, fixed }
  })
}

interface Comparison {
  column: string
  fn: '=' | '<' | '<=' | '>' | '>='
  value: number
}

const mirrored = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const

function comparisonOf(of: Expression, { columns }: TableSpec): Comparison | undefined {
  if (of.kind !== 'call' || of.args.length !== 2 || !(of.fn in mirrored)) return undefined
  const [a, b] = of.args as [Expression, Expression]
  const [named, literal] = a.kind === 'column' ? [a, b] : [b, a]
  if (named.kind !== 'column' || literal.kind !== 'value') return undefined
  const type = columns.find(({ name }) => name === named.name)?.type
  const value = type && numberOf(literal, type)
  if (value === undefined) return undefined
  const fn = of.fn as Comparison['fn']
  return { column: named.name, fn: named === a ? fn : mirrored[fn], value }
}

/** The literal in the unit of the sorted values: instants and days are microseconds since 1970. */
function numberOf(literal: Expression & { kind: 'value' }, type: ColumnType): number | undefined {
  const { value, type: as } = literal
  if (type === 'timestamp' || type === 'date') {
    if (typeof value !== 'string' || (as !== undefined && as !== type)) return undefined
    if (type === 'date' && !/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined
    const us = Date.parse(value) * 1000
    return Number.isSafeInteger(us) ? us : undefined
  }
  const isNumeric = type !== 'text' && type !== 'json' && type !== 'boolean'
  return isNumeric && typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

const everything: Interval = {
  from: Number.NEGATIVE_INFINITY,
  isFromIncluded: true,
  to: Number.POSITIVE_INFINITY,
  isToIncluded: true,
}

function narrowed(interval: Interval, { fn, value }: Comparison): Interval {
  const next = { ...interval }
  if (fn !== '<' && fn !== '<=' && value >= next.from) {
    next.isFromIncluded = fn !== '>' && (value > next.from || next.isFromIncluded)
    next.from = value
  }
  if (fn !== '>' && fn !== '>=' && value <= next.to) {
    next.isToIncluded = fn !== '<' && (value < next.to || next.isToIncluded)
    next.to = value
  }
  return next
}

/** How many values are in the interval. */
function within(sorted: Float64Array, { from, isFromIncluded, to, isToIncluded }: Interval): number {
  const first = firstAfter(sorted, from, !isFromIncluded)
  return Math.max(0, firstAfter(sorted, to, isToIncluded) - first)
}

/** Index of the first value above `value`, or of the first at or above it. */
function firstAfter(sorted: Float64Array, value: number, isAbove: boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = sorted[middle]!
    if (isAbove ? at <= value : at < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Reads an entry and makes it the youngest. */
function touch<T>(map: Map<string, T>, key: string): T | undefined {
  const found = map.get(key)
  if (found === undefined) return undefined
  map.delete(key)
  map.set(key, found)
  return found
}

function keep<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.delete(key)
  map.set(key, value)
  if (map.size > most) map.delete(map.keys().next().value as string)
}
