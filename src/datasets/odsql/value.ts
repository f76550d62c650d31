/** What an expression means once its names and types are known, in terms of the engines' query AST. */
import type { Cell } from '../../engines/columnar/columnar.ts'
import type { Expression, List } from '../../engines/columnar/query.ts'
import type { Geometry } from '../../engines/columnar/spatial/geojson.ts'
import type { FieldAnnotations } from '../schema.ts'
import type { Period } from './instants.ts'
import type { Literal } from './syntax.ts'

export type ScalarType =
  | 'text'
  | 'integer'
  | 'double'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'json'
  | 'file'
  | 'null'

export interface Scalar {
  kind: 'scalar'
  type: ScalarType
  expression: Expression
  /** The literal it was written as: `code = 13` may mean the text. */
  literal?: Literal
  precision?: FieldAnnotations['timeserie_precision']
  /** What answers show instead of the engine's value, in JSON. */
  shown?(cell: Cell): unknown
}

export type Value =
  | Scalar
  /** A date literal, or the moment now() names. */
  | { kind: 'period'; period: Period }
  | { kind: 'list'; type: 'text' | 'integer' | 'double' | 'boolean'; column: Expression; list: List }
  | { kind: 'point'; lon: Expression; lat: Expression }
  | {
      kind: 'shape'
      text: Expression
      box: { west: Expression; south: Expression; east: Expression; north: Expression }
    }
  | { kind: 'geometry'; geoJson: string; geometry: Geometry }
  /** Made of many rows: a bounding box; a convex hull, by its place among those of the query. */
  | { kind: 'box'; west: Expression; south: Expression; east: Expression; north: Expression }
  | { kind: 'hull'; index: number }
  /** Points near each other, by their number. */
  | { kind: 'cluster'; index: Expression }

/** What a reader calls it. */
export function describe(value: Value): string {
  switch (value.kind) {
    case 'scalar':
      return value.type === 'integer' || value.type === 'double' ? 'a number' : `a ${value.type}`
    case 'period':
      return 'a date'
    case 'list':
      return `a list of ${value.type}`
    default:
      return `a ${value.kind}`
  }
}

export const isNumber = ({ type }: Scalar): boolean => /^(integer|double|null)$/.test(type)
export const isText = ({ type }: Scalar): boolean => type === 'text' || type === 'null'
export const isDate = ({ type }: Scalar): boolean => type === 'date' || type === 'datetime'
