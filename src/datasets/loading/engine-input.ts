/** Which files an engine may read by itself: those that have nothing it would read differently from us. */
import type { CsvColumn, LoadInput } from '../../engines/columnar/snapshots.ts'
import type { ColumnForm, Inspection } from './inspect.ts'
import type { Prepared } from './prepare.ts'
import type { LoadPlan, PlanField } from './schema.ts'

/**
 * The engine's input for a plan, undefined when rows have to be converted here: broken records, formats that are not
 * plain, geometries, constraints, keys. Paths are as the engine sees them.
 */
export function engineInput(
  prepared: Prepared,
  plan: LoadPlan,
  { brokenCount, forms }: Pick<Inspection, 'brokenCount' | 'forms'>,
): LoadInput | undefined {
  const fields = plan.fields.filter(({ included }) => included)
  if (plan.primaryKey.length > 0 || plan.nullTexts.length > 0) return undefined
  const stored = fields.filter((field) => !isOwnPoint(field, fields))
  if (!stored.every((field) => isSimple(field))) return undefined
  if (prepared.parquet) {
    const types = new Map(prepared.parquet.types.map(({ name, type }) => [name, type]))
    if (!stored.every(({ columns, type }) => types.get(columns[0]!) === type)) return undefined
    return {
      kind: 'parquet',
      path: prepared.parquet.path,
      columns: stored.map(({ columns, name }) => ({ from: columns[0]!, name })),
    }
  }
  const places = new Map(prepared.columns.map(({ key }, i) => [key, i]))
  if (brokenCount > 0 || !stored.every((field) => formOf(field, forms) !== undefined)) return undefined
  // The engine would take a byte order mark before the first row for a part of its first cell.
  const hasMark = prepared.line === 1 && prepared.start > 0
  if (prepared.dialect.quote === 39 || hasMark) return undefined
  return {
    kind: 'csv',
    path: prepared.path,
    delimiter: String.fromCharCode(prepared.dialect.delimiter),
    quote: prepared.dialect.quote === null ? null : String.fromCharCode(prepared.dialect.quote),
    skipLines: prepared.line - 1,
    width: prepared.columns.length,
    columns: stored.map(
      (field): CsvColumn => ({
        index: places.get(field.columns[0]!)!,
        name: field.name,
        type: field.type as CsvColumn['type'],
        isPlain: formOf(field, forms) === 'plain',
      }),
    ),
    nullTexts: [],
  }
}

/** A point of two fields that are stored on their own takes no column. */
const isOwnPoint = (field: PlanField, fields: readonly PlanField[]) =>
  field.type === 'geo_point_2d' &&
  field.columns.length === 2 &&
  (field.reading.kind === 'lat-lon' || field.reading.kind === 'lon-lat') &&
  field.columns.every((column) =>
    fields.some(
      (other) => other.type === 'double' && other.reading.kind === 'plain' && other.columns[0] === column,
    ),
  )

const isSimple = ({ type, reading, constraints, columns, annotations }: PlanField) =>
  reading.kind === 'plain' &&
  columns.length === 1 &&
  !constraints &&
  !annotations?.multivalued &&
  type !== 'geo_point_2d' &&
  type !== 'geo_shape' &&
  type !== 'json' &&
  type !== 'file'

const formOf = ({ type, columns }: PlanField, forms: Inspection['forms']) =>
  forms[columns[0]!]?.[type as keyof ColumnForm]
