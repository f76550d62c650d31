/** Filter, latest-by, grouping, order and limit: the stages of one SELECT. */
import { invalidInput } from '../../../errors.ts'
import type { Aggregate, Expression, Ordering, Output, Query } from '../query.ts'
import type { Label, Source } from './emit.ts'
import {
  type Emission,
  emitAggregate,
  emitCondition,
  emitValue,
  type Field,
  type Scope,
} from './expression.ts'

/** The text of the SELECT, its columns written by `label`. */
export function emitSelection(query: Query, source: Source, emission: Emission, label: Label): string {
  const { from, where, scope } = filtered(query, source, emission)
  const outputs: Output[] =
    query.select ?? [...scope.keys()].map((name) => ({ as: name, value: { kind: 'column', name } }))
  if (outputs.length === 0) throw invalidInput('A query selects nothing.')
  const isGrouped = query.groupBy !== undefined || outputs.some((o) => o.value.kind === 'aggregate')
  if (isGrouped) return emitGroups(query, outputs, from + where, scope, emission, label)
  if (query.having) throw invalidInput('“having” filters groups, and this query has none.')
  return emitRows(query, outputs, from + where, scope, emission, label)
}

/** Names of all columns in expressions: carrying the others through an aggregate costs. */
function namesIn(node: unknown, names = new Set<string>()): Set<string> {
  if (typeof node !== 'object' || node === null) return names
  const { kind, name } = node as { kind?: unknown; name?: unknown }
  if (kind === 'column' && typeof name === 'string') names.add(name)
  for (const child of Object.values(node)) namesIn(child, names)
  return names
}

/** The source after `where` and latest-by: text after FROM, the rest of the WHERE clause, the columns. */
function filtered(query: Query, source: Source, emission: Emission) {
  const where = query.where ? emitCondition(query.where, source.scope, emission) : ''
  if (!query.latestBy) return { from: source.sql, where: where && ` WHERE ${where}`, scope: source.scope }
  const { keys, by, tieBreak } = query.latestBy
  const sqlOf = (name: string) => {
    const field = source.scope.get(name)
    if (!field) throw invalidInput(`There is no column “${name}” for the latest row.`)
    return field.sql
  }
  const alias = emission.alias()
  const scope: Scope = new Map()
  const used = query.select && namesIn([query.select, query.groupBy, query.orderBy])
  const columns = [...source.scope]
    .filter(([name]) => !used || used.has(name))
    .map(([name, field], i) => {
      scope.set(name, { sql: `${alias}.__c${i}`, type: field.type })
      return { sql: field.sql, as: `__c${i}` }
    })
  if (columns.length === 0) columns.push({ sql: '1', as: '__c0' })
  const order = tieBreak === undefined ? [sqlOf(by)] : [sqlOf(by), sqlOf(tieBreak)]
  const latest = emission.dialect.latest(columns, source.sql, where, keys.map(sqlOf), order)
  return { from: `(${latest}) AS ${alias}`, where: '', scope }
}

function emitRows(
  query: Query,
  outputs: Output[],
  fromWhere: string,
  scope: Scope,
  emission: Emission,
  label: Label,
): string {
  const fields = outputs.map((o) => ({ name: o.as, ...emitValue(o.value as Expression, scope, emission) }))
  const named = outputScope(fields)
  const sortScope: Scope = query.distinct ? named : new Map([...scope, ...named])
  const sortFields = (query.orderBy ?? []).map((o) => emitValue(o.by, sortScope, emission))
  if (sortFields.length === 0 && !query.distinct)
    return `SELECT ${fields.map((f) => label(f.sql, f.name, f.type)).join(', ')} FROM ${fromWhere}${page(query)}`
  const alias = emission.alias()
  if (query.distinct) {
    const list = fields.map((f, i) => `${f.sql} AS __d${i}`).join(', ')
    const inner = `(SELECT DISTINCT ${list} FROM ${fromWhere}) AS ${alias}`
    const distinct = fields.map((f, i) => ({ ...f, sql: `${alias}.__d${i}` }))
    return emitOrdered(query, distinct, inner, emission, label)
  }
  const list = [
    ...fields.map((f, i) => `${f.sql} AS __f${i}`),
    ...sortFields.map((f, i) => `${f.sql} AS __s${i}`),
  ].join(', ')
  const shown = fields.map((f, i) => label(`${alias}.__f${i}`, f.name, f.type)).join(', ')
  const order = orderClause(query.orderBy, (i) => `${alias}.__s${i}`)
  return `SELECT ${shown} FROM (SELECT ${list} FROM ${fromWhere}) AS ${alias}${order}${page(query)}`
}

/** Keys and arguments are computed first, so that a key and the output that repeats it are one column. */
function emitGroups(
  query: Query,
  outputs: Output[],
  fromWhere: string,
  scope: Scope,
  emission: Emission,
  label: Label,
): string {
  const below: string[] = []
  const alias = emission.alias()
  const add = (field: Field) => {
    const known = below.indexOf(field.sql)
    return `${alias}.__g${known >= 0 ? known : below.push(field.sql) - 1}`
  }
  const keys = (query.groupBy ?? []).map((key) => {
    const field = emitValue(key, scope, emission)
    below.push(field.sql)
    return { text: JSON.stringify(key), sql: `${alias}.__g${below.length - 1}`, type: field.type }
  })
  const fields = outputs.map(({ as, value }) => ({ name: as, ...emitOutput(value) }))
  function emitOutput(value: Expression | Aggregate): Field {
    if (value.kind === 'aggregate') return emitAggregate(value, scope, emission, add)
    const key = keys.find((k) => k.text === JSON.stringify(value))
    if (key) return { sql: key.sql, type: key.type }
    if (value.kind === 'value') return emitValue(value, scope, emission)
    throw invalidInput('An output of a grouped query is a group or an aggregate.')
  }
  const list = below.length > 0 ? below.map((sql, i) => `${sql} AS __g${i}`).join(', ') : '1 AS __g0'
  const group = keys.length > 0 ? ` GROUP BY ${keys.map((key) => key.sql).join(', ')}` : ''
  const inner = `(SELECT ${list} FROM ${fromWhere}) AS ${alias}${group}`
  // Any GROUP BY () needs one row over nothing; a key makes it none: both are what SQL does by itself.
  if (keys.length === 0 && !outputs.some((o) => o.value.kind === 'aggregate'))
    throw invalidInput('A query grouped by nothing needs an aggregate.')
  if (!query.having && !query.orderBy?.length && !query.distinct)
    return `SELECT ${fields.map((f) => label(f.sql, f.name, f.type)).join(', ')} FROM ${inner}${page(query)}`
  const outer = emission.alias()
  const groups = fields.map((f, i) => `${f.sql} AS __h${i}`).join(', ')
  const distinct = query.distinct ? 'DISTINCT ' : ''
  const result = fields.map((f, i) => ({ ...f, sql: `${outer}.__h${i}` }))
  const having = query.having ? ` WHERE ${emitCondition(query.having, outputScope(result), emission)}` : ''
  return emitOrdered(
    query,
    result,
    `(SELECT ${distinct}${groups} FROM ${inner}) AS ${outer}${having}`,
    emission,
    label,
  )
}

interface NamedField extends Field {
  name: string
}
const outputScope = (fields: NamedField[]): Scope =>
  new Map(fields.map(({ name, sql, type }) => [name, { sql, type }]))

function emitOrdered(
  query: Query,
  fields: NamedField[],
  from: string,
  emission: Emission,
  label: Label,
): string {
  const scope = outputScope(fields)
  const sorts = (query.orderBy ?? []).map((o) => emitValue(o.by, scope, emission).sql)
  const shown = fields.map((f) => label(f.sql, f.name, f.type)).join(', ')
  return `SELECT ${shown} FROM ${from}${orderClause(query.orderBy, (i) => sorts[i]!)}${page(query)}`
}

const orderClause = (orderBy: Ordering[] | undefined, sql: (i: number) => string) =>
  orderBy?.length
    ? ` ORDER BY ${orderBy.map((o, i) => `${sql(i)} ${o.descending ? 'DESC' : 'ASC'} NULLS LAST`).join(', ')}`
    : ''

function page({ limit, offset }: Query): string {
  const whole = (name: string, n: number) => {
    if (!Number.isSafeInteger(n) || n < 0) throw invalidInput(`“${name}” is a whole number.`)
    return n
  }
  const limited = limit === undefined ? '' : ` LIMIT ${whole('limit', limit)}`
  return limited + (offset ? ` OFFSET ${whole('offset', offset)}` : '')
}
