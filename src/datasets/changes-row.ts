/** Rows as their fields say: points, lists and shapes instead of the columns that hold them. Pure. */
import type { Row } from '../engines/columnar/columnar.ts'
import type { Change } from './changes-query.ts'
import { boxColumns, columnsOf, pointColumns } from './rules.ts'
import type { DatasetDefinition, DatasetField } from './schema.ts'

export type FieldRow = Record<string, unknown>

const isJson = ({ type, annotations }: DatasetField) =>
  type === 'json' || type === 'file' || type === 'geo_shape' || annotations?.multivalued === true

function fieldValue(field: DatasetField, row: Row): unknown {
  if (field.type === 'geo_point_2d') {
    const { lon, lat } = pointColumns(field)
    const isPoint = typeof row[lon] === 'number' && typeof row[lat] === 'number'
    return isPoint ? { lon: row[lon], lat: row[lat] } : null
  }
  const cell = row[field.name] ?? null
  return typeof cell === 'string' && isJson(field) ? JSON.parse(cell) : cell
}

/** A row of fields from a row of columns. */
export const fieldRow = ({ fields }: DatasetDefinition, row: Row): FieldRow =>
  Object.fromEntries(fields.map((field) => [field.name, fieldValue(field, row)]))

/** Columns that only help to find a shape: nothing is told about them. */
export const hiddenColumns = ({ fields }: DatasetDefinition): Set<string> =>
  new Set(
    fields.filter(({ type }) => type === 'geo_shape').flatMap((field) => Object.values(boxColumns(field))),
  )

/** A change of columns as one of fields; a deleted row has the fields it had. */
export function fieldChange(
  { before, after }: { before: DatasetDefinition; after: DatasetDefinition },
  { op, row, changed }: Change,
) {
  const shaped = { op, row: fieldRow(op === 'delete' ? before : after, row) }
  if (!changed) return shaped
  const names = new Set(changed)
  const fields = [...after.fields, ...before.fields].filter((field) => {
    const point = field.type === 'geo_point_2d' ? Object.values(pointColumns(field)) : []
    return [...columnsOf(field).map(({ name }) => name), ...point].some((name) => names.has(name))
  })
  return { ...shaped, changed: [...new Set(fields.map(({ name }) => name))] }
}
