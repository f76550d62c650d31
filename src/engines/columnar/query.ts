/**
 * The query AST: the only way to ask the columnar engine. Names are checked against the table's columns, values
 * are always bound, never pasted. Semantics are ours where engines differ:
 * - NULL is a group of its own and sorts last in both directions; any other function of NULL is NULL, except
 *   `coalesce`, `if`, `is-null`, and `least`/`greatest`, which ignore it.
 * - Conditions have two values: a comparison with NULL is false (`!=` too), `not` of it is true.
 * - Arithmetic is real (7 / 2 = 3.5); a result that is not a finite number, or a division by zero, is NULL.
 * - `round` goes half away from zero; text compares by code point, its length and positions count characters, from 1.
 * - Ties of latest-by, first, last and as-of go to the greatest tie-break; without one, to any of the tied rows.
 * - An aggregate over no value is NULL, a count is 0.
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
  | 'exp'
  | 'ln'
  | 'power'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'atan2'
  | 'radians'
  | 'degrees'
  | 'least'
  | 'greatest'
  | 'lower'
  | 'upper'
  | 'length'
  | 'concat'
  | 'substring'
  | 'contains'
  | 'starts-with'
  | 'ends-with'
  /** Lower case without diacritics: the form in which words are searched. */
  | 'fold'
  /** 32 hexadecimal digits. */
  | 'md5'
  /** Whole part of a number in decimal, zeros in front up to a width; NULL below zero. */
  | 'digits'
  /** Levenshtein distance of two texts in bytes of UTF-8. */
  | 'edit-distance'
  | 'is-null'
  | 'coalesce'
  | 'if'
  | 'epoch-ms'
  | 'from-epoch-ms'

/** Monday is day 1 of the week and weeks are ISO weeks. */
export type DatePart =
  | 'year'
  | 'quarter'
  | 'month'
  | 'week'
  | 'iso-year'
  | 'day'
  | 'day-of-week'
  | 'day-of-year'
  | 'hour'
  | 'minute'
  | 'second'
  | 'millisecond'

export type TimeUnit = 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year'

/** A list inside one row; NULL, or text that is no such list, has no element. */
export type List =
  /** A JSON array whose elements are of the type, or null. */
  | { kind: 'json'; of: Expression; type: 'text' | 'integer' | 'double' | 'boolean' }
  /** Runs of letters and digits, folded. */
  | { kind: 'words'; of: Expression }

export type Expression =
  | { kind: 'column'; name: string }
  | { kind: 'value'; value: Literal; type?: 'timestamp' | 'date' | 'bigint' }
  | { kind: 'call'; fn: FunctionName; args: Expression[] }
  | { kind: 'and'; of: Expression[] }
  | { kind: 'or'; of: Expression[] }
  | { kind: 'not'; of: Expression }
  | { kind: 'in'; of: Expression; values: Literal[] }
  /** True when the value is among those of the only column of the query. */
  | { kind: 'in-query'; of: Expression; query: Query }
  /** True when the condition holds for an element, which it sees as the column `as` beside those of the row. */
  | { kind: 'any'; list: List; as: string; where: Expression }
  /**
   * How a point or a shape (GeoJSON text) of the row stands to a geometry (GeoJSON text), on the plane of longitude and
   * latitude: `intersects` when they touch, `within` when no part is outside. False for NULL.
   */
  | {
      kind: 'relates'
      relation: 'intersects' | 'within'
      of: { lon: Expression; lat: Expression } | { shape: Expression }
      geometry: string
    }
  /** The value of the first condition that is true, else of `else` (NULL when absent). */
  | { kind: 'case'; when: { if: Expression; value: Expression }[]; else?: Expression }
  /**
   * The start of the bucket that holds the instant. Buckets are counted on the local clock of the zone (IANA
   * name, default UTC) from 1970-01-01 00:00, weeks from Monday 1970-01-05. Where the clock goes back, buckets of an
   * hour or less stay apart by instant: that day has two hours that begin at 02:00.
   */
  | { kind: 'time-bucket'; of: Expression; unit: TimeUnit; count: number; zone?: string }
  | { kind: 'date-part'; of: Expression; part: DatePart; zone?: string }
  /** Index of the square cell of `size` (same unit as `of`) that holds the value: floor(of / size). */
  | { kind: 'grid'; of: Expression; size: number }

export type Aggregate =
  /** `where`, here and below: only the rows that pass count. */
  | { kind: 'aggregate'; fn: 'count'; of?: undefined; where?: Expression }
  /** `stddev` is of a sample (divided by n − 1): NULL below two values. */
  | {
      kind: 'aggregate'
      fn: 'count' | 'count-distinct' | 'sum' | 'min' | 'max' | 'avg' | 'stddev'
      of: Expression
      where?: Expression
    }
  /** Exact, linear interpolation between closest ranks; `p` from 0 to 1. */
  | { kind: 'aggregate'; fn: 'percentile'; of: Expression; p: number; where?: Expression }
  /** The value of `of` in the row where `by` is greatest (last) or smallest (first); NULL `by` is ignored. */
  | {
      kind: 'aggregate'
      fn: 'last' | 'first'
      of: Expression
      by: Expression
      tieBreak?: Expression
      where?: Expression
    }

export interface Output {
  as: string
  value: Expression | Aggregate
}

export interface Ordering {
  by: Expression
  descending?: boolean
}

export type From =
  /** `version`: the rows of that version of a snapshot, whatever is published meanwhile. */
  | { kind: 'table'; table: string; version?: number }
  | { kind: 'query'; query: Query }
  /** All rows of all queries; their columns agree in number and type, names are those of the first. */
  | { kind: 'union'; of: Query[] }
  /** Each row of the query once per element of a list of its columns, the element as the column `as`. */
  | { kind: 'elements'; query: Query; list: List; as: string }
  /** Rows given with the query, column by column; no value is NULL. */
  | { kind: 'values'; columns: { name: string; type: 'text' | 'integer' | 'double'; values: Literal[] }[] }

export interface Join {
  /**
   * NULL keys never match. `as-of`: the last right row at or before the left one in `time`, among equal keys; a
   * left row without one stays, with NULLs.
   */
  kind: 'inner' | 'left' | 'as-of'
  from: From
  /** Pairs of column names [left, right] that must be equal. */
  on: [string, string][]
  /** For as-of: [left, right] time columns. */
  time?: [string, string]
  /** For as-of: right column that decides among rows of one key and time. */
  tieBreak?: string
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
  /** An output that is no aggregate must be one of these expressions, or a literal. */
  groupBy?: Expression[]
  /** Filters groups; refers to outputs by name through `column`. */
  having?: Expression
  distinct?: boolean
  /** Names are outputs first, then, where rows are neither grouped nor distinct, columns of the source. */
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
export const not = (of: Expression): Expression => ({ kind: 'not', of })
export const and = (...of: Expression[]): Expression => ({ kind: 'and', of })
export const or = (...of: Expression[]): Expression => ({ kind: 'or', of })
export const table = (name: string, version?: number): From =>
  version === undefined ? { kind: 'table', table: name } : { kind: 'table', table: name, version }
