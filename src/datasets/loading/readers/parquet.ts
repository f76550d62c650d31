/** Parquet, row group by row group; GeoParquet's geometries become GeoJSON. */

import { statSync } from 'node:fs'
import {
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetScan,
  type SchemaElement,
} from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { LacydonError } from '../../../errors.ts'
import type { FieldType } from '../../schema.ts'
import { bytesAt } from '../containers/unwrap.ts'
import { isKnownEpsg } from '../projection.ts'
import { damaged } from '../refusal.ts'
import { ObjectTable } from './objects.ts'
import type { ReadContext, ReadTable } from './source.ts'

/** Types of top-level columns that an engine reads as they are; undefined for nested and other ones. */
export interface ParquetColumn {
  name: string
  type: FieldType | undefined
}

/** Reads at most `maxRows` rows. Throws `file_damaged` for a file that is cut short or whose lengths lie. */
export async function readParquet(
  { path, writer, limits }: ReadContext,
  maxRows = Number.POSITIVE_INFINITY,
): Promise<ReadTable & { types: ParquetColumn[]; totalRows: number }> {
  try {
    checkEnds(path)
    const file = await asyncBufferFromFile(path)
    const metadata = await parquetMetadataAsync(file)
    const columns = columnsOf(metadata)
    const scan = await parquetScan({ file, metadata, compressors, parsers: { dateFromDays: dayText } })
    const table = new ObjectTable(writer, limits)
    let rows = 0
    for (const { rowStart, rowEnd } of scan.ranges) {
      if (rows >= maxRows) break
      const end = Math.min(rowEnd, rowStart + maxRows - rows)
      const values: ArrayLike<unknown>[] = []
      for (const { name } of columns)
        values.push(await scan.readColumn({ column: name, rowStart, rowEnd: end }))
      for (let i = 0; i < end - rowStart; i++) {
        for (let c = 0; c < columns.length; c++) table.put(columns[c]!.name, plain(values[c]![i]))
        table.endRow()
      }
      rows += end - rowStart
    }
    for (const { name } of columns) table.put(name, null)
    const epsg = epsgOf(metadata)
    return {
      ...table.table(),
      ...(epsg !== undefined && { epsg }),
      types: columns,
      totalRows: Number(metadata.num_rows),
    }
  } catch (error) {
    if (error instanceof LacydonError) throw error
    throw damaged('Parquet', (error as Error).message.slice(0, 150))
  }
}

function checkEnds(path: string): void {
  const size = statSync(path).size
  if (size < 12 || bytesAt(path, size - 4, 4).toString('latin1') !== 'PAR1')
    throw damaged('Parquet', 'its end is missing, as when a download was cut short')
}

const dayText = (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10)

/** Values as the rest of the loader knows them. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value <= maxSafe && value >= -maxSafe ? Number(value) : String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null && !(value instanceof Date))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
  return value
}

const maxSafe = BigInt(Number.MAX_SAFE_INTEGER)

function columnsOf({ schema }: FileMetaData): ParquetColumn[] {
  const columns: ParquetColumn[] = []
  let at = 1
  const skip = (element: SchemaElement) => {
    at++
    for (let i = 0; i < (element.num_children ?? 0); i++) skip(schema[at]!)
  }
  for (let i = 0; i < (schema[0]?.num_children ?? 0); i++) {
    const element = schema[at]!
    columns.push({ name: element.name, type: element.num_children ? undefined : typeOf(element) })
    skip(element)
  }
  return columns
}

function typeOf({
  type,
  converted_type,
  logical_type,
  repetition_type,
}: SchemaElement): FieldType | undefined {
  if (repetition_type === 'REPEATED') return undefined
  const logical = logical_type?.type ?? converted_type
  switch (logical) {
    case 'UTF8':
    case 'STRING':
    case 'ENUM':
      return 'text'
    case 'JSON':
      return 'json'
    case 'DATE':
      return 'date'
    case 'TIMESTAMP':
    case 'TIMESTAMP_MILLIS':
    case 'TIMESTAMP_MICROS':
      return 'timestamp'
    case 'DECIMAL':
      return 'double'
    case undefined:
    case 'INTEGER':
    case 'INT_8':
    case 'INT_16':
    case 'INT_32':
    case 'INT_64':
      break
    default:
      return undefined
  }
  switch (type) {
    case 'BOOLEAN':
      return 'boolean'
    case 'INT32':
      return 'integer'
    case 'INT64':
      return 'bigint'
    case 'INT96':
      return 'timestamp'
    case 'FLOAT':
      return 'real'
    case 'DOUBLE':
      return 'double'
    default:
      return undefined
  }
}

/** Coordinate system of the primary geometry column by the GeoParquet metadata; absent means longitude and latitude. */
function epsgOf({ key_value_metadata }: FileMetaData): number | undefined {
  const geo = key_value_metadata?.find(({ key }) => key === 'geo')?.value
  if (geo === undefined) return undefined
  try {
    const { columns, primary_column } = JSON.parse(geo)
    const code = Number(columns?.[primary_column]?.crs?.id?.code)
    return isKnownEpsg(code) ? code : undefined
  } catch {
    return undefined
  }
}
