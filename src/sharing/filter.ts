/** Row filters as owners write them: read into plain objects, checked against the fields, limited. Pure. */

import type { DatasetField } from '../datasets/schema.ts'
import { LacydonError } from '../errors.ts'
import type { Filter, FilterLiteral, FilterValue } from './schema.ts'

export const filterLimits = { depth: 16, nodes: 200, listValues: 1_000, textLength: 2_000 }

/** Passes every row; passes none. */
export const everyRow: Filter = { op: 'and', of: [] }
export const noRow: Filter = { op: 'or', of: [] }

export const isEveryRow = (filter: Filter): boolean => filter.op === 'and' && filter.of.length === 0

const attributes = new Set(['id', 'siret', 'eori', 'lei', 'kind'])
const members: Record<Filter['op'], readonly string[]> = {
  and: ['of'],
  or: ['of'],
  not: ['of'],
  eq: ['column', 'value'],
  ne: ['column', 'value'],
  lt: ['column', 'value'],
  lte: ['column', 'value'],
  gt: ['column', 'value'],
  gte: ['column', 'value'],
  between: ['column', 'from', 'to'],
  in: ['column', 'values'],
  notIn: ['column', 'values'],
  isNull: ['column'],
  isNotNull: ['column'],
  startsWith: ['column', 'value'],
  withinBox: ['column', 'west', 'south', 'east', 'north'],
  withinGeometry: ['column', 'geometry'],
  sumAtLeast: ['columns', 'value'],
  inDataset: ['column', 'dataset', 'field', 'where'],
}
const platformOnly = new Set<Filter['op']>(['sumAtLeast', 'inDataset'])

export interface FilterReading {
  fields: readonly DatasetField[]
  /** Throws or answers false for what is no geometry. */
  isGeometry(text: string): boolean
}

const refused = (message: string) => new LacydonError('invalid_filter', 422, message)

/**
 * A filter rebuilt as plain objects. Throws 422 `invalid_filter` for an unknown operator, member or field, a literal
 * that does not fit its field, or one past the limits.
 */
export function readFilter(given: unknown, { fields, isGeometry }: FilterReading): Filter {
  const byName = new Map(fields.map((field) => [field.name, field]))
  let nodes = 0

  const fieldOf = (name: unknown): DatasetField => {
    const field = typeof name === 'string' ? byName.get(name) : undefined
    if (!field) throw refused(`A filter names the field “${String(name).slice(0, 100)}”, which is not there.`)
    return field
  }
  const scalar = (name: unknown): DatasetField => {
    const field = fieldOf(name)
    if (kindOf(field) === 'other')
      throw refused(`“${field.name}” cannot be compared: only isNull and isNotNull ask of it.`)
    return field
  }
  const ordered = (field: DatasetField, op: string) => {
    if (kindOf(field) === 'boolean') throw refused(`“${field.name}” is true or false: “${op}” does not fit.`)
  }
  const place = (name: unknown): DatasetField => {
    const field = fieldOf(name)
    if (field.type !== 'geo_point_2d' && field.type !== 'geo_shape')
      throw refused(`“${field.name}” is no place.`)
    return field
  }

  const read = (node: unknown, depth: number): Filter => {
    if (depth > filterLimits.depth) throw refused(`A filter is nested more than ${filterLimits.depth} deep.`)
    if (++nodes > filterLimits.nodes) throw refused(`A filter has more than ${filterLimits.nodes} parts.`)
    if (typeof node !== 'object' || node === null || Array.isArray(node))
      throw refused('A filter is an object with “op”.')
    const source = node as Record<string, unknown>
    const op = Object.hasOwn(source, 'op') ? source.op : undefined
    if (typeof op !== 'string' || !Object.hasOwn(members, op) || platformOnly.has(op as Filter['op']))
      throw refused(`A filter has no operator “${String(op).slice(0, 40)}”.`)
    const allowed = members[op as Filter['op']]
    const stranger = Object.keys(source).find((key) => key !== 'op' && !allowed.includes(key))
    if (stranger !== undefined) throw refused(`“${op}” has no member “${stranger.slice(0, 40)}”.`)
    const missing = allowed.find((key) => !Object.hasOwn(source, key))
    if (missing !== undefined) throw refused(`“${op}” needs “${missing}”.`)
    return readOperator(op as Filter['op'], source, depth)
  }

  const readOperator = (op: Filter['op'], source: Record<string, unknown>, depth: number): Filter => {
    switch (op) {
      case 'and':
      case 'or': {
        if (!Array.isArray(source.of)) throw refused(`“of” of “${op}” is a list.`)
        return { op, of: source.of.map((part) => read(part, depth + 1)) }
      }
      case 'not':
        return { op, of: read(source.of, depth + 1) }
      case 'eq':
      case 'ne':
      case 'lt':
      case 'lte':
      case 'gt':
      case 'gte': {
        const field = scalar(source.column)
        if (op !== 'eq' && op !== 'ne') ordered(field, op)
        return { op, column: field.name, value: valueFor(field, source.value) }
      }
      case 'between': {
        const field = scalar(source.column)
        ordered(field, op)
        const [from, to] = [literalFor(field, source.from), literalFor(field, source.to)]
        return { op, column: field.name, from, to }
      }
      case 'in':
      case 'notIn': {
        const field = scalar(source.column)
        const { values } = source
        if (!Array.isArray(values) || values.length > filterLimits.listValues)
          throw refused(`“values” is a list of at most ${filterLimits.listValues}.`)
        return { op, column: field.name, values: values.map((value) => literalFor(field, value)) }
      }
      case 'isNull':
      case 'isNotNull':
        return { op, column: fieldOf(source.column).name }
      case 'startsWith': {
        const field = scalar(source.column)
        if (kindOf(field) !== 'text') throw refused(`“${field.name}” is no text.`)
        return { op, column: field.name, value: literalFor(field, source.value) as string }
      }
      case 'withinBox': {
        const side = (name: string, most: number): number => {
          const degrees = source[name]
          if (typeof degrees !== 'number' || !(Math.abs(degrees) <= most))
            throw refused(`“${name}” is a number of degrees.`)
          return degrees
        }
        const field = place(source.column)
        const [west, east] = [side('west', 180), side('east', 180)]
        const [south, north] = [side('south', 90), side('north', 90)]
        if (south > north) throw refused('“south” is north of “north”.')
        return { op, column: field.name, west, south, east, north }
      }
      case 'withinGeometry': {
        const { geometry } = source
        if (typeof geometry !== 'string' || geometry.length > 500_000 || !isGeometry(geometry))
          throw refused('“geometry” is no GeoJSON geometry as text.')
        return { op, column: place(source.column).name, geometry }
      }
      default:
        throw refused(`A filter has no operator “${op}”.`)
    }
  }
  return read(given, 1)
}

type Kind = 'text' | 'number' | 'boolean' | 'timestamp' | 'date' | 'other'

/** How the values of a field compare. */
export function kindOf({ type, annotations }: DatasetField): Kind {
  if (annotations?.multivalued) return 'other'
  switch (type) {
    case 'text':
    case 'boolean':
    case 'timestamp':
    case 'date':
      return type
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'real':
    case 'double':
      return 'number'
    default:
      return 'other'
  }
}

function valueFor(field: DatasetField, value: unknown): FilterValue {
  if (typeof value !== 'object' || value === null) return literalFor(field, value)
  const { attr, ...rest } = value as { attr?: unknown }
  if (typeof attr !== 'string' || !attributes.has(attr) || Object.keys(rest).length > 0)
    throw refused(`An attribute is one of ${[...attributes].join(', ')}.`)
  if (kindOf(field) !== 'text') throw refused(`“${field.name}” is no text: it cannot equal an attribute.`)
  return { attr }
}

/** Throws 422 for null, what is not finite, and what is not of the field's kind. Instants come back with milliseconds. */
function literalFor(field: DatasetField, value: unknown): FilterLiteral {
  const kind = kindOf(field)
  const wrong = () =>
    refused(`“${field.name}” is ${kind}: ${JSON.stringify(value)?.slice(0, 60)} does not fit.`)
  switch (kind) {
    case 'text':
      if (typeof value !== 'string' || value.length > filterLimits.textLength) throw wrong()
      if (value.includes('\0') || !value.isWellFormed()) throw wrong()
      return value
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong()
      // No column holds more, and beyond it two engines would round differently.
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw wrong()
      return Object.is(value, -0) ? 0 : value
    case 'boolean':
      if (typeof value !== 'boolean') throw wrong()
      return value
    case 'timestamp':
    case 'date': {
      const shape =
        kind === 'date' ? /^\d{4}-\d{2}-\d{2}$/ : /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/
      const ms = typeof value === 'string' && shape.test(value) ? Date.parse(value) : Number.NaN
      if (Number.isNaN(ms) || ms < -62_135_596_800_000) throw wrong()
      const iso = new Date(ms).toISOString()
      return kind === 'date' ? iso.slice(0, 10) : iso
    }
    default:
      throw wrong()
  }
}

/** Whether a filter asks who is asking. */
export function usesAttributes(filter: Filter): boolean {
  if (filter.op === 'and' || filter.op === 'or') return filter.of.some(usesAttributes)
  if (filter.op === 'not') return usesAttributes(filter.of)
  return 'value' in filter && typeof filter.value === 'object'
}

/**
 * Attributes replaced by what they are for one organisation. What it has no value for equals nothing: the comparison is
 * false, as with an empty cell.
 */
export function withAttributes(filter: Filter, known: Readonly<Record<string, string>>): Filter {
  if (filter.op === 'and' || filter.op === 'or')
    return { op: filter.op, of: filter.of.map((part) => withAttributes(part, known)) }
  if (filter.op === 'not') return { op: 'not', of: withAttributes(filter.of, known) }
  if (!('value' in filter) || typeof filter.value !== 'object') return filter
  const { attr } = filter.value
  const value = Object.hasOwn(known, attr) ? known[attr] : undefined
  if (value === undefined) return filter.op === 'ne' ? everyRow : noRow
  return { ...filter, value } as Filter
}

/** Names of the fields a filter looks at. */
export function fieldsOf(filter: Filter, names = new Set<string>()): Set<string> {
  if (filter.op === 'and' || filter.op === 'or') for (const part of filter.of) fieldsOf(part, names)
  else if (filter.op === 'not') fieldsOf(filter.of, names)
  else if (filter.op === 'sumAtLeast') for (const column of filter.columns) names.add(column)
  else names.add(filter.column)
  return names
}
