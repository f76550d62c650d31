/** SQL that reads the text of cells strictly: what is not a value of the type gives NULL. */
import { invalidInput } from '../../../errors.ts'
import { hasOffset, strptimeFormat } from '../cell-pattern.ts'
import type { ColumnType } from '../columnar.ts'
import type { CellFormat } from '../snapshots.ts'
import { literal } from './database.ts'

export const nativeTypes: Record<ColumnType, string> = {
  text: 'VARCHAR',
  json: 'VARCHAR',
  boolean: 'BOOLEAN',
  tinyint: 'TINYINT',
  smallint: 'SMALLINT',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  real: 'FLOAT',
  double: 'DOUBLE',
  timestamp: 'TIMESTAMP',
  date: 'DATE',
}

const firstInstant = `TIMESTAMP '0001-01-01'`
const lastInstant = `TIMESTAMP '9999-12-31 23:59:59.999999'`
const plainNumber = String.raw`[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?`
const plainInstant = String.raw`\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)? ?(Z|[+-]\d{2}(:?\d{2})?)?)?`
/** Spaces, plain, no-break and narrow, or points between groups of three digits. */
const groupedNumber = String.raw`[+-]?(\d{1,3}([ .\x{a0}\x{202f}]\d{3})+|\d+)(,\d*)?([eE][+-]?\d{1,3})?`

/** The instant of a value to the millisecond, NULL outside the years 1 to 9999. */
export const storedInstant = (sql: string) =>
  `CASE WHEN ${sql} BETWEEN ${firstInstant} AND ${lastInstant} THEN make_timestamp_ms(epoch_ms(${sql})) END`

/** In UTC, to the millisecond. Read as TIMESTAMP, a text would lose its offset without a word. */
export const instantOf = (zoned: string) => `make_timestamp_ms(epoch_ms(${zoned}))`

/** Whether a value that the reader typed itself may be stored; undefined when every value of the type may. */
export function storable(sql: string, type: ColumnType): string | undefined {
  switch (type) {
    case 'real':
    case 'double':
      return `isfinite(${sql})`
    case 'bigint':
      return `${sql} BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`
    case 'timestamp':
      return `${sql} BETWEEN ${firstInstant} AND ${lastInstant}`
    case 'date':
      return `${sql} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'`
    default:
      return undefined
  }
}

/**
 * The value of the text `sql` (blanks around it cut, never empty), NULL when it is not one of the type. Throws
 * `invalid_input` for a format that does not fit the type.
 */
export function strictValue(sql: string, type: ColumnType, format?: CellFormat): string {
  switch (format?.kind) {
    case 'decimal-comma': {
      const plain = String.raw`replace(regexp_replace(${sql}, '[ .\x{a0}\x{202f}]', '', 'g'), ',', '.')`
      return strictNumber(`CASE WHEN regexp_full_match(${sql}, '${groupedNumber}') THEN ${plain} END`, type)
    }
    case 'pattern':
      return patternValue(sql, type, format)
    case 'words':
      if (type !== 'boolean') throw invalidInput(`Words for true and false do not make a ${type}.`)
      return `CASE WHEN ${isOneOf(sql, format.true)} THEN true WHEN ${isOneOf(sql, format.false)} THEN false END`
  }
  switch (type) {
    case 'text':
      return sql
    case 'json':
      return `CASE WHEN json_valid(${sql}) THEN ${sql} END`
    case 'boolean':
      return `CASE lower(${sql}) WHEN 'true' THEN true WHEN 'false' THEN false END`
    case 'date':
      return `CASE WHEN CAST(TRY_CAST(${sql} AS DATE) AS VARCHAR) = ${sql} AND regexp_full_match(${sql}, '\\d{4}-\\d{2}-\\d{2}')
        AND ${sql} >= '0001' THEN TRY_CAST(${sql} AS DATE) END`
    case 'timestamp': {
      const whole = String.raw`regexp_replace(${sql}, '^([-\d]{10}[T ]\d{2}:\d{2})( ?(Z|[-+]\d.*))?$', '\1:00\2')`
      return storedInstant(
        `(CASE WHEN regexp_full_match(${sql}, '${plainInstant}') THEN timezone('UTC', TRY_CAST(${whole} AS TIMESTAMPTZ)) END)`,
      )
    }
    default:
      return strictNumber(sql, type)
  }
}

const isOneOf = (sql: string, words: string[]) =>
  words.length === 0
    ? 'false'
    : `lower(${sql}) IN (${words.map((word) => literal(word.toLowerCase())).join(', ')})`

function strictNumber(sql: string, type: ColumnType): string {
  switch (type) {
    case 'real':
    case 'double': {
      const number = `TRY_CAST(${sql} AS ${nativeTypes[type]})`
      return `CASE WHEN regexp_full_match(${sql}, '${plainNumber}') AND isfinite(${number}) THEN ${number} END`
    }
    case 'tinyint':
    case 'smallint':
    case 'integer':
      // A number that does not give its own text back was rounded or lost its zeros.
      return `CASE WHEN CAST(TRY_CAST(${sql} AS BIGINT) AS VARCHAR) = ${sql} THEN TRY_CAST(${sql} AS ${nativeTypes[type]}) END`
    case 'bigint': {
      const whole = `TRY_CAST(${sql} AS BIGINT)`
      return `CASE WHEN CAST(${whole} AS VARCHAR) = ${sql} AND ${storable(whole, type)} THEN ${whole} END`
    }
    default:
      throw invalidInput(`A decimal comma does not make a ${type}.`)
  }
}

function patternValue(sql: string, type: ColumnType, format: CellFormat & { kind: 'pattern' }): string {
  if (type !== 'date' && type !== 'timestamp') throw invalidInput(`A date pattern does not make a ${type}.`)
  const read = `try_strptime(${sql}, ${literal(strptimeFormat(format.pattern))})`
  let at = read
  if (hasOffset(format.pattern)) at = `timezone('UTC', ${read})`
  else if (format.zone) at = `timezone('UTC', timezone(${literal(format.zone)}, ${read}))`
  return type === 'date' ? `CAST(${storedInstant(`(${read})`)} AS DATE)` : storedInstant(`(${at})`)
}

/** Rule that the text of a cell broke. */
export const brokenRule = (sql: string, type: ColumnType) =>
  type === 'real' || type === 'double'
    ? `CASE WHEN regexp_matches(lower(${sql}), '^[+-]?(nan|inf|infinity)$') OR regexp_full_match(${sql}, '${plainNumber}')
        THEN 'not-finite' ELSE 'type' END`
    : `'type'`
