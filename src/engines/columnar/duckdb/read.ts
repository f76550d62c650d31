/** Runs one query and gives its rows as NDJSON chunks. */
import { join } from 'node:path'
import {
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
  LIST,
  listValue,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'
import { tooExpensive } from '../../../errors.ts'
import type { TableSpec } from '../columnar.ts'
import type { Dialect, Parameter } from '../emit/dialect.ts'
import { emitQuery } from '../emit/emit.ts'
import { sourcesOf, type TableSource, tablesOf } from '../emit/tables.ts'
import { and, call, column, type Literal, not, type Query } from '../query.ts'
import type { ValueType } from '../typing.ts'
import { type Catalogue, type Part, readParts, tableOf } from './catalogue.ts'
import { duckDbDialect, identifier } from './dialect.ts'
import { isCount, type KeptCounts, type SortedValues } from './kept-counts.ts'
import { inReadingOrder } from './row-order.ts'
import { physicalTable, versionFile } from './snapshots-catalogue.ts'
import { guardRead } from './sql-guard.ts'
import { preparedFor } from './statements.ts'

/** Chunks are sent when they reach this size. */
const chunkBytes = 128 * 1024
/** An answer of `query` larger than this belongs to `stream`. */
const maxAnswerBytes = 256 * 1024 * 1024

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const types: Partial<Record<ValueType, DuckDBType>> = {
  text: VARCHAR,
  json: VARCHAR,
  boolean: BOOLEAN,
  integer: BIGINT,
  real: DOUBLE,
  double: DOUBLE,
  timestamp: TIMESTAMP,
  date: DATE,
}

function toDuckDb(value: Literal, type: ValueType): DuckDBValue {
  if (value === null) return null
  if (type === 'integer') return BigInt(value)
  if (type === 'timestamp') return new DuckDBTimestampValue(BigInt(Date.parse(String(value))) * 1000n)
  if (type === 'date') return new DuckDBDateValue(Math.floor(Date.parse(String(value)) / 86_400_000))
  return value
}

const bound = (parameters: readonly Parameter[]): [DuckDBValue[], DuckDBType[]] => [
  parameters.map(({ value, type }) =>
    Array.isArray(value)
      ? listValue(value.map((v: Literal) => toDuckDb(v, type)))
      : toDuckDb(value as Literal, type),
  ),
  parameters.map(({ value, type }) => (Array.isArray(value) ? LIST(types[type]!) : types[type]!)),
]

/** The dialect over one moment's cold files and versions. */
function dialectOver({ snapshots }: Catalogue, parts: readonly Part[], coldFolder: string): Dialect {
  return {
    ...duckDbDialect,
    relation(table, bounds, bind, version) {
      const physical = physicalTable(snapshots, table.name, version)
      if (physical === undefined)
        return archived(table, bind(archivedPath(coldFolder, table.name, version!), 'text'))
      const name = `hot.${identifier(physical)}`
      const kept = parts.filter(
        (part) =>
          part.table === table.name &&
          (!bounds || (part.toMs >= bounds.fromMs && part.fromMs <= bounds.toMs)),
      )
      if (kept.length === 0) return name
      const all = table.columns.map((column) => identifier(column.name)).join(', ')
      const cold = groupByColumns(kept).map((group) => {
        const files = bind(
          group.map((part) => join(coldFolder, part.file)),
          'text',
        )
        return `SELECT ${coldColumns(table, group[0]!)} FROM read_parquet(${files}, hive_partitioning = false)`
      })
      return `(SELECT ${all} FROM ${name} UNION ALL ${cold.join(' UNION ALL ')})`
    },
  }
}

const archivedPath = (coldFolder: string, table: string, version: number) =>
  join(coldFolder, versionFile(table, version))

/** A version's file holds the rows in their order without the number they have here. */
function archived(table: TableSpec, path: string): string {
  const list = table.columns.map(({ name }) =>
    name === '_n' ? 'file_row_number + 1 AS _n' : identifier(name),
  )
  return `(SELECT ${list.join(', ')} FROM read_parquet(${path}, file_row_number = true, hive_partitioning = false))`
}

function groupByColumns(parts: readonly Part[]): Part[][] {
  const groups = new Map<string, Part[]>()
  for (const part of parts) {
    const key = part.columns.join('\n')
    const group = groups.get(key)
    if (group) group.push(part)
    else groups.set(key, [part])
  }
  return [...groups.values()]
}

/** A file written before the table grew gives NULL for the new columns. */
const coldColumns = (table: TableSpec, part: Part) =>
  table.columns
    .map(({ name }) => (part.columns.includes(name) ? identifier(name) : `NULL AS ${identifier(name)}`))
    .join(', ')

export interface ReadOptions {
  maxRows: number
  coldFolder: string
  /** Streams carry an end marker, because DuckDB ends a failed stream as if it were complete. */
  streamed: boolean
  counts: KeptCounts
}

/**
 * Chunks of whole lines, in order. Throws `query_too_expensive` past maxRows, and whatever the engine throws; a
 * stream that DuckDB ended early throws too.
 */
export async function* readChunks(
  connection: DuckDBConnection,
  catalogue: Catalogue,
  query: Query,
  options: ReadOptions,
): AsyncGenerator<Uint8Array> {
  const names = tablesOf(query)
  const mayBeCold = names.filter((name) => catalogue.tables.get(name)?.dayOf !== undefined)
  if (mayBeCold.length === 0) {
    if (isCount(query)) yield* readCount(connection, catalogue, query, options)
    else yield* run(connection, catalogue, await inReadingOrder(query, catalogue, connection), [], options)
    return
  }
  // The list of cold files and the hot rows must be of one moment: compaction moves rows from one to the other.
  await connection.run('BEGIN TRANSACTION READ ONLY')
  const parts: Part[] = []
  for (const name of mayBeCold) parts.push(...(await readParts(connection, name)))
  yield* run(connection, catalogue, query, parts, options)
  await connection.run('COMMIT')
}

/** The native table that holds all that the query reads and never changes; undefined when there is none. */
function unchangingTable(
  { snapshots }: Catalogue,
  query: Query,
): { name: string; physical: string } | undefined {
  const [{ table, version }] = sourcesOf(query) as [TableSource]
  if (!snapshots.published.has(table)) return undefined
  const physical = physicalTable(snapshots, table, version)
  return physical === undefined ? undefined : { name: table, physical }
}

/** Whether all that a query reads are native tables of published versions. */
const neverChanges = ({ snapshots }: Catalogue, query: Query): boolean =>
  sourcesOf(query).every(
    ({ table, version }) =>
      snapshots.published.has(table) && physicalTable(snapshots, table, version) !== undefined,
  )

async function* readCount(
  connection: DuckDBConnection,
  catalogue: Catalogue,
  query: Query,
  options: ReadOptions,
): AsyncGenerator<Uint8Array> {
  const of = unchangingTable(catalogue, query)
  if (!of) {
    yield* run(connection, catalogue, query, [], options)
    return
  }
  const { counts } = options
  const sorted: SortedValues = (rows, column, most) => sortedColumn(connection, catalogue, rows, column, most)
  const known = await counts.find(query, of.physical, tableOf(catalogue, of.name), sorted)
  if (known !== undefined) {
    yield encoder.encode(`${JSON.stringify({ [query.select![0]!.as]: known })}\n`)
    return
  }
  for await (const chunk of run(connection, catalogue, query, [], options)) {
    const [count] = Object.values(JSON.parse(decoder.decode(chunk)) as Record<string, unknown>)
    counts.keep(query, of.physical, Number(count))
    yield chunk
  }
}

/** The dialect whose answers are numbers. */
const asNumber: Dialect['output'] = (sql, type) =>
  type === 'timestamp' || type === 'date'
    ? `CAST(epoch_us(CAST(${sql} AS TIMESTAMP)) AS DOUBLE)`
    : `CAST(${sql} AS DOUBLE)`

async function sortedColumn(
  connection: DuckDBConnection,
  catalogue: Catalogue,
  rows: Query,
  name: string,
  most: number,
): Promise<Float64Array | undefined> {
  const of = column(name)
  const query: Query = {
    ...rows,
    where: and(...(rows.where ? [rows.where] : []), not(call('is-null', of))),
    select: [{ as: 'value', value: of }],
    orderBy: [{ by: of }],
    limit: most + 1,
  }
  const dialect = { ...dialectOver(catalogue, [], ''), output: asNumber }
  const emitted = emitQuery(query, (table, version) => tableOf(catalogue, table, version), dialect)
  guardRead(emitted.sql)
  const [values, valueTypes] = bound(emitted.parameters)
  const result = await connection.run(emitted.sql, values, valueTypes)
  if (result.rowCount > most) return undefined
  const sorted = new Float64Array(result.rowCount)
  let filled = 0
  for (
    let chunk = await result.fetchChunk();
    chunk && chunk.rowCount > 0;
    chunk = await result.fetchChunk()
  ) {
    const bytes = duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk.chunk, 0), chunk.rowCount * 8)
    new Uint8Array(sorted.buffer).set(bytes, filled * 8)
    filled += chunk.rowCount
  }
  const isExact = (value = 0) => Math.abs(value) <= Number.MAX_SAFE_INTEGER
  const { type } = tableOf(catalogue, (rows.from as { table: string }).table).columns.find(
    (c) => c.name === name,
  )!
  const isWhole = type !== 'double' && type !== 'real'
  return isWhole && !(isExact(sorted[0]) && isExact(sorted.at(-1))) ? undefined : sorted
}

async function* run(
  connection: DuckDBConnection,
  catalogue: Catalogue,
  query: Query,
  parts: readonly Part[],
  { maxRows, coldFolder, streamed }: ReadOptions,
): AsyncGenerator<Uint8Array> {
  const rowLimit = maxRows > 0 ? maxRows + 1 : undefined
  const emitted = emitQuery(
    query,
    (name, version) => tableOf(catalogue, name, version),
    dialectOver(catalogue, parts, coldFolder),
    rowLimit,
  )
  const lines = `SELECT CAST(to_json(__row) AS VARCHAR) AS line FROM (${emitted.sql}) AS __row`
  const sql = streamed ? `${lines} UNION ALL SELECT NULL` : lines
  const [values, valueTypes] = bound(emitted.parameters)
  const { statement, isKept } = await preparedFor(connection, sql, guardRead, neverChanges(catalogue, query))
  statement.bind(values, valueTypes)
  const result = streamed ? await statement.stream() : await statement.run()
  // The result does not need its statement any more.
  if (!isKept) statement.destroySync()
  const out = new LineBuffer()
  let rowCount = 0
  let sentBytes = 0
  let isComplete = !streamed
  for (
    let chunk = await result.fetchChunk();
    chunk && chunk.rowCount > 0;
    chunk = await result.fetchChunk()
  ) {
    const rows = out.add(chunk)
    rowCount += rows
    if (rows < chunk.rowCount) isComplete = true
    if (maxRows > 0 && rowCount > maxRows) throw tooManyRows(maxRows)
    if (out.length >= chunkBytes) {
      sentBytes += out.length
      if (!streamed && sentBytes > maxAnswerBytes) throw tooManyRows(rowCount)
      yield out.take()
    }
  }
  if (!isComplete) throw new Error('INTERRUPT: the stream ended before its last row')
  if (out.length > 0) yield out.take()
}

const tooManyRows = (limit: number) =>
  tooExpensive(
    `The answer has more than ${limit} rows.`,
    'Ask for less with a filter or a limit, or use an export.',
  )

/** Most answers are small: room for them, doubled while a larger one needs more. */
const firstBytes = 16 * 1024

/** Collects the texts of one VARCHAR column as lines. */
class LineBuffer {
  private bytes = new Uint8Array(firstBytes)
  length = 0

  /** HOT: once per row. Returns the number of rows before the end marker (NULL). */
  add(chunk: DuckDBDataChunk): number {
    const count = chunk.rowCount
    const vector = duckdb.data_chunk_get_vector(chunk.chunk, 0)
    const entries = duckdb.vector_get_data(vector, count * 16)
    const validity = duckdb.vector_get_validity(vector, Math.ceil(count / 64) * 8) as Uint8Array | null
    const view = new DataView(entries.buffer, entries.byteOffset, entries.byteLength)
    for (let i = 0; i < count; i++) {
      if (validity && (validity[i >> 3]! & (1 << (i & 7))) === 0) return i
      const at = i * 16
      const size = view.getUint32(at, true)
      const text =
        size <= 12
          ? entries.subarray(at + 4, at + 4 + size)
          : duckdb.get_data_from_pointer(entries.buffer as ArrayBuffer, entries.byteOffset + at + 8, size)
      this.reserve(size + 1)
      this.bytes.set(text, this.length)
      this.length += size
      this.bytes[this.length++] = 10
    }
    return count
  }

  private reserve(extra: number) {
    if (this.length + extra <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + extra))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
  }

  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.length)
    this.length = 0
    return taken
  }
}
