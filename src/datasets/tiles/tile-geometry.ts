/** Which field a tile draws, and where its rows lie. Pure. */
import { call, type Expression, value } from '../../engines/columnar/query.ts'
import { invalidInput, notFound } from '../../errors.ts'
import { fieldValue } from '../odsql/scope.ts'
import type { Value } from '../odsql/value.ts'
import type { DatasetDefinition, DatasetField } from '../schema.ts'

export interface TileGeometry {
  field: DatasetField
  /** Where a row stands as a point: a shape by the middle of its box. */
  lon: Expression
  lat: Expression
  /** Set for shapes. */
  shape?: Value & { kind: 'shape' }
}

const isGeometry = ({ type }: DatasetField) => type === 'geo_point_2d' || type === 'geo_shape'

/**
 * The field named, else the first shape, else the first point, of those the reader sees. Throws `not_found` for a
 * dataset without a place, `invalid_input` for a field that is none.
 */
export function tileGeometry(
  { id }: DatasetDefinition,
  fields: readonly DatasetField[],
  name: string | undefined,
): TileGeometry {
  const places = fields.filter(isGeometry)
  const named = places.find((field) => field.name === name)
  if (name !== undefined && !named)
    throw invalidInput(
      `geometry is “${name.slice(0, 64)}”, which is no place of “${id}”.`,
      places.length > 0 ? `Write one of ${places.map((place) => place.name).join(', ')}.` : undefined,
    )
  const field = named ?? places.find(({ type }) => type === 'geo_shape') ?? places[0]
  if (!field) throw notFound('geometry in the dataset', id)
  const of = fieldValue(field)
  if (of.kind === 'point') return { field, lon: of.lon, lat: of.lat }
  if (of.kind !== 'shape') throw new Error(`${field.name} is no place`)
  const middle = (a: Expression, b: Expression) => call('/', call('+', a, b), value(2))
  return { field, lon: middle(of.box.west, of.box.east), lat: middle(of.box.south, of.box.north), shape: of }
}

/** Columns of a tile when none are named: plain values, the parts of points left out. */
export function defaultColumns(fields: readonly DatasetField[]): DatasetField[] {
  const parts = new Set(
    fields.flatMap(({ coordinates }) => (coordinates ? [coordinates.lon, coordinates.lat] : [])),
  )
  return fields
    .filter(
      ({ name, type, annotations }) =>
        !isGeometry({ type } as DatasetField) &&
        type !== 'json' &&
        type !== 'file' &&
        !annotations?.multivalued &&
        !parts.has(name),
    )
    .slice(0, maxDefaultColumns)
}

const maxDefaultColumns = 16
