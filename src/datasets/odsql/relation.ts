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
  /** Absent: searches read the texts. */
  words?: WordIndex
}

/**
 * The words of every text field, made at load: what keeps a search short. `tokens` has the columns `field` (name of the
 * field), `token` (a word as the list `words` of the query tree cuts and folds it) and `row` (its row, as in the column
 * `row` of the relation); `vocabulary` has each `token` once.
 */
export interface WordIndex {
  tokens: From
  vocabulary: From
  row: string
}

/** Who asks, when, and in which words. */
export interface Reading {
  /** IANA name. */
  zone: string
  lang: string
  nowMs: number
}
