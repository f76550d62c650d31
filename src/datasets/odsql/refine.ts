/** refine and exclude: values of facets as conditions. */
import { and, call, column, type Expression, not, or, value } from '../../engines/columnar/query.ts'
import { columnName } from '../rules.ts'
import type { DatasetField } from '../schema.ts'
import { conditionOf } from './condition.ts'
import { readDate } from './instants.ts'
import { inClause, Malformed } from './malformed.ts'
import type { ParsedQuery } from './query-text.ts'
import { fieldValue, findField, type Scope } from './scope.ts'
import type { FacetChoice, FacetRequest, Node } from './syntax.ts'
import { describe, isDate } from './value.ts'

/** How a field is counted and refined: its annotations, unless the request says otherwise. */
export interface FacetField {
  field: DatasetField
  isDisjunctive: boolean
  /** What parts the levels of a value; dates have theirs. */
  separator: string | undefined
}

/** Throws Malformed for an unknown field and one that cannot be counted by value. */
export function facetField(request: FacetRequest | FacetChoice, scope: Scope): FacetField {
  const field = findField(scope.fields, { kind: 'name', ...request })
  const found = fieldValue(field)
  const isCountable = found.kind === 'list' || (found.kind === 'scalar' && !/^(json|file)$/.test(found.type))
  if (!isCountable) throw new Malformed(`${describe(found)} has no values to choose from.`, request)
  const asked: Partial<FacetRequest> = request
  const own = field.annotations?.hierarchical
  const separator = asked.separator ?? own ?? '/'
  return {
    field,
    isDisjunctive: asked.disjunctive ?? field.annotations?.disjunctive ?? false,
    separator: (asked.hierarchical ?? own !== undefined) ? separator : undefined,
  }
}

/** Rows that have the value; where values have levels, also rows below it. Throws Malformed. */
export function choiceCondition(
  choice: FacetChoice,
  { field, separator }: FacetField,
  scope: Scope,
): Expression {
  const found = fieldValue(field)
  const { value: text } = choice
  if (found.kind === 'scalar' && isDate(found)) {
    const period = readDate(text.replaceAll('/', '-'), scope.zone)
    if (!period)
      throw new Malformed(`“${text.slice(0, 40)}” is no date.`, choice, ['2019', '2019/12', '2019/12/31'])
  }
  const has = (of: Node): Expression => conditionOf(of, scope)
  const span = { start: choice.start, end: choice.end }
  const name: Node = { kind: 'name', name: field.name, ...span }
  const type = found.kind === 'list' || found.kind === 'scalar' ? found.type : 'text'
  if (type === 'boolean') {
    if (!/^(true|false)$/i.test(text)) throw new Malformed('it is true or false.', choice, ['true', 'false'])
    const wanted: Node = { kind: 'boolean', value: /^true$/i.test(text), ...span }
    return has(
      found.kind === 'list'
        ? { kind: 'in-field', value: wanted, of: name, ...span }
        : { kind: 'compare', operator: '=', left: name, right: wanted, ...span },
    )
  }
  const equal = has({
    kind: 'compare',
    operator: '=',
    left: name,
    right: { kind: 'text', value: text, ...span },
    ...span,
  })
  if (separator === undefined || type !== 'text') return equal
  const below = value(`${text}${separator}`)
  if (found.kind !== 'list') return or(equal, call('starts-with', column(columnName(field.name)), below))
  const element = call('starts-with', column('__element'), below)
  return or(equal, { kind: 'any', list: found.list, as: '__element', where: element })
}

/**
 * All conditions of a query: where, refine and exclude. Values of one disjunctive field are ORed, all else is ANDed.
 * `but` leaves out the refinements of one field, as its own facet must.
 */
export function filterOf(
  query: ParsedQuery,
  scope: Scope,
  but?: string,
  facets: FacetRequest[] = [],
): Expression[] {
  const conditions = query.where.map((where) => inClause('where', () => conditionOf(where, scope)))
  const fieldOf = (choice: FacetChoice) => {
    const known = facetField(choice, scope)
    const asked = facets.find(({ name }) => name === known.field.name)
    return asked ? facetField(asked, scope) : known
  }
  const refined = new Map<string, { isDisjunctive: boolean; of: Expression[] }>()
  for (const choice of query.refine)
    inClause('refine', () => {
      const facet = fieldOf(choice)
      const condition = choiceCondition(choice, facet, scope)
      const { name } = facet.field
      const known = refined.get(name) ?? { isDisjunctive: facet.isDisjunctive, of: [] }
      known.of.push(condition)
      refined.set(name, known)
    })
  for (const [name, { isDisjunctive, of }] of refined)
    if (!(isDisjunctive && name === but)) conditions.push(isDisjunctive ? or(...of) : and(...of))
  for (const choice of query.exclude)
    conditions.push(inClause('exclude', () => not(choiceCondition(choice, fieldOf(choice), scope))))
  return conditions
}

export const allOf = (conditions: Expression[]): Expression | undefined =>
  conditions.length > 1 ? and(...conditions) : conditions[0]
