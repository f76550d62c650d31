/** Whole queries over rows in memory, the plain way: for small tables and for checking the engines. */
import { invalidInput, notFound } from '../../errors.ts'
import type { Row, TableSpec } from './columnar.ts'
import {
  compareValues,
  compile,
  compileList,
  compilePredicate,
  toCell,
  toValue,
  type Value,
} from './evaluate.ts'
import { aggregateValues } from './evaluate-aggregate.ts'
import type { Aggregate, Expression, From, Join, Query } from './query.ts'
import {
  commonType,
  elementType,
  type TypeScope,
  tableScope,
  typeOf,
  typeOfAggregate,
  type ValueType,
} from './typing.ts'

export interface MemoryTable {
  spec: TableSpec
  rows: readonly Row[]
}
type Tables = (name: string) => MemoryTable | undefined

interface Relation {
  types: Map<string, ValueType>
  rows: readonly Row[]
}

/** The rows `Columnar.query` would give. Throws `invalid_input` where it would. */
export const evaluateQuery = (query: Query, tables: Tables): Row[] => [...evaluate(query, tables).rows]

const scopeOf =
  (relation: Relation): TypeScope =>
  (name) =>
    relation.types.get(name)

function source(from: From, tables: Tables): Relation {
  if (from.kind === 'query') return evaluate(from.query, tables)
  if (from.kind === 'union') {
    const parts = from.of.map((query) => evaluate(query, tables))
    const names = [...parts[0]!.types.keys()]
    const types = names.map((name, i) =>
      parts
        .map((part) => [...part.types.values()][i]!)
        .reduce((a, b) => commonType(a, b)!, parts[0]!.types.get(name)!),
    )
    const rows = parts.flatMap((part) => {
      const own = [...part.types.keys()]
      return part.rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[own[i]!]!])))
    })
    return { types: new Map(names.map((name, i) => [name, types[i]!])), rows }
  }
  if (from.kind === 'elements') {
    const { types, rows } = evaluate(from.query, tables)
    const scope: TypeScope = (name) => types.get(name)
    const elements = compileList(from.list, scope)
    const type = elementType(from.list, scope)
    return {
      types: new Map(types).set(from.as, type),
      rows: rows.flatMap((row) =>
        elements(row).map((element) => ({ ...row, [from.as]: toCell(element, type) })),
      ),
    }
  }
  if (from.kind === 'values') {
    const { columns } = from
    const rows = (columns[0]?.values ?? []).map((_, i) =>
      Object.fromEntries(columns.map(({ name, values }) => [name, values[i]!])),
    )
    return { types: new Map(columns.map(({ name, type }) => [name, type])), rows }
  }
  const table = tables(from.table)
  if (!table) throw notFound('table', from.table)
  const type = tableScope(table.spec)
  return { types: new Map(table.spec.columns.map(({ name }) => [name, type(name)!])), rows: table.rows }
}

function join(left: Relation, spec: Join, tables: Tables): Relation {
  const right = source(spec.from, tables)
  const types = new Map(left.types)
  for (const { column, as } of spec.take) types.set(as, right.types.get(column)!)
  const get = (relation: Relation, row: Row, name: string) => toValue(row[name], relation.types.get(name)!)
  const matches = (l: Row, r: Row) =>
    spec.on.every(([a, b]) => {
      const [x, y] = [get(left, l, a), get(right, r, b)]
      return x !== null && y !== null && compareValues(x, y) === 0
    })
  const rows: Row[] = []
  for (const l of left.rows) {
    let found = right.rows.filter((r) => matches(l, r))
    if (spec.kind === 'as-of') {
      const [lt, rt] = spec.time!
      const at = get(left, l, lt)
      const before = found.filter((r) => {
        const time = get(right, r, rt)
        return at !== null && time !== null && compareValues(time, at) <= 0
      })
      const keys = spec.tieBreak === undefined ? [rt] : [rt, spec.tieBreak]
      found = before
        .sort((a, b) =>
          compareLatest(
            keys.map((k) => get(right, a, k)),
            keys.map((k) => get(right, b, k)),
          ),
        )
        .slice(0, 1)
    }
    const taken: (Row | undefined)[] = found.length > 0 || spec.kind === 'inner' ? found : [undefined]
    for (const r of taken) {
      const row = { ...l }
      for (const { column, as } of spec.take) row[as] = r?.[column] ?? null
      rows.push(row)
    }
  }
  return { types, rows }
}

/** Greatest first, NULL last. */
function compareLatest(a: Value[], b: Value[]): number {
  for (const [i, x] of a.entries()) {
    const order = compareSorted(x, b[i]!, true)
    if (order !== 0) return order
  }
  return 0
}

function compareSorted(a: Value, b: Value, descending: boolean): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0)
  return descending ? compareValues(b, a) : compareValues(a, b)
}

function evaluate(query: Query, tables: Tables): Relation {
  let input = source(query.from, tables)
  if (query.join) input = join(input, query.join, tables)
  if (query.where) {
    const passes = compilePredicate(query.where, scopeOf(input))
    input = { ...input, rows: input.rows.filter(passes) }
  }
  if (query.latestBy) input = { ...input, rows: latest(input, query.latestBy) }
  const outputs =
    query.select ??
    [...input.types.keys()].map((name) => ({ as: name, value: { kind: 'column', name } as Expression }))
  const isGrouped = query.groupBy !== undefined || outputs.some((o) => o.value.kind === 'aggregate')
  let result = isGrouped
    ? group(input, outputs, query.groupBy ?? [])
    : project(input, outputs as { as: string; value: Expression }[])
  if (query.having) {
    const passes = compilePredicate(query.having, scopeOf(result))
    result = { ...result, rows: result.rows.filter(passes) }
  }
  if (query.distinct) {
    const seen = new Set<string>()
    result = { ...result, rows: result.rows.filter((row) => seen.size < seen.add(JSON.stringify(row)).size) }
  }
  let rows = [...result.rows]
  if (query.orderBy?.length) {
    const isJoined = isGrouped || query.distinct
    const sources = new Map(rows.map((row, i) => [row, isJoined ? row : { ...input.rows[i]!, ...row }]))
    const types = isJoined ? result.types : new Map([...input.types, ...result.types])
    const keys = query.orderBy.map((o) => ({
      get: compile(o.by, (name) => types.get(name)),
      descending: o.descending ?? false,
    }))
    const valued = rows.map((row) => ({ row, values: keys.map((k) => k.get(sources.get(row)!)) }))
    valued.sort((a, b) => {
      for (const [i, key] of keys.entries()) {
        const order = compareSorted(a.values[i]!, b.values[i]!, key.descending)
        if (order !== 0) return order
      }
      return 0
    })
    rows = valued.map(({ row }) => row)
  }
  const offset = query.offset ?? 0
  rows = rows.slice(offset, query.limit === undefined ? undefined : offset + query.limit)
  return { types: result.types, rows }
}

function latest(input: Relation, { keys, by, tieBreak }: NonNullable<Query['latestBy']>): Row[] {
  const get = (row: Row, name: string) => toValue(row[name], input.types.get(name)!)
  const order = tieBreak === undefined ? [by] : [by, tieBreak]
  const best = new Map<string, Row>()
  for (const row of input.rows) {
    const key = JSON.stringify(keys.map((name) => get(row, name)))
    const known = best.get(key)
    if (
      !known ||
      compareLatest(
        order.map((o) => get(row, o)),
        order.map((o) => get(known, o)),
      ) < 0
    )
      best.set(key, row)
  }
  return [...best.values()]
}

function project(input: Relation, outputs: { as: string; value: Expression }[]): Relation {
  const scope = scopeOf(input)
  const columns = outputs.map(({ as, value }) => ({
    as,
    type: typeOf(value, scope),
    get: compile(value, scope),
  }))
  return {
    types: new Map(columns.map(({ as, type }) => [as, type])),
    rows: input.rows.map((row) => Object.fromEntries(columns.map((c) => [c.as, toCell(c.get(row), c.type)]))),
  }
}

function group(
  input: Relation,
  outputs: { as: string; value: Expression | Aggregate }[],
  groupBy: Expression[],
): Relation {
  const scope = scopeOf(input)
  const keys = groupBy.map((key) => compile(key, scope))
  const groups = new Map<string, Row[]>()
  if (keys.length === 0) groups.set('[]', [])
  for (const row of input.rows) {
    const key = JSON.stringify(keys.map((get) => get(row)))
    const rows = groups.get(key)
    if (rows) rows.push(row)
    else groups.set(key, [row])
  }
  const types = new Map<string, ValueType>()
  for (const { as, value } of outputs)
    types.set(as, value.kind === 'aggregate' ? typeOfAggregate(value, scope) : typeOf(value, scope))
  const rows = [...groups.values()].map((members) => {
    const row: Row = {}
    for (const { as, value } of outputs) {
      if (value.kind === 'aggregate') row[as] = toCell(aggregateValues(value, members, scope), types.get(as)!)
      else if (value.kind === 'value' || groupBy.some((key) => JSON.stringify(key) === JSON.stringify(value)))
        row[as] = toCell(compile(value, scope)(members[0] ?? {}), types.get(as)!)
      else throw invalidInput('An output of a grouped query is a group or an aggregate.')
    }
    return row
  })
  return { types, rows }
}
