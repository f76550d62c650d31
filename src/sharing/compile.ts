/**
 * A decision as a relation: what it does not give is not in it. Two levels, so that filters and transforms never see
 * one another's columns: first the rows with a column for each grant's condition, then the cells.
 */
import { columnName, columnsOf } from '../datasets/rules.ts'
import type { DatasetField } from '../datasets/schema.ts'
import type { ColumnSpec } from '../engines/columnar/columnar.ts'
import {
  column,
  type Expression,
  type From,
  type Output,
  type Query,
  value,
} from '../engines/columnar/query.ts'
import { storedFields } from './columns.ts'
import type { Allowed, CellRule } from './decision.ts'
import { filterExpression, type LookUp, noLookUp, rounded } from './expressions.ts'
import { isEveryRow } from './filter.ts'
import { keyExpression, type PseudonymNeed, type PseudonymTables, periodExpression } from './pseudonym.ts'
import { fieldsShown } from './rules.ts'

/** Rows and columns before a decision. */
export interface Base {
  from: From
  /** Rows of the moment asked for. */
  where?: Expression | undefined
  /** All fields there are, also hidden ones. */
  fields: readonly DatasetField[]
  eventTime?: string | undefined
  /** Columns that tell any two rows apart; those that are no field stay. */
  rowOrder: readonly ColumnSpec[]
  /** Further columns that stay. */
  keep?: readonly string[]
}

export interface SecuredRows {
  from: From
  /** With the types of what is left of them. */
  fields: readonly DatasetField[]
  rowOrder: readonly ColumnSpec[]
  /** Fields that are as they were stored, in every row. */
  unchanged: ReadonlySet<string>
}

/** Columns to be hashed before the relation can be made. */
export function pseudonymNeeds(decision: Allowed, fields: readonly DatasetField[]): PseudonymNeed[] {
  const needs: PseudonymNeed[] = []
  for (const field of storedFields(fields))
    for (const { transform } of decision.cells[field.name] ?? []) {
      if (transform?.kind !== 'pseudonym') continue
      const { period } = transform
      if (!needs.some((need) => need.field === field && need.period === period)) needs.push({ field, period })
    }
  return needs
}

/** The condition of all rows a decision gives; undefined for every row. */
export function rowCondition(
  decision: Allowed,
  fields: readonly DatasetField[],
  lookUp: LookUp = noLookUp,
): Expression | undefined {
  const parts: Expression[] = decision.keep.map((filter) => filterExpression(filter, fields, lookUp))
  if (!decision.rows.some(isEveryRow)) {
    const ways = decision.rows.map((filter) => filterExpression(filter, fields, lookUp))
    parts.unshift(ways.length === 1 ? ways[0]! : { kind: 'or', of: ways })
  }
  if (parts.length === 0) return undefined
  return parts.length === 1 ? parts[0] : { kind: 'and', of: parts }
}

const isPlain = (decision: Allowed, rules: readonly CellRule[]): boolean => {
  if (rules.some(({ transform }) => transform)) return false
  // Given by every grant, or by one that gives every row.
  return (
    decision.rows.every((_, grant) => rules.some((rule) => rule.grant === grant)) ||
    rules.some(({ grant }) => isEveryRow(decision.rows[grant]!))
  )
}

/** Whether it withholds nothing: every row, every field, as they were stored. */
export const isWholeDecision = (decision: Allowed, fields: readonly DatasetField[]): boolean =>
  decision.keep.length === 0 &&
  decision.rows.some(isEveryRow) &&
  unchangedFields(decision, fields).size === storedFields(fields).length

/** Names of the fields that are as they were stored, in every row that is seen. */
export const unchangedFields = (decision: Allowed, fields: readonly DatasetField[]): Set<string> =>
  new Set(
    storedFields(fields)
      .map(({ name }) => name)
      .filter((name) => Object.hasOwn(decision.cells, name) && isPlain(decision, decision.cells[name]!)),
  )

/**
 * The rows and cells of a decision. Where nothing is withheld it is the base itself. Throws `invalid_input` when a filter
 * names a field that is gone: nothing is given then.
 */
export function secureRows(
  decision: Allowed,
  base: Base,
  { lookUp = noLookUp, pseudonyms }: { lookUp?: LookUp; pseudonyms?: PseudonymTables | undefined } = {},
): SecuredRows {
  const { fields, from } = base
  const stored = storedFields(fields).filter(({ name }) => Object.hasOwn(decision.cells, name))
  const plain = unchangedFields(decision, fields)
  const rows = rowCondition(decision, fields, lookUp)
  const conditions = [base.where, rows].filter((part) => part !== undefined)
  const where: Expression | undefined =
    conditions.length > 1 ? { kind: 'and', of: conditions } : conditions[0]
  const columns = new Set(stored.flatMap(columnsOf).map(({ name }) => name))
  const fieldColumns = new Set(fields.flatMap(columnsOf).map(({ name }) => name))
  const plainColumns = new Set(
    stored
      .filter(({ name }) => plain.has(name))
      .flatMap(columnsOf)
      .map(({ name }) => name),
  )
  const isOrdered = base.rowOrder.every(({ name }) => !fieldColumns.has(name) || plainColumns.has(name))
  const outFields = securedFields(decision, fields)
  const rowOrder = isOrdered ? base.rowOrder : outFields.flatMap(columnsOf)
  const internal = [...base.rowOrder.map(({ name }) => name), ...(base.keep ?? [])].filter(
    (name) => !fieldColumns.has(name),
  )
  const result = { fields: outFields, rowOrder, unchanged: plain }
  const isWhole = plain.size === storedFields(fields).length
  if (isWhole) return { ...result, from: where ? { kind: 'query', query: { from, where } } : from }
  const bare = (name: string): Output => ({ as: name, value: column(name) })
  const kept = [...new Set([...columns, ...internal])]
  if (plain.size === stored.length) {
    // A relation without columns cannot be asked: a constant that no field is named after.
    const select = kept.length > 0 ? kept.map(bare) : [{ as: '__none', value: value(true) }]
    return { ...result, from: { kind: 'query', query: { from, ...(where && { where }), select } } }
  }

  const used = new Set<number>()
  for (const { name } of stored)
    if (!plain.has(name)) for (const { grant } of decision.cells[name]!) used.add(grant)
  const marks = [...used].sort((a, b) => a - b).filter((grant) => !isEveryRow(decision.rows[grant]!))
  const needs = pseudonymNeeds(decision, fields)
  const level1: Query = {
    from,
    ...(where && { where }),
    select: [
      ...kept.map(bare),
      ...marks.map((grant) => ({
        as: `__g${grant}`,
        value: filterExpression(decision.rows[grant]!, fields, lookUp),
      })),
      ...needs.flatMap((need, i) => pseudonymKeys(need, i, base.eventTime)),
    ],
  }
  let joined: Query = level1
  for (const [i, need] of needs.entries())
    joined = {
      from: { kind: 'query', query: joined },
      join: {
        kind: 'left',
        from: pseudonyms!.of(need),
        on: [[`__k${i}`, 'key'], ...(base.eventTime ? [[`__d${i}`, 'period'] as [string, string]] : [])],
        take: [{ column: 'pseudonym', as: `__p${i}` }],
      },
    }
  const cellsOf = (field: DatasetField): Output[] =>
    columnsOf(field).map(({ name }) => ({
      as: name,
      value: plain.has(field.name) ? column(name) : cell(decision, field, name, needs),
    }))
  const level2: Query = {
    from: { kind: 'query', query: joined },
    select: [...stored.flatMap(cellsOf), ...[...new Set(internal)].map(bare)],
  }
  return { ...result, from: { kind: 'query', query: level2 } }
}

function pseudonymKeys({ field, period }: PseudonymNeed, i: number, eventTime: string | undefined): Output[] {
  const key = { as: `__k${i}`, value: keyExpression(field, column(columnName(field.name))) }
  if (!eventTime) return [key]
  return [key, { as: `__d${i}`, value: periodExpression(column(columnName(eventTime)), period) }]
}

function cell(
  decision: Allowed,
  field: DatasetField,
  name: string,
  needs: readonly PseudonymNeed[],
): Expression {
  const rules = decision.cells[field.name]!
  const shown = ({ transform }: CellRule): Expression => {
    if (!transform) return column(name)
    if (transform.kind === 'round')
      return rounded(column(name), field.type === 'geo_point_2d' ? 'double' : field.type, transform.steps)
    const need = needs.findIndex((one) => one.field === field && one.period === transform.period)
    return column(`__p${need}`)
  }
  const last = rules.at(-1)!
  const isLastTotal = isEveryRow(decision.rows[last.grant]!)
  // A row is only here when one of the grants gives it.
  const always = isLastTotal || decision.rows.length === 1 ? last : undefined
  const when = rules
    .filter((rule) => rule !== always)
    .map((rule) => ({ if: column(`__g${rule.grant}`), value: shown(rule) }))
  if (when.length === 0) return shown(last)
  return { kind: 'case', when, ...(always && { else: shown(always) }) }
}

/** The fields there are, with the types of what is left of them. */
export const securedFields = (decision: Allowed, fields: readonly DatasetField[]): DatasetField[] =>
  fieldsShown(decision, fields).map((field) => retyped(field, decision.cells[field.name]))

const wholeTypes = new Set(['tinyint', 'smallint', 'integer', 'bigint'])

/** What a field holds after its transforms: numbers on a grid are real, pseudonyms of numbers need 53 bits. */
function retyped(field: DatasetField, rules: readonly CellRule[] = []): DatasetField {
  const kinds = new Set(rules.map(({ transform }) => transform?.kind))
  if (kinds.has('round') && (wholeTypes.has(field.type) || field.type === 'real'))
    return { ...field, type: 'double' }
  if (kinds.has('pseudonym') && wholeTypes.has(field.type)) return { ...field, type: 'bigint' }
  return field
}
