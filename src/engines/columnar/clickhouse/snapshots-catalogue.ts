/** Staging tables and versions are tables of their own; their names tell which. */
import type { TableSpec } from '../columnar.ts'

/** A slash cannot be in the name of a table: no collision. */
export const stagingName = (staging: string) => `staging/${staging}`
export const versionName = (table: string, version: number) => `${table}/v${version}`

export interface ClickHouseSnapshotCatalogue {
  /** By table: the version it shows. */
  published: Map<string, number>
  versions: Map<string, Map<number, TableSpec>>
  /** Staging tables, with the version each was archived as. */
  staging: Map<string, { table: string; version: number } | undefined>
}

export const emptyCatalogue = (): ClickHouseSnapshotCatalogue => ({
  published: new Map(),
  versions: new Map(),
  staging: new Map(),
})

/** Takes note of a table by its name. False when it is an ordinary one. */
export function noteTable(catalogue: ClickHouseSnapshotCatalogue, name: string, spec: TableSpec): boolean {
  if (name.startsWith('staging/')) {
    catalogue.staging.set(spec.name, undefined)
    return true
  }
  const [, table, version] = /^(.+)\/v(\d+)$/.exec(name) ?? []
  if (table === undefined) return false
  const known = catalogue.versions.get(table) ?? new Map<number, TableSpec>()
  catalogue.versions.set(table, known.set(Number(version), { ...spec, name: table }))
  return true
}

/** Name of the table on the server that holds the rows of a table, or of its version. */
export function physicalName(
  { published, staging }: ClickHouseSnapshotCatalogue,
  table: string,
  version: number | undefined,
): string {
  if (version !== undefined) return versionName(table, version)
  if (staging.has(table)) {
    const archived = staging.get(table)
    return archived ? versionName(archived.table, archived.version) : stagingName(table)
  }
  const shown = published.get(table)
  return shown === undefined ? table : versionName(table, shown)
}
