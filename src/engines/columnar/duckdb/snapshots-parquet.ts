/** Parquet files from elsewhere: their columns by name, their types made ours. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { invalidInput } from '../../../errors.ts'
import type { ColumnSpec } from '../columnar.ts'
import type { LoadInput } from '../snapshots.ts'
import { firstLine, literal } from './database.ts'
import { identifier } from './dialect.ts'
import { rows } from './rows.ts'
import { nativeTypes, storable, storedInstant, strictValue } from './snapshots-cells.ts'
import type { Conversion } from './snapshots-stage.ts'

export const readParquet = (path: string) => `read_parquet(${literal(path)}, hive_partitioning = false)`

/** Throws `invalid_input` for a file that is no Parquet and for columns it has not, unless it may lack some: NULL. */
export async function parquetConversions(
  c: DuckDBConnection,
  columns: readonly ColumnSpec[],
  input: LoadInput & { kind: 'parquet' },
  mayLack: boolean,
): Promise<Conversion[]> {
  const described = await rows(c, `DESCRIBE SELECT * FROM ${readParquet(input.path)}`).catch((error) => {
    throw invalidInput(`The Parquet file cannot be read: ${firstLine(error).replaceAll(input.path, 'it')}`)
  })
  const types = new Map(described.map((row) => [String(row.column_name), String(row.column_type)]))
  return columns.map(({ name, type }) => {
    const from = input.columns?.find((column) => column.name === name)?.from ?? name
    const given = types.get(from)
    if (!given && mayLack) return { name, type, typed: `CAST(NULL AS ${nativeTypes[type]})` }
    if (!given) throw invalidInput(`The Parquet file has no column “${from}”.`)
    return conversionOf(identifier(from), given, { name, type })
  })
}

/** The raw value is told as text in rejects; nested values are JSON. */
function conversionOf(sql: string, given: string, { name, type }: ColumnSpec): Conversion {
  const isNested = /[[(]/.test(given) && !given.startsWith('DECIMAL')
  if (isNested || given === 'JSON')
    return { name, type, ...fromText(`CAST(to_json(${sql}) AS VARCHAR)`, type) }
  if (given === 'VARCHAR') return { name, type, ...fromText(sql, type) }
  if (given === nativeTypes[type] && storable(sql, type) === undefined) return { name, type, typed: sql }
  const plain = given === 'TIMESTAMP WITH TIME ZONE' ? `timezone('UTC', ${sql})` : sql
  const raw = `CAST(${plain} AS VARCHAR)`
  if (type === 'text') return { name, type, typed: raw }
  // Doubles and decimals are written so that they read back as they were.
  return { name, type, raw, value: (text) => readBack(text, type) }
}

const fromText = (sql: string, type: ColumnSpec['type']) =>
  type === 'text'
    ? { typed: sql }
    : { raw: `nullif(trim(${sql}), '')`, value: (text: string) => strictValue(text, type) }

function readBack(text: string, type: ColumnSpec['type']): string {
  const value = `TRY_CAST(${text} AS ${nativeTypes[type]})`
  switch (type) {
    case 'timestamp':
      return storedInstant(`(${value})`)
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return `CASE WHEN TRY_CAST(${text} AS DOUBLE) = ${value} AND ${storable(value, 'bigint')} THEN ${value} END`
    default: {
      const check = storable(value, type)
      return check ? `CASE WHEN ${check} THEN ${value} END` : value
    }
  }
}
