/** Facets: the values of fields with their counts, under the filters of the query. */
import type { Cell, Row } from '../../engines/columnar/columnar.ts'
import { compareText } from '../../engines/columnar/evaluate.ts'
import { call, column, type Expression, not, type Query, value } from '../../engines/columnar/query.ts'
import type { DatasetField } from '../schema.ts'
import { limits } from './limits.ts'
import { inClause } from './malformed.ts'
import { narrowed } from './narrowed.ts'
import type { Ask } from './plan.ts'
import { type ParsedQuery, readingOf } from './query-text.ts'
import { allOf, type FacetField, facetField, filterOf } from './refine.ts'
import type { Relation } from './relation.ts'
import { fieldValue, findField, type Scope } from './scope.ts'
import type { FacetRequest, FacetSort } from './syntax.ts'
import { isDate } from './value.ts'

export interface FacetValue {
  /** The last part of `value`. */
  name: string
  /** What refine takes: the whole path. */
  value: string
  /** Absent for an excluded value. */
  count?: number
  state: 'displayed' | 'refined' | 'excluded'
  /** The level below, after refining. */
  facets?: FacetValue[]
}

export interface Facet {
  name: string
  facets: FacetValue[]
}

export interface FacetPlan {
  /** One, unless a long filter repeated for every facet would be too much for one. */
  queries: Query[]
  /** From the rows of all queries. */
  read(rows: readonly Row[]): Facet[]
}

/** Values fetched for a facet whose levels are counted here; plain ones are cut to their limit by the engine. */
const maxLeaves = 20_000
const defaultLimit = 100

interface Wanted extends FacetField {
  request: FacetRequest
  refined: string[]
  excluded: string[]
  /** Values have levels: a date has year, month and day. */
  levels: string | undefined
  kind: 'text' | 'number' | 'boolean'
}

/**
 * Counts of all facets asked for; without any, of the fields annotated `facet`. Undefined when there is none. Throws
 * `odsql_error`.
 */
export function planFacets(query: ParsedQuery, relation: Relation, now: Date): FacetPlan | undefined {
  const { fields, words } = relation
  const scope: Scope = { fields, ...readingOf(query, now), ...(words && { words }) }
  const requests = requestsOf(query, relation)
  const wanted = inClause('facet', () => requests.map((request) => wantedOf(request, query, scope)))
  if (wanted.length === 0) return undefined
  const parts = wanted.map((facet, i) => countsOf(facet, i, query, relation, scope, requests))
  return {
    queries: unions(parts),
    read: (rows) =>
      wanted.map((facet, i) => ({
        name: facet.field.name,
        facets: tree(
          facet,
          leavesOf(
            facet,
            rows.filter((row) => row.facet === i),
          ),
        ),
      })),
  }
}

export async function runFacets(plan: FacetPlan | undefined, ask: Ask): Promise<Facet[]> {
  const rows: Row[] = []
  for (const query of plan?.queries ?? []) rows.push(...(await ask(query, limits.facets * maxLeaves)))
  return plan?.read(rows) ?? []
}

/** Parts of one union: about half of what an engine accepts. */
const unionNodes = 2_500

function unions(parts: readonly Query[]): Query[] {
  const groups: Query[][] = []
  let nodes = Number.POSITIVE_INFINITY
  for (const part of parts) {
    const own = JSON.stringify(part).split(/[{[]/).length
    if (nodes + own > unionNodes) groups.push([])
    nodes = groups.at(-1)!.length === 0 ? own : nodes + own
    groups.at(-1)!.push(part)
  }
  return groups.map((of) => ({ from: { kind: 'union', of } }))
}

const requestsOf = (query: ParsedQuery, { fields }: Relation): FacetRequest[] =>
  query.facets.length > 0
    ? query.facets
    : fields
        .filter(({ annotations }) => annotations?.facet)
        .slice(0, limits.facets)
        .map(({ name }) => ({ name, start: 0, end: 0 }))

function wantedOf(request: FacetRequest, query: ParsedQuery, scope: Scope): Wanted {
  const facet = facetField(request, scope)
  const { field } = facet
  const found = fieldValue(field)
  const isMine = ({ name, start, end }: { name: string; start: number; end: number }) =>
    findField(scope.fields, { kind: 'name', name, start, end }) === field
  const type = found.kind === 'list' || found.kind === 'scalar' ? found.type : 'text'
  const isTemporal = found.kind === 'scalar' && isDate(found)
  return {
    ...facet,
    request,
    refined: query.refine.filter(isMine).map((choice) => choice.value),
    excluded: query.exclude.filter(isMine).map((choice) => choice.value),
    levels: isTemporal ? '/' : type === 'text' ? facet.separator : undefined,
    kind: type === 'boolean' ? 'boolean' : type === 'integer' || type === 'double' ? 'number' : 'text',
  }
}

/** SELECT facet, text, number, count: the values of one facet. */
function countsOf(
  facet: Wanted,
  index: number,
  query: ParsedQuery,
  relation: Relation,
  scope: Scope,
  requests: FacetRequest[],
): Query {
  const { field } = facet
  const where = filterOf(query, scope, field.name, requests)
  const key = keyOf(field, scope)
  const none: Expression = { kind: 'value', value: null }
  const found = fieldValue(field)
  const filter = allOf(where)
  const from = narrowed(relation.from, [filter, key, found])
  const source: Query = { from, ...(filter && { where: filter }) }
  const inner: Query = {
    ...(found.kind === 'list'
      ? { from: { kind: 'elements', query: source, list: found.list, as: '__value' } }
      : source),
    select: [
      { as: 'value', value: key },
      { as: 'count', value: { kind: 'aggregate', fn: 'count' } },
    ],
    groupBy: [key],
  }
  const shown = shownKey(field, scope)
  const numeric =
    facet.kind === 'boolean' ? call('if', shown, value(1), value(0)) : call('+', shown, value(0))
  return {
    from: { kind: 'query', query: inner },
    where: not(call('is-null', shown)),
    select: [
      { as: 'facet', value: value(index) },
      { as: 'text', value: facet.kind === 'text' ? shown : none },
      { as: 'number', value: facet.kind === 'text' ? none : numeric },
      { as: 'count', value: column('count') },
    ],
    orderBy: orderOf(facet, shown),
    limit:
      facet.levels === undefined ? (facet.request.limit ?? defaultLimit) + facet.excluded.length : maxLeaves,
  }
}

/** What rows are grouped by: dates by day, which leaves few of them to be written out. */
function keyOf(field: DatasetField, scope: Scope): Expression {
  const found = fieldValue(field)
  if (found.kind === 'list') return column('__value')
  if (found.kind !== 'scalar') return value(null)
  if (found.type !== 'datetime') return found.expression
  return { kind: 'time-bucket', of: found.expression, unit: 'day', count: 1, zone: scope.zone }
}

/** The value of a group; dates as year/month/day on the clock of the zone. */
function shownKey(field: DatasetField, scope: Scope): Expression {
  const found = fieldValue(field)
  const key = column('value')
  if (found.kind !== 'scalar' || !isDate(found)) return key
  const zone = found.type === 'datetime' ? scope.zone : undefined
  const digits = (part: 'year' | 'month' | 'day', width: number) =>
    call('digits', { kind: 'date-part', of: key, part, ...(zone && { zone }) }, value(width))
  return call('concat', digits('year', 4), value('/'), digits('month', 2), value('/'), digits('day', 2))
}

const sortOf = ({ request, levels, field }: Wanted): FacetSort =>
  request.sort ??
  (levels !== undefined && (field.type === 'date' || field.type === 'timestamp') ? '-alphanum' : '-count')

function orderOf(facet: Wanted, shown: Expression): Query['orderBy'] {
  const sort = sortOf(facet)
  const descending = sort.startsWith('-')
  if (sort.endsWith('count')) return [{ by: column('count'), descending }, { by: shown }]
  return [{ by: shown, descending }]
}

interface Leaf {
  value: string
  order: Cell
  count: number
}

function leavesOf({ kind }: Wanted, rows: readonly Row[]): Leaf[] {
  return rows.map((row) => {
    const order = kind === 'text' ? row.text! : row.number!
    return {
      value: kind === 'boolean' ? String(order === 1) : String(order),
      order,
      count: Number(row.count),
    }
  })
}

/** The first level, and below each refined value the next. */
function tree(facet: Wanted, leaves: Leaf[]): FacetValue[] {
  const limit = facet.request.limit ?? defaultLimit
  const { levels } = facet
  if (levels === undefined) return cut(facet, sorted(facet, leaves), limit, (leaf) => leaf.value)
  const level = (under: string, of: readonly Leaf[]): FacetValue[] => {
    const counts = new Map<string, Leaf>()
    for (const leaf of of) {
      const end = leaf.value.indexOf(levels, under.length)
      const path = end < 0 ? leaf.value : leaf.value.slice(0, end)
      const known = counts.get(path)
      if (known) known.count += leaf.count
      else counts.set(path, { value: path, order: path, count: leaf.count })
    }
    const values = cut(facet, sorted(facet, [...counts.values()]), limit, (leaf) =>
      leaf.value.slice(under.length),
    )
    for (const found of values) {
      const isOpen = facet.refined.some(
        (path) => path === found.value || path.startsWith(found.value + levels),
      )
      const below = of.filter(({ value: path }) => path.startsWith(found.value + levels))
      if (isOpen && below.length > 0) found.facets = level(found.value + levels, below)
    }
    return values
  }
  return level('', leaves)
}

/** A union keeps no order of its parts. */
function sorted(facet: Wanted, leaves: Leaf[]): Leaf[] {
  const sort = sortOf(facet)
  const sign = sort.startsWith('-') ? -1 : 1
  const byValue = (a: Leaf, b: Leaf) =>
    typeof a.order === 'number' && typeof b.order === 'number'
      ? a.order - b.order
      : compareText(a.value, b.value)
  return leaves.sort((a, b) =>
    sort.endsWith('count') ? sign * (a.count - b.count) || byValue(a, b) : sign * byValue(a, b),
  )
}

/** Values with their state; excluded ones come last, without a count. */
function cut(
  facet: Wanted,
  leaves: readonly Leaf[],
  limit: number,
  nameOf: (leaf: Leaf) => string,
): FacetValue[] {
  const { refined, excluded, levels } = facet
  const isRefined = (path: string) =>
    refined.some((choice) => choice === path || (levels !== undefined && choice.startsWith(path + levels)))
  const shown = leaves
    .filter(({ value: path }) => !excluded.includes(path))
    .slice(0, limit)
    .map(
      (leaf): FacetValue => ({
        name: nameOf(leaf),
        value: leaf.value,
        count: leaf.count,
        state: isRefined(leaf.value) ? 'refined' : 'displayed',
      }),
    )
  const prefix = leaves[0] ? leaves[0].value.slice(0, leaves[0].value.length - nameOf(leaves[0]).length) : ''
  const hidden = excluded
    .filter(
      (path) =>
        levels === undefined || (path.startsWith(prefix) && !path.slice(prefix.length).includes(levels)),
    )
    .map((path): FacetValue => ({ name: path.slice(prefix.length), value: path, state: 'excluded' }))
  return [...shown, ...hidden]
}
