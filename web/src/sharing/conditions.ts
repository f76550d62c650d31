/** A row filter as a list of plain conditions, which people build, and back. Pure. */
import type { Filter, FilterLiteral } from '../../../src/sharing/schema.ts'
import type { FieldKind } from './fields.ts'

/** What a condition can say; `mine` compares with what the reading organisation is. */
export const conditionOps = [
  'eq',
  'ne',
  'lt',
  'lte',
  'gt',
  'gte',
  'between',
  'in',
  'notIn',
  'startsWith',
  'mine',
  'isNull',
  'isNotNull',
  'withinBox',
] as const
export type ConditionOp = (typeof conditionOps)[number]

export interface Condition {
  column: string
  op: ConditionOp
  /** As typed: one, two for `between`, four for a box (west, south, east, north), a list for `in`. */
  values: readonly string[]
}

export interface Conditions {
  /** All of them have to hold, or one of them. */
  join: 'and' | 'or'
  of: readonly Condition[]
}

export const attributes = ['id', 'siret', 'eori', 'lei', 'kind'] as const

/** What can be asked of a field of a kind. */
export function opsOf(kind: FieldKind): ConditionOp[] {
  switch (kind) {
    case 'text':
      return ['eq', 'ne', 'in', 'notIn', 'startsWith', 'mine', 'isNull', 'isNotNull']
    case 'number':
      return ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'between', 'in', 'notIn', 'isNull', 'isNotNull']
    case 'timestamp':
    case 'date':
      return ['gte', 'lt', 'between', 'eq', 'isNull', 'isNotNull']
    case 'boolean':
      return ['eq', 'isNull', 'isNotNull']
    case 'place':
      return ['withinBox', 'isNull', 'isNotNull']
    case 'other':
      return ['isNull', 'isNotNull']
  }
}

/** How many values an operator takes; null for a list. */
export const valueCount = (op: ConditionOp): number | null => {
  if (op === 'isNull' || op === 'isNotNull') return 0
  if (op === 'in' || op === 'notIn') return null
  return op === 'between' ? 2 : op === 'withinBox' ? 4 : 1
}

/** The list that a filter is; undefined for one that no such list says, nested for one. Null is no condition. */
export function readConditions(filter: Filter | null): Conditions | undefined {
  if (filter === null) return { join: 'and', of: [] }
  if (filter.op === 'and' || filter.op === 'or') {
    const of = filter.of.map(readCondition)
    return of.every((one) => one !== undefined) ? { join: filter.op, of } : undefined
  }
  const only = readCondition(filter)
  return only && { join: 'and', of: [only] }
}

function readCondition(filter: Filter): Condition | undefined {
  switch (filter.op) {
    case 'eq':
      if (typeof filter.value === 'object')
        return { column: filter.column, op: 'mine', values: [filter.value.attr] }
      return { column: filter.column, op: 'eq', values: [String(filter.value)] }
    case 'ne':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      if (typeof filter.value === 'object') return undefined
      return { column: filter.column, op: filter.op, values: [String(filter.value)] }
    case 'startsWith':
      return { column: filter.column, op: filter.op, values: [filter.value] }
    case 'between':
      return { column: filter.column, op: filter.op, values: [String(filter.from), String(filter.to)] }
    case 'in':
    case 'notIn':
      return { column: filter.column, op: filter.op, values: filter.values.map(String) }
    case 'isNull':
    case 'isNotNull':
      return { column: filter.column, op: filter.op, values: [] }
    case 'withinBox': {
      const { column, op, west, south, east, north } = filter
      return { column, op, values: [west, south, east, north].map(String) }
    }
    default:
      return undefined
  }
}

/** The filter of a list; null for an empty one, undefined while a condition is not whole. */
export function filterOf(
  { join, of }: Conditions,
  kindOf: (column: string) => FieldKind | undefined,
): Filter | null | undefined {
  const parts = of.map((condition) => filterOfOne(condition, kindOf(condition.column)))
  if (parts.some((part) => part === undefined)) return undefined
  const whole = parts as Filter[]
  if (whole.length === 0) return null
  return whole.length === 1 ? whole[0] : { op: join, of: whole }
}

function filterOfOne({ column, op, values }: Condition, kind: FieldKind | undefined): Filter | undefined {
  if (kind === undefined || !opsOf(kind).includes(op)) return undefined
  const literals = values.map((text) => literalOf(text, op === 'withinBox' ? 'number' : kind))
  const count = valueCount(op)
  if (literals.some((one) => one === undefined)) return undefined
  if (count === null ? literals.length === 0 : literals.length !== count) return undefined
  const known = literals as FilterLiteral[]
  switch (op) {
    case 'isNull':
    case 'isNotNull':
      return { op, column }
    case 'mine':
      return { op: 'eq', column, value: { attr: String(known[0]) } }
    case 'startsWith':
      return { op, column, value: String(known[0]) }
    case 'between':
      return { op, column, from: known[0]!, to: known[1]! }
    case 'in':
    case 'notIn':
      return { op, column, values: known }
    case 'withinBox': {
      const [west, south, east, north] = known as [number, number, number, number]
      return Math.abs(west) <= 180 && Math.abs(east) <= 180 && south <= north && south >= -90 && north <= 90
        ? { op, column, west, south, east, north }
        : undefined
    }
    default:
      return { op, column, value: known[0]! }
  }
}

/** What was typed, as a value of the kind; a comma before decimals is read. Undefined for what is none. */
function literalOf(text: string, kind: FieldKind): FilterLiteral | undefined {
  const typed = text.trim()
  if (typed === '') return undefined
  switch (kind) {
    case 'number': {
      const value = Number(typed.replace(/[\s\u202f\u00a0]/g, '').replace(',', '.'))
      return Number.isFinite(value) ? value : undefined
    }
    case 'boolean':
      return typed === 'true' ? true : typed === 'false' ? false : undefined
    case 'date':
      return /^\d{4}-\d{2}-\d{2}$/.test(typed) ? typed : undefined
    case 'timestamp': {
      const ms = Date.parse(typed)
      return Number.isNaN(ms) ? undefined : new Date(ms).toISOString()
    }
    case 'text':
      return typed
    default:
      return undefined
  }
}
