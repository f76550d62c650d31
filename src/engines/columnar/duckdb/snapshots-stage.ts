/** From a relation of raw cells to a Parquet file of typed rows, with the rows that would not fit. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { ColumnType } from '../columnar.ts'
import type { Reject } from '../snapshots.ts'
import { literal } from './database.ts'
import { identifier } from './dialect.ts'
import { rows } from './rows.ts'
import { brokenRule } from './snapshots-cells.ts'

/** How one column is made: typed already, or from a raw value that must convert. */
export type Conversion =
  | { name: string; type: ColumnType; typed: string }
  /** `raw` is text; NULL stays NULL, any other must give a value. */
  | { name: string; type: ColumnType; raw: string; value: (sql: string) => string }

export type RowReject = Omit<Reject, 'line'> & { row: number }

/** A group holds about this many values: memory stays flat for wide tables. */
const groupValues = 122_880 * 16
const minGroupRows = 2_048

/** Version 2 writes numbers and instants by their differences: a sixth less work for the same size. */
export const parquetOptions = (columnCount: number) =>
  `(FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, ROW_GROUP_SIZE ${Math.max(
    minGroupRows,
    Math.min(122_880, Math.floor(groupValues / Math.max(1, columnCount) / minGroupRows) * minGroupRows),
  )})`

/**
 * Writes the rows of `relation` that convert to `file`, in their order, and answers those that do not: how many and
 * the first `limit` cells. Raw columns are written to `rawFile` first, so that the input is read once.
 */
export async function stageRows(
  c: DuckDBConnection,
  relation: string,
  conversions: readonly Conversion[],
  { file, rawFile, limit }: { file: string; rawFile: string; limit: number },
): Promise<{ count: number; first: RowReject[] }> {
  const options = parquetOptions(conversions.length)
  const raw = conversions.flatMap((conversion, i) => ('raw' in conversion ? [{ ...conversion, i }] : []))
  if (raw.length === 0) {
    const list = conversions.map((o) => `${(o as { typed: string }).typed} AS ${identifier(o.name)}`)
    await c.run(`COPY (SELECT ${list.join(', ')} FROM ${relation}) TO ${literal(file)} ${options}`)
    return { count: 0, first: [] }
  }
  const cells = conversions.map((o, i) => `${'raw' in o ? o.raw : o.typed} AS r${i}`)
  await c.run(`COPY (SELECT ${cells.join(', ')} FROM ${relation}) TO ${literal(rawFile)} ${options}`)
  const values = raw.map((o) => `${o.value(`r${o.i}`)} AS v${o.i}`)
  const converted = `(SELECT *, ${values.join(', ')} FROM read_parquet(${literal(rawFile)}, file_row_number = true))`
  const fits = raw.map((o) => `(r${o.i} IS NULL OR v${o.i} IS NOT NULL)`).join(' AND ')
  const list = conversions.map((o, i) => `${'raw' in o ? 'v' : 'r'}${i} AS ${identifier(o.name)}`)
  await c.run(
    `COPY (SELECT ${list.join(', ')} FROM ${converted} WHERE ${fits}) TO ${literal(file)} ${options}`,
  )
  const [counted] = await rows(c, `SELECT count(*) FILTER (WHERE NOT (${fits})) AS n FROM ${converted}`)
  const count = Number(counted?.n)
  if (count === 0) return { count, first: [] }
  const broken = raw.map(
    (
      o,
    ) => `SELECT file_row_number AS row, ${literal(o.name)} AS name, ${brokenRule(`r${o.i}`, o.type)} AS rule,
      left(r${o.i}, 200) AS text, ${o.i} AS place FROM ${converted} WHERE r${o.i} IS NOT NULL AND v${o.i} IS NULL`,
  )
  const found = await rows(c, `${broken.join(' UNION ALL ')} ORDER BY row, place LIMIT ${limit}`)
  const first = found.map((row) => ({
    row: Number(row.row),
    column: String(row.name),
    rule: String(row.rule),
    value: String(row.text),
  }))
  return { count, first }
}
