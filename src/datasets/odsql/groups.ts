/** Queries that summarise: keys, aggregates, and expressions over both. */
import type { Row } from '../../engines/columnar/columnar.ts'
import {
  type Aggregate,
  call,
  column,
  type Expression,
  type From,
  not,
  type Output,
  type Query,
} from '../../engines/columnar/query.ts'
import { columnsOf } from '../rules.ts'
import { type AggregateColumns, aggregateOf } from './aggregate.ts'
import { type Clusters, cellsQuery, clusterPoints, clusterSource, precisionFor } from './clusters.ts'
import { convexHulls, hullQuery } from './hulls.ts'
import { inClause, Malformed } from './malformed.ts'
import { hasAggregate, keyText, orderOf, type Ties } from './ordering.ts'
import { type OutputColumn, Outputs, type Showing, showValue } from './output.ts'
import { isPlaceNull, type Point } from './places.ts'
import { type Ask, countOf, type Plan, page } from './plan.ts'
import { print } from './print.ts'
import type { ParsedQuery } from './query-text.ts'
import { rangeKey } from './range.ts'
import { allOf } from './refine.ts'
import type { Relation } from './relation.ts'
import { meaningOf, momentScalar, takeArguments } from './scalar.ts'
import { findField, type Scope } from './scope.ts'
import type { GroupKey, Node } from './syntax.ts'
import { describe, type Scalar, type Value } from './value.ts'

interface Parts {
  query: ParsedQuery
  relation: Relation
  scope: Scope
  where: Expression[]
  clusters?: Clusters
  hulls?: Map<string, unknown>[]
}

interface Key {
  item: GroupKey
  text: string
  /** Of a row. */
  of: Expression
  /** Of a group, as the outer select sees it. */
  value: Value
}

/** Keys and aggregates are one select, what is made of them another around it: labels exist in the outermost only. */
export function groupPlan(parts: Parts): Plan {
  const { query, scope, relation } = parts
  const where = [...parts.where]
  let from: From = relation.from
  const keys: Key[] = []
  let cluster: { point: Point; zoom: number; radius: number } | undefined
  inClause('group_by', () => {
    for (const item of query.groupBy) {
      const as = `k${keys.length}`
      const add = (of: Expression, value: Value) => keys.push({ item, text: print(item.of), of, value })
      if (item.of.kind === 'call' && item.of.fn === 'geo_cluster') {
        if (cluster) throw new Malformed('geo_cluster() stands once.', item)
        cluster = clusterArguments(item.of, scope)
        add(column('__cluster'), { kind: 'cluster', index: column(as) })
        continue
      }
      const found = keyOf(item, scope)
      if (found.where) where.push(found.where)
      if (found.elements) from = elementsOf(from, where, found.elements, `__list${keys.length}`)
      const of = found.elements ? column(`__list${keys.length}`) : found.scalar.expression
      add(of, { ...found.scalar, expression: column(as) })
    }
  })
  if (cluster) {
    const { point } = cluster
    const filter = allOf([...where, not(isPlaceNull(point))])
    const source: Query = { from, ...(filter && { where: filter }) }
    const wanted = cluster
    if (!parts.clusters) return unprepared(parts, (ask) => findClusters(ask, source, wanted))
    from = clusterSource({ ...source, select: sourceColumns(relation, keys) }, point, parts.clusters)
    where.length = 0
  }

  const hulls: Point[] = []
  const inner = innerOutputs(keys, hulls)
  const filter = allOf(where)
  const groups = (): Query => ({
    from,
    ...(filter && { where: filter }),
    select: inner.list,
    groupBy: keys.map(({ of }) => of),
  })

  const outer: Scope = {
    ...scope,
    given: (node) => keyValue(node, keys, scope),
    aggregate: (node) => aggregateOf(node, scope, inner),
  }
  const showing: Showing = {
    zone: scope.zone,
    hull: (index, row) => parts.hulls?.[index]?.get(groupText(row, keys.length)) ?? null,
    cluster: (index) => parts.clusters?.centres[index] ?? null,
  }
  const outputs = new Outputs()
  const columns = selectGroups(query, keys, outer, outputs, showing)
  if (hulls.length > 0)
    for (const [i] of keys.entries()) outputs.list.push({ as: `:k${i}`, value: column(`k${i}`) })

  const labels = new Map(columns.filter((c) => c.item).map((c) => [c.column.label, c]))
  const ordering = orderOf(
    query.orderBy,
    {
      ...outer,
      given: (node) =>
        (node.kind === 'name' && !keys.some((key) => key.item.label === node.name)
          ? labels.get(node.name)?.value
          : undefined) ?? keyValue(node, keys, scope),
    },
    groupTies(keys),
    new Set([...labels].filter(([, c]) => c.item && hasAggregate(c.item)).map(([label]) => label)),
  )
  if (hulls.length > 0 && !parts.hulls)
    return unprepared(parts, async (ask) => ({
      hulls: await Promise.all(
        hulls.map(async (point) => {
          const asked = hullQuery(
            { from, ...(filter && { where: filter }) },
            point,
            keys.map(({ of }) => of),
          )
          return convexHulls(await ask(asked.query, asked.maxRows), (row) => groupText(row, keys.length))
        }),
      ),
    }))
  return {
    kind: 'groups',
    query: {
      from: { kind: 'query', query: groups() },
      select: outputs.list.length > 0 ? outputs.list : [{ as: ':n', value: column('n') }],
      orderBy: ordering,
      ...page(query),
    },
    total: countOf({ from: { kind: 'query', query: groups() } }),
    columns: columns.map(({ column: of }) => of),
  }
}

/** Text that tells groups apart, from a row with the keys as `:k0`, `:k1`… */
const groupText = (row: Row, count: number) =>
  JSON.stringify(Array.from({ length: count }, (_, i) => row[`:k${i}`] ?? null))

/** A plan that must be prepared: its query is not to be run. */
function unprepared(parts: Parts, find: (ask: Ask) => Promise<Partial<Parts>>): Plan {
  const prepare = async (ask: Ask): Promise<Plan> => {
    const next = groupPlan({ ...parts, ...(await find(ask)) })
    return next.prepare ? next.prepare(ask) : next
  }
  const nothing: Query = { from: parts.relation.from, limit: 0 }
  return { kind: 'groups', query: nothing, total: countOf(nothing), columns: [], prepare }
}

/** The inner select: keys first, then each aggregate once. */
function innerOutputs(keys: Key[], hulls: Point[]): AggregateColumns & { list: Output[] } {
  const list: Output[] = keys.map(({ of }, i) => ({ as: `k${i}`, value: of }))
  // Something must be selected where only keys are asked for nothing, and one row a group is what a count gives.
  if (keys.length === 0) list.push({ as: 'n', value: { kind: 'aggregate', fn: 'count' } })
  const known = new Map<string, Expression>()
  return {
    list,
    add(aggregate: Aggregate) {
      const text = JSON.stringify(aggregate)
      const expression = known.get(text) ?? column(`a${list.length}`)
      if (!known.has(text)) list.push({ as: `a${list.length}`, value: aggregate })
      known.set(text, expression)
      return expression
    },
    addHull: (of) => hulls.push(of) - 1,
  }
}

interface FoundKey {
  scalar: Scalar
  where?: Expression
  elements?: Value & { kind: 'list' }
}

/** Throws Malformed for what cannot be a key. */
function keyOf({ of }: GroupKey, scope: Scope): FoundKey {
  if (of.kind === 'call' && of.fn === 'range') {
    const { key, where } = rangeKey(of, scope)
    return { scalar: key, ...(where && { where }) }
  }
  const found = meaningOf(of, scope)
  if (found.kind === 'period') return { scalar: momentScalar(found.period.bounds('datetime').fromMs) }
  if (found.kind === 'list')
    return { scalar: { kind: 'scalar', type: found.type, expression: column('') }, elements: found }
  if (found.kind === 'point' || found.kind === 'shape')
    throw new Malformed(`${describe(found)} is no key: use geo_cluster().`, of, ['geo_cluster()'])
  if (found.kind !== 'scalar' || found.type === 'json' || found.type === 'file')
    throw new Malformed(`${describe(found)} is no key of groups.`, of)
  return { scalar: found }
}

/** Rows once per value of a list: each value is a key. */
function elementsOf(from: From, where: Expression[], { list }: Value & { kind: 'list' }, as: string): From {
  const filter = allOf(where.splice(0))
  return { kind: 'elements', query: { from, ...(filter && { where: filter }) }, list, as }
}

/** The group's value of an expression that is a key, or of a key's label. Throws Malformed for other fields. */
function keyValue(node: Node, keys: readonly Key[], scope: Scope): Value | undefined {
  const text = print(node)
  const key = keys.find((k) => k.text === text)
  if (key) return key.value
  if (node.kind !== 'name') return undefined
  const labelled = keys.find(({ item }) => item.isLabelled && item.label === node.name)
  if (labelled) return labelled.value
  const field = findField(scope.fields, node)
  const named = keys.find(({ item: { of } }) => of.kind === 'name' && findField(scope.fields, of) === field)
  if (named) return named.value
  throw new Malformed(`“${node.name}” is not in group_by: a group has many values of it.`, node, [
    'an aggregate',
  ])
}

interface GroupColumn {
  column: OutputColumn
  value: Value
  /** The expression it was selected as; undefined for a key that was not selected. */
  item?: Node
}

/** Keys that were not selected come first; `*` stands for all keys. */
function selectGroups(
  query: ParsedQuery,
  keys: readonly Key[],
  scope: Scope,
  outputs: Outputs,
  showing: Showing,
): GroupColumn[] {
  return inClause('select', () => {
    const columns: GroupColumn[] = []
    const isSelected = (key: Key) =>
      query.select.some((item) => item.kind === 'expression' && selects(item.of, key, scope))
    for (const key of keys)
      if (!isSelected(key))
        columns.push({
          column: showValue(key.value, key.item.label, outputs, showing, key.item),
          value: key.value,
        })
    for (const item of query.select) {
      if (item.kind === 'all') continue
      if (item.kind === 'pattern') throw new Malformed('groups have no fields to include or exclude.', item)
      const key = item.isLabelled ? undefined : keys.find((k) => selects(item.of, k, scope))
      const value = meaningOf(item.of, scope)
      const label = key?.item.label ?? item.label
      if (columns.some((c) => c.column.label === label))
        throw new Malformed(`two columns would be called “${label}”.`, item, ['as'])
      columns.push({ column: showValue(value, label, outputs, showing, item), value, item: item.of })
    }
    return columns
  })
}

const selects = (node: Node, key: Key, scope: Scope): boolean =>
  print(node) === key.text || (node.kind === 'name' && keyNamed(node, key, scope))

function keyNamed(node: Node & { kind: 'name' }, { item }: Key, scope: Scope): boolean {
  if (item.isLabelled && item.label === node.name) return true
  const { of } = item
  return of.kind === 'name' && findField(scope.fields, of) === scope.fields.find((f) => f.name === node.name)
}

function groupTies(keys: readonly Key[]): Ties {
  const of = keys.map((_, i) => column(`k${i}`))
  return {
    of,
    text() {
      const texts = keys.map(({ value }, i) =>
        keyText(value.kind === 'scalar' ? value : { kind: 'scalar', type: 'integer', expression: of[i]! }),
      )
      return call('concat', ...texts, { kind: 'value', value: '' })
    },
  }
}

const maxRadius = 1_000

function clusterArguments(node: Node & { kind: 'call' }, scope: Scope) {
  const [of, zoom, radius] = takeArguments(node, 2, 3) as [Node, Node, Node | undefined]
  const point = meaningOf(of, scope)
  if (point.kind !== 'point')
    throw new Malformed(`geo_cluster() needs a field of points, not ${describe(point)}.`, of, ['a point'])
  const whole = (arg: Node, least: number, most: number) => {
    if (arg.kind === 'number' && Number.isInteger(arg.value) && arg.value >= least && arg.value <= most)
      return arg.value
    throw new Malformed(`a whole number from ${least} to ${most} is expected.`, arg, [`${least} to ${most}`])
  }
  return { point, zoom: whole(zoom, 0, 25), radius: radius ? whole(radius, 1, maxRadius) : 40 }
}

/** Cells with their counts and centroids; coarser ones while there are too many. */
async function findClusters(
  ask: Ask,
  source: Query,
  { point, zoom, radius }: { point: Point; zoom: number; radius: number },
): Promise<Partial<Parts>> {
  let precision = precisionFor(zoom, radius)
  for (;;) {
    const { query, maxCells } = cellsQuery(source, point, precision)
    const cells = await ask(query)
    if (cells.length <= maxCells || precision === 1)
      return { clusters: clusterPoints(cells, precision, zoom, radius) }
    precision--
  }
}

/** Columns the groups may need: those of the visible fields, and the elements that keys took out of lists. */
const sourceColumns = ({ fields }: Relation, keys: readonly Key[]): Output[] =>
  [
    ...new Set([
      ...fields.flatMap(columnsOf).map(({ name }) => name),
      ...keys.flatMap(({ of }) => (of.kind === 'column' && of.name.startsWith('__list') ? [of.name] : [])),
    ]),
  ].map((name) => ({ as: name, value: column(name) }))
