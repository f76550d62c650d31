/** Rows as triples: one subject a record, one property a column. Pure. */
import type { OutputColumn } from '../odsql/output.ts'
import { type ExportContext, plainText } from './format.ts'
import { geometryOf } from './geometry.ts'
import type { RowStream } from './rows.ts'

export const prefixes = {
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
  geo: 'http://www.opengis.net/ont/geosparql#',
} as const

export interface LiteralTerm {
  text: string
  /** IRI; absent for plain text. */
  datatype?: string
}

export interface Property {
  iri: string
  /** Local name, fit for every syntax. */
  local: string
  column: OutputColumn
}

/** Namespace of the columns of a dataset. */
export const vocabularyOf = ({ address }: ExportContext) => `${address}/fields/`
export const subjectOf = ({ address }: ExportContext, row: number) => `${address}/rows/${row}`

/** Properties under the dataset, their local names made of letters, digits and `_`. */
export function propertiesOf({ columns, names }: RowStream, context: ExportContext): Property[] {
  const taken = new Set<string>()
  return columns.map((column, i) => {
    const plain = names[i]!.normalize('NFD')
      .replace(/\p{Mn}/gu, '')
      .replace(/[^A-Za-z0-9_]+/g, '_')
      .replace(/^(?![A-Za-z_])/, '_')
    let local = plain
    for (let n = 2; taken.has(local); n++) local = `${plain}_${n}`
    taken.add(local)
    return { iri: `${vocabularyOf(context)}${local}`, local, column }
  })
}

const datatypes: Partial<Record<OutputColumn['type'], string>> = {
  int: `${prefixes.xsd}integer`,
  double: `${prefixes.xsd}double`,
  boolean: `${prefixes.xsd}boolean`,
  datetime: `${prefixes.xsd}dateTime`,
}
const dateTypes: Record<number, string> = { 4: 'gYear', 7: 'gYearMonth', 10: 'date' }

/** The values of a cell: several for a list, none for nothing. */
export function literalsOf({ type, isMultivalued }: OutputColumn, value: unknown): LiteralTerm[] {
  if (value === null || value === undefined) return []
  const element: OutputColumn['type'] = type
  if (isMultivalued && Array.isArray(value))
    return value.flatMap((one) => literalsOf({ type: element, isMultivalued: false } as OutputColumn, one))
  const geometry = type === 'geo_point_2d' || type === 'geo_shape' ? geometryOf(value) : null
  if (geometry) return [{ text: JSON.stringify(geometry), datatype: `${prefixes.geo}geoJSONLiteral` }]
  const text = plainText(value)
  if (type === 'date') {
    const date = dateTypes[text.length]
    return [date ? { text, datatype: `${prefixes.xsd}${date}` } : { text }]
  }
  const isWhole = type === 'datetime' && text.length < 19
  const datatype = isWhole ? undefined : datatypes[type]
  return [datatype ? { text, datatype } : { text }]
}
