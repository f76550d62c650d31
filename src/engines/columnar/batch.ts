/** What every engine refuses in a batch, checked before anything is written. */
import { invalidInput } from '../../errors.ts'
import type { ColumnData, ColumnSpec, ColumnType, SpoolRange, TableBatch, TableSpec } from './columnar.ts'

const kindsOf: Record<ColumnType, readonly ColumnData['kind'][]> = {
  text: ['text', 'dictionary'],
  json: ['text', 'dictionary'],
  boolean: ['boolean'],
  tinyint: ['int8'],
  smallint: ['int16'],
  integer: ['int32'],
  bigint: ['float64-integer'],
  real: ['float32'],
  double: ['float64'],
  timestamp: ['float64-integer'],
  date: ['float64-integer'],
}

/** Years 1 to 9999, in milliseconds since 1970. */
const minInstantMs = -62_135_596_800_000
const maxInstantMs = 253_402_300_799_999
const dayMs = 86_400_000

/** Throws `invalid_input` when columns are missing, unknown, of another kind, too short, or hold what no table may. */
export function checkBatch(batch: TableBatch, table: TableSpec): void {
  if (!Number.isSafeInteger(batch.rowCount) || batch.rowCount < 0)
    throw invalidInput(`A batch for “${table.name}” has no valid row count.`)
  const known = new Set(table.columns.map((column) => column.name))
  for (const name of Object.keys(batch.columns))
    if (!known.has(name)) throw invalidInput(`“${table.name}” has no column “${name}”.`)
  for (const column of table.columns) {
    const data = batch.columns[column.name]
    const where = `“${table.name}.${column.name}”`
    if (!data) throw invalidInput(`A batch lacks ${where}.`)
    if (!kindsOf[column.type].includes(data.kind))
      throw invalidInput(`${where} is ${column.type}: it cannot take ${data.kind} values.`)
    const length = data.kind === 'dictionary' ? data.codes.length : data.values.length
    if (length < batch.rowCount)
      throw invalidInput(`${where} has ${length} values for ${batch.rowCount} rows.`)
    if ('nulls' in data && data.nulls && data.nulls.length < batch.rowCount)
      throw invalidInput(`${where} has too few null flags.`)
    const bad = badRow(data, batch.rowCount, column)
    if (bad >= 0) throw invalidInput(`${where} cannot hold the value of row ${bad}.`, undefined, { row: bad })
    if (column.name === table.dayOf && hasNull(data, batch.rowCount))
      throw invalidInput(`${where} decides the day of a row and cannot be empty.`)
  }
}

/** HOT: once per value. The first row whose value cannot enter, −1 when all can. Minus zero becomes zero. */
function badRow(data: ColumnData, rowCount: number, column: ColumnSpec): number {
  switch (data.kind) {
    case 'float32':
    case 'float64': {
      const { values, nulls } = data
      for (let i = 0; i < rowCount; i++) {
        const value = values[i]!
        if (value - value !== 0 && nulls?.[i] !== 1) return i
        if (value === 0) values[i] = 0
      }
      return -1
    }
    case 'float64-integer': {
      const { values, nulls } = data
      const isInstant = column.type !== 'bigint'
      const min = isInstant ? minInstantMs : Number.MIN_SAFE_INTEGER
      const max = isInstant ? maxInstantMs : Number.MAX_SAFE_INTEGER
      const step = column.type === 'date' ? dayMs : 1
      for (let i = 0; i < rowCount; i++) {
        const value = values[i]!
        if (!(value >= min && value <= max && value % step === 0) && nulls?.[i] !== 1) return i
      }
      return -1
    }
    case 'dictionary': {
      const { codes, dictionary } = data
      for (let i = 0; i < rowCount; i++) if (codes[i]! >= dictionary.length) return i
      return -1
    }
    case 'boolean': {
      const { values } = data
      for (let i = 0; i < rowCount; i++) if (values[i]! > 1) values[i] = 1
      return -1
    }
    default:
      return -1
  }
}

function hasNull(data: ColumnData, rowCount: number): boolean {
  if (!('nulls' in data) || !data.nulls) return false
  return data.nulls.subarray(0, rowCount).includes(1)
}

/**
 * Whether a range is new against the recorded end: false when known already. Throws `invalid_input` for a range that
 * is none and for one that is known only in part: cuts are deterministic, so that is a fault of the caller.
 */
export function isNewRange(range: SpoolRange, recordedHi: number | undefined): boolean {
  const { source, lo, hi, resumeFrom } = range
  const isRange =
    [lo, hi, resumeFrom].every(Number.isSafeInteger) && source !== '' && lo <= hi && resumeFrom <= hi
  if (!isRange) throw invalidInput(`[${lo}, ${hi}) of “${source}” is not a range of a spool.`)
  if (recordedHi === undefined) return true
  if (hi <= recordedHi) return false
  if (lo < recordedHi)
    throw invalidInput(`[${lo}, ${hi}) of “${source}” overlaps what is recorded up to ${recordedHi}.`)
  return true
}
