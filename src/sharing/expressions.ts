/** Filters and transforms as expressions of the query tree. */
import { boxColumns, columnName, pointColumns, tableName } from '../datasets/rules.ts'
import type { DatasetField } from '../datasets/schema.ts'
import {
  and,
  call,
  column,
  type Expression,
  type Literal,
  not,
  or,
  table,
  value,
} from '../engines/columnar/query.ts'
import { invalidInput } from '../errors.ts'
import type { Filter, FilterLiteral, FilterValue } from './schema.ts'
import { partsOf } from './transform.ts'

export type DatasetLookUp = Filter & { op: 'inDataset' }
/** How a value is looked for among those of another dataset. */
export type LookUp = (leaf: DatasetLookUp, of: Expression) => Expression

/** For filters that owners wrote: they never look into other datasets. */
export const noLookUp: LookUp = ({ dataset }) => {
  throw invalidInput(`This filter looks into “${dataset}”, which cannot be asked here.`)
}

/** For the platform's own filters: among the rows of the table of the other dataset. `definitionOf` throws `not_found`. */
export const tableLookUp =
  (definitionOf: (dataset: string) => { fields: readonly DatasetField[] }): LookUp =>
  (leaf, of) => ({
    kind: 'in-query',
    of,
    query: {
      from: table(tableName(leaf.dataset)),
      where: filterExpression(leaf.where, definitionOf(leaf.dataset).fields),
      select: [{ as: 'of', value: column(leaf.field) }],
    },
  })

const comparisons = { eq: '=', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const

/** The condition of a filter whose attributes are literals already. Throws `invalid_input` for a field that is not there. */
export function filterExpression(
  filter: Filter,
  fields: readonly DatasetField[],
  lookUp: LookUp = noLookUp,
): Expression {
  const fieldOf = (name: string): DatasetField => {
    const field = fields.find((one) => one.name === name)
    if (!field) throw invalidInput('A filter of this policy names a field that is no longer there.')
    return field
  }
  const of = (name: string) => column(columnName(fieldOf(name).name))
  const literal = (name: string, given: FilterValue): Literal => {
    if (typeof given === 'object') throw new Error('An attribute was not replaced.')
    return stored(fieldOf(name), given)
  }
  const translate = (node: Filter): Expression => {
    switch (node.op) {
      case 'and':
      case 'or':
        return { kind: node.op, of: node.of.map(translate) }
      case 'not':
        return not(translate(node.of))
      case 'ne':
        return not(call('=', of(node.column), value(literal(node.column, node.value))))
      case 'eq':
      case 'lt':
      case 'lte':
      case 'gt':
      case 'gte':
        return call(comparisons[node.op], of(node.column), value(literal(node.column, node.value)))
      case 'between':
        return and(
          call('>=', of(node.column), value(literal(node.column, node.from))),
          call('<=', of(node.column), value(literal(node.column, node.to))),
        )
      case 'in':
      case 'notIn': {
        const values = node.values.map((one) => literal(node.column, one))
        const among: Expression = { kind: 'in', of: of(node.column), values }
        return node.op === 'in' ? among : not(among)
      }
      case 'isNull':
        return isEmpty(fieldOf(node.column))
      case 'isNotNull':
        return not(isEmpty(fieldOf(node.column)))
      case 'startsWith':
        return call('starts-with', of(node.column), value(node.value))
      case 'withinBox':
        return node.west <= node.east
          ? inBox(fieldOf(node.column), node)
          : or(
              inBox(fieldOf(node.column), { ...node, east: 180 }),
              inBox(fieldOf(node.column), { ...node, west: -180 }),
            )
      case 'withinGeometry':
        return inGeometry(fieldOf(node.column), node.geometry)
      case 'sumAtLeast':
        return call('>=', call('+', ...node.columns.map(of), value(0)), value(node.value))
      case 'inDataset':
        return lookUp(node, of(node.column))
    }
  }
  return translate(filter)
}

/** What a 32-bit column holds is near the decimal that was written: both sides are compared as it holds them. */
const stored = ({ type }: DatasetField, literal: FilterLiteral): FilterLiteral =>
  type === 'real' && typeof literal === 'number' ? Math.fround(literal) : literal

function isEmpty(field: DatasetField): Expression {
  if (field.type !== 'geo_point_2d') return call('is-null', column(columnName(field.name)))
  const { lon, lat } = pointColumns(field)
  return or(call('is-null', column(lon)), call('is-null', column(lat)))
}

interface Sides {
  west: number
  south: number
  east: number
  north: number
}

function inBox(field: DatasetField, box: Sides): Expression {
  const names =
    field.type === 'geo_shape'
      ? boxColumns(field)
      : {
          west: pointColumns(field).lon,
          east: pointColumns(field).lon,
          south: pointColumns(field).lat,
          north: pointColumns(field).lat,
        }
  return and(
    call('>=', column(names.west), value(box.west)),
    call('<=', column(names.east), value(box.east)),
    call('>=', column(names.south), value(box.south)),
    call('<=', column(names.north), value(box.north)),
  )
}

function inGeometry(field: DatasetField, geometry: string): Expression {
  if (field.type === 'geo_shape')
    return {
      kind: 'relates',
      relation: 'within',
      of: { shape: column(columnName(field.name)) },
      geometry,
    }
  const { lon, lat } = pointColumns(field)
  return {
    kind: 'relates',
    relation: 'intersects',
    of: { lon: column(lon), lat: column(lat) },
    geometry,
  }
}

/**
 * A number on a grid or an instant at the start of its step. Only sums, products and floors: they give the same bits on
 * every engine, which `round` does not.
 */
export function rounded(of: Expression, type: DatasetField['type'], steps: readonly number[]): Expression {
  let expression = of
  for (const step of steps)
    if (type === 'timestamp') {
      const ms = Math.max(1, Math.round(step * 1_000))
      const whole = call('floor', call('/', call('epoch-ms', expression), value(ms)))
      expression = call('from-epoch-ms', call('*', whole, value(ms)))
    } else {
      const parts = partsOf(step)
      const scaled = call(parts ? '*' : '/', expression, value(parts ?? step))
      const nearest = call('floor', call('+', scaled, value(0.5)))
      expression = call(parts ? '/' : '*', nearest, value(parts ?? step))
    }
  return expression
}
