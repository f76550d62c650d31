/** Table Schema (specs.frictionlessdata.io/table-schema), as published on schema.data.gouv.fr, applied to a plan. */
import { invalidInput } from '../../errors.ts'
import type { FieldType } from '../schema.ts'
import { datePattern } from './date-pattern.ts'
import { legalName } from './field-names.ts'
import type { Constraints, LoadPlan, PlanField, Reading } from './schema.ts'

interface SchemaField {
  name: string
  title?: string
  type?: string
  format?: string
  trueValues?: string[]
  falseValues?: string[]
  decimalChar?: string
  groupChar?: string
  constraints?: Record<string, unknown>
}

/** What of a Table Schema is used, checked. */
export interface SchemaConstraints {
  name: string
  fields: SchemaField[]
  primaryKey: string[]
  missingValues: string[]
}

/**
 * A Table Schema from JSON text, alone or inside a package that has one under `schema`. Throws `invalid_input` that
 * names what is wrong.
 */
export function parseTableSchema(text: string): SchemaConstraints {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw invalidInput(`The schema is not JSON: ${(error as Error).message.slice(0, 120)}.`)
  }
  const schema = findSchema(json)
  if (!schema)
    throw invalidInput(
      'This JSON is no Table Schema: it has no list “fields”.',
      'Send the schema.json of schema.data.gouv.fr itself, not the catalogue entry.',
    )
  const fields = (schema.fields as unknown[]).map((field, i): SchemaField => {
    const { name } = (field ?? {}) as { name?: unknown }
    if (typeof name !== 'string' || name === '')
      throw invalidInput(`Field ${i + 1} of the schema has no name.`)
    return field as SchemaField
  })
  const key = schema.primaryKey
  const list = (value: unknown): string[] =>
    typeof value === 'string' ? [value] : Array.isArray(value) ? value.map(String) : []
  const names = new Set(fields.map(({ name }) => name))
  for (const part of list(key))
    if (!names.has(part)) throw invalidInput(`The primary key names “${part}”, which the schema has not.`)
  return {
    name: String(schema.title ?? schema.name ?? 'Table Schema'),
    fields,
    primaryKey: list(key),
    missingValues: list(schema.missingValues).filter((text) => text !== ''),
  }
}

function findSchema(json: unknown): Record<string, unknown> | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  const object = json as Record<string, unknown>
  if (Array.isArray(object.fields)) return object
  const inner =
    object.schema ??
    (Array.isArray(object.resources) ? (object.resources[0] as { schema?: unknown })?.schema : undefined)
  return inner === undefined ? undefined : findSchema(inner)
}

const types: Record<string, FieldType> = {
  string: 'text',
  integer: 'bigint',
  number: 'double',
  boolean: 'boolean',
  date: 'date',
  datetime: 'timestamp',
  time: 'text',
  year: 'integer',
  yearmonth: 'text',
  duration: 'text',
  geopoint: 'geo_point_2d',
  geojson: 'geo_shape',
  array: 'json',
  object: 'json',
}

/**
 * The plan with types, readings, constraints and key of the schema. Fields are matched by name, else by what is left
 * without case and accents. Throws `invalid_input` when a required column is not in the file.
 */
export function applySchema(plan: LoadPlan, schema: SchemaConstraints, reportOnly: boolean): LoadPlan {
  const byName = new Map(
    plan.fields.flatMap((f) => (f.columns.length === 1 ? [[f.columns[0]!, f] as const] : [])),
  )
  const byLegalName = new Map([...byName].map(([column, field]) => [legalName(column, ''), field]))
  const matched = new Map<PlanField, SchemaField>()
  const missing: string[] = []
  for (const field of schema.fields) {
    const found = byName.get(field.name) ?? byLegalName.get(legalName(field.name, '\u0000'))
    if (found) matched.set(found, field)
    else if (field.constraints?.required === true) missing.push(field.name)
  }
  if (missing.length > 0)
    throw invalidInput(
      `The file lacks columns that the schema requires: ${missing.join(', ')}.`,
      'Add them to the file, or choose another schema.',
      { missing },
    )
  const absent = schema.fields
    .filter((field) => ![...matched.values()].includes(field))
    .map(({ name }) => name)
  const extra = plan.fields.filter((f) => f.columns.length === 1 && !matched.has(f)).map(({ label }) => label)
  const names = new Map([...matched].map(([field, { name }]) => [name, field.name]))
  return {
    ...plan,
    fields: plan.fields.map((field) => {
      const stated = matched.get(field)
      return stated ? withSchema(field, stated, schema.name) : field
    }),
    nullTexts: [...new Set([...plan.nullTexts, ...schema.missingValues])],
    primaryKey: schema.primaryKey.flatMap((name) => names.get(name) ?? []),
    reportOnly,
    notes: [
      ...plan.notes,
      `${matched.size} of ${schema.fields.length} fields of “${schema.name}” are in the file.`,
      ...(absent.length > 0 ? [`Fields of the schema that are not in the file: ${absent.join(', ')}.`] : []),
      ...(extra.length > 0 ? [`Columns that the schema does not know: ${extra.join(', ')}.`] : []),
    ],
  }
}

function withSchema(field: PlanField, stated: SchemaField, schemaName: string): PlanField {
  const wanted = types[stated.type ?? 'string'] ?? 'text'
  // A whole number that fits keeps the narrower type it was given.
  const type = wanted === 'bigint' && field.type === 'integer' ? 'integer' : wanted
  const constraints = constraintsOf(stated)
  const { doubt: _, ...rest } = field
  return {
    ...rest,
    type,
    label: stated.title ?? field.label,
    reading: readingOf(stated, type, field.reading),
    reason: `“${schemaName}” says ${stated.type ?? 'string'}`,
    ...(constraints && { constraints }),
  }
}

function readingOf(stated: SchemaField, type: FieldType, guessed: Reading): Reading {
  const { format } = stated
  switch (stated.type) {
    case 'boolean':
      if (stated.trueValues || stated.falseValues || guessed.kind !== 'words')
        return {
          kind: 'words',
          true: stated.trueValues ?? ['true', 'True', 'TRUE', '1'],
          false: stated.falseValues ?? ['false', 'False', 'FALSE', '0'],
        }
      return guessed
    case 'number':
      if (stated.decimalChar === ',') return { kind: 'decimal-comma' }
      if (stated.groupChar === ',') return { kind: 'decimal-point' }
      return guessed.kind === 'decimal-comma' && stated.decimalChar === undefined
        ? guessed
        : { kind: 'plain' }
    case 'date':
    case 'datetime': {
      if (format === 'any')
        return guessed.kind === 'pattern' || guessed.kind === 'epoch' ? guessed : { kind: 'plain' }
      if (format === undefined || format === 'default') return { kind: 'plain' }
      const pattern = patternOfStrftime(format)
      datePattern(pattern)
      return { kind: 'pattern', patterns: [pattern] }
    }
    case 'geopoint':
      return format === 'array' || format === 'object' ? { kind: 'geojson', epsg: 4326 } : { kind: 'lon-lat' }
    case 'geojson':
      return { kind: 'geojson', epsg: 4326 }
    default:
      return type === 'text' || type === 'json' ? { kind: 'plain' } : { kind: 'plain' }
  }
}

const strftime: Record<string, string> = {
  Y: 'yyyy',
  y: 'yy',
  m: 'MM',
  d: 'dd',
  H: 'HH',
  I: 'hh',
  M: 'mm',
  S: 'ss',
  f: 'SSS',
  p: 'a',
  B: 'MMMM',
  b: 'MMM',
  A: 'EEEE',
  a: 'EEE',
  z: 'XXX',
  T: 'HH:mm:ss',
  F: 'yyyy-MM-dd',
}

/** `%d/%m/%Y` as our patterns write it. */
function patternOfStrftime(format: string): string {
  const plain = format.replace(/^fmt:/, '')
  return plain.replace(
    /%([A-Za-z])|([A-Za-z]+)/g,
    (_, code: string | undefined, letters: string | undefined) => {
      if (letters !== undefined) return `'${letters}'`
      const pattern = strftime[code!]
      if (pattern === undefined)
        throw invalidInput(`The date format “${format}” has %${code}, which is not known here.`)
      return pattern
    },
  )
}

function constraintsOf({ name, constraints = {}, format, type }: SchemaField): Constraints | undefined {
  const made: Constraints = {}
  const { required, unique, enum: allowed, pattern, minimum, maximum, minLength, maxLength } = constraints
  if (required === true) made.required = true
  if (unique === true) made.unique = true
  if (Array.isArray(allowed)) made.enum = allowed.map(String)
  if (typeof pattern === 'string') made.pattern = pattern
  else if (type === 'string' && format === 'email') made.pattern = '[^@\\s]+@[^@\\s]+\\.[^@\\s]+'
  else if (type === 'string' && format === 'uri') made.pattern = '[A-Za-z][A-Za-z0-9+.-]*:\\S+'
  else if (type === 'string' && format === 'uuid')
    made.pattern = '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'
  if (type === 'year' || type === 'integer' || type === 'number' || type === 'date' || type === 'datetime') {
    if (minimum !== undefined) made.minimum = boundOf(name, minimum)
    if (maximum !== undefined) made.maximum = boundOf(name, maximum)
  }
  if (type === 'yearmonth' && made.pattern === undefined) made.pattern = '\\d{4}-(0[1-9]|1[0-2])'
  if (type === 'time' && made.pattern === undefined) made.pattern = '([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d)?Z?'
  if (typeof minLength === 'number') made.minLength = minLength
  if (typeof maxLength === 'number') made.maxLength = maxLength
  return Object.keys(made).length > 0 ? made : undefined
}

function boundOf(name: string, bound: unknown): number | string {
  if (typeof bound === 'number' || typeof bound === 'string') return bound
  throw invalidInput(`A bound of “${name}” in the schema is neither a number nor a text.`)
}
