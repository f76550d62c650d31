/** Rows that somebody sends to a stream: read one by one, taken whole or not at all. Pure. */
import type { Row } from '../../engines/columnar/columnar.ts'
import { invalidInput } from '../../errors.ts'
import { readDay, readInstant } from '../loading/rows/cell-values.ts'
import { type GeoJsonGeometry, shapeOf } from '../loading/rows/geometry.ts'
import { boxColumns, columnName, pointColumns } from '../rules.ts'
import type { DatasetDefinition, DatasetField } from '../schema.ts'

/** Why a row was not taken; rules are named as those of files. */
export interface RowReject {
  /** Place of the row in what was sent, from 1. */
  row: number
  /** Null when the row as a whole is at fault. */
  field: string | null
  rule: string
  value: string
}

const sampleLength = 200
const wgs84 = 4326
const jsonError = Symbol('no JSON')

/** The elements of a JSON list, or of lines of JSON; lines that are none become `jsonError`. Throws `invalid_input`. */
export function elementsOf(text: string): unknown[] {
  if (!text.trimStart().startsWith('['))
    return text.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [] : [elementOf(line)]))
  const list = elementOf(text)
  if (!Array.isArray(list)) throw invalidInput('The body is neither a JSON list nor lines of JSON.')
  return list
}

function elementOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return jsonError
  }
}

/** The columns of a row, without its provenance; or what is wrong with it. The platform sets the receive time. */
export function readRow(
  { fields, eventTime, receiveTime }: DatasetDefinition,
  element: unknown,
  row: number,
  receivedAt: string,
): { row: Row } | { reject: RowReject } {
  const reject = (field: string | null, rule: string, value: unknown) => ({
    reject: { row, field, rule, value: (JSON.stringify(value) ?? '').slice(0, sampleLength) },
  })
  if (element === jsonError) return reject(null, 'json', null)
  if (typeof element !== 'object' || element === null || Array.isArray(element))
    return reject(null, 'object', element)
  const given = new Map(Object.entries(element))
  const cells: Row = {}
  for (const field of fields) {
    const { name } = field
    if (field.type === 'geo_point_2d' && field.coordinates) continue
    const value = given.get(name) ?? null
    given.delete(name)
    if (name === receiveTime && receiveTime !== eventTime) {
      if (value !== null) return reject(name, 'set-by-the-platform', value)
      cells[columnName(name)] = receivedAt
      continue
    }
    if (value === null && name === eventTime) return reject(name, 'required', value)
    const rule = writeValue(field, value, cells)
    if (rule !== undefined) return reject(name, rule, value)
  }
  for (const [name, value] of given) return reject(name, 'unknown-field', value)
  return { row: cells }
}

const ranges: Partial<Record<DatasetField['type'], [number, number]>> = {
  tinyint: [-128, 127],
  smallint: [-32_768, 32_767],
  integer: [-2_147_483_648, 2_147_483_647],
  bigint: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  real: [-3.4028235e38, 3.4028235e38],
}

/** Writes the columns of a field; answers the rule that its value breaks. */
function writeValue(field: DatasetField, value: unknown, cells: Row): string | undefined {
  const { type, annotations } = field
  if (type === 'geo_point_2d') return writePoint(field, value, cells)
  if (type === 'geo_shape') return writeShape(field, value, cells)
  const column = columnName(field.name)
  cells[column] = null
  if (value === null) return undefined
  if (annotations?.multivalued && !Array.isArray(value)) return 'type'
  if (annotations?.multivalued || type === 'json') {
    cells[column] = JSON.stringify(value)
    return undefined
  }
  switch (type) {
    case 'text':
      if (typeof value !== 'string') return 'type'
      cells[column] = value
      return undefined
    case 'boolean':
      if (typeof value !== 'boolean') return 'type'
      cells[column] = value
      return undefined
    case 'date':
    case 'timestamp': {
      if (typeof value !== 'string') return 'type'
      const bytes = Buffer.from(value)
      const ms = (type === 'date' ? readDay : readInstant)(bytes, 0, bytes.length)
      if (Number.isNaN(ms)) return 'type'
      const text = new Date(ms).toISOString()
      if (text.length > 24) return 'out-of-range'
      cells[column] = type === 'date' ? text.slice(0, 10) : text
      return undefined
    }
    case 'file':
      return 'type'
    default: {
      // JSON has no infinities, but 1e400 becomes one.
      if (typeof value !== 'number') return 'type'
      if (!Number.isFinite(value)) return 'not-finite'
      const [least, most] = ranges[type] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
      if (value < least || value > most) return 'out-of-range'
      if (type !== 'double' && type !== 'real' && !Number.isInteger(value)) return 'type'
      cells[column] = value
      return undefined
    }
  }
}

/** `{"lon":5.3,"lat":43.3}`, `[5.3,43.3]` or a GeoJSON point. */
function writePoint(field: DatasetField, value: unknown, cells: Row): string | undefined {
  const { lon, lat } = pointColumns(field)
  cells[lon] = null
  cells[lat] = null
  if (value === null) return undefined
  const point = value as { lon?: unknown; lat?: unknown; coordinates?: unknown }
  const place = Array.isArray(value) ? value : (point.coordinates ?? [point.lon, point.lat])
  const [x, y] = Array.isArray(place) ? (place as unknown[]) : []
  if (typeof x !== 'number' || typeof y !== 'number') return 'type'
  if (!(Math.abs(x) <= 180 && Math.abs(y) <= 90)) return 'outside-the-earth'
  cells[lon] = x
  cells[lat] = y
  return undefined
}

function writeShape(field: DatasetField, value: unknown, cells: Row): string | undefined {
  const { west, south, east, north } = boxColumns(field)
  for (const column of [columnName(field.name), west, south, east, north]) cells[column] = null
  if (value === null) return undefined
  const shape = typeof value === 'object' ? shapeOf(value as GeoJsonGeometry, wgs84) : undefined
  if (!shape) return 'geometry'
  cells[columnName(field.name)] = shape.text
  cells[west] = shape.west
  cells[south] = shape.south
  cells[east] = shape.east
  cells[north] = shape.north
  return undefined
}
