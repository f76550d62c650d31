/**
 * Snapshots on the columnar engine: rows are loaded into a staging table, archived as an immutable version, and
 * made current in one step. Implemented by every engine beside `Columnar`.
 */
import type { ColumnType, TableBatch, TableSpec } from './columnar.ts'

/** How the text of a cell is read where it is not the plain form of its type. */
export type CellFormat =
  /** `1 234,5`: comma before decimals, spaces or points between thousands. */
  | { kind: 'decimal-comma' }
  /** Days and times in the pattern of `docs/loading.md`, such as `dd/MM/yyyy HH:mm`; `zone` for those without offset. */
  | { kind: 'pattern'; pattern: string; zone?: string }
  | { kind: 'words'; true: string[]; false: string[] }

export interface CsvColumn {
  /** Place in the file, from 0. */
  index: number
  name: string
  type: ColumnType
  format?: CellFormat
}

export type LoadInput =
  | {
      kind: 'csv'
      /** UTF-8 text inside the data folder. */
      path: string
      delimiter: string
      /** Null: nothing is quoted. */
      quote: string | null
      /** Lines before the first row: header and preamble. */
      skipLines: number
      columns: CsvColumn[]
      /** Cells that mean NULL beside the empty one. */
      nullTexts: string[]
    }
  | { kind: 'parquet'; path: string }
  | { kind: 'batches'; batches: AsyncIterable<TableBatch> }

/** A row that was not taken, or a cell for which it was not. */
export interface Reject {
  /** Line of the file where the record begins, from 1; row number for other inputs. */
  line: number
  column: string | null
  /** `type`, `too-many-cells`, `too-few-cells`, `not-finite`, `unbalanced-quote`… (docs/loading.md). */
  rule: string
  /** At most 200 characters. */
  value: string
}

export interface LoadOutcome {
  rowCount: number
  rejectedCount: number
  /** The first 10,000. */
  rejects: Reject[]
}

export interface LoadOptions {
  signal?: AbortSignal
  onProgress?: (progress: { rows: number; bytes: number }) => void
}

export interface Snapshots {
  /** Loads a new table; on error or abort nothing of it is left. The table gains `_n`, the row number from 1. */
  load(staging: TableSpec, input: LoadInput, options?: LoadOptions): Promise<LoadOutcome>
  /** Writes a table as version `version` of `table`: an immutable Parquet file, with its size and SHA-256. */
  archive(table: string, staging: string, version: number): Promise<{ byteCount: number; checksum: string }>
  /** Makes the staging table the rows of `table`, marked with its version, in one step. */
  publish(table: string, staging: string, version: number): Promise<void>
  /** Version that `table` now shows, null when it was never published: what a crash left is put right by it. */
  publishedVersion(table: string): Promise<number | null>
  /** Forgets an archived version. */
  purge(table: string, version: number): Promise<void>
}
