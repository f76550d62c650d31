/** What a row format is. */

import { LacydonError } from '../../errors.ts'
import type { Parameters } from '../explore/parameters.ts'
import type { OutputColumn } from '../odsql/output.ts'
import { type Geometry, geometryOf } from './geometry.ts'
import { type Project, projected } from './projection.ts'
import { type RowStream, rowsIn } from './rows.ts'

export interface ExportContext {
  parameters: Parameters
  datasetId: string
  title: string
  /** Address of the dataset. */
  address: string
  epsg: number
  /** Undefined for degrees. */
  project: Project | undefined
  /** Instant of the export. */
  now: Date
}

export interface RowFormat {
  contentType: string
  /** Of the file, without a dot. */
  extension: string
  /** Writing it would keep the server's thread from others. */
  isSlow?: boolean
  /** Pieces of the file. Checks its parameters before the first piece: throws 400. */
  write(stream: RowStream, context: ExportContext): AsyncIterable<Uint8Array>
}

const isPlace = ({ type }: OutputColumn) => type === 'geo_point_2d' || type === 'geo_shape'

/** The column that is the geometry of a feature: the one named by `geo=`, else the first. Throws 400 for none. */
export function geometryColumn(
  { columns, names }: Pick<RowStream, 'columns' | 'names'>,
  parameters: Parameters,
): number {
  const asked = parameters.text('geo')
  const isWanted = (column: OutputColumn, i: number) =>
    isPlace(column) && (asked === undefined || column.label === asked || names[i] === asked)
  const index = columns.findIndex(isWanted)
  if (index < 0)
    throw new LacydonError(
      'InvalidRESTParameterError',
      400,
      asked === undefined
        ? 'This format needs a field of points or shapes, and the selection has none.'
        : `Invalid value for geo API parameter: “${asked.slice(0, 64)}” is no field of points or shapes.`,
    )
  return index
}

export interface Feature {
  /** In the coordinates asked for. */
  geometry: Geometry | null
  /** Values of the other columns, as JSON would show them. */
  values: unknown[]
}

export interface Features {
  names: string[]
  columns: OutputColumn[]
  /** Chunk by chunk. */
  features: AsyncIterable<Feature[]>
}

/** Rows as features: one column is the geometry, the others are properties. Throws 400 when no column is a place. */
export function featuresOf(stream: RowStream, { parameters, project }: ExportContext): Features {
  const index = geometryColumn(stream, parameters)
  const place = stream.columns[index]!
  const others = stream.columns.flatMap((column, i) => (i === index ? [] : [column]))
  async function* features(): AsyncGenerator<Feature[]> {
    for await (const rows of rowsIn(stream.chunks))
      yield rows.map((row): Feature => {
        const geometry = geometryOf(place.read(row))
        return {
          geometry: geometry && projected(geometry, project),
          values: others.map((column) => column.read(row)),
        }
      })
  }
  return { names: stream.names.filter((_, i) => i !== index), columns: others, features: features() }
}

/** A value as one text, empty for none: lists joined, documents as JSON. */
export function plainText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(plainText).join(',')
  if (typeof value === 'object') {
    const { lat, lon } = value as Record<string, unknown>
    if (typeof lat === 'number' && typeof lon === 'number') return `${lat}, ${lon}`
    return JSON.stringify(value)
  }
  return String(value)
}
