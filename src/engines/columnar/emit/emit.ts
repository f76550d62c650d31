/** From the query AST to the SQL text of one engine and its bound parameters. */
import { invalidInput } from '../../../errors.ts'
import type { TableSpec } from '../columnar.ts'
import type { From, Join, Query } from '../query.ts'
import { commonType, isNumeric, tableScope, type ValueType } from '../typing.ts'
import { timeBounds } from './bounds.ts'
import type { Dialect, Parameter } from './dialect.ts'
import { type Emission, emitList, type Field, type Scope } from './expression.ts'
import { checkSize, maxSqlLength } from './limits.ts'
import { emitSelection } from './selection.ts'

export interface Emitted {
  sql: string
  parameters: Parameter[]
  columns: { name: string; type: ValueType }[]
}

/** A subquery in parentheses and where its outputs are inside it. */
export interface Relation {
  sql: string
  fields: { name: string; column: string; type: ValueType }[]
}

/**
 * One SELECT whose columns carry the outputs' names, as `dialect.output` renders them. `limit` is an outer bound on rows.
 * Throws `invalid_input` for names or types that do not fit the tables.
 */
export function emitQuery(query: Query, tables: Tables, dialect: Dialect, limit?: number): Emitted {
  checkSize(query)
  const parameters: Parameter[] = []
  let aliases = 0
  /** A long list that the query holds in several places is sent once. */
  const lists = new Map<unknown, string>()
  const emission: Emission = {
    dialect,
    bind(value, type) {
      const known = lists.get(value)
      if (known !== undefined && parameters.some((of) => of.value === value && of.type === type)) return known
      parameters.push({ value, type })
      const placeholder = dialect.placeholder(parameters.length, { value, type })
      if (Array.isArray(value)) lists.set(value, placeholder)
      return placeholder
    },
    alias: () => `t${++aliases}`,
    subquery: (inner) => emitRelation(inner, emission, tables),
  }
  const bounded = limit === undefined ? query : { ...query, limit: Math.min(query.limit ?? limit, limit) }
  const columns: Emitted['columns'] = []
  const sql = emitSelect(bounded, emission, tables, (column, name, type) => {
    if (columns.some((known) => known.name === name)) throw invalidInput(`Two outputs are named “${name}”.`)
    columns.push({ name, type })
    return `${dialect.output(column, type)} AS ${dialect.identifier(name)}`
  })
  if (sql.length > maxSqlLength) throw invalidInput('The query is too complex.')
  return { sql, parameters, columns }
}

/** The description of a table, or of a version of it. */
export type Tables = (name: string, version: number | undefined) => TableSpec
/** How a stage writes one column of its select list. */
export type Label = (sql: string, name: string, type: ValueType) => string

function emitRelation(query: Query, emission: Emission, tables: Tables): Relation {
  const fields: Relation['fields'] = []
  const sql = emitSelect(query, emission, tables, (column, name, type) => {
    const inner = `__o${fields.length}`
    fields.push({ name, column: inner, type })
    return `${column} AS ${inner}`
  })
  return { sql: `(${sql})`, fields }
}

function emitSelect(query: Query, emission: Emission, tables: Tables, label: Label): string {
  let source = emitFrom(query.from, query, emission, tables)
  if (query.join) source = emitJoin(query.join, source, emission, tables)
  return emitSelection(query, source, emission, label)
}

/** Text after FROM, and the columns it offers. */
export interface Source {
  sql: string
  scope: Scope
}

function aliased(relation: Relation, emission: Emission): Source {
  const alias = emission.alias()
  const scope: Scope = new Map()
  for (const field of relation.fields)
    scope.set(field.name, { sql: `${alias}.${field.column}`, type: field.type })
  return { sql: `${relation.sql} AS ${alias}`, scope }
}

function emitFrom(from: From, query: Query | undefined, emission: Emission, tables: Tables): Source {
  if (from.kind === 'query') return aliased(emitRelation(from.query, emission, tables), emission)
  if (from.kind === 'union') return aliased(emitUnion(from.of, emission, tables), emission)
  if (from.kind === 'elements') return emitElements(from, emission, tables)
  if (from.kind === 'values') return aliased(emitValues(from, emission), emission)
  const table = tables(from.table, from.version)
  const type = tableScope(table)
  const bounds = table.dayOf ? timeBounds(query?.where, table.dayOf) : undefined
  const fields = table.columns.map(({ name }) => ({
    name,
    column: emission.dialect.identifier(name),
    type: type(name) as ValueType,
  }))
  return aliased(
    { sql: emission.dialect.relation(table, bounds, emission.bind, from.version), fields },
    emission,
  )
}

function emitElements(from: From & { kind: 'elements' }, emission: Emission, tables: Tables): Source {
  const { dialect } = emission
  const source = aliased(emitRelation(from.query, emission, tables), emission)
  if (source.scope.has(from.as)) throw invalidInput(`The elements would give “${from.as}” twice.`)
  const { sql, type } = emitList(from.list, source.scope, emission)
  const fields: Relation['fields'] = []
  const columns = [...source.scope].map(([name, field], i) => {
    fields.push({ name, column: `__e${i}`, type: field.type })
    return `${field.sql} AS __e${i}`
  })
  fields.push({ name: from.as, column: '__element', type })
  const select = dialect.elements(columns.join(', '), source.sql, sql, '__element')
  return aliased({ sql: `(${select})`, fields }, emission)
}

function emitValues(from: From & { kind: 'values' }, emission: Emission): Relation {
  const { dialect, bind } = emission
  const count = from.columns[0]?.values.length
  if (!count || from.columns.some(({ values }) => values.length !== count || values.includes(null)))
    throw invalidInput('Columns of values have one length and no NULL.')
  const lists = from.columns.map(({ type, values }, i) => ({ sql: bind(values, type), as: `__v${i}` }))
  const fields = from.columns.map(({ name, type }, i) => ({ name, column: `__v${i}`, type }))
  return { sql: `(${dialect.values(lists)})`, fields }
}

function emitUnion(queries: Query[], emission: Emission, tables: Tables): Relation {
  const relations = queries.map((query) => emitRelation(query, emission, tables))
  const first = relations[0]
  if (!first) throw invalidInput('A union needs a query.')
  const types = first.fields.map((field, i) => {
    let type: ValueType | undefined = field.type
    for (const relation of relations) {
      const other = relation.fields.length === first.fields.length ? relation.fields[i]?.type : undefined
      type = type && other && commonType(type, other)
    }
    if (!type) throw invalidInput('The queries of a union differ in their columns.')
    return type
  })
  const { dialect } = emission
  const parts = relations.map((relation) => {
    const list = relation.fields.map((f, i) => `${dialect.cast(f.column, f.type, types[i]!)} AS __u${i}`)
    return `SELECT ${list.join(', ')} FROM ${relation.sql} AS ${emission.alias()}`
  })
  return {
    sql: `(${parts.join(' UNION ALL ')})`,
    fields: first.fields.map((f, i) => ({ name: f.name, column: `__u${i}`, type: types[i]! })),
  }
}

function emitJoin(join: Join, left: Source, emission: Emission, tables: Tables): Source {
  const { dialect } = emission
  const right = emitFrom(join.from, undefined, emission, tables)
  const pick = (scope: Scope, name: string): Field => {
    const field = scope.get(name)
    if (!field) throw invalidInput(`There is no column “${name}” to join.`)
    return field
  }
  const scope: Scope = new Map(left.scope)
  const add = (as: string, field: Field) => {
    if (scope.has(as)) throw invalidInput(`The join would give “${as}” twice.`)
    scope.set(as, field)
  }
  const pairs = join.on.map(([l, r]) => [pick(left.scope, l), pick(right.scope, r)] as const)
  const comparable = (l: Field, r: Field) => l.type === r.type || (isNumeric(l.type) && isNumeric(r.type))
  if (!pairs.every(([l, r]) => comparable(l, r))) throw invalidInput('The keys of a join differ in type.')

  if (pairs.length === 0) throw invalidInput('A join needs keys.')
  if (join.kind !== 'as-of') {
    const on = pairs.map(([l, r]) => `${l.sql} = ${r.sql}`).join(' AND ')
    for (const { column, as } of join.take) add(as, pick(right.scope, column))
    return { sql: `${left.sql} ${join.kind === 'left' ? 'LEFT' : 'INNER'} JOIN ${right.sql} ON ${on}`, scope }
  }

  if (!join.time) throw invalidInput('An as-of join needs time columns.')
  const leftTime = pick(left.scope, join.time[0])
  const rightTime = pick(right.scope, join.time[1])
  if (!comparable(leftTime, rightTime)) throw invalidInput('The times of an as-of join differ in type.')
  const alias = emission.alias()
  const columns = [
    ...pairs.map(([, r], i) => ({ sql: r.sql, as: `__k${i}` })),
    { sql: dialect.present(rightTime.sql), as: '__t' },
    ...join.take.map(({ column }, i) => ({ sql: pick(right.scope, column).sql, as: `__v${i}` })),
  ]
  const list = columns.map(({ sql, as }) => `${sql} AS ${as}`).join(', ')
  const present = `${rightTime.sql} IS NOT NULL`
  const ranked = join.tieBreak && pick(right.scope, join.tieBreak)
  const keys = [...pairs.map(([, r]) => r.sql), rightTime.sql]
  const relation = ranked
    ? dialect.latest(columns, right.sql, present, keys, [ranked.sql])
    : `SELECT ${list} FROM ${right.sql} WHERE ${present}`
  for (const [i, { column, as }] of join.take.entries())
    add(as, { sql: `${alias}.__v${i}`, type: pick(right.scope, column).type })
  const equal = pairs.map(([l], i) => `${l.sql} = ${alias}.__k${i}`)
  return {
    sql: dialect.asOfJoin(left.sql, `(${relation}) AS ${alias}`, equal, leftTime.sql, `${alias}.__t`),
    scope,
  }
}
