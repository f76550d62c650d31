import type { LoadPlan, PlanField, Reading } from '../../../../src/datasets/loading/schema.ts'

type Type = PlanField['type']

/** Types that a person may choose; narrow numbers and places stay as they were found. */
const offered: readonly Type[] = ['text', 'bigint', 'double', 'boolean', 'date', 'timestamp', 'json']

export const typesFor = (found: PlanField): Type[] =>
  offered.includes(found.type) ? [...offered] : [found.type, ...offered]

export type ReadingKind = Reading['kind']

const numberReadings: readonly ReadingKind[] = ['plain', 'decimal-comma', 'decimal-point']
const readings: Partial<Record<Type, readonly ReadingKind[]>> = {
  boolean: ['plain', 'words'],
  date: ['plain', 'pattern'],
  timestamp: ['plain', 'pattern', 'epoch'],
  text: ['plain'],
  json: ['plain'],
}
const isNumeric = (type: Type) =>
  ['tinyint', 'smallint', 'integer', 'bigint', 'real', 'double'].includes(type)

/** How the cells of a type may be written; one way only means there is nothing to choose. */
export const readingsFor = (field: PlanField): readonly ReadingKind[] => {
  if (isNumeric(field.type)) return numberReadings
  if (field.type === 'geo_point_2d' && ['lat-lon', 'lon-lat'].includes(field.reading.kind))
    return ['lat-lon', 'lon-lat']
  return readings[field.type] ?? [field.reading.kind]
}

const fresh: Record<ReadingKind, Reading | undefined> = {
  plain: { kind: 'plain' },
  'decimal-comma': { kind: 'decimal-comma' },
  'decimal-point': { kind: 'decimal-point' },
  pattern: { kind: 'pattern', patterns: ['dd/MM/yyyy'] },
  epoch: { kind: 'epoch', unit: 's' },
  words: {
    kind: 'words',
    true: ['oui', 'vrai', 'yes', 'true', '1'],
    false: ['non', 'faux', 'no', 'false', '0'],
  },
  'lat-lon': { kind: 'lat-lon' },
  'lon-lat': { kind: 'lon-lat' },
  xy: undefined,
  wkt: undefined,
  geojson: undefined,
}

export const withReading = (field: PlanField, kind: ReadingKind): PlanField =>
  field.reading.kind === kind ? field : { ...field, reading: fresh[kind] ?? field.reading }

/**
 * The field with another type and a way to read it: the one found when that was its type, else the plain form, a
 * comma for numbers where the file writes one, a French day for dates that were text.
 */
export function withType(field: PlanField, type: Type, found: PlanField): PlanField {
  if (type === found.type) return { ...field, type, reading: found.reading }
  const retyped: PlanField = { ...field, type }
  const kinds = readingsFor(retyped)
  if (field.reading.kind !== 'plain' && kinds.includes(field.reading.kind)) return retyped
  const guess = type === 'date' ? 'pattern' : type === 'double' ? 'decimal-comma' : (kinds[0] ?? 'plain')
  return withReading({ ...retyped, reading: { kind: 'plain' } }, guess)
}

/** The plan with one field changed. */
export const replaceField = (plan: LoadPlan, index: number, field: PlanField): LoadPlan => ({
  ...plan,
  fields: plan.fields.map((old, i) => (i === index ? field : old)),
})

/** What keeps a plan from being loaded: nothing in it, names missing, wrong or given twice. */
export function planFaults({ fields }: LoadPlan): Map<number, 'name' | 'twice'> | 'empty' {
  const included = fields.filter(({ included }) => included)
  if (included.length === 0) return 'empty'
  const faults = new Map<number, 'name' | 'twice'>()
  fields.forEach(({ name, included }, i) => {
    if (!included) return
    if (!/^[a-z][a-z0-9_]{0,63}$/.test(name)) faults.set(i, 'name')
    else if (fields.some((other, j) => j < i && other.included && other.name === name)) faults.set(i, 'twice')
  })
  return faults
}

/** The plan with a field whose values are, or are no longer, offered as a filter. */
export function toggleFacet(plan: LoadPlan, index: number): LoadPlan {
  const field = plan.fields[index]
  if (!field) return plan
  const facet = !field.annotations?.facet || undefined
  return replaceField(plan, index, { ...field, annotations: { ...field.annotations, facet } })
}

/** The key made of the fields that are marked as identifying a row. */
export function toggleId(plan: LoadPlan, index: number): LoadPlan {
  const field = plan.fields[index]
  if (!field) return plan
  const isId = !field.annotations?.id
  const annotations = { ...field.annotations, id: isId || undefined }
  return replaceField(plan, index, { ...field, annotations })
}
