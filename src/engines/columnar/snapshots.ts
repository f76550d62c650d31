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
  /**
   * Every cell was seen to be in the plain form of the type: the fast reader may take it. That reader is too kind for
   * anything else (12.7 becomes 13, 007 becomes 7); without this mark every cell is checked, at a quarter of the speed.
   */
  isPlain?: boolean
}

export type LoadInput =
  | {
      kind: 'csv'
      /** UTF-8 text; `inboxFolder` of the engine holds it. */
      path: string
      delimiter: string
      /** Null: nothing is quoted. */
      quote: string | null
      /** Lines before the first row: header and preamble. */
      skipLines: number
      columns: CsvColumn[]
      /** Cells of a row, those of columns left out included; default: up to the last column. */
      width?: number
      /** Cells that mean NULL beside the empty one. */
      nullTexts: string[]
    }
  /** Columns are found by name; `columns` says where theirs differs from that of the table. */
  | { kind: 'parquet'; path: string; columns?: { from: string; name: string }[] }
  /** The rows of an archived version; columns it lacks are NULL, other types are converted as those of a file. */
  | { kind: 'version'; table: string; version: number }
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
  /** Folder whose files `load` may read. */
  readonly inboxFolder: string
  /**
   * Loads a new table; on error or abort nothing of it is left. The table gains `_n`, the row number from 1 in the order of
   * the input. Throws `conflict` when the name is taken, `invalid_input` for what cannot be read at all.
   */
  load(staging: TableSpec, input: LoadInput, options?: LoadOptions): Promise<LoadOutcome>
  /** Writes a staging table as version `version` of `table`, immutable; equal rows have an equal checksum (SHA-256). */
  archive(table: string, staging: string, version: number): Promise<ArchivedVersion>
  /** Makes the staging table the rows of `table`, marked with its version, in one step. It was archived before. */
  publish(table: string, staging: string, version: number): Promise<void>
  /** Version that `table` now shows, null when it was never published: what a crash left is put right by it. */
  publishedVersion(table: string): Promise<number | null>
  /** Every table that was published, with the version it shows. */
  publishedTables(): Promise<{ table: string; version: number }[]>
  /** Archived versions of `table`, oldest first. */
  archivedVersions(table: string): Promise<number[]>
  /** Names of the staging tables that were loaded and neither published nor dropped. */
  stagingTables(): Promise<string[]>
  /** Forgets an archived version. Throws `conflict` for the published one. */
  purge(table: string, version: number): Promise<void>
}

export interface ArchivedVersion {
  rowCount: number
  byteCount: number
  checksum: string
}
