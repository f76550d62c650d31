/** CSV by the engine's own reader, and what it rejected. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { invalidInput } from '../../../errors.ts'
import type { ColumnType } from '../columnar.ts'
import type { LoadInput, Reject } from '../snapshots.ts'
import { literal } from './database.ts'
import { rows } from './rows.ts'
import { instantOf, nativeTypes, storable, strictValue } from './snapshots-cells.ts'
import { linesOf } from './snapshots-lines.ts'
import type { Conversion } from './snapshots-stage.ts'

export type CsvInput = LoadInput & { kind: 'csv' }

/** Read as TIMESTAMP, a cell would lose its offset from UTC. */
const readerTypes: Partial<Record<ColumnType, string>> = { timestamp: 'TIMESTAMPTZ' }

/** What a load fails with when the fast reader was trusted with a value that may not be stored. */
export const notPlain = 'not plain'

const maxLineBytes = 8 * 1024 * 1024
const bufferBytes = 4 * maxLineBytes
export const maxRejects = 10_000
const maxValueLength = 200

/** Whether the fast reader types the column; else its text is checked. */
const isTypedByReader = ({ type, format, isPlain }: CsvInput['columns'][number]) =>
  type === 'text' ? !format : isPlain === true && !format

/** The table function that reads the file. */
export function readCsv(input: CsvInput, isStrict: boolean): string {
  const width = Math.max(1, input.width ?? 0, ...input.columns.map((column) => column.index + 1))
  const types = new Array<string>(width).fill('VARCHAR')
  for (const column of input.columns)
    if (isTypedByReader(column)) types[column.index] = readerTypes[column.type] ?? nativeTypes[column.type]
  const columns = types.map((type, i) => `'c${i}': '${type}'`).join(', ')
  const nulls = ['', ...input.nullTexts.filter((text) => text !== '')].map(literal).join(', ')
  const quote = literal(input.quote ?? '')
  return `read_csv(${literal(input.path)}, auto_detect = false, header = false, skip = ${input.skipLines},
    delim = ${literal(input.delimiter)}, quote = ${quote}, escape = ${quote}, columns = {${columns}},
    nullstr = [${nulls}], max_line_size = ${maxLineBytes}, buffer_size = ${bufferBytes}, strict_mode = ${isStrict},
    store_rejects = true, rejects_limit = 0)`
}

/** What every column of the staging table is made of, over the columns of `readCsv`. */
export const csvConversions = (input: CsvInput): Conversion[] =>
  input.columns.map((column) => {
    const cell = `c${column.index}`
    const { name, type } = column
    if (!isTypedByReader(column)) {
      const text = type === 'text' ? cell : `nullif(trim(${cell}), '')`
      return { name, type, raw: text, value: (sql) => strictValue(sql, type, column.format) }
    }
    const check = storable(cell, type)
    const typed = type === 'timestamp' ? instantOf(cell) : cell
    if (!check) return { name, type, typed }
    return {
      name,
      type,
      typed: `CASE WHEN ${check} OR ${cell} IS NULL THEN ${typed} ELSE error('${notPlain}') END`,
    }
  })

/** The same file with every cell checked that may hold what cannot be stored. */
export const distrusting = (input: CsvInput): CsvInput => ({
  ...input,
  columns: input.columns.map((column) =>
    storable('', column.type) === undefined ? column : { ...column, isPlain: false },
  ),
})

const rules: Record<string, string> = {
  CAST: 'type',
  'TOO MANY COLUMNS': 'too-many-cells',
  'MISSING COLUMNS': 'too-few-cells',
  'UNQUOTED VALUE': 'quote',
  'LINE SIZE OVER MAXIMUM': 'line-too-long',
  'INVALID ENCODING': 'encoding',
  'INVALID STATE': 'quote',
}

export interface ReaderRejects {
  /** Records, each once. */
  count: number
  /** Where they begin in the file, bytes, ascending. */
  offsets: Float64Array
  /** The first ones, a cell each; `line` is a position in bytes until `withLines` makes it a line. */
  first: (Reject & { offset: number })[]
}

/** What the reader noted on this connection. Throws `invalid_input` when a quote that never closes ate the rest. */
export async function readerRejects(c: DuckDBConnection, input: CsvInput): Promise<ReaderRejects> {
  const chunks = await c.runAndReadAll(
    'SELECT DISTINCT CAST(line_byte_position AS DOUBLE) AS byte FROM reject_errors ORDER BY byte',
  )
  const offsets = Float64Array.from(chunks.getColumns()[0] ?? [], Number)
  const names = new Map(input.columns.map(({ index, name }) => [`c${index}`, name]))
  const found = await rows(
    c,
    `SELECT line_byte_position AS byte, column_name, CAST(error_type AS VARCHAR) AS kind, left(csv_line, 1000) AS text,
        left(error_message, 1000) AS message, contains(ltrim(csv_line, chr(10)), chr(10)) AS is_open
      FROM reject_errors ORDER BY byte, column_idx LIMIT ${maxRejects}`,
  )
  const first = found.map((row) => {
    const offset = Number(row.byte)
    const text = String(row.text ?? '').replace(/^\n/, '')
    if (row.kind === 'UNQUOTED VALUE' && row.is_open) throw new OpenQuote(offset)
    const cell = /^[^"]*"[^"]*"\. Could not convert string "(.*)" to '[^']*'/s.exec(String(row.message))?.[1]
    return {
      offset,
      line: 0,
      column: row.kind === 'TOO MANY COLUMNS' ? null : (names.get(String(row.column_name)) ?? null),
      rule: rules[String(row.kind)] ?? 'unreadable',
      value: (row.kind === 'CAST' && cell !== undefined ? cell : text).slice(0, maxValueLength),
    }
  })
  return { count: offsets.length, offsets, first }
}

/** A quote opened at `offset` and never closed. */
export class OpenQuote extends Error {
  readonly offset: number
  constructor(offset: number) {
    super('A quote is never closed.')
    this.offset = offset
  }
}

const shapeOf = (input: CsvInput) => ({
  path: input.path,
  delimiter: input.delimiter,
  quote: input.quote,
  skipLines: input.skipLines,
  blankLineIsRow: (input.width ?? Math.max(0, ...input.columns.map((column) => column.index + 1))) === 1,
})

export async function openQuoteError(input: CsvInput, { offset }: OpenQuote) {
  const { ofOffset } = await linesOf(shapeOf(input), [], Float64Array.of(offset))
  const line = ofOffset.get(offset) ?? 1
  return invalidInput(
    `A quote that opens in the record of line ${line} is never closed.`,
    'Close it, or say that the file has no quotes.',
    { line, rule: 'unbalanced-quote' },
  )
}

/** Rejects of the reader and of the checks in the order of the file. `row` of a check is from 0. */
export async function withLines(
  input: CsvInput,
  reader: ReaderRejects,
  checks: readonly (Omit<Reject, 'line'> & { row: number })[],
): Promise<Reject[]> {
  if (reader.count === 0 && checks.length === 0) return []
  const { ofRow, ofOffset } = await linesOf(
    shapeOf(input),
    checks.map((check) => check.row),
    checks.length > 0 ? reader.offsets : Float64Array.from(new Set(reader.first.map((r) => r.offset))),
  )
  return [
    ...reader.first.map(({ offset, ...reject }) => ({ ...reject, line: ofOffset.get(offset) ?? 0 })),
    ...checks.map(({ row, ...reject }) => ({ ...reject, line: ofRow.get(row) ?? 0 })),
  ]
    .sort((a, b) => a.line - b.line)
    .slice(0, maxRejects)
}
