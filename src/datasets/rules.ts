import type { ColumnSpec, TableSpec } from '../engines/columnar/columnar.ts'
import type { DatasetDefinition, DatasetField } from './schema.ts'

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

/** The column of a field: its name, unless that begins with a digit, which no column may. */
export const columnName = (fieldName: string): string =>
  /^\d/.test(fieldName) ? `c_${fieldName}` : fieldName

/** Columns of a point: those of the fields it is made of, or its own. */
export const pointColumns = ({ name, coordinates }: DatasetField): { lon: string; lat: string } =>
  coordinates
    ? { lon: columnName(coordinates.lon), lat: columnName(coordinates.lat) }
    : { lon: `${columnName(name)}_lon`, lat: `${columnName(name)}_lat` }

/** Columns beside a shape that hold its bounding box, degrees. */
export const boxColumns = ({ name }: DatasetField) => ({
  west: `${columnName(name)}_west`,
  south: `${columnName(name)}_south`,
  east: `${columnName(name)}_east`,
  north: `${columnName(name)}_north`,
})

/** The columns that hold a field. Several values are a JSON array as JSON.stringify writes it: letters are not escaped. */
export function columnsOf(field: DatasetField): ColumnSpec[] {
  const { type, annotations } = field
  const name = columnName(field.name)
  if (type === 'geo_point_2d') {
    if (field.coordinates) return []
    return Object.values(pointColumns(field)).map((column): ColumnSpec => ({ name: column, type: 'double' }))
  }
  if (type === 'geo_shape') {
    const box = Object.values(boxColumns(field)).map(
      (column): ColumnSpec => ({ name: column, type: 'double' }),
    )
    return [{ name, type: 'json' }, ...box]
  }
  return [{ name, type: type === 'file' || annotations?.multivalued ? 'json' : type }]
}

/** The table that holds a dataset's rows. */
export function tableOf(dataset: DatasetDefinition): TableSpec {
  const columns = dataset.fields.flatMap(columnsOf)
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
