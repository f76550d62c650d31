/** What names mean for one reader: the fields the reader may see, and nothing else. */
import { column } from '../../engines/columnar/query.ts'
import { boxColumns, columnName, pointColumns } from '../rules.ts'
import type { DatasetField } from '../schema.ts'
import { Malformed } from './malformed.ts'
import type { WordIndex } from './relation.ts'
import type { Name, Node } from './syntax.ts'
import type { ScalarType, Value } from './value.ts'

export interface Scope {
  fields: readonly DatasetField[]
  /** IANA zone in which datetimes are read and shown. */
  zone: string
  lang: string
  nowMs: number
  words?: WordIndex
  /** A meaning that goes before all others: keys of groups, labels. */
  given?(node: Node): Value | undefined
  /** Aggregates, where they may stand. */
  aggregate?(call: Node & { kind: 'call' }): Value | undefined
}

/**
 * The field of a name: as it is written, else the only one that differs by case. Throws Malformed: the same for a field
 * that does not exist and for one that is hidden.
 */
export function findField(fields: readonly DatasetField[], { name, start, end }: Name): DatasetField {
  const exact = fields.find((field) => field.name === name)
  if (exact) return exact
  const folded = fields.filter((field) => field.name.toLowerCase() === name.toLowerCase())
  if (folded.length === 1) return folded[0]!
  throw new Malformed(`there is no field “${name.slice(0, 64)}”.`, { start, end })
}

const scalarTypes: Record<Exclude<DatasetField['type'], 'geo_point_2d' | 'geo_shape'>, ScalarType> = {
  text: 'text',
  boolean: 'boolean',
  tinyint: 'integer',
  smallint: 'integer',
  integer: 'integer',
  bigint: 'integer',
  real: 'double',
  double: 'double',
  timestamp: 'datetime',
  date: 'date',
  json: 'json',
  file: 'file',
}

/** A field as a value of one row. */
export function fieldValue(field: DatasetField): Value {
  const { type, annotations } = field
  const name = columnName(field.name)
  if (type === 'geo_point_2d') {
    const { lon, lat } = pointColumns(field)
    return { kind: 'point', lon: column(lon), lat: column(lat) }
  }
  if (type === 'geo_shape') {
    const { west, south, east, north } = boxColumns(field)
    const box = { west: column(west), south: column(south), east: column(east), north: column(north) }
    return { kind: 'shape', text: column(name), box }
  }
  const scalar = scalarTypes[type]
  if (annotations?.multivalued) {
    const element = scalar === 'integer' || scalar === 'double' || scalar === 'boolean' ? scalar : 'text'
    return {
      kind: 'list',
      type: element,
      column: column(name),
      list: { kind: 'json', of: column(name), type: element },
    }
  }
  const precision = annotations?.timeserie_precision
  return { kind: 'scalar', type: scalar, expression: column(name), ...(precision && { precision }) }
}
