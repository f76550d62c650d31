/** What the store knows of its tables, ranges and cold files. The database is the truth; this is its mirror. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { notFound } from '../../../errors.ts'
import type { RecordedRange, TableSpec } from '../columnar.ts'
import { rows } from './rows.ts'
import { readSnapshotCatalogue, type SnapshotCatalogue, versionSpec } from './snapshots-catalogue.ts'

/** One Parquet file of a closed day. */
export interface Part {
  table: string
  day: string
  /** Path below the cold folder. */
  file: string
  /** The columns it has: a table may have grown since. */
  columns: string[]
  rowCount: number
  sizeBytes: number
  /** First and last instant of `dayOf` inside. */
  fromMs: number
  toMs: number
  /** The same of `retainBy`; null when the table has none or all are NULL. */
  retainFromMs: number | null
  retainToMs: number | null
  /** Rows without a value there: retention never takes them. */
  retainNullCount: number
}

export interface Catalogue {
  tables: Map<string, TableSpec>
  ranges: Map<string, RecordedRange>
  snapshots: SnapshotCatalogue
}

export async function readCatalogue(connection: DuckDBConnection): Promise<Catalogue> {
  const tables = new Map<string, TableSpec>()
  for (const row of await rows(connection, 'SELECT spec FROM catalogue.tables')) {
    const spec = JSON.parse(String(row.spec)) as TableSpec
    tables.set(spec.name, spec)
  }
  const ranges = new Map<string, RecordedRange>()
  for (const row of await rows(connection, 'SELECT source, hi, resume_from FROM catalogue.ranges')) {
    const source = String(row.source)
    ranges.set(source, { source, hi: Number(row.hi), resumeFrom: Number(row.resume_from) })
  }
  return { tables, ranges, snapshots: await readSnapshotCatalogue(connection) }
}

/** Throws `not_found` for a table or a version that is not there. */
export function tableOf(catalogue: Catalogue, name: string, version?: number): TableSpec {
  if (version !== undefined) return versionSpec(catalogue.snapshots, name, version)
  const table = catalogue.tables.get(name)
  if (!table) throw notFound('table', name)
  return table
}

const partColumns =
  'table_name, day, file, columns, row_count, size_bytes, from_ms, to_ms, retain_from_ms, retain_to_ms, retain_null_count'

/** The cold files of the table as the connection's transaction sees them, oldest first. */
export async function readParts(connection: DuckDBConnection, table?: string): Promise<Part[]> {
  const where = table === undefined ? '' : ' WHERE table_name = $1'
  const found = await rows(
    connection,
    `SELECT ${partColumns} FROM catalogue.parts${where} ORDER BY day, file`,
    table === undefined ? [] : [table],
  )
  return found.map((row) => ({
    table: String(row.table_name),
    day: String(row.day),
    file: String(row.file),
    columns: JSON.parse(String(row.columns)) as string[],
    rowCount: Number(row.row_count),
    sizeBytes: Number(row.size_bytes),
    fromMs: Number(row.from_ms),
    toMs: Number(row.to_ms),
    retainFromMs: row.retain_from_ms === null ? null : Number(row.retain_from_ms),
    retainToMs: row.retain_to_ms === null ? null : Number(row.retain_to_ms),
    retainNullCount: Number(row.retain_null_count),
  }))
}

export async function insertPart(connection: DuckDBConnection, part: Part): Promise<void> {
  const integer = (n: number | null) => (n === null ? null : BigInt(n))
  await connection.run(
    `INSERT INTO catalogue.parts (${partColumns}) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)`,
    [
      part.table,
      part.day,
      part.file,
      JSON.stringify(part.columns),
      integer(part.rowCount),
      integer(part.sizeBytes),
      integer(part.fromMs),
      integer(part.toMs),
      integer(part.retainFromMs),
      integer(part.retainToMs),
      integer(part.retainNullCount),
    ],
  )
}

export async function inTransaction<T>(connection: DuckDBConnection, work: () => Promise<T>): Promise<T> {
  await connection.run('BEGIN TRANSACTION')
  try {
    const result = await work()
    await connection.run('COMMIT')
    return result
  } catch (error) {
    // A failed COMMIT has rolled back already.
    await connection.run('ROLLBACK').catch(() => undefined)
    throw error
  }
}
