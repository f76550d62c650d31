/** Series of aggregates by a field: `analyze` of the Search API v1. */
import type { Parameters } from '../explore/parameters.ts'
import { invalidParameter } from '../explore/parameters.ts'
import type { DatasetField } from '../schema.ts'
import { fieldName } from './query-language.ts'

/** What ODSQL computes for a series, and what is shown of it. */
interface Series {
  name: string
  /** Labels and expressions to select. */
  select: string[]
  shown(group: Record<string, unknown>): number | null
  isCumulative: boolean
}

export interface Analysis {
  select: string
  groupBy: string
  orderBy: string
  limit: number
  /** Groups, one more than `maxPoints` where there are more, as answers show them. */
  read(groups: readonly Record<string, unknown>[]): {
    points: Record<string, unknown>[]
    isTruncated: boolean
  }
}

const maxGroups = 20_000
const precisions = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const
const periods: Record<string, string> = {
  year: 'month',
  month: 'day',
  week: 'dayofweek',
  weekday: 'dayofweek',
  day: 'hour',
  hour: 'minute',
}

/** Throws 400. */
export function analysisOf(parameters: Parameters, fields: readonly DatasetField[]): Analysis {
  const xs = parameters.all('x')
  const series = seriesOf(parameters)
  const keys = xs.flatMap((x, i) => keysOf(x, i, parameters, fields))
  const maxPoints = parameters.whole('maxpoints', 0, maxGroups) || maxGroups
  const sort = parameters.text('sort') ?? ''
  const sorted = series.find(({ name }) => name === sort.replace(/^-/, ''))
  const direction = sort.startsWith('-') ? 'asc' : 'desc'
  const byKeys = keys.map(({ label }) => `${label} asc`)
  const bySeries =
    sorted?.select.length === 1 ? [`${sorted.select[0]!.split(' as ').at(-1)} ${direction}`] : []
  return {
    select: series.flatMap(({ select }) => select).join(', '),
    groupBy: keys.map(({ expression, label }) => `${expression} as ${label}`).join(', '),
    orderBy: [...bySeries, ...byKeys].join(', '),
    limit: maxPoints + 1,
    read: (groups) => ({
      points: pointsOf(groups.slice(0, maxPoints), xs, keys, series),
      isTruncated: groups.length > maxPoints,
    }),
  }
}

interface Key {
  x: string
  /** Part of a date; absent for a plain value. */
  part?: string
  expression: string
  label: string
}

function keysOf(x: string, index: number, parameters: Parameters, fields: readonly DatasetField[]): Key[] {
  const field = fields.find(({ name }) => name === x)
  if (!field) throw invalidParameter('x', x, 'a field of the dataset')
  if (field.type !== 'timestamp' && field.type !== 'date')
    return [{ x, expression: fieldName(x), label: `x${index}` }]
  const periodic = parameters.text('periodic')
  const key = (part: string): Key => ({
    x,
    part,
    expression: `${part}(${fieldName(x)})`,
    label: `x${index}_${part}`,
  })
  if (periodic !== undefined) {
    const part = periods[periodic]
    if (!part) throw invalidParameter('periodic', periodic, Object.keys(periods).join(', '))
    return [key(part)]
  }
  const finest = field.type === 'date' ? 'day' : 'minute'
  const precision = parameters.choice('precision', precisions, finest)
  const last = Math.min(precisions.indexOf(precision), field.type === 'date' ? 2 : 5)
  return precisions.slice(0, last + 1).map(key)
}

/** `y.NAME.func`, `y.NAME.expr`, `y.NAME.cumulative`; without any, the number of records. */
function seriesOf(parameters: Parameters): Series[] {
  const given = new Map<string, Record<string, string>>()
  for (const [rest, value] of parameters.startingWith('y.')) {
    const [, name, option] = /^(\w+)\.(\w+)$/.exec(rest) ?? []
    if (name && option) given.set(name, { ...given.get(name), [option]: value })
  }
  if (given.size === 0) given.set('count', { func: 'COUNT' })
  return [...given].map(([name, options], i) => one(name, `y${i}`, options))
}

function one(
  name: string,
  label: string,
  { func = 'COUNT', expr, cumulative = 'false' }: Record<string, string>,
): Series {
  const isCumulative = /^(true|1)$/i.test(cumulative)
  const number = (value: unknown) => (typeof value === 'number' ? value : null)
  const fn = func.toUpperCase()
  if (fn === 'COUNT')
    return { name, select: [`count(*) as ${label}`], shown: (group) => number(group[label]), isCumulative }
  if (expr === undefined) throw invalidParameter(`y.${name}.expr`, '', 'a field or an expression')
  const of = expressionOf(expr, name)
  if (fn === 'AVG' || fn === 'SUM' || fn === 'MIN' || fn === 'MAX')
    return {
      name,
      select: [`${fn.toLowerCase()}(${of}) as ${label}`],
      shown: (group) => number(group[label]),
      isCumulative,
    }
  const squares = `sum((${of}) * (${of})) as ${label}s`
  if (fn === 'SUMSQUARES')
    return { name, select: [squares], shown: (group) => number(group[`${label}s`]), isCumulative }
  if (fn === 'STDDEV')
    return {
      name,
      select: [squares, `sum(${of}) as ${label}t`, `count(${of}) as ${label}n`],
      shown(group) {
        const [sumOfSquares, sum, count] = ['s', 't', 'n'].map((end) => number(group[`${label}${end}`]))
        if (!count || sumOfSquares === null || sum === null) return null
        // Of the whole population, as this API has it; rounding may leave a variance a little below zero.
        return Math.sqrt(Math.max(0, sumOfSquares! / count - (sum! / count) ** 2))
      },
      isCumulative,
    }
  throw invalidParameter(`y.${name}.func`, func, 'COUNT, AVG, SUM, MIN, MAX, STDDEV or SUMSQUARES')
}

/** Arithmetic of fields and numbers. Throws 400 for anything else. */
function expressionOf(text: string, name: string): string {
  if (text.length > 500 || !/^[\w\s.+\-*/()`]+$/.test(text))
    throw invalidParameter(`y.${name}.expr`, text, 'fields, numbers, + - * / and parentheses')
  const call = /\b(\w+)\s*\(/.exec(text)?.[1]
  if (call) throw invalidParameter(`y.${name}.expr`, call, 'no function')
  return text.trim()
}

function pointsOf(
  groups: readonly Record<string, unknown>[],
  xs: readonly string[],
  keys: readonly Key[],
  series: readonly Series[],
): Record<string, unknown>[] {
  const sums = series.map(() => 0)
  return groups.map((group) => {
    const values = xs.map((x): [string, unknown] => {
      const mine = keys.filter((key) => key.x === x)
      if (mine[0]?.part === undefined) return [x, group[mine[0]!.label] ?? null]
      return [x, Object.fromEntries(mine.map(({ part, label }) => [part, group[label] ?? null]))]
    })
    const point: Record<string, unknown> =
      xs.length === 1 ? { x: values[0]![1] } : xs.length > 1 ? { x: Object.fromEntries(values) } : {}
    for (const [i, { name, shown, isCumulative }] of series.entries()) {
      const value = shown(group)
      if (isCumulative) sums[i] = sums[i]! + (value ?? 0)
      point[name] = isCumulative ? sums[i] : value
    }
    return point
  })
}
