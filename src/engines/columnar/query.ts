/**
 * The query AST: the only way to ask the columnar engine. Names are checked against the table's columns, values
 * are always bound, never pasted. Semantics are ours where engines differ: NULL is a group of its own and sorts
 * last, integer division is real division, ties of latest-by go to the greatest tie-break column, text compares by code point.
 */
export type Literal = string | number | boolean | null

/** Functions of one row. Distances are metres, angles degrees, times UTC unless a zone is given. */
export type FunctionName =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '+'
  | '-'
  | '*'
  | '/'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'abs'
  | 'sqrt'
  | 'ln'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'radians'
  | 'least'
  | 'greatest'
  | 'lower'
  | 'upper'
  | 'length'
  | 'concat'
  | 'substring'
  | 'contains'
  | 'starts-with'
  | 'is-null'
  | 'coalesce'
  | 'if'
  | 'epoch-ms'

export type Expression =
  | { kind: 'column'; name: string }
  | { kind: 'value'; value: Literal; type?: 'timestamp' | 'date' | 'bigint' }
  | { kind: 'call'; fn: FunctionName; args: Expression[] }
  | { kind: 'and'; of: Expression[] }
  | { kind: 'or'; of: Expression[] }
  | { kind: 'not'; of: Expression }
  | { kind: 'in'; of: Expression; values: Literal[] }
  /** The start of the bucket that holds the instant; calendar units follow the zone (IANA name, default UTC). */
  | {
      kind: 'time-bucket'
      of: Expression
      unit: 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year'
      count: number
      zone?: string
    }
  /** Index of the square cell of `size` (same unit as `of`) that holds the value: floor(of / size). */
  | { kind: 'grid'; of: Expression; size: number }

export type Aggregate =
  | { kind: 'aggregate'; fn: 'count' }
  | {
      kind: 'aggregate'
      fn: 'count' | 'count-distinct' | 'sum' | 'min' | 'max' | 'avg'
      of: Expression
      where?: Expression
    }
  /** Exact, linear interpolation between closest ranks. */
  | { kind: 'aggregate'; fn: 'percentile'; of: Expression; p: number }
  /** The value of `of` in the row where `by` is greatest (last) or smallest (first); NULL `by` is ignored. */
  | { kind: 'aggregate'; fn: 'last' | 'first'; of: Expression; by: Expression }

export interface Output {
  as: string
  value: Expression | Aggregate
}

export interface Ordering {
  by: Expression
  descending?: boolean
}

export type From = { kind: 'table'; table: string } | { kind: 'query'; query: Query }

export interface Join {
  /** `as-of`: the last right row at or before the left one in `time`, among equal keys. */
  kind: 'inner' | 'left' | 'as-of'
  from: From
  /** Pairs of column names [left, right] that must be equal. */
  on: [string, string][]
  /** For as-of: [left, right] time columns. */
  time?: [string, string]
  /** Right columns to keep, with their name in the result. */
  take: { column: string; as: string }[]
}

export interface Query {
  from: From
  join?: Join
  where?: Expression
  /** Keeps, of the rows that pass `where`, the one with the greatest `by` for each distinct `keys`. */
  latestBy?: { keys: string[]; by: string; tieBreak?: string }
  /** Absent: all columns of the table. With `groupBy` or an aggregate, one row a group. */
  select?: Output[]
  groupBy?: Expression[]
  /** Filters groups; refers to outputs by name through `column`. */
  having?: Expression
  distinct?: boolean
  orderBy?: Ordering[]
  limit?: number
  offset?: number
}

export const column = (name: string): Expression => ({ kind: 'column', name })
export const value = (literal: Literal): Expression => ({ kind: 'value', value: literal })
export const instant = (at: Date): Expression => ({
  kind: 'value',
  value: at.toISOString(),
  type: 'timestamp',
})
export const call = (fn: FunctionName, ...args: Expression[]): Expression => ({ kind: 'call', fn, args })
export const and = (...of: Expression[]): Expression => ({ kind: 'and', of })
export const or = (...of: Expression[]): Expression => ({ kind: 'or', of })
export const table = (name: string): From => ({ kind: 'table', table: name })
