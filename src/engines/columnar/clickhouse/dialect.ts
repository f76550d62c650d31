/** ClickHouse's SQL for the query AST. */
import type { AggregateParts, Dialect, Parameter } from '../emit/dialect.ts'
import type { DatePart, FunctionName, TimeUnit } from '../query.ts'
import type { ValueType } from '../typing.ts'
import { clickHouseLists } from './lists.ts'

export const identifier = (name: string) => `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``

const parameterTypes: Record<ValueType, string> = {
  text: 'String',
  json: 'String',
  boolean: 'Bool',
  integer: 'Int64',
  real: 'Float64',
  double: 'Float64',
  timestamp: `DateTime64(3, 'UTC')`,
  date: `DateTime64(0, 'UTC')`,
  null: 'Nullable(Nothing)',
}

const parameterType = ({ type, value }: Parameter) =>
  Array.isArray(value) ? `Array(${parameterTypes[type]})` : parameterTypes[type]

const infix = (operator: string) => (args: string[]) => `(${args.join(` ${operator} `)})`
const named = (name: string) => (args: string[]) => `${name}(${args.join(', ')})`
/** `greatest` would turn NULL into the bound. */
const atLeast = (sql: string, least: number) => `CASE WHEN ${sql} < ${least} THEN ${least} ELSE ${sql} END`

const functions: Partial<Record<FunctionName, (args: string[]) => string>> = {
  '=': infix('='),
  '!=': infix('!='),
  '<': infix('<'),
  '<=': infix('<='),
  '>': infix('>'),
  '>=': infix('>='),
  '+': infix('+'),
  '-': (args) => (args.length === 1 ? `(- ${args[0]})` : infix('-')(args)),
  '*': infix('*'),
  '/': infix('/'),
  // Its own `round` goes half to even.
  round: ([x]) => `(sign(${x}) * floor(abs(${x}) + 0.5))`,
  ln: named('log'),
  power: named('pow'),
  lower: named('lowerUTF8'),
  upper: named('upperUTF8'),
  fold: ([text]) => `removeDiacriticsUTF8(lowerUTF8(${text}))`,
  md5: ([text]) => `lower(hex(MD5(${text})))`,
  // Unsigned results do not meet signed columns in one expression: every whole number is made Int64.
  length: ([text]) => `toInt64(lengthUTF8(${text}))`,
  concat: (args) => `concat(${[...args, `''`].join(', ')})`,
  substring: ([text, start, ...length]) =>
    `substringUTF8(${[text, atLeast(start!, 1), ...length.map((n) => atLeast(n, 0))].join(', ')})`,
  contains: ([text, part]) => `(position(${text}, ${part}) > 0)`,
  'starts-with': named('startsWith'),
  'ends-with': named('endsWith'),
  'edit-distance': named('editDistance'),
  digits: ([n, width]) =>
    `if(${n} >= 0, leftPad(toString(toInt64(trunc(${n}))), toUInt32(greatest(${width}, toInt64(length(toString(toInt64(trunc(${n}))))))), '0'), NULL)`,
  'epoch-ms': named('toUnixTimestamp64Milli'),
  'from-epoch-ms': ([ms]) => `fromUnixTimestamp64Milli(toInt64(floor(${ms})), 'UTC')`,
}

const unitMs: Partial<Record<TimeUnit, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
}
/** Monday 1970-01-05, where weeks are counted from. */
const firstMondayMs = 345_600_000

const epochMs = (t: string) => `toUnixTimestamp64Milli(${t})`
const instant = (ms: string) => `fromUnixTimestamp64Milli(${ms}, 'UTC')`
const offsetMs = (t: string, zone: string | undefined) =>
  zone === undefined ? '0' : `(timeZoneOffset(toTimeZone(${t}, ${zone})) * 1000)`

/**
 * Integer arithmetic on milliseconds: the built-in intervals are counted from other origins. `toInt64` because the
 * remainder by a literal above 2^32 overflows without a word (26.7).
 */
function timeBucket(t: string, unit: TimeUnit, count: number, zone: string | undefined): string {
  const localMs = `(${epochMs(t)} + ${offsetMs(t, zone)})`
  const width = unitMs[unit]
  if (width !== undefined) {
    const origin = unit === 'week' ? firstMondayMs : 0
    const into = `positiveModulo(${localMs} - ${origin}, toInt64(${width * count}))`
    if (zone === undefined || width * count <= 3_600_000) return instant(`${epochMs(t)} - ${into}`)
    return atLocal(`(${localMs} - ${into})`, t, zone)
  }
  const months = unit === 'year' ? count * 12 : count
  const local = instant(localMs)
  const index = `(toYear(${local}) * 12 + toMonth(${local}) - 23641)`
  const start = `addMonths(toDateTime64(0, 3, 'UTC'), ${index} - positiveModulo(${index}, toInt64(${months})))`
  return zone === undefined ? start : atLocal(epochMs(start), t, zone)
}

/** The instant whose local clock shows `localMs`; the offset there may not be the one at `t`. */
function atLocal(localMs: string, t: string, zone: string): string {
  const guess = instant(`(${localMs} - ${offsetMs(t, zone)})`)
  return instant(`(${localMs} - ${offsetMs(guess, zone)})`)
}

const dateParts: Record<DatePart, string> = {
  year: 'toYear',
  quarter: 'toQuarter',
  month: 'toMonth',
  week: 'toISOWeek',
  'iso-year': 'toISOYear',
  day: 'toDayOfMonth',
  'day-of-week': 'toDayOfWeek',
  'day-of-year': 'toDayOfYear',
  hour: 'toHour',
  minute: 'toMinute',
  second: 'toSecond',
  millisecond: 'toMillisecond',
}

function aggregate({ fn, of, by, tieBreak, where, p }: AggregateParts): string {
  const over = (name: string, args: string[], extra?: string, parameters = '') => {
    const conditions = [where && `ifNull(${where}, false)`, extra].filter((c) => c !== undefined)
    if (conditions.length === 0) return `${name}${parameters}(${args.join(', ')})`
    return `${name}If${parameters}(${[...args, conditions.join(' AND ')].join(', ')})`
  }
  const value = of === undefined ? [] : [of]
  switch (fn) {
    case 'count':
      return `toInt64(${over('count', value)})`
    case 'count-distinct':
      return `toInt64(${over('uniqExact', value)})`
    case 'percentile':
      return over('quantileExactInclusiveOrNull', value, undefined, `(${p})`)
    case 'stddev':
      return over('stddevSampStableOrNull', value)
    case 'first':
    case 'last': {
      const tie =
        fn === 'last'
          ? `ifNull(${tieBreak}, ${-Number.MAX_VALUE})`
          : `ifNull(- ${tieBreak}, ${Number.MAX_VALUE})`
      const order = tieBreak === undefined ? by! : `tuple(${by}, ${tie})`
      const pick = fn === 'last' ? 'argMaxOrNull' : 'argMinOrNull'
      // A tuple keeps a NULL that the aggregate would skip.
      return `tupleElement(${over(pick, [`tuple(toNullable(${of}))`, order], `${by} IS NOT NULL`)}, 1)`
    }
    default:
      return over(`${fn}OrNull`, value)
  }
}

const casts: Partial<Record<ValueType, (sql: string) => string>> = {
  double: (sql) => `toFloat64(${sql})`,
  integer: (sql) => `toInt64(${sql})`,
  timestamp: (sql) => `toDateTime64(${sql}, 3, 'UTC')`,
}

/** `physical` names the table on the server that holds the rows of a table, or of its version. */
export const clickHouseDialect = (
  database: string,
  physical: (table: string, version: number | undefined) => string,
): Dialect => ({
  identifier,
  placeholder: (index, parameter) => `{p${index}:${parameterType(parameter)}}`,
  relation: (table, _bounds, _bind, version) =>
    `${identifier(database)}.${identifier(physical(table.name, version))}`,
  call: (fn, args) => (functions[fn] ?? named(fn))(args),
  cast: (sql, from, to) => (from === to || !casts[to] ? sql : casts[to](sql)),
  inList: (sql, values, type, bind) => `(${sql} IN (${bind(values, type)}))`,
  timeBucket,
  datePart: (t, part, zone) =>
    `toInt64(${dateParts[part]}(${zone === undefined ? t : `toTimeZone(${t}, ${zone})`}))`,
  aggregate,
  // Adding zero makes minus zero plain, which would be a group of its own here.
  finite: (sql) => `if(isFinite(${sql}), ${sql} + 0., NULL)`,
  known: (sql) => `ifNull(${sql}, false)`,
  present: (sql) => `assumeNotNull(${sql})`,
  latest: (columns, from, where, keys, order) =>
    `SELECT ${columns.map(({ sql, as }) => `${sql} AS ${as}`).join(', ')} FROM ${from}${where && ` WHERE ${where}`} ORDER BY ${order
      .map((o) => `${o} DESC NULLS LAST`)
      .join(', ')} LIMIT 1${keys.length > 0 ? ` BY ${keys.join(', ')}` : ''}`,
  asOfJoin: (left, right, equal, leftTime, rightTime) =>
    `${left} ASOF LEFT JOIN ${right} ON ${[...equal, `${leftTime} >= ${rightTime}`].join(' AND ')}`,
  ...clickHouseLists,
  output: (sql, type) => {
    if (type === 'date') return `left(toString(${sql}), 10)`
    if (type === 'boolean') return `CAST(${sql}, 'Nullable(Bool)')`
    return sql
  },
})
