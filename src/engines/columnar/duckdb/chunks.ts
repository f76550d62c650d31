/** From typed arrays to DuckDB data chunks, without a JavaScript object per value. */
import { DuckDBDataChunk, type DuckDBType } from '@duckdb/node-api'
import duckdb, { type Vector } from '@duckdb/node-bindings'
import type { ColumnData, ColumnType, TableBatch, TableSpec } from '../columnar.ts'

/** Rows in one chunk: DuckDB's vector size. */
const chunkRows = 2048
/** Texts up to this many bytes live inside the 16-byte string entry. */
const inlineBytes = 12
const entryBytes = 16

const encoder = new TextEncoder()
const words = new Uint32Array(chunkRows * 2)
const entries = new Uint8Array(chunkRows * entryBytes)
const days = new Int32Array(chunkRows)
const validity = new Uint8Array(chunkRows / 8)

type ChunkWriter = (vector: Vector, start: number, count: number) => void

/** Filled chunks wait here to be filled again: their native memory is not the garbage collector's to see. */
export type ChunkPool = DuckDBDataChunk[]

/**
 * The rows of the batch as chunks, taken from the pool where it has some. Columns are those of the table, in its order;
 * the batch was checked (`checkBatch`).
 */
export function fillChunks(
  types: readonly DuckDBType[],
  table: TableSpec,
  batch: TableBatch,
  pool: ChunkPool,
): DuckDBDataChunk[] {
  const writers = table.columns.map(({ name, type }) => chunkWriter(batch.columns[name]!, type))
  const chunks: DuckDBDataChunk[] = []
  for (let start = 0; start < batch.rowCount; start += chunkRows) {
    const count = Math.min(chunkRows, batch.rowCount - start)
    const chunk = pool.pop() ?? DuckDBDataChunk.create(types)
    chunk.reset()
    chunk.rowCount = count
    for (const [i, write] of writers.entries())
      write(duckdb.data_chunk_get_vector(chunk.chunk, i), start, count)
    chunks.push(chunk)
  }
  return chunks
}

function chunkWriter(data: ColumnData, type: ColumnType): ChunkWriter {
  switch (data.kind) {
    case 'text':
      return (vector, start, count) => writeTexts(vector, data.values, start, count)
    case 'dictionary':
      return dictionaryWriter(data.dictionary, data.codes)
    case 'float64-integer': {
      const { values, nulls } = data
      if (type === 'date') {
        return (vector, start, count) => {
          for (let i = 0; i < count; i++) days[i] = values[start + i]! / 86_400_000
          copy(vector, days, count * 4)
          writeNulls(vector, nulls, start, count)
        }
      }
      const factor = type === 'timestamp' ? 1000 : 1
      return (vector, start, count) => {
        writeInt64(values, start, count, factor)
        copy(vector, words, count * 8)
        writeNulls(vector, nulls, start, count)
      }
    }
    default: {
      const { values, nulls } = data
      const size = values.BYTES_PER_ELEMENT
      return (vector, start, count) => {
        duckdb.copy_data_to_vector(
          vector,
          0,
          values.buffer as ArrayBuffer,
          values.byteOffset + start * size,
          count * size,
        )
        writeNulls(vector, nulls, start, count)
      }
    }
  }
}

const copy = (vector: Vector, from: Uint8Array | Uint32Array | Int32Array, bytes: number) =>
  duckdb.copy_data_to_vector(vector, 0, from.buffer as ArrayBuffer, from.byteOffset, bytes)

/**
 * HOT: once per instant or bigint. Splits value × factor into two 32-bit words by exact steps: the product may pass
 * 2^53, the parts never do.
 */
function writeInt64(values: Float64Array, start: number, count: number, factor: number): void {
  for (let i = 0; i < count; i++) {
    const value = values[start + i]!
    const high = Math.floor(value / 0x1_0000_0000)
    const low = (value - high * 0x1_0000_0000) * factor
    const carry = Math.floor(low / 0x1_0000_0000)
    words[2 * i] = low - carry * 0x1_0000_0000
    words[2 * i + 1] = high * factor + carry
  }
}

function writeNulls(vector: Vector, nulls: Uint8Array | undefined, start: number, count: number): void {
  if (!nulls) return
  let any = 0
  validity.fill(255)
  for (let i = 0; i < count; i++) {
    if (nulls[start + i] === 1) {
      validity[i >> 3]! &= ~(1 << (i & 7))
      any = 1
    }
  }
  if (any) copyValidity(vector)
}

function copyValidity(vector: Vector): void {
  duckdb.vector_ensure_validity_writable(vector)
  duckdb.copy_data_to_vector_validity(vector, 0, validity.buffer, 0, validity.byteLength)
}

/** HOT: once per text. Short texts are written as entries in one copy; each long one costs a native call. */
function writeTexts(vector: Vector, values: readonly (string | null)[], start: number, count: number): void {
  entries.fill(0, 0, count * entryBytes)
  validity.fill(255)
  let long: number[] | undefined
  let any = 0
  for (let i = 0; i < count; i++) {
    const text = values[start + i]
    if (text === null || text === undefined) {
      validity[i >> 3]! &= ~(1 << (i & 7))
      any = 1
    } else if (!writeEntry(text, i * entryBytes)) {
      long ??= []
      long.push(i)
    }
  }
  copy(vector, entries, count * entryBytes)
  if (long) assignLong(vector, long, (i) => values[start + i]!)
  if (any) copyValidity(vector)
}

/**
 * Texts too long for their entry: the first row of each gets a copy in the vector's own memory by a native call, the
 * others that row's entry, which points there.
 */
function assignLong(vector: Vector, at: readonly number[], textOf: (i: number) => string): void {
  const firstRows = new Map<string, number>()
  for (const i of at) {
    const text = textOf(i)
    if (firstRows.has(text)) continue
    firstRows.set(text, i)
    duckdb.vector_assign_string_element_len(vector, i, encoder.encode(text))
  }
  if (firstRows.size === at.length) return
  const last = at[at.length - 1]!
  entries.set(duckdb.vector_get_data(vector, (last + 1) * entryBytes))
  for (const i of at) {
    const first = firstRows.get(textOf(i))!
    if (first !== i) entries.copyWithin(i * entryBytes, first * entryBytes, (first + 1) * entryBytes)
  }
  copy(vector, entries, (last + 1) * entryBytes)
}

/** Writes the text as an inlined entry; false when it is too long for one. */
function writeEntry(text: string, at: number): boolean {
  if (text.length > inlineBytes) return false
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 127) return writeEncodedEntry(text, at)
    entries[at + 4 + i] = unit
  }
  entries[at] = text.length
  return true
}

function writeEncodedEntry(text: string, at: number): boolean {
  const bytes = encoder.encode(text)
  entries.fill(0, at, at + entryBytes)
  if (bytes.length > inlineBytes) return false
  entries.set(bytes, at + 4)
  entries[at] = bytes.length
  return true
}

function dictionaryWriter(dictionary: readonly string[], codes: Int32Array): ChunkWriter {
  const texts = dictionary.map((text) => encoder.encode(text))
  const inlined = new Uint8Array(texts.length * entryBytes)
  for (const [code, bytes] of texts.entries()) {
    if (bytes.length > inlineBytes) continue
    inlined[code * entryBytes] = bytes.length
    inlined.set(bytes, code * entryBytes + 4)
  }
  const source = new Uint32Array(inlined.buffer)
  const target = new Uint32Array(entries.buffer)
  return (vector, start, count) => {
    validity.fill(255)
    entries.fill(0, 0, count * entryBytes)
    let any = 0
    let long: number[] | undefined
    for (let i = 0; i < count; i++) {
      const code = codes[start + i]!
      if (code < 0) {
        validity[i >> 3]! &= ~(1 << (i & 7))
        any = 1
      } else if (texts[code]!.length > inlineBytes) {
        long ??= []
        long.push(i)
      } else {
        target[i * 4] = source[code * 4]!
        target[i * 4 + 1] = source[code * 4 + 1]!
        target[i * 4 + 2] = source[code * 4 + 2]!
        target[i * 4 + 3] = source[code * 4 + 3]!
      }
    }
    copy(vector, entries, count * entryBytes)
    if (long) assignLong(vector, long, (i) => dictionary[codes[start + i]!]!)
    if (any) copyValidity(vector)
  }
}
