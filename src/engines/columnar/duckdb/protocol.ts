/** Messages between the server and the worker thread that owns DuckDB. */
import { LacydonError } from '../../../errors.ts'
import type { ColumnarHealth, RecordedRange, SpoolRange, TableBatch, TableSpec } from '../columnar.ts'
import type { Query } from '../query.ts'
import type { ArchivedVersion, LoadOutcome } from '../snapshots.ts'
import type { FileInput } from './snapshots-load.ts'

export interface WorkerSettings {
  folder: string
  coldFolder: string
  /** Files here may be loaded. */
  inboxFolder: string
  memoryLimitMb: number
  threads: number
  temporaryLimitMb: number
}

export interface ReadRequest {
  query: Query
  deadlineMs: number
  /** Rows beyond this fail the query; 0 is no limit. */
  maxRows: number
}

/** What the server asks; each call is answered once. */
export interface WorkerCalls {
  define(table: TableSpec): Promise<void>
  append(batches: readonly TableBatch[], range: SpoolRange): Promise<boolean>
  ranges(): Promise<RecordedRange[]>
  replace(batch: TableBatch): Promise<void>
  compact(table: string, beforeDay: string): Promise<string[]>
  retain(table: string, beforeMs: number): Promise<number>
  drop(table: string): Promise<void>
  load(staging: TableSpec, input: FileInput, id?: number): Promise<LoadOutcome>
  /** Of the load that was called with this id: share of the input that was read, 0 to 1, and rows stored. */
  loadProgress(id: number): Promise<{ share: number; rows: number }>
  beginBatches(staging: TableSpec): Promise<void>
  addBatch(staging: string, batch: TableBatch): Promise<void>
  endBatches(staging: string): Promise<LoadOutcome>
  abortBatches(staging: string): Promise<void>
  archive(table: string, staging: string, version: number): Promise<ArchivedVersion>
  publish(table: string, staging: string, version: number): Promise<void>
  publishedVersion(table: string): Promise<number | null>
  publishedTables(): Promise<{ table: string; version: number }[]>
  archivedVersions(table: string): Promise<number[]>
  stagingTables(): Promise<string[]>
  purge(table: string, version: number): Promise<void>
  health(): Promise<Pick<ColumnarHealth, 'ok' | 'version' | 'message'>>
  close(): Promise<void>
  /** NDJSON chunks of the whole answer. */
  query(read: ReadRequest, id: number): Promise<Uint8Array[]>
  /** Answered when the stream ends; its chunks come by `pull`. */
  stream(read: ReadRequest, id: number): Promise<void>
}

export type CallName = keyof WorkerCalls
export interface CallRequest {
  id: number
  call: CallName
  args: unknown[]
}
export type Request =
  | CallRequest
  /** Interrupts the read that was called with this id. */
  | { id: number; cancel: true }
  /** Asks for the next chunk of the stream. */
  | { id: number; pull: true }

export type Reply =
  | { id: number; value: unknown }
  | { id: number; error: SentError }
  | { id: number; chunk: Uint8Array }
  /** Something to log that no caller waits for. */
  | { note: NoteLevel; text: string; details?: Record<string, unknown> }

export type NoteLevel = 'info' | 'warn' | 'error'
export type Note = (level: NoteLevel, text: string, details?: Record<string, unknown>) => void

/** Errors lose their class between threads: this is what survives. */
export interface SentError {
  code: string
  status: number
  message: string
  help?: string
  details?: Record<string, unknown>
}

export const sendError = (error: unknown): SentError =>
  error instanceof LacydonError
    ? {
        code: error.code,
        status: error.status,
        message: error.message,
        help: error.help,
        details: { ...error.details },
      }
    : { code: 'engine_failed', status: 500, message: error instanceof Error ? error.message : String(error) }

export const receiveError = (sent: SentError): LacydonError =>
  new LacydonError(sent.code, sent.status, sent.message, { help: sent.help, details: sent.details })
