/** Batches from plain rows: for small tables, imports and tests. Hot paths fill typed arrays themselves. */
import type { ColumnData, ColumnSpec, Row, TableBatch, TableSpec } from './columnar.ts'

/** One batch of the rows; cells are as `Columnar.query` gives them, missing ones NULL. */
export function batchOfRows(table: TableSpec, rows: readonly Row[]): TableBatch {
  const columns: TableBatch['columns'] = {}
  for (const column of table.columns) columns[column.name] = columnOf(column, rows)
  return { table: table.name, rowCount: rows.length, columns }
}

function columnOf({ name, type }: ColumnSpec, rows: readonly Row[]): ColumnData {
  const cells = rows.map((row) => row[name] ?? null)
  if (type === 'text' || type === 'json')
    return { kind: 'text', values: cells.map((cell) => (cell === null ? null : String(cell))) }
  const nulls = Uint8Array.from(cells, (cell) => (cell === null ? 1 : 0))
  const isTime = type === 'timestamp' || type === 'date'
  const numbers = cells.map((cell) => (cell === null ? 0 : isTime ? Date.parse(String(cell)) : Number(cell)))
  switch (type) {
    case 'boolean':
      return { kind: 'boolean', values: Uint8Array.from(numbers), nulls }
    case 'tinyint':
      return { kind: 'int8', values: Int8Array.from(numbers), nulls }
    case 'smallint':
      return { kind: 'int16', values: Int16Array.from(numbers), nulls }
    case 'integer':
      return { kind: 'int32', values: Int32Array.from(numbers), nulls }
    case 'real':
      return { kind: 'float32', values: Float32Array.from(numbers), nulls }
    case 'double':
      return { kind: 'float64', values: Float64Array.from(numbers), nulls }
    default:
      return { kind: 'float64-integer', values: Float64Array.from(numbers), nulls }
  }
}
