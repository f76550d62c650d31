/** Parquet, group of rows by group; places as WKB with GeoParquet 1.1 metadata. */
import { init as initZstd, compress as zstd } from '@bokuweb/zstd-wasm'
import type { SchemaElement } from 'hyparquet'
import { ByteWriter, geojsonToWkb, ParquetWriter } from 'hyparquet-writer'
import type { OutputColumn } from '../odsql/output.ts'
import type { ExportContext } from './format.ts'
import { type Geometry, geometryOf } from './geometry.ts'
import { projected } from './projection.ts'
import { type RowStream, rowsIn } from './rows.ts'

/** Rows and cells of a group: what is held in memory, and encoded without a pause. */
const groupRows = 20_000
const maxGroupCells = 200_000
const compressions = ['snappy', 'zstd'] as const
const zstdLevel = 3
const packZstd = (input: Uint8Array) => zstd(input, zstdLevel)
const compressors = { ZSTD: packZstd }

type Encode = (value: unknown) => unknown

export async function* writeParquet(stream: RowStream, context: ExportContext): AsyncGenerator<Uint8Array> {
  const compression = context.parameters.choice('parquet_compression', compressions, 'snappy')
  if (compression === 'zstd') await initZstd()
  const { columns, names } = stream
  const elements = columns.map((column, i) => schemaOf(column, names[i]!))
  const encoders = columns.map((column) => encoderOf(column, context))
  const writer = new ByteWriter()
  const geo = geoMetadata(stream, context)
  const parquet = new ParquetWriter({
    writer,
    schema: [{ name: 'root', num_children: columns.length }, ...elements.flat()],
    codec: compression === 'zstd' ? 'ZSTD' : 'SNAPPY',
    compressors,
    createdBy: 'Lacydon',
    ...(geo && { kvMetadata: [{ key: 'geo', value: geo }] }),
  })
  const most = Math.max(200, Math.min(groupRows, Math.floor(maxGroupCells / columns.length)))
  let data: unknown[][] = columns.map(() => [])
  const flush = () => {
    parquet.write({ columnData: names.map((name, i) => ({ name, data: data[i]! })), rowGroupSize: most })
    data = columns.map(() => [])
    return piece(writer)
  }
  for await (const rows of rowsIn(stream.chunks)) {
    for (const row of rows)
      for (const [i, column] of columns.entries()) {
        const value = (column.isMultivalued ? column.read : (column.text ?? column.read))(row)
        data[i]!.push(value === null || value === undefined ? null : encoders[i]!(value))
      }
    if (data[0]!.length >= most) yield flush()
  }
  if (data[0]!.length > 0) yield flush()
  parquet.finish()
  yield piece(writer)
}

/** What the writer holds so far; offsets go on from there. */
function piece(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice()
  writer.index = 0
  return bytes
}

const scalars: Record<OutputColumn['type'], Partial<SchemaElement>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  int: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  date: { type: 'INT32', converted_type: 'DATE' },
  datetime: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
  json_blob: { type: 'BYTE_ARRAY', converted_type: 'JSON' },
  file: { type: 'BYTE_ARRAY', converted_type: 'JSON' },
  geo_point_2d: { type: 'BYTE_ARRAY' },
  geo_shape: { type: 'BYTE_ARRAY' },
}

function schemaOf({ type, isMultivalued }: OutputColumn, name: string): SchemaElement[] {
  const scalar = (of: string): SchemaElement => ({ name: of, repetition_type: 'OPTIONAL', ...scalars[type] })
  if (!isMultivalued) return [scalar(name)]
  return [
    { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    scalar('element'),
  ]
}

function encoderOf({ type, isMultivalued }: OutputColumn, { project }: ExportContext): Encode {
  const one = scalarEncoder(type, project)
  if (!isMultivalued) return one
  return (value) => (Array.isArray(value) ? value.map((part) => (part === null ? null : one(part))) : null)
}

function scalarEncoder(type: OutputColumn['type'], project: ExportContext['project']): Encode {
  switch (type) {
    case 'int':
      return (value) => (typeof value === 'number' ? BigInt(Math.round(value)) : null)
    case 'double':
      return (value) => (typeof value === 'number' ? value : null)
    case 'date':
    case 'datetime':
      return (value) => {
        const ms = Date.parse(String(value))
        return Number.isNaN(ms) ? null : new Date(ms)
      }
    case 'geo_point_2d':
    case 'geo_shape':
      return (value) => {
        const geometry = geometryOf(value)
        return geometry && geojsonToWkb(projected(geometry, project) as never)
      }
    case 'text':
    case 'json_blob':
    case 'file':
      return (value) => (typeof value === 'string' ? value : JSON.stringify(value))
    default:
      return (value) => value
  }
}

/** GeoParquet 1.1; without a `crs` its coordinates are degrees of WGS 84. */
function geoMetadata({ columns, names }: RowStream, { epsg, project }: ExportContext): string | undefined {
  const places = columns.flatMap(({ type }, i) =>
    type === 'geo_point_2d' || type === 'geo_shape' ? [i] : [],
  )
  if (places.length === 0) return undefined
  const crs = project ? { crs: { id: { authority: 'EPSG', code: epsg } } } : {}
  const described = places.map((i) => [
    names[i]!,
    { encoding: 'WKB', geometry_types: columns[i]!.type === 'geo_point_2d' ? ['Point'] : [], ...crs },
  ])
  return JSON.stringify({
    version: '1.1.0',
    primary_column: names[places[0]!],
    columns: Object.fromEntries(described) as Record<string, { geometry_types: Geometry['type'][] }>,
  })
}
