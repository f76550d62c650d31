import type { Row } from '../../engines/columnar/columnar.ts'
import type { Query } from '../../engines/columnar/query.ts'
import type { OutputColumn } from './output.ts'
import type { ParsedQuery } from './query-text.ts'

/** Runs a query of the engine; more rows than `maxRows` is its error. */
export type Ask = (query: Query, maxRows?: number) => Promise<Row[]>

export interface Plan {
  kind: 'rows' | 'groups'
  /** One page. Its columns are nameless: `columns` reads them. */
  query: Query
  /** One row with `n`: how many rows or groups there are in all. */
  total: Query
  columns: OutputColumn[]
  /** Asks what must be known first (clusters, hulls) and gives the plan to run instead of this one. */
  prepare?(ask: Ask): Promise<Plan>
}

export const page = ({ limit, offset }: ParsedQuery): Pick<Query, 'limit' | 'offset'> => ({
  ...(limit !== undefined && { limit }),
  ...(offset && { offset }),
})

export const countOf = (of: Query): Query => ({
  ...of,
  select: [{ as: 'n', value: { kind: 'aggregate', fn: 'count' } }],
})
