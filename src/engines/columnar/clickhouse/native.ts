/** From typed arrays to ClickHouse's Native format: columns as they are, no value becomes text. */
import type { ColumnData, ColumnSpec, TableBatch, TableSpec } from '../columnar.ts'
import { columnTypes, isNullable } from './layout.ts'

const encoder = new TextEncoder()

/** One block of the given rows (all when undefined) of a checked batch. */
export function nativeBlock(table: TableSpec, batch: TableBatch, rows?: Int32Array): Buffer {
  const rowCount = rows ? rows.length : batch.rowCount
  const parts: Uint8Array[] = [varint(table.columns.length), varint(rowCount)]
  for (const column of table.columns) {
    const nullable = isNullable(table, column)
    const type = columnTypes[column.type]
    parts.push(...text(column.name), ...text(nullable ? `Nullable(${type})` : type))
    const data = batch.columns[column.name]!
    if (nullable) parts.push(nullMap(data, rowCount, rows))
    parts.push(values(data, column, rowCount, rows))
  }
  return Buffer.concat(parts)
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80)
    rest = Math.floor(rest / 0x80)
  }
  bytes.push(rest)
  return Uint8Array.from(bytes)
}

function text(value: string): Uint8Array[] {
  const bytes = encoder.encode(value)
  return [varint(bytes.length), bytes]
}

function nullMap(data: ColumnData, rowCount: number, rows: Int32Array | undefined): Uint8Array {
  const map = new Uint8Array(rowCount)
  for (let i = 0; i < rowCount; i++) {
    const row = rows ? rows[i]! : i
    if (data.kind === 'text') map[i] = data.values[row] === null ? 1 : 0
    else if (data.kind === 'dictionary') map[i] = data.codes[row]! < 0 ? 1 : 0
    else map[i] = data.nulls?.[row] === 1 ? 1 : 0
  }
  return map
}

function values(
  data: ColumnData,
  column: ColumnSpec,
  rowCount: number,
  rows: Int32Array | undefined,
): Uint8Array {
  if (data.kind === 'text') return texts(rowCount, (i) => data.values[rows ? rows[i]! : i] ?? '')
  if (data.kind === 'dictionary')
    return texts(rowCount, (i) => {
      const code = data.codes[rows ? rows[i]! : i]!
      return code < 0 ? '' : data.dictionary[code]!
    })
  if (data.kind === 'float64-integer') {
    const scale = column.type === 'date' ? 1000 : 1
    const out = new BigInt64Array(rowCount)
    for (let i = 0; i < rowCount; i++) {
      const row = rows ? rows[i]! : i
      // What stands where the value is NULL need not be a whole number.
      if (data.nulls?.[row] !== 1) out[i] = BigInt(data.values[row]! / scale)
    }
    return new Uint8Array(out.buffer)
  }
  const picked = rows ? pick(data.values, rows) : data.values.subarray(0, rowCount)
  return new Uint8Array(picked.buffer, picked.byteOffset, picked.byteLength)
}

function pick<T extends { [i: number]: number; slice(a: number, b: number): T }>(
  from: T,
  rows: Int32Array,
): T {
  const out = from.slice(0, rows.length)
  for (let i = 0; i < rows.length; i++) out[i] = from[rows[i]!]!
  return out
}

function texts(rowCount: number, valueAt: (i: number) => string): Uint8Array {
  let bytes = new Uint8Array(rowCount * 16 + 64)
  let length = 0
  for (let i = 0; i < rowCount; i++) {
    const value = valueAt(i)
    // UTF-8 takes at most three bytes a UTF-16 unit; a length of up to five bytes stands before it.
    const room = value.length * 3 + 5
    if (length + room > bytes.length) {
      const larger = new Uint8Array(Math.max(bytes.length * 2, length + room))
      larger.set(bytes.subarray(0, length))
      bytes = larger
    }
    const encoded = encoder.encode(value)
    for (const byte of varint(encoded.length)) bytes[length++] = byte
    bytes.set(encoded, length)
    length += encoded.length
  }
  return bytes.subarray(0, length)
}
