/** The plan of the last load applied to a new file. */
import { legalName, uniqueName } from './field-names.ts'
import type { LoadPlan, PlanField } from './schema.ts'

export interface Merged {
  plan: LoadPlan
  /** Names of kept fields whose columns are gone. */
  missingFields: string[]
  /** Names of fields made from columns that the kept plan does not know. */
  newFields: string[]
}

/**
 * What a person decided stays: names, types, readings, labels, annotations, constraints. Columns are found by their
 * names, else by what is left of them without case and accents. Fields whose columns are gone are left out and named;
 * columns that are new are added as inferred, and named.
 */
export function mergePlan(kept: LoadPlan, found: LoadPlan, columnKeys: readonly string[]): Merged {
  const exact = new Set(columnKeys)
  const byLegalName = new Map(columnKeys.map((key) => [legalName(key, ''), key]))
  const inFile = (column: string) =>
    exact.has(column) ? column : (byLegalName.get(legalName(column, '\u0000')) ?? undefined)
  const missingFields: string[] = []
  const fields: PlanField[] = []
  const covered = new Set<string>()
  const inferred = new Map(found.fields.filter((f) => f.columns.length === 1).map((f) => [f.columns[0]!, f]))
  for (const field of kept.fields) {
    const columns = field.columns.map(inFile)
    if (columns.some((column) => column === undefined)) {
      if (field.included) missingFields.push(field.name)
      continue
    }
    const known = columns as string[]
    for (const column of known) covered.add(column)
    fields.push({ ...field, columns: known, ...doubtOf(field, inferred.get(known[0]!)) })
  }
  const used = new Set(fields.map(({ name }) => name))
  const added = found.fields
    .filter(({ columns }) => !columns.every((column) => covered.has(column)))
    .map((field) => ({ ...field, name: uniqueName(field.name, used) }))
  const notes = [...found.notes]
  if (missingFields.length > 0)
    notes.push(`Columns of the last load are missing: ${missingFields.join(', ')}.`)
  if (added.length > 0) notes.push(`Columns are new: ${added.map(({ name }) => name).join(', ')}.`)
  return {
    plan: {
      ...found,
      fields: [...fields, ...added],
      nullTexts: [...new Set([...kept.nullTexts, ...found.nullTexts])],
      primaryKey: kept.primaryKey.filter((name) => fields.some((field) => field.name === name)),
      reportOnly: kept.reportOnly,
      notes,
    },
    missingFields,
    newFields: added.map(({ name }) => name),
  }
}

const numeric = new Set(['integer', 'bigint', 'double', 'smallint', 'tinyint', 'real'])

/** A person should look when the file would have been given another type. */
function doubtOf(field: PlanField, inferred: PlanField | undefined): Partial<PlanField> {
  const isSame =
    !inferred ||
    inferred.type === field.type ||
    field.type === 'text' ||
    (numeric.has(field.type) && numeric.has(inferred.type) && inferred.type !== 'double')
  return {
    reason: 'as in the last load',
    doubt: isSame ? undefined : `This file looks like ${inferred.type} (${inferred.reason}).`,
  }
}
