/** Arrow files and streams, batch by batch. */
import { createReadStream } from 'node:fs'
import { DataType, type Field, RecordBatchReader } from 'apache-arrow'
import { LacydonError } from '../../../errors.ts'
import { damaged } from '../refusal.ts'
import { ObjectTable } from './objects.ts'
import type { ReadContext, ReadTable } from './source.ts'
import { geometryOfWkb } from './wkb.ts'

export async function readArrow({ path, writer, limits }: ReadContext): Promise<ReadTable> {
  const table = new ObjectTable(writer, limits)
  try {
    const reader = await RecordBatchReader.from(createReadStream(path))
    for await (const batch of reader) {
      const columns = batch.schema.fields.map((field, i) => ({
        name: field.name,
        vector: batch.getChildAt(i),
        convert: converterOf(field),
      }))
      for (let row = 0; row < batch.numRows; row++) {
        for (const { name, vector, convert } of columns) {
          const value: unknown = vector?.get(row)
          table.put(name, value === null || value === undefined ? null : convert(value))
        }
        table.endRow()
      }
    }
  } catch (error) {
    if (error instanceof LacydonError) throw error
    throw damaged('Arrow', (error as Error).message.slice(0, 150))
  }
  return table.table()
}

type Convert = (value: unknown) => unknown

function converterOf({ type, metadata }: Field): Convert {
  const extension = metadata.get('ARROW:extension:name')
  if (DataType.isTimestamp(type)) return (value) => new Date(Number(value))
  if (DataType.isDate(type)) return (value) => new Date(Number(value)).toISOString().slice(0, 10)
  if (DataType.isDecimal(type)) {
    const scale = 10 ** type.scale
    return (value) => Number(value) / scale
  }
  if (DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isFixedSizeBinary(type)) {
    const isGeometry = extension === 'geoarrow.wkb' || extension === 'ogc.wkb'
    return (value) => {
      const bytes = value as Uint8Array
      return isGeometry ? (geometryOfWkb(bytes) ?? null) : Buffer.from(bytes).toString('hex')
    }
  }
  return plain
}

const maxSafe = BigInt(Number.MAX_SAFE_INTEGER)

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value <= maxSafe && value >= -maxSafe ? Number(value) : String(value)
  if (typeof value === 'object' && value !== null)
    return JSON.parse(
      JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner)),
    )
  return value
}
