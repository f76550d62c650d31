/** From a plan to the fields of a dataset. */
import { invalidInput } from '../../errors.ts'
import { columnsOf } from '../rules.ts'
import type { DatasetField, Words } from '../schema.ts'
import type { LoadPlan, PlanField } from './schema.ts'

const both = (text: string): Words => ({ fr: text, en: text })

/** The columns of a point that are fields of their own, when both are loaded as plain degrees. */
function ownColumns(plan: LoadPlan, { columns, reading }: PlanField): DatasetField['coordinates'] {
  if (columns.length !== 2 || (reading.kind !== 'lat-lon' && reading.kind !== 'lon-lat')) return undefined
  const [first, second] = columns.map((column) =>
    plan.fields.find(
      (field) =>
        field.included &&
        field.type === 'double' &&
        field.reading.kind === 'plain' &&
        field.columns[0] === column,
    ),
  )
  if (!first || !second) return undefined
  return reading.kind === 'lat-lon'
    ? { lat: first.name, lon: second.name }
    : { lat: second.name, lon: first.name }
}

/**
 * The fields of the dataset that a plan makes, in its order. Throws `invalid_input` when two fields have one name,
 * or the columns of two fields would.
 */
export function datasetFields(plan: LoadPlan): DatasetField[] {
  const fields = plan.fields
    .filter(({ included }) => included)
    .map((field): DatasetField => {
      const coordinates = field.type === 'geo_point_2d' ? ownColumns(plan, field) : undefined
      const isKey = plan.primaryKey.includes(field.name)
      const annotations = isKey ? { ...field.annotations, id: true } : field.annotations
      return {
        name: field.name,
        type: field.type,
        ...(field.unit && { unit: field.unit }),
        label: both(field.label),
        ...(annotations && { annotations }),
        ...(coordinates && { coordinates }),
      }
    })
  if (fields.length === 0)
    throw invalidInput('The plan loads no column.', 'Set “included” of at least one field to true.')
  const seen = new Set<string>()
  for (const { name } of fields) {
    if (seen.has(name))
      throw invalidInput(`Two fields have the name “${name}”.`, 'Give one of them another name.')
    seen.add(name)
  }
  const columns = new Set<string>()
  for (const field of fields)
    for (const { name } of columnsOf(field)) {
      if (columns.has(name))
        throw invalidInput(
          `“${field.name}” keeps its parts in a column “${name}”, which another field has.`,
          'Give one of them another name.',
        )
      columns.add(name)
    }
  return fields
}
