/** Expressions to SQL, over a scope of columns. */
import { invalidInput } from '../../../errors.ts'
import type { Aggregate, Expression, List, Query } from '../query.ts'
import {
  caseValues,
  comparedTypes,
  elementType,
  isComparison,
  type TypeScope,
  typeOf,
  typeOfAggregate,
  type ValueType,
} from '../typing.ts'
import type { Bind, Dialect } from './dialect.ts'
import type { Relation } from './emit.ts'
import { maxSqlLength } from './limits.ts'

export interface Field {
  sql: string
  type: ValueType
}
export type Scope = Map<string, Field>
export const fieldTypes =
  (scope: Scope): TypeScope =>
  (name) =>
    scope.get(name)?.type

export interface Emission {
  dialect: Dialect
  bind: Bind
  alias(): string
  subquery(query: Query): Relation
}

/**
 * SQL of a value where it is used: compared, grouped, sorted, shown. Conditions are true or false here, numbers
 * finite or NULL; inside arithmetic and inside `and`/`or` the raw form keeps indexes and zone maps usable.
 */
export function emitValue(expression: Expression, scope: Scope, emission: Emission): Field {
  const type = typeOf(expression, fieldTypes(scope))
  const sql = emitRaw(expression, scope, emission)
  if (sql.length > maxSqlLength) throw invalidInput('The query is too complex.')
  if (type === 'boolean' && isCondition(expression)) return { sql: emission.dialect.known(sql), type }
  if (type === 'double' && mayBeInfinite(expression)) return { sql: emission.dialect.finite(sql), type }
  return { sql, type }
}

/** SQL of a condition where unknown counts as false (WHERE, CASE WHEN). */
export const emitCondition = (expression: Expression, scope: Scope, emission: Emission): string => {
  const type = typeOf(expression, fieldTypes(scope))
  if (type !== 'boolean' && type !== 'null') throw invalidInput(`A condition is needed, not ${type}.`)
  return emitRaw(expression, scope, emission)
}

const isCondition = (e: Expression) => {
  if (e.kind === 'call') return isComparison(e.fn) || /^(contains|starts-with|ends-with)$/.test(e.fn)
  return (
    e.kind === 'and' ||
    e.kind === 'or' ||
    e.kind === 'in' ||
    e.kind === 'in-query' ||
    e.kind === 'any' ||
    e.kind === 'relates'
  )
}

/** Functions that can leave the finite numbers though their arguments are finite. */
const unbounded = new Set([
  '+',
  '-',
  '*',
  '/',
  'power',
  'exp',
  'ln',
  'sqrt',
  'tan',
  'asin',
  'acos',
  'degrees',
])
function mayBeInfinite(e: Expression): boolean {
  if (e.kind === 'grid') return true
  if (e.kind !== 'call') return false
  return unbounded.has(e.fn) || (e.fn !== 'coalesce' && e.args.some(mayBeInfinite))
}

function emitRaw(e: Expression, scope: Scope, emission: Emission): string {
  const { dialect, bind } = emission
  switch (e.kind) {
    case 'column':
      return scope.get(e.name)!.sql
    case 'value':
      return emitLiteral(e, typeOf(e, fieldTypes(scope)), emission)
    case 'and':
    case 'or': {
      if (e.of.length === 0) return e.kind === 'and' ? '(1 = 1)' : '(1 = 0)'
      return `(${e.of.map((part) => emitRaw(part, scope, emission)).join(e.kind === 'and' ? ' AND ' : ' OR ')})`
    }
    case 'not':
      return `(NOT ${dialect.known(emitRaw(e.of, scope, emission))})`
    case 'in': {
      // The same list where nothing is left out: it is bound once, however often the query holds it.
      const values = e.values.includes(null) ? e.values.filter((v) => v !== null) : e.values
      if (values.length === 0) return '(1 = 0)'
      const literals = values.map((v): Expression => ({ kind: 'value', value: v }))
      const type = comparedTypes([e.of, ...literals], fieldTypes(scope))
      return dialect.inList(emitAs(e.of, type, scope, emission), values, type, bind)
    }
    case 'in-query': {
      const relation = emission.subquery(e.query)
      const of = emitValue(e.of, scope, emission)
      const only = relation.fields[0]
      if (!only || relation.fields.length > 1)
        throw invalidInput('A query compared with “in” has one column.')
      if (only.type !== of.type) throw invalidInput(`A query gives ${only.type} where ${of.type} is needed.`)
      const alias = emission.alias()
      const column = `${alias}.${only.column}`
      return `(${of.sql} IN (SELECT ${column} FROM ${relation.sql} AS ${alias} WHERE ${column} IS NOT NULL))`
    }
    case 'any': {
      const { sql, type } = emitList(e.list, scope, emission)
      const element = emission.alias()
      const inner: Scope = new Map(scope).set(e.as, { sql: element, type })
      return dialect.any(sql, element, emitCondition(e.where, inner, emission))
    }
    case 'relates': {
      const of =
        'shape' in e.of
          ? [emitValue(e.of.shape, scope, emission).sql]
          : [emitAs(e.of.lon, 'double', scope, emission), emitAs(e.of.lat, 'double', scope, emission)]
      return dialect.relates(e.relation, of, e.geometry, bind)
    }
    case 'case': {
      const type = comparedTypes(caseValues(e), fieldTypes(scope))
      const branches = e.when.map(
        (branch) =>
          `WHEN ${emitCondition(branch.if, scope, emission)} THEN ${emitAs(branch.value, type, scope, emission)}`,
      )
      if (branches.length === 0) throw invalidInput('A case needs a branch.')
      const otherwise = e.else ? ` ELSE ${emitAs(e.else, type, scope, emission)}` : ''
      return `CASE ${branches.join(' ')}${otherwise} END`
    }
    case 'time-bucket':
      return dialect.timeBucket(
        emitAs(e.of, 'timestamp', scope, emission),
        e.unit,
        e.count,
        emitZone(e.zone, emission),
        bind,
      )
    case 'date-part':
      return dialect.datePart(emitAs(e.of, 'timestamp', scope, emission), e.part, emitZone(e.zone, emission))
    case 'grid':
      return dialect.call('floor', [
        dialect.call('/', [emitNumber(e.of, scope, emission), bind(e.size, 'double')]),
      ])
    case 'call':
      return emitCall(e, scope, emission)
  }
}

/** SQL of a list and the type of its elements. */
export function emitList(list: List, scope: Scope, emission: Emission): Field {
  const type = elementType(list, fieldTypes(scope))
  return { sql: emission.dialect.list(list, emitValue(list.of, scope, emission).sql), type }
}

function emitLiteral(e: Expression & { kind: 'value' }, type: ValueType, emission: Emission): string {
  if (e.value === null) return 'NULL'
  if (type === 'timestamp' || type === 'date') checkInstant(String(e.value))
  return emission.bind(e.value, type)
}

function checkInstant(text: string): void {
  const ms = Date.parse(text)
  // Years 1 to 9999: what every engine and ISO text can carry.
  if (!(ms >= -62_135_596_800_000 && ms <= 253_402_300_799_999))
    throw invalidInput(`“${text}” is not an instant.`)
}

const emitZone = (zone: string | undefined, emission: Emission) =>
  zone === undefined || zone === 'UTC' ? undefined : emission.bind(zone, 'text')

/** The value, converted to the type it meets others in. */
function emitAs(e: Expression, type: ValueType, scope: Scope, emission: Emission): string {
  if (e.kind === 'value' && type !== 'null') return emitLiteral(e, type, emission)
  const { sql, type: from } = emitValue(e, scope, emission)
  return emission.dialect.cast(sql, from, type)
}

/** Arguments of arithmetic: doubles, not yet checked to be finite. */
function emitNumber(e: Expression, scope: Scope, emission: Emission): string {
  if (e.kind === 'value') return e.value === null ? 'NULL' : emission.bind(e.value, 'double')
  return emission.dialect.cast(emitRaw(e, scope, emission), typeOf(e, fieldTypes(scope)), 'double')
}

function emitCall(e: Expression & { kind: 'call' }, scope: Scope, emission: Emission): string {
  const { dialect } = emission
  const types = fieldTypes(scope)
  const result = typeOf(e, types)
  if (isComparison(e.fn)) {
    const type = comparedTypes(e.args, types)
    return dialect.call(
      e.fn,
      e.args.map((arg) => emitAs(arg, type, scope, emission)),
    )
  }
  switch (e.fn) {
    case 'if':
    case 'coalesce':
    case 'least':
    case 'greatest': {
      const [condition, ...rest] = e.args as [Expression, ...Expression[]]
      if (e.fn !== 'if')
        return dialect.call(
          e.fn,
          e.args.map((arg) => emitAs(arg, result, scope, emission)),
        )
      const branches = rest.map((arg) => emitAs(arg, result, scope, emission))
      return `CASE WHEN ${emitCondition(condition, scope, emission)} THEN ${branches[0]} ELSE ${branches[1]} END`
    }
    case 'is-null':
      return `(${emitValue(e.args[0]!, scope, emission).sql} IS NULL)`
    case 'digits':
      return dialect.call(e.fn, [
        emitAs(e.args[0]!, 'double', scope, emission),
        emitAs(e.args[1]!, 'integer', scope, emission),
      ])
    case 'epoch-ms':
      return dialect.call(e.fn, [emitAs(e.args[0]!, 'timestamp', scope, emission)])
    case 'from-epoch-ms':
      return dialect.call(e.fn, [emitAs(e.args[0]!, 'double', scope, emission)])
  }
  if (result === 'double')
    return dialect.call(
      e.fn,
      e.args.map((arg) => emitNumber(arg, scope, emission)),
    )
  return dialect.call(
    e.fn,
    e.args.map((arg) => emitValue(arg, scope, emission).sql),
  )
}

/** An aggregate over columns computed by `add`, which puts an expression in the stage below and returns its column. */
export function emitAggregate(
  aggregate: Aggregate,
  scope: Scope,
  emission: Emission,
  add: (field: Field) => string,
): Field {
  const type = typeOfAggregate(aggregate, fieldTypes(scope))
  const put = (e: Expression | undefined, as?: ValueType) => {
    if (!e) return undefined
    const value = emitValue(e, scope, emission)
    return add(as ? { sql: emission.dialect.cast(value.sql, value.type, as), type: as } : value)
  }
  const { of, fn } = aggregate
  const ofType = of ? typeOf(of, fieldTypes(scope)) : 'null'
  const isSum = fn === 'sum' || fn === 'avg' || fn === 'stddev' || fn === 'percentile'
  const hasBy = fn === 'last' || fn === 'first'
  if (
    hasBy &&
    aggregate.tieBreak &&
    !/^(integer|real|double)$/.test(typeOf(aggregate.tieBreak, fieldTypes(scope)))
  )
    throw invalidInput('The tie-break of first and last is a number.')
  const sql = emission.dialect.aggregate({
    fn,
    of: put(of, isSum ? 'double' : undefined),
    ofType,
    by: hasBy ? put(aggregate.by) : undefined,
    tieBreak: hasBy ? put(aggregate.tieBreak, 'double') : undefined,
    where: aggregate.where && add({ sql: emitValue(aggregate.where, scope, emission).sql, type: 'boolean' }),
    p: fn === 'percentile' ? aggregate.p : undefined,
  })
  return { sql: type === 'double' && isSum ? emission.dialect.finite(sql) : sql, type }
}
