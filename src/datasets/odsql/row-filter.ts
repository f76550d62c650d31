/** A query on rows as they come: what a live stream sends. */
import type { Row } from '../../engines/columnar/columnar.ts'
import { compile, compilePredicate, toCell } from '../../engines/columnar/evaluate.ts'
import { columnValueType, type TypeScope, typeOf, type ValueType } from '../../engines/columnar/typing.ts'
import { columnsOf } from '../rules.ts'
import { inClause, Malformed } from './malformed.ts'
import { hasAggregate } from './ordering.ts'
import { type OutputColumn, Outputs } from './output.ts'
import { type ParsedQuery, readingOf } from './query-text.ts'
import { allOf, filterOf } from './refine.ts'
import type { Relation } from './relation.ts'
import type { Scope } from './scope.ts'
import { selectRows } from './selection.ts'

export interface RowFilter {
  columns: OutputColumn[]
  /** Cells are as `Columnar.query` gives them, under the names of the columns. */
  passes(row: Row): boolean
  /** The row as an answer shows it. */
  read(row: Row): Record<string, unknown>
}

/** The same conditions and expressions as on the engine, in memory. Throws `odsql_error`, also for groups and orders. */
export function rowFilter(query: ParsedQuery, { fields }: Pick<Relation, 'fields'>, now: Date): RowFilter {
  const scope: Scope = { fields, ...readingOf(query, now) }
  for (const [clause, items] of [
    ['group_by', query.groupBy],
    ['order_by', query.orderBy],
  ] as const)
    if (items[0])
      inClause(clause, () => {
        throw new Malformed('a stream has no end to group or sort.', items[0]!)
      })
  inClause('select', () => {
    for (const item of query.select)
      if (item.kind === 'expression' && hasAggregate(item.of))
        throw new Malformed('a stream has no end to summarise.', item)
  })
  const types = new Map<string, ValueType>(
    fields.flatMap(columnsOf).map(({ name, type }) => [name, columnValueType(type)]),
  )
  const typeScope: TypeScope = (name) => types.get(name)
  const where = allOf(filterOf(query, scope))
  const outputs = new Outputs()
  const columns = selectRows(query.select, scope, outputs, { zone: scope.zone }).map(({ column }) => column)
  const cells = outputs.list.map(({ as, value }) => {
    if (value.kind === 'aggregate') throw new Error('an aggregate passed the check above')
    const type = typeOf(value, typeScope)
    const get = compile(value, typeScope)
    return { as, get: (row: Row) => toCell(get(row), type) }
  })
  return {
    columns,
    passes: where ? compilePredicate(where, typeScope) : () => true,
    read(row) {
      const computed: Row = {}
      for (const { as, get } of cells) computed[as] = get(row)
      return Object.fromEntries(columns.map((column) => [column.label, column.read(computed)]))
    },
  }
}
