/** Rows that are objects, whose columns are found as they come. */

import type { LoadLimits } from '../limits.ts'
import { tooLarge } from '../refusal.ts'
import type { ReadTable } from './source.ts'
import { type CellValue, DeclaredTypes, type TableWriter } from './table-writer.ts'

const geometryTypes = new Set([
  'Point',
  'MultiPoint',
  'LineString',
  'MultiLineString',
  'Polygon',
  'MultiPolygon',
  'GeometryCollection',
])

export const isGeometry = (value: unknown): value is { type: string } =>
  typeof value === 'object' && value !== null && geometryTypes.has((value as { type?: string }).type ?? '')

/** Objects inside objects become columns of their own down to this depth, JSON below. */
const flattenDepth = 3

/** Writes objects as rows; members of inner objects become `outer.inner`. */
export class ObjectTable {
  private readonly places = new Map<string, number>()
  private readonly names: string[] = []
  private readonly types = new DeclaredTypes()
  private readonly writer: TableWriter
  private readonly limits: LoadLimits
  private row: CellValue[] = []

  constructor(writer: TableWriter, limits: LoadLimits) {
    this.writer = writer
    this.limits = limits
  }

  /** Puts a value into a column of the row begun. */
  put(name: string, value: unknown, depth = 0): void {
    if (value === undefined) return
    if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
      const isPlain = !Array.isArray(value) && !isGeometry(value) && Object.keys(value).length > 0
      if (isPlain && depth < flattenDepth) {
        const point = pointOf(value)
        if (point) this.put(name, point, depth)
        else for (const [key, inner] of Object.entries(value)) this.put(`${name}.${key}`, inner, depth + 1)
        return
      }
    }
    const place = this.placeOf(name)
    while (this.row.length < place) this.row.push(null)
    if (value === null) {
      this.types.note(place, undefined)
      this.row[place] = null
    } else if (typeof value === 'object' && !(value instanceof Date)) {
      this.types.note(place, isGeometry(value) ? 'geometry' : 'json')
      this.row[place] = JSON.stringify(value)
    } else if (value instanceof Date) {
      this.types.note(place, 'timestamp')
      this.row[place] = Number.isNaN(value.getTime()) ? null : value.toISOString()
    } else if (typeof value === 'string') {
      if (value !== '') this.types.note(place, 'text')
      this.row[place] = value
    } else {
      this.types.note(place, typeof value === 'boolean' ? 'boolean' : 'number')
      this.row[place] = value as CellValue
    }
  }

  endRow(): void {
    this.writer.write(this.row)
    this.row = []
  }

  table(notes: string[] = []): ReadTable {
    return {
      columns: this.names.map((name, i) => ({ name, declared: this.types.of(i) })),
      notes,
    }
  }

  private placeOf(name: string): number {
    let place = this.places.get(name)
    if (place === undefined) {
      place = this.names.length
      if (place >= this.limits.columns)
        throw tooLarge(`This table has more than ${this.limits.columns} columns.`)
      this.places.set(name, place)
      this.names.push(name)
    }
    return place
  }
}

/** `{ lon, lat }` as services of the Explore API give a point. */
function pointOf(value: object): { type: string; coordinates: number[] } | undefined {
  const { lon, lat } = value as { lon?: unknown; lat?: unknown }
  if (typeof lon !== 'number' || typeof lat !== 'number' || Object.keys(value).length !== 2) return undefined
  return { type: 'Point', coordinates: [lon, lat] }
}
