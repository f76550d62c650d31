/** What differs between engines when a query becomes SQL. One object an engine; everything else is shared. */
import type { TableSpec } from '../columnar.ts'
import type { Aggregate, DatePart, FunctionName, List, Literal, TimeUnit } from '../query.ts'
import type { ValueType } from '../typing.ts'

/** A value bound to a statement: never pasted into its text. */
export interface Parameter {
  type: ValueType
  value: Literal | readonly Literal[]
}

/** Bounds that `where` puts on the partition column, milliseconds since 1970 UTC, both included. */
export interface DayBounds {
  fromMs: number
  toMs: number
}

/** Binds a value and returns its placeholder. */
export type Bind = (value: Literal | readonly Literal[], type: ValueType) => string

export interface NamedColumn {
  sql: string
  as: string
}

export interface AggregateParts {
  fn: Aggregate['fn']
  /** SQL of `of` and its type; undefined for count of rows. */
  of?: string
  ofType: ValueType
  by?: string
  tieBreak?: string
  where?: string
  p?: number
}

export interface Dialect {
  identifier(name: string): string
  placeholder(index: number, parameter: Parameter): string
  /** A relation with the columns of the table, or of its version, under their names. */
  relation(table: TableSpec, bounds: DayBounds | undefined, bind: Bind, version: number | undefined): string
  call(fn: FunctionName, args: string[]): string
  cast(sql: string, from: ValueType, to: ValueType): string
  inList(sql: string, values: readonly Literal[], type: ValueType, bind: Bind): string
  /** Start of the bucket on the local clock of `zone`, a placeholder; undefined is UTC. */
  timeBucket(sql: string, unit: TimeUnit, count: number, zone: string | undefined, bind: Bind): string
  datePart(sql: string, part: DatePart, zone: string | undefined): string
  aggregate(parts: AggregateParts): string
  /** NULL in place of a double that is not finite. */
  finite(sql: string): string
  /** False in place of an unknown condition. */
  known(sql: string): string
  /** The value, where a filter has left no NULL. */
  present(sql: string): string
  /** A SELECT of `columns` under their names, one row a key: the one greatest in `order`, NULL last. `where` may be empty. */
  latest(columns: NamedColumn[], from: string, where: string, keys: string[], order: string[]): string
  /** Left rows without a right one stay. `equal` is never empty. */
  asOfJoin(left: string, right: string, equal: string[], leftTime: string, rightTime: string): string
  /** The elements of a list; `of` is its text. */
  list(list: List, of: string): string
  /** True when the condition on `element`, a name, holds for one of the list; false for no list. */
  any(list: string, element: string, condition: string): string
  /** SELECT of `columns` of `from` and the element of `list` under `as`, once per element. */
  elements(columns: string, from: string, list: string, as: string): string
  /** SELECT of bound lists of one length side by side. */
  values(lists: { sql: string; as: string }[]): string
  /** `of` is longitude and latitude, or a shape. */
  relates(relation: string, of: string[], geometry: string, bind: Bind): string
  /** A column of the final answer, ready to become JSON. */
  output(sql: string, type: ValueType): string
}
