/**
 * The columnar engine: every dataset row lives here. Slices speak in tables, batches and the query AST of
 * `query.ts`; only the folders `duckdb/` and `clickhouse/` know an engine's SQL.
 */
import type { Query } from './query.ts'

/**
 * Physical column types, the same on every engine. `timestamp` is UTC with millisecond precision; `bigint`
 * holds whole numbers below 2^53; `json` is text that parses as JSON. Non-finite numbers never enter a table.
 */
export type ColumnType =
  | 'text'
  | 'boolean'
  | 'tinyint'
  | 'smallint'
  | 'integer'
  | 'bigint'
  | 'real'
  | 'double'
  | 'timestamp'
  | 'date'
  | 'json'

export interface ColumnSpec {
  name: string
  type: ColumnType
}

export interface TableSpec {
  name: string
  columns: readonly ColumnSpec[]
  /** Physical order of rows inside a day, most selective first: what makes a track or a facet fast. */
  sortBy: readonly string[]
  /** Column whose UTC day partitions the table (streams); closed days become Parquet. */
  dayOf?: string
  /** Column by which retention deletes (receive time, so that imported history stays). */
  retainBy?: string
}

/** Values of one column, one entry a row. `nulls[i] === 1` means NULL whatever the value says. */
export type ColumnData =
  | { kind: 'int8'; values: Int8Array; nulls?: Uint8Array }
  | { kind: 'int16'; values: Int16Array; nulls?: Uint8Array }
  | { kind: 'int32'; values: Int32Array; nulls?: Uint8Array }
  /** bigint columns, and timestamps as milliseconds since 1970 UTC. */
  | { kind: 'float64-integer'; values: Float64Array; nulls?: Uint8Array }
  | { kind: 'float32'; values: Float32Array; nulls?: Uint8Array }
  | { kind: 'float64'; values: Float64Array; nulls?: Uint8Array }
  | { kind: 'boolean'; values: Uint8Array; nulls?: Uint8Array }
  | { kind: 'text'; values: (string | null)[] }
  /** Few distinct texts: `codes[i]` indexes `dictionary`, −1 is NULL. */
  | { kind: 'dictionary'; dictionary: string[]; codes: Int32Array }

export interface TableBatch {
  table: string
  rowCount: number
  /** Every column of the table, by name. Typed arrays may be longer than rowCount; their buffers may be transferred. */
  columns: Record<string, ColumnData>
}

/**
 * The part [lo, hi) of one source's spool that a batch was made from. Rows of all tables and the range become
 * visible together; a range at or below the recorded `hi` is skipped, so replay is harmless.
 */
export interface SpoolRange {
  source: string
  lo: number
  hi: number
  /** Where reading must begin again after a restart so that open multiparts and windows are warm; ≤ hi. */
  resumeFrom: number
}

/** Queues are separate so that a heavy class never delays a light one. */
export type QueryClass = 'interactive' | 'tile' | 'export' | 'load' | 'derivation'

export interface QueryOptions {
  class?: QueryClass
  /** Aborting interrupts the query in the engine and frees its slot. */
  signal?: AbortSignal
  /** Default by class: interactive and tile 5 s, export 10 min, load and derivation 1 h. */
  deadlineMs?: number
  /** More rows than this is `query_too_expensive` (default 100,000 for `query`, none for `stream`). */
  maxRows?: number
}

/** Values as JSON would carry them: timestamps are ISO text in UTC with milliseconds, dates `YYYY-MM-DD`. */
export type Cell = string | number | boolean | null
export type Row = Record<string, Cell>

export interface RecordedRange {
  source: string
  hi: number
  resumeFrom: number
}

export interface ColumnarHealth {
  engine: 'duckdb' | 'clickhouse'
  ok: boolean
  version: string
  /** Empty when ok; otherwise what is wrong and what to do. */
  message: string
  queued: number
  running: number
}

export interface Columnar {
  /** Creates the table or adds its new columns; an incompatible change throws `conflict`. Idempotent. */
  define(table: TableSpec): Promise<void>

  /** Appends rows to several tables and records the range in one step. False when the range was known already. */
  append(batches: readonly TableBatch[], range: SpoolRange): Promise<boolean>

  /** The recorded ranges, one per source. */
  ranges(): Promise<RecordedRange[]>

  /** Replaces all rows of a table in one step: readers see the old rows or the new ones. */
  replace(batch: TableBatch): Promise<void>

  /** Runs a bounded query and returns its rows. Throws `query_too_expensive`, `overloaded`, `cancelled`. */
  query(query: Query, options?: QueryOptions): Promise<Row[]>

  /**
   * Rows as NDJSON bytes (one JSON object a line), in chunks of whole lines. Throws when the answer was cut
   * short: what ends without an error is complete.
   */
  stream(query: Query, options?: QueryOptions): AsyncIterable<Uint8Array>

  /** Moves every day of the table before `day` (UTC, YYYY-MM-DD) to cold storage. Returns the days moved. */
  compact(table: string, beforeDay: string): Promise<string[]>

  /** Deletes the rows whose `retainBy` is before the instant, hot and cold. Returns how many went. */
  retain(table: string, before: Date): Promise<number>

  drop(table: string): Promise<void>
  health(): Promise<ColumnarHealth>
  close(): Promise<void>
}
