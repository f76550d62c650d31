/** A query of the Explore API as queries of the engine, and the way back to JSON. */
import type { ColumnSpec } from '../../engines/columnar/columnar.ts'
import { checkSize } from '../../engines/columnar/emit/limits.ts'
import { call, column, type Query, value } from '../../engines/columnar/query.ts'
import { columnValueType } from '../../engines/columnar/typing.ts'
import { groupPlan } from './groups.ts'
import { inClause, Malformed } from './malformed.ts'
import { hasAggregate, keyText, orderOf, type Ties } from './ordering.ts'
import { Outputs } from './output.ts'
import { countOf, type Plan, page } from './plan.ts'
import { type ParsedQuery, readingOf } from './query-text.ts'
import { allOf, filterOf } from './refine.ts'
import type { Relation } from './relation.ts'
import type { Scope } from './scope.ts'
import { selectRows } from './selection.ts'
import type { Scalar } from './value.ts'

export interface PlanOptions {
  /** One instant for the whole request. */
  now: Date
  /** Without order_by: `total` (default) orders by row, `physical` leaves the engine's order (exports: first byte at once). */
  order?: 'total' | 'physical'
}

/**
 * Checks names and types against the relation's fields and compiles. Throws `odsql_error` (400). Literals are never part
 * of the SQL that comes of it, only parameters.
 */
export function planQuery(query: ParsedQuery, relation: Relation, options: PlanOptions): Plan {
  const scope = scopeOf(query, relation, options.now)
  const where = filterOf(query, scope)
  const isGrouped =
    query.groupBy.length > 0 ||
    query.select.some((item) => item.kind === 'expression' && hasAggregate(item.of))
  const plan = isGrouped
    ? groupPlan({ query, relation, scope, where })
    : rowPlan(query, relation, scope, allOf(where), options.order ?? 'total')
  inClause(query.where.length > 0 ? 'where' : 'select', () => {
    try {
      checkSize(plan.query)
    } catch {
      throw new Malformed('it asks for too much at once: fewer words, values or fields.', {
        start: 0,
        end: 0,
      })
    }
  })
  return plan
}

const scopeOf = (query: ParsedQuery, { fields, words }: Relation, now: Date): Scope => ({
  fields,
  ...readingOf(query, now),
  ...(words && { words }),
})

function rowPlan(
  query: ParsedQuery,
  relation: Relation,
  scope: Scope,
  where: Query['where'],
  order: 'total' | 'physical',
): Plan {
  const outputs = new Outputs()
  const selected = selectRows(query.select, scope, outputs, { zone: scope.zone })
  const ordered: Scope = {
    ...scope,
    given: (node) =>
      node.kind === 'name'
        ? selected.find((s) => s.isLabelled && s.column.label === node.name)?.value
        : undefined,
  }
  const ties = rowTies(relation)
  const isOrdered = query.orderBy.length > 0 || order === 'total'
  return {
    kind: 'rows',
    query: {
      from: relation.from,
      ...(where && { where }),
      select: outputs.list,
      ...(isOrdered && { orderBy: orderOf(query.orderBy, ordered, ties) }),
      ...page(query),
    },
    total: countOf({ from: relation.from, ...(where && { where }) }),
    columns: selected.map(({ column: of }) => of),
  }
}

function rowTies({ rowOrder }: Relation): Ties {
  return {
    of: rowOrder.map(({ name }) => column(name)),
    text: () =>
      call('concat', value(''), ...rowOrder.flatMap((of) => [value('|'), keyText(columnScalar(of))])),
  }
}

function columnScalar({ name, type }: ColumnSpec): Scalar {
  const physical = columnValueType(type)
  if (physical === 'null' || physical === 'real')
    return { kind: 'scalar', type: 'double', expression: column(name) }
  return { kind: 'scalar', type: physical === 'timestamp' ? 'datetime' : physical, expression: column(name) }
}
