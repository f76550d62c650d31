/** range(): groups by steps that are given, or by steps of one width. */
import type { Cell } from '../../engines/columnar/columnar.ts'
import {
  and,
  call,
  type Expression,
  instant,
  or,
  type TimeUnit,
  value,
} from '../../engines/columnar/query.ts'
import { instantAt, localClock } from './instants.ts'
import { Malformed } from './malformed.ts'
import { meaningOf } from './scalar.ts'
import type { Scope } from './scope.ts'
import type { Node } from './syntax.ts'
import { describe, isDate, isNumber, type Scalar } from './value.ts'

type Call = Node & { kind: 'call' }

export interface RangeKey {
  key: Scalar
  /** Rows outside every step belong to no group; rows without a value make a group of their own. */
  where?: Expression
}

const maxSteps = 200

/** Throws Malformed when the steps do not fit the field. */
export function rangeKey(node: Call, scope: Scope): RangeKey {
  const [of, ...rest] = node.args
  if (!of || rest.length === 0)
    throw new Malformed('range() needs a field and steps.', node, ['a field', 'steps'])
  const field = meaningOf(of, scope)
  if (field.kind !== 'scalar' || !(isNumber(field) || isDate(field)))
    throw new Malformed(`range() needs a number or a date, not ${describe(field)}.`, of, [
      'a number',
      'a date',
    ])
  if (rest.length > maxSteps) throw new Malformed(`range() has at most ${maxSteps} steps.`, rest[maxSteps]!)
  const only = rest.length === 1 ? rest[0]! : undefined
  if (only?.kind === 'quantity' || only?.kind === 'number') {
    return { key: isDate(field) ? dateWidth(field, only, scope) : numberWidth(field, only) }
  }
  return steps(field, rest, node, scope)
}

function numberWidth(field: Scalar, width: Node): Scalar {
  if (width.kind !== 'number' || !(width.value > 0))
    throw new Malformed('the width of a step is a number above 0.', width, ['a number above 0'])
  const size = width.value
  // 3 × 0.1 is not 0.3: the edges are shown as they were meant.
  const edge = (index: number) => Number((index * size).toPrecision(12))
  return {
    kind: 'scalar',
    type: 'double',
    expression: { kind: 'grid', of: field.expression, size },
    shown: (cell) => (cell === null ? null : `[${edge(Number(cell))}, ${edge(Number(cell) + 1)}[`),
  }
}

const unitNames: Record<string, TimeUnit | 'millisecond' | 'quarter'> = {}
for (const [short, long] of [
  ['ms', 'millisecond'],
  ['s', 'second'],
  ['m', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['M', 'month'],
  ['q', 'quarter'],
  ['y', 'year'],
] as const)
  for (const name of [short, long, `${long}s`]) unitNames[name] = long

const unitMs: Partial<Record<string, number>> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
}
const unitMonths: Partial<Record<string, number>> = { month: 1, quarter: 3, year: 12 }

function dateWidth(field: Scalar, width: Node, scope: Scope): Scalar {
  if (width.kind !== 'quantity')
    throw new Malformed('the width of a step of dates has a unit.', width, ['1 day', '15m', '1 month'])
  const { amount, unit } = width
  const name = Object.hasOwn(unitNames, unit) ? unitNames[unit]! : undefined
  if (!name)
    throw new Malformed(
      `“${unit}” is no unit of time (they are case-sensitive).`,
      width,
      Object.keys(unitNames),
    )
  if (!Number.isInteger(amount) || amount < 1 || amount > 1_000_000)
    throw new Malformed('the width of a step is a whole number from 1.', width)
  if (/^(week|month|quarter|year)$/.test(name) && amount > 1)
    throw new Malformed(`only steps of one ${name} are possible.`, width, [`1 ${name}`])
  const zone = field.type === 'date' ? 'UTC' : scope.zone
  const label = (cell: Cell) =>
    cell === null ? null : `[${cell}, ${iso(nextStart(Date.parse(String(cell)), name, amount, zone))}[`
  return {
    kind: 'scalar',
    type: 'datetime',
    expression: bucket(field.expression, name, amount, zone),
    shown: label,
  }
}

function bucket(of: Expression, name: string, amount: number, zone: string): Expression {
  if (name !== 'millisecond') {
    const unit = name === 'quarter' ? 'month' : (name as TimeUnit)
    return { kind: 'time-bucket', of, unit, count: name === 'quarter' ? 3 : amount, zone }
  }
  const index: Expression = { kind: 'grid', of: call('epoch-ms', of), size: amount }
  return call('from-epoch-ms', call('*', index, value(amount)))
}

const iso = (ms: number) => new Date(ms).toISOString()

/** The start of the next bucket: buckets up to an hour follow the instants, longer ones the clock of the zone. */
function nextStart(startMs: number, name: string, amount: number, zone: string): number {
  const widthMs = unitMs[name]
  if (widthMs !== undefined && widthMs * amount <= 3_600_000) return startMs + widthMs * amount
  const localMs = localClock(startMs, zone)
  if (widthMs !== undefined) return instantAt(localMs + widthMs * amount, zone)
  const local = new Date(localMs)
  return instantAt(local.setUTCMonth(local.getUTCMonth() + unitMonths[name]!), zone)
}

function steps(field: Scalar, args: Node[], node: Call, scope: Scope): RangeKey {
  const opensLow = args[0]!.kind === 'star'
  const opensHigh = args.length > 1 && args.at(-1)!.kind === 'star'
  const bounds = args.slice(opensLow ? 1 : 0, opensHigh ? -1 : undefined)
  if (bounds.length === 0 || (bounds.length === 1 && !opensLow && !opensHigh))
    throw new Malformed('range() needs a step.', node, ['two bounds', '*'])
  const edges = bounds.map((bound) => edgeOf(field, bound, scope))
  for (let i = 1; i < edges.length; i++)
    if (edges[i]!.order <= edges[i - 1]!.order) throw new Malformed('the steps of range() rise.', bounds[i]!)
  const of = field.expression
  const when: { if: Expression; value: Expression }[] = []
  const labels: string[] = []
  const isWhole = field.type === 'integer' && edges.every(({ order }) => Number.isInteger(order))
  const label = (low: string, high?: (typeof edges)[number]) => {
    if (high === undefined) return isWhole ? `[${low}, *]` : `[${low}, *[`
    return isWhole ? `[${low}, ${high.order - 1}]` : `[${low}, ${high.text}[`
  }
  const add = (condition: Expression, text: string) => {
    when.push({ if: condition, value: value(when.length) })
    labels.push(text)
  }
  if (opensLow) add(call('<', of, edges[0]!.expression), label('*', edges[0]))
  for (let i = 1; i < edges.length; i++)
    add(
      and(call('>=', of, edges[i - 1]!.expression), call('<', of, edges[i]!.expression)),
      label(edges[i - 1]!.text, edges[i]),
    )
  if (opensHigh) add(call('>=', of, edges.at(-1)!.expression), label(edges.at(-1)!.text))
  const inside = and(
    ...(opensLow ? [] : [call('>=', of, edges[0]!.expression)]),
    ...(opensHigh ? [] : [call('<', of, edges.at(-1)!.expression)]),
  )
  return {
    key: {
      kind: 'scalar',
      type: 'integer',
      expression: { kind: 'case', when },
      shown: (cell) => (cell === null ? null : (labels[Number(cell)] ?? null)),
    },
    where: or(call('is-null', of), inside),
  }
}

function edgeOf(field: Scalar, bound: Node, scope: Scope) {
  const found = meaningOf(bound, scope)
  if (isDate(field)) {
    if (found.kind !== 'period')
      throw new Malformed('a step of dates is a date.', bound, ["date'2020-11-13'", '*'])
    const { fromMs } = found.period.bounds(field.type === 'date' ? 'date' : 'datetime')
    return { order: fromMs, text: iso(fromMs), expression: instant(new Date(fromMs)) }
  }
  const number = found.kind === 'scalar' && found.literal?.kind === 'number' ? found.literal.value : undefined
  if (number === undefined) throw new Malformed('a step is a number.', bound, ['a number', '*'])
  return { order: number, text: String(number), expression: value(number) }
}
