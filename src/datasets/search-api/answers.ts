/** Rows and facets as the Search API v1 shows them. */
import type { Row } from '../../engines/columnar/columnar.ts'
import type { DatasetBody } from '../explore/dataset-body.ts'
import { geometryOf, middleOf } from '../exports/geometry.ts'
import type { Facet, FacetValue } from '../odsql/facets.ts'
import type { OutputColumn } from '../odsql/output.ts'

export interface RecordV1 {
  datasetid: string
  recordid: string
  /** Without those that have no value; points are latitude, longitude. */
  fields: Record<string, unknown>
  geometry?: unknown
  record_timestamp?: string
}

/** One row; the column `_id` is its identity. */
export function recordOf(
  row: Row,
  columns: readonly OutputColumn[],
  { datasetId, timestamp }: { datasetId: string; timestamp: string | null },
): RecordV1 {
  const fields: Record<string, unknown> = {}
  let recordId = ''
  let geometry: unknown
  for (const column of columns) {
    const value = column.read(row)
    if (column.label === '_id') recordId = String(value)
    else if (value !== null && value !== undefined) fields[column.label] = fieldOf(column, value)
    if (geometry === undefined && (column.type === 'geo_point_2d' || column.type === 'geo_shape')) {
      const found = geometryOf(value)
      const middle = found && middleOf(found)
      if (middle) geometry = { type: 'Point', coordinates: middle }
    }
  }
  return {
    datasetid: datasetId,
    recordid: recordId,
    fields,
    ...(geometry !== undefined && { geometry }),
    ...(timestamp && { record_timestamp: timestamp }),
  }
}

function fieldOf({ type, isMultivalued }: OutputColumn, value: unknown): unknown {
  if (type === 'geo_point_2d') {
    const { lat, lon } = value as { lat: number; lon: number }
    return [lat, lon]
  }
  if (type === 'geo_shape') return geometryOf(value)
  // Lists of this API are texts with a separator.
  if (isMultivalued && Array.isArray(value)) return value.join(';')
  return type === 'json_blob' ? JSON.stringify(value) : value
}

export interface FacetV1 {
  name: string
  path: string
  count?: number
  state: string
  facets?: FacetV1[]
}

export const facetGroups = (facets: readonly Facet[]) =>
  facets.map(({ name, facets: values }) => ({ name, facets: values.map(facetOf) }))

const facetOf = ({ name, value, count, state, facets }: FacetValue): FacetV1 => ({
  name,
  path: value,
  ...(count !== undefined && { count }),
  state,
  ...(facets && { facets: facets.map(facetOf) }),
})

/** Metadata stand side by side, without groups. */
export const datasetOf = (body: DatasetBody) => ({
  datasetid: body.dataset_id,
  attachments: body.attachments,
  has_records: body.has_records,
  data_visible: body.data_visible,
  features: body.features,
  metas: { ...(body.metas.default as object), ...(body.metas.custom as object) },
  fields: body.fields.map(({ annotations, ...field }) => ({
    ...field,
    annotations: Object.entries(annotations).map(([name, args]) => ({
      name,
      ...(args.length > 0 && { args }),
    })),
  })),
})
