/** What an answer shows: the columns an engine computes, and how their cells become JSON. */
import type { Cell, Row } from '../../engines/columnar/columnar.ts'
import type { Expression, Output } from '../../engines/columnar/query.ts'
import { isoInZone } from './instants.ts'
import { Malformed, type Span } from './malformed.ts'
import { momentScalar } from './scalar.ts'
import type { Scalar, Value } from './value.ts'

export type OutputType =
  | 'text'
  | 'int'
  | 'double'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'geo_point_2d'
  | 'geo_shape'
  | 'file'
  | 'json_blob'

export interface OutputColumn {
  label: string
  type: OutputType
  isMultivalued: boolean
  /** The JSON value of a row of the engine. */
  read(row: Row): unknown
  /**
   * Where its value is in the engine's rows, for those who copy answers without reading them: a cell as it is, an instant
   * shown in UTC, a point. Absent where only `read` knows.
   */
  direct?: { as: 'cell' | 'utc'; cell: string } | { as: 'point'; lon: string; lat: string }
  /** The stored text, where `read` shows JSON made from it: exports other than JSON keep it. */
  text?(row: Row): Cell
}

/** Outputs of one SELECT under names no column can have: a label never hides a column. */
export class Outputs {
  readonly list: Output[] = []

  add(value: Expression): string {
    const as = `#${this.list.length}`
    this.list.push({ as, value })
    return as
  }
}

const types: Record<Scalar['type'], OutputType> = {
  text: 'text',
  integer: 'int',
  double: 'double',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  json: 'json_blob',
  file: 'file',
  null: 'text',
}

export interface Showing {
  zone: string
  /** The convex hull of a row's group, and the place of a cluster, found by queries of their own. */
  hull?(index: number, row: Row): unknown
  cluster?(index: number): unknown
}

/** Adds what a value needs to the outputs. Throws Malformed for what cannot be shown. */
export function showValue(
  value: Value,
  label: string,
  outputs: Outputs,
  showing: Showing,
  at: Span,
): OutputColumn {
  const one = (type: OutputType, read: (row: Row) => unknown, isMultivalued = false): OutputColumn => ({
    label,
    type,
    isMultivalued,
    read,
  })
  switch (value.kind) {
    case 'scalar':
      return showScalar(value, label, outputs, showing)
    case 'period':
      return showScalar(momentScalar(value.period.bounds('datetime').fromMs), label, outputs, showing)
    case 'list': {
      const name = outputs.add(value.column)
      const type = value.type === 'integer' ? 'int' : value.type
      return one(type, (row) => parsed(row[name]), true)
    }
    case 'point': {
      const [lon, lat] = [outputs.add(value.lon), outputs.add(value.lat)]
      return {
        ...one('geo_point_2d', (row) =>
          row[lon] === null || row[lat] === null ? null : { lon: row[lon], lat: row[lat] },
        ),
        direct: { as: 'point', lon, lat },
      }
    }
    case 'shape': {
      const name = outputs.add(value.text)
      return one('geo_shape', (row) => asFeature(parsed(row[name])))
    }
    case 'box': {
      const names = [value.west, value.south, value.east, value.north].map((side) => outputs.add(side))
      return one('geo_shape', (row) => asFeature(boxGeometry(names.map((name) => row[name] ?? null))))
    }
    case 'hull':
      return one('geo_shape', (row) => asFeature(showing.hull?.(value.index, row)))
    case 'cluster': {
      const name = outputs.add(value.index)
      return one('geo_point_2d', (row) => showing.cluster?.(Number(row[name])))
    }
    case 'geometry':
      throw new Malformed('a geometry cannot be selected.', at)
  }
}

function showScalar(value: Scalar, label: string, outputs: Outputs, { zone }: Showing): OutputColumn {
  const name = outputs.add(value.expression)
  const cell = (row: Row): Cell => row[name] ?? null
  const column = { label, type: types[value.type], isMultivalued: false }
  const { shown } = value
  if (shown) return { ...column, read: (row) => shown(cell(row)), text: cell }
  switch (value.type) {
    case 'datetime':
      return {
        ...column,
        read: (row) => dateText(cell(row), value, zone),
        ...(zone === 'UTC' && !isCut(value) && { direct: { cell: name, as: 'utc' } }),
      }
    case 'date':
      return {
        ...column,
        read: (row) => dateText(cell(row), value, 'UTC'),
        ...(!isCut(value) && { direct: { cell: name, as: 'cell' } }),
      }
    case 'json':
    case 'file':
      return { ...column, read: (row) => parsed(cell(row)), text: cell }
    default:
      return { ...column, read: cell, direct: { cell: name, as: 'cell' } }
  }
}

const precisionLengths: Partial<Record<string, number>> = { year: 4, month: 7, day: 10 }

/** Whether dates are shown shorter than they are kept. */
const isCut = ({ type, precision }: Scalar) =>
  precision !== undefined && precision in precisionLengths && !(type === 'date' && precision === 'day')

/** Dates as exact as their field is. */
export function dateText(
  cell: Cell,
  { type, precision }: Pick<Scalar, 'type' | 'precision'>,
  zone: string,
): Cell {
  if (cell === null) return null
  const text = type === 'date' ? String(cell).slice(0, 10) : isoInZone(Date.parse(String(cell)), zone)
  return text.slice(0, precisionLengths[precision ?? ''] ?? text.length)
}

function parsed(cell: Cell | undefined): unknown {
  if (typeof cell !== 'string') return cell ?? null
  try {
    return JSON.parse(cell)
  } catch {
    return cell
  }
}

const asFeature = (geometry: unknown) => {
  if (geometry === null || geometry === undefined) return null
  if ((geometry as { type?: unknown }).type === 'Feature') return geometry
  return { type: 'Feature', geometry, properties: {} }
}

function boxGeometry(sides: Cell[]): unknown {
  if (sides.includes(null)) return null
  const [west, south, east, north] = sides as [number, number, number, number]
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ]
  return { type: 'Polygon', coordinates: [ring] }
}
