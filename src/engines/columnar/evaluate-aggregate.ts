import type { Row } from './columnar.ts'
import { compareValues, compile, compilePredicate, type Value } from './evaluate.ts'
import type { Aggregate } from './query.ts'
import type { TypeScope } from './typing.ts'

const finiteOrNull = (value: number) => (Number.isFinite(value) ? value : null)
const sum = (values: number[]) => values.reduce((total, x) => total + x, 0)

/** The aggregate over the rows. NULL values do not count, except in first and last. */
export function aggregateValues(aggregate: Aggregate, rows: readonly Row[], scope: TypeScope): Value {
  const passes = aggregate.where ? compilePredicate(aggregate.where, scope) : () => true
  const counted = rows.filter(passes)
  if (!aggregate.of) return counted.length
  const of = compile(aggregate.of, scope)
  if (aggregate.fn === 'first' || aggregate.fn === 'last') return edge(aggregate, counted, scope)
  const values = counted.map(of).filter((v) => v !== null)
  if (aggregate.fn === 'count') return values.length
  if (aggregate.fn === 'count-distinct') return new Set(values).size
  if (values.length === 0) return null
  switch (aggregate.fn) {
    case 'min':
      return values.reduce((a, b) => (compareValues(b, a) < 0 ? b : a))
    case 'max':
      return values.reduce((a, b) => (compareValues(b, a) > 0 ? b : a))
    case 'sum':
      return finiteOrNull(sum(values as number[]))
    case 'avg':
      return finiteOrNull(sum(values as number[]) / values.length)
    case 'stddev': {
      if (values.length < 2) return null
      const mean = sum(values as number[]) / values.length
      return finiteOrNull(
        Math.sqrt(sum((values as number[]).map((x) => (x - mean) ** 2)) / (values.length - 1)),
      )
    }
    case 'percentile': {
      const sorted = (values as number[]).sort((a, b) => a - b)
      const at = aggregate.p * (sorted.length - 1)
      const low = Math.floor(at)
      const below = sorted[low]!
      return below + (at - low) * ((sorted[low + 1] ?? below) - below)
    }
  }
}

function edge(
  { fn, of, by, tieBreak }: Aggregate & { fn: 'first' | 'last' },
  rows: readonly Row[],
  scope: TypeScope,
): Value {
  const time = compile(by, scope)
  const tie = tieBreak ? compile(tieBreak, scope) : () => null
  const sign = fn === 'last' ? 1 : -1
  let best: { row: Row; at: Exclude<Value, null>; tie: number } | undefined
  for (const row of rows) {
    const at = time(row)
    if (at === null) continue
    const candidate = { row, at, tie: Number(tie(row) ?? Number.NEGATIVE_INFINITY) }
    const order = best ? sign * compareValues(at, best.at) : 1
    if (order > 0 || (order === 0 && candidate.tie > best!.tie)) best = candidate
  }
  return best ? compile(of, scope)(best.row) : null
}
