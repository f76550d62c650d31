/** What a load asks of its worker thread, and what that answers. */
import type { TableBatch, TableSpec } from '../../engines/columnar/columnar.ts'
import type { LoadInput, Reject } from '../../engines/columnar/snapshots.ts'
import type { Inspection } from './inspect.ts'
import type { LoadLimits } from './limits.ts'
import type { Violation } from './rows/converter.ts'
import type { LoadPlan, TextLayout } from './schema.ts'
import type { SchemaConstraints } from './table-schema.ts'

export interface Work {
  path: string
  /** Where what is made on the way goes. */
  folder: string
  limits: LoadLimits
  layer?: string
  /** Layout that a person stated. */
  layout?: TextLayout
  epsg?: number
  /** The plan of the last load or of a person; absent: the one inferred. */
  kept?: LoadPlan
  /** A person has seen `kept`: it is taken as it is. */
  isDecided?: boolean
  schema?: SchemaConstraints
  /** Only plan: a preview. */
  planOnly: boolean
}

export interface Preview extends Inspection {
  /** The first rows as they would be loaded: text of each cell by field. */
  sampleRows: Record<string, string | null>[]
  /** Fields of the kept plan whose columns the file no longer has, and columns it has anew. */
  missingFields: string[]
  newFields: string[]
}

export interface Converted {
  rowCount: number
  rejectedCount: number
  /** The first 10,000. */
  rejects: Reject[]
  violations: Violation[]
}

export type FromWorker =
  | { kind: 'progress'; stage: 'read' | 'scan' | 'convert'; share: number; rows: number }
  | { kind: 'planned'; preview: Preview; input?: LoadInput }
  | { kind: 'rejected-rows' }
  | { kind: 'batch'; batch: TableBatch }
  | { kind: 'converted'; outcome: Converted }
  | { kind: 'failed'; error: SentError }

export type ToWorker =
  /** Read this file; the first word for each. */
  | { kind: 'work'; work: Work }
  /** Convert the rows for this table, by this plan. */
  | { kind: 'convert'; plan: LoadPlan; table: TableSpec }
  /** Write down the rows that the engine rejected. */
  | { kind: 'reject-rows'; rejects: Reject[] }
  | { kind: 'more' }
  /** Nothing more is wanted of this file. */
  | { kind: 'end' }

export interface SentError {
  message: string
  stack?: string | undefined
  /** Members of a LacydonError. */
  known?: {
    code: string
    status: number
    help?: string | undefined
    details?: Record<string, unknown> | undefined
  }
}
