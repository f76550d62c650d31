/** Rows of a snapshot lie in the order of their numbers: sorting by the number is needless, and costs a scan of all. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Query } from '../query.ts'
import type { Catalogue } from './catalogue.ts'
import { identifier } from './dialect.ts'
import { rows } from './rows.ts'
import { physicalTable } from './snapshots-catalogue.ts'

const rowNumber = '_n'

/** Native tables that were looked at: whether their rows lie in order. They never change once they are shown. */
const looked = new Map<string, boolean>()
const maxLooked = 10_000

/**
 * The query without its order, where that is the order in which the engine reads anyway: by row number, of rows that are
 * only filtered. DuckDB keeps the order of insertion, so a limit ends the scan at the last row that is shown.
 */
export async function inReadingOrder(
  query: Query,
  catalogue: Catalogue,
  connection: DuckDBConnection,
): Promise<Query> {
  const { orderBy, select } = query
  const [only] = orderBy ?? []
  if (orderBy?.length !== 1 || only?.descending || !isRowNumber(only?.by)) return query
  // Outputs come before columns in an order.
  if (!isPlain(query) || select?.some(({ as }) => as === rowNumber)) return query
  let { from } = query
  while (from.kind === 'query') {
    const inner = from.query
    if (!isPlain(inner) || inner.orderBy || inner.limit !== undefined || inner.offset) return query
    if (inner.select && !inner.select.some(({ as, value }) => as === rowNumber && isRowNumber(value)))
      return query
    from = inner.from
  }
  if (from.kind !== 'table') return query
  const { snapshots } = catalogue
  if (!snapshots.published.has(from.table)) return query
  const physical = physicalTable(snapshots, from.table, from.version)
  if (physical !== undefined && !(await liesInOrder(physical, connection))) return query
  const { orderBy: _, ...unordered } = query
  return unordered
}

const isRowNumber = (of: unknown) =>
  (of as { kind?: unknown }).kind === 'column' && (of as { name?: unknown }).name === rowNumber

const isPlain = ({ join, latestBy, groupBy, distinct, having, select }: Query) =>
  !join &&
  !latestBy &&
  !groupBy &&
  !distinct &&
  !having &&
  !select?.some(({ value }) => value.kind === 'aggregate')

async function liesInOrder(physical: string, connection: DuckDBConnection): Promise<boolean> {
  const known = looked.get(physical)
  if (known !== undefined) return known
  const sql = `SELECT count(*) AS n FROM hot.${identifier(physical)} WHERE ${rowNumber} <> rowid + 1`
  const isInOrder = Number((await rows(connection, sql))[0]?.n) === 0
  if (looked.size >= maxLooked) looked.clear()
  looked.set(physical, isInOrder)
  return isInOrder
}
