import type { ColumnSpec, TableSpec } from '../engines/columnar/columnar.ts'
import type { DatasetDefinition } from './schema.ts'

/**
 * Columns every stream carries beside its fields: the source and the spool position of the line a row was made
 * from. They make replay harmless and are never shown.
 */
export const provenanceColumns: readonly ColumnSpec[] = [
  { name: '_src', type: 'text' },
  { name: '_seq', type: 'bigint' },
]

/** Name of a dataset's table: its id with underscores. */
export const tableName = (datasetId: string): string => datasetId.replaceAll('-', '_')

/** The table that holds a dataset's rows. */
export function tableOf(dataset: DatasetDefinition): TableSpec {
  const columns = dataset.fields.map(({ name, type }) => ({ name, type }))
  return {
    name: tableName(dataset.id),
    columns: dataset.kind === 'stream' ? [...columns, ...provenanceColumns] : columns,
    sortBy: dataset.sortBy,
    ...(dataset.eventTime && { dayOf: dataset.eventTime }),
    ...(dataset.receiveTime && { retainBy: dataset.receiveTime }),
  }
}

/**
 * The simulated twin of a dataset: same fields, own id and table, so that real and simulated rows never share a view.
 */
export function simulatedTwin(dataset: DatasetDefinition): DatasetDefinition {
  return {
    ...dataset,
    id: `${dataset.id}-simulated`,
    simulated: true,
    title: { fr: `${dataset.title.fr} (simulé)`, en: `${dataset.title.en} (simulated)` },
  }
}
