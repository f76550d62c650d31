/** A decision on rows one by one, as streams have them: the same answer as the compiled relation gives. */
import { columnsOf } from '../datasets/rules.ts'
import type { DatasetField } from '../datasets/schema.ts'
import type { Cell, Row } from '../engines/columnar/columnar.ts'
import { compile, compilePredicate, toCell } from '../engines/columnar/evaluate.ts'
import { column, type Literal } from '../engines/columnar/query.ts'
import { columnValueType, type TypeScope, typeOf } from '../engines/columnar/typing.ts'
import { storedFields } from './columns.ts'
import type { Allowed } from './decision.ts'
import { type DatasetLookUp, filterExpression, type LookUp, rounded } from './expressions.ts'
import { type Pseudonyms, periodOf } from './pseudonym.ts'

export interface ReaderOptions {
  fields: readonly DatasetField[]
  eventTime?: string | undefined
  pseudonyms: Pseudonyms
  /** The period of rows without a time: the day of asking. */
  today: number
  /** Values that pass a look-up into another dataset, now. */
  valuesOf?: (leaf: DatasetLookUp) => readonly Literal[]
}

/**
 * Answers what of a row is seen; undefined for a row that is not. Rows and answers are by column, cells as `Columnar.query`
 * gives them. Throws what the compiler of filters throws.
 */
export function compileReader(
  decision: Allowed,
  { fields, eventTime, pseudonyms, today, valuesOf = () => [] }: ReaderOptions,
): (row: Row) => Row | undefined {
  const scope = fieldScope(fields)
  const lookUp: LookUp = (leaf, of) => ({ kind: 'in', of, values: [...valuesOf(leaf)] })
  const predicate = (filter: Allowed['rows'][number]) =>
    compilePredicate(filterExpression(filter, fields, lookUp), scope)
  const grants = decision.rows.map(predicate)
  const keep = decision.keep.map(predicate)

  const cells = storedFields(fields)
    .filter(({ name }) => Object.hasOwn(decision.cells, name))
    .flatMap((field) =>
      columnsOf(field).map(({ name }) => ({
        name,
        ways: decision.cells[field.name]!.map(({ grant, transform }) => ({
          grant,
          shown: shownBy(transform, field, name),
        })),
      })),
    )

  function shownBy(
    transform: Allowed['cells'][string][number]['transform'],
    field: DatasetField,
    name: string,
  ): (row: Row) => Cell {
    if (!transform) return (row) => row[name] ?? null
    if (transform.kind === 'round') {
      const type = field.type === 'geo_point_2d' ? 'double' : field.type
      const expression = rounded(column(name), type, transform.steps)
      const get = compile(expression, scope)
      const out = typeOf(expression, scope)
      return (row) => toCell(get(row), out)
    }
    const { period } = transform
    return (row) => {
      const identifier = row[name]
      const number = eventTime === undefined ? today : periodOf(row[eventTime], period)
      if (identifier === null || identifier === undefined || number === null) return null
      return pseudonyms.of(identifier as string | number, decision.space, period, number)
    }
  }

  return (row) => {
    const passed = grants.map((passes) => passes(row))
    if (!passed.includes(true) || !keep.every((passes) => passes(row))) return undefined
    const seen: Row = {}
    for (const { name, ways } of cells) {
      const way = ways.find(({ grant }) => passed[grant])
      seen[name] = way ? way.shown(row) : null
    }
    return seen
  }
}

/** Types of the columns that hold these fields. */
export function fieldScope(fields: readonly DatasetField[]): TypeScope {
  const types = new Map(fields.flatMap(columnsOf).map(({ name, type }) => [name, columnValueType(type)]))
  return (name) => types.get(name)
}
