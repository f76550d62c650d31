/** What makes a table's description usable, and how it may grow. */
import { conflict, invalidInput } from '../../errors.ts'
import type { ColumnSpec, ColumnType, TableSpec } from './columnar.ts'

const namePattern = /^[A-Za-z][A-Za-z0-9_-]{0,99}$/
const columnPattern = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/
const columnTypes = new Set<ColumnType>([
  'text',
  'boolean',
  'tinyint',
  'smallint',
  'integer',
  'bigint',
  'real',
  'double',
  'timestamp',
  'date',
  'json',
])

/**
 * Throws `invalid_input` unless names are plain (they become identifiers and folder names), columns are distinct
 * and the columns named by sortBy, dayOf and retainBy exist. Names that begin with `__` are the emitters'.
 */
export function checkTableSpec(table: TableSpec): void {
  if (!namePattern.test(table.name)) throw invalidInput(`“${table.name}” cannot name a table.`)
  if (table.columns.length === 0) throw invalidInput(`The table “${table.name}” has no column.`)
  const types = new Map<string, ColumnType>()
  const folded = new Set<string>()
  for (const { name, type } of table.columns) {
    if (!columnPattern.test(name) || name.startsWith('__'))
      throw invalidInput(`“${name}” cannot name a column of “${table.name}”.`)
    // DuckDB's identifiers ignore case.
    if (folded.has(name.toLowerCase())) throw invalidInput(`“${table.name}” has “${name}” twice.`)
    if (!columnTypes.has(type)) throw invalidInput(`“${table.name}.${name}” has the unknown type “${type}”.`)
    folded.add(name.toLowerCase())
    types.set(name, type)
  }
  for (const name of table.sortBy)
    if (!types.has(name)) throw invalidInput(`“${table.name}” is sorted by “${name}”, which it has not.`)
  for (const name of [table.dayOf, table.retainBy])
    if (name !== undefined && types.get(name) !== 'timestamp')
      throw invalidInput(`“${table.name}.${name}” must be a timestamp column.`)
}

/** Columns of `next` that `known` lacks. Throws `conflict` when a column changed its type or went away. */
export function addedColumns(known: TableSpec, next: TableSpec): ColumnSpec[] {
  const old = new Map(known.columns.map((column) => [column.name, column.type]))
  for (const { name, type } of next.columns) {
    const before = old.get(name)
    if (before !== undefined && before !== type)
      throw conflict(`“${known.name}.${name}” is ${before} and cannot become ${type}.`)
  }
  const kept = new Set(next.columns.map((column) => column.name))
  const gone = known.columns.find((column) => !kept.has(column.name))
  if (gone) throw conflict(`“${known.name}” cannot lose its column “${gone.name}”.`)
  if (known.dayOf !== next.dayOf)
    throw conflict(
      `“${known.name}” is partitioned by ${known.dayOf ?? 'nothing'}, not ${next.dayOf ?? 'nothing'}.`,
    )
  return next.columns.filter((column) => !old.has(column.name))
}

/** The old columns in their order, then the new ones: the physical order of a table that grew. */
export const grownTable = (known: TableSpec, next: TableSpec): TableSpec => ({
  ...next,
  columns: [...known.columns, ...addedColumns(known, next)],
})
