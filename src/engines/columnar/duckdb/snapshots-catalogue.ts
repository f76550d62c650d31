/** What the store knows of staging tables, archived versions and which of them each snapshot shows. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { notFound } from '../../../errors.ts'
import type { TableSpec } from '../columnar.ts'
import { rows } from './rows.ts'

export interface SnapshotCatalogue {
  /** By table: the version shown and the native table that holds its rows. */
  published: Map<string, { version: number; physical: string }>
  /** By table and version: the columns its file has. */
  versions: Map<string, Map<number, TableSpec>>
  staging: Set<string>
}

export async function readSnapshotCatalogue(connection: DuckDBConnection): Promise<SnapshotCatalogue> {
  for (const statement of [
    `CREATE TABLE IF NOT EXISTS catalogue.snapshots (table_name VARCHAR, version BIGINT, physical VARCHAR)`,
    `CREATE TABLE IF NOT EXISTS catalogue.versions (table_name VARCHAR, version BIGINT, spec VARCHAR, row_count BIGINT,
       byte_count BIGINT, checksum VARCHAR)`,
    `CREATE TABLE IF NOT EXISTS catalogue.staging (name VARCHAR)`,
  ])
    await connection.run(statement)
  const published: SnapshotCatalogue['published'] = new Map()
  for (const row of await rows(connection, 'SELECT table_name, version, physical FROM catalogue.snapshots'))
    published.set(String(row.table_name), { version: Number(row.version), physical: String(row.physical) })
  const catalogue = { published, versions: new Map(), staging: new Set<string>() }
  for (const row of await rows(connection, 'SELECT table_name, version, spec FROM catalogue.versions'))
    noteVersion(catalogue, String(row.table_name), Number(row.version), JSON.parse(String(row.spec)))
  for (const row of await rows(connection, 'SELECT name FROM catalogue.staging'))
    catalogue.staging.add(String(row.name))
  return catalogue
}

export function noteVersion(
  { versions }: SnapshotCatalogue,
  table: string,
  version: number,
  spec: TableSpec,
): void {
  const known = versions.get(table)
  if (known) known.set(version, spec)
  else versions.set(table, new Map([[version, spec]]))
}

/** Throws `not_found` for a version that was never archived or is purged. */
export function versionSpec({ versions }: SnapshotCatalogue, table: string, version: number): TableSpec {
  const spec = versions.get(table)?.get(version)
  if (!spec) throw notFound(`version of “${table}”`, `v${version}`)
  return spec
}

/** Native table that holds the rows of a table, or of its version; undefined when they are in the archive only. */
export function physicalTable(
  { published }: SnapshotCatalogue,
  table: string,
  version: number | undefined,
): string | undefined {
  const shown = published.get(table)
  if (version === undefined) return shown?.physical ?? table
  return shown?.version === version ? shown.physical : undefined
}

/** Path of an archived version below the folder of cold files. */
export const versionFile = (table: string, version: number) => `${table}/versions/v${version}.parquet`
