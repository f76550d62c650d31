import type { ColumnSpec } from '../../engines/columnar/columnar.ts'
import type { From } from '../../engines/columnar/query.ts'
import type { DatasetField } from '../schema.ts'

/** What a query is asked of: rows the reader may see, with the fields the reader may see. */
export interface Relation {
  from: From
  /** Visible fields only: others do not exist for the query. Their columns are those of `columnsOf`. */
  fields: readonly DatasetField[]
  /** Columns that together tell any two rows apart: they end every order, so that it is total. */
  rowOrder: readonly ColumnSpec[]
}

/** Who asks, when, and in which words. */
export interface Reading {
  /** IANA name. */
  zone: string
  lang: string
  nowMs: number
}
