/** How a table lies in ClickHouse. */
import type { ColumnSpec, ColumnType, TableSpec } from '../columnar.ts'
import { identifier } from './dialect.ts'

/** Names of the types on the wire and in tables, before Nullable. */
export const columnTypes: Record<ColumnType, string> = {
  text: 'String',
  json: 'String',
  boolean: 'Bool',
  tinyint: 'Int8',
  smallint: 'Int16',
  integer: 'Int32',
  bigint: 'Int64',
  real: 'Float32',
  double: 'Float64',
  timestamp: `DateTime64(3, 'UTC')`,
  // Date32 would clamp to 1900–2299 without a word.
  date: `DateTime64(0, 'UTC')`,
}

/** Neighbours of a sorted table differ little: whole numbers and instants shrink by their differences. */
const codecOf = (type: ColumnType) =>
  type === 'text' || type === 'json' || type === 'boolean' || type === 'real' || type === 'double'
    ? 'CODEC(ZSTD(1))'
    : 'CODEC(Delta, ZSTD(1))'

export const isNullable = (table: TableSpec, column: ColumnSpec) => column.name !== table.dayOf

export function columnDefinition(table: TableSpec, column: ColumnSpec): string {
  const type = columnTypes[column.type]
  return `${identifier(column.name)} ${isNullable(table, column) ? `Nullable(${type})` : type} ${codecOf(column.type)}`
}

const text = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/** The description is kept as the table's comment: what a later start reads. */
export const commentOf = (table: TableSpec) => text(JSON.stringify(table))

/** Blocks that a repeated insert is compared with. */
const deduplicationWindow = 10_000

export function createTable(database: string, table: TableSpec, name = table.name): string {
  const columns = table.columns.map((column) => columnDefinition(table, column)).join(', ')
  const partition = table.dayOf ? `PARTITION BY toYYYYMMDD(${identifier(table.dayOf)})` : ''
  const order = table.sortBy.length > 0 ? `(${table.sortBy.map(identifier).join(', ')})` : 'tuple()'
  return `CREATE TABLE ${identifier(database)}.${identifier(name)} (${columns}) ENGINE = MergeTree ${partition}
    ORDER BY ${order} SETTINGS allow_nullable_key = 1, non_replicated_deduplication_window = ${deduplicationWindow}
    COMMENT ${commentOf(table)}`
}
