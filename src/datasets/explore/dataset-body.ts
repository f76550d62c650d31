/** A dataset as the catalogue shows it: fields, metadata, features. Pure. */
import { createHmac } from 'node:crypto'
import type { OutputType } from '../odsql/output.ts'
import type { DatasetDefinition, DatasetField, FieldType, Words } from '../schema.ts'
import type { DatasetSummary } from './sources.ts'

export const fieldTypes: Record<FieldType, OutputType> = {
  text: 'text',
  boolean: 'boolean',
  tinyint: 'int',
  smallint: 'int',
  integer: 'int',
  bigint: 'int',
  real: 'double',
  double: 'double',
  timestamp: 'datetime',
  date: 'date',
  json: 'json_blob',
  geo_point_2d: 'geo_point_2d',
  geo_shape: 'geo_shape',
  file: 'file',
}

/** French unless another language is asked for: texts are kept in these two. */
export const wordsIn = ({ fr, en }: Words, lang: string): string => (lang === 'fr' ? fr || en : en || fr)

export interface FieldBody {
  name: string
  label: string
  type: OutputType
  description: string | null
  annotations: Record<string, string[]>
}

export function fieldBody(
  { name, type, label, unit, annotations = {} }: DatasetField,
  lang: string,
): FieldBody {
  const shown: Record<string, string[]> = {}
  for (const [key, given] of Object.entries(annotations))
    if (given === true) shown[key] = key === 'multivalued' ? [','] : []
    else if (typeof given === 'string') shown[key] = [given]
  if (unit) shown.unit = [unit]
  return {
    name,
    label: wordsIn(label, lang),
    type: fieldTypes[type],
    description: null,
    annotations: shown,
  }
}

/** What the fields allow: charts, a map, a time axis, pictures. */
export function featuresOf(fields: readonly DatasetField[]): string[] {
  const types = new Set(fields.map(({ type }) => fieldTypes[type]))
  const features: string[] = []
  if (types.has('int') || types.has('double') || types.has('date') || types.has('datetime'))
    features.push('analyze')
  if (types.has('geo_point_2d') || types.has('geo_shape')) features.push('geo')
  if (types.has('date') || types.has('datetime')) features.push('timeserie')
  if (types.has('file')) features.push('image')
  return features
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** `da_` and six characters, the same as long as the dataset lives. */
export function datasetUid({ definition, createdAt }: DatasetSummary, secret: string): string {
  const digest = createHmac('sha256', secret)
    .update(`uid:${definition.id}:${createdAt ?? ''}`)
    .digest()
  return `da_${Array.from(digest.subarray(0, 6), (byte) => alphabet[byte % alphabet.length]).join('')}`
}

export interface Counted {
  /** Null for who sees no row. */
  recordsCount: number | null
  /** ISO instant of the last change of rows or description. */
  modifiedAt: string
}

/** What `metas` holds; lists without a value are null, as portals show them. */
export function metasOf({ definition, metadata, version }: DatasetSummary, counted: Counted, lang: string) {
  const some = (list: readonly string[]) => (list.length > 0 ? list : null)
  const { recordsCount, modifiedAt } = counted
  return {
    default: {
      title: wordsIn(definition.title, lang),
      description: wordsIn(definition.description, lang),
      theme: some(metadata.theme),
      keyword: some(metadata.keyword),
      license: metadata.license || null,
      license_url: metadata.licenseUrl || null,
      language: some(metadata.language),
      metadata_languages: ['fr', 'en'],
      publisher: metadata.publisher || null,
      references: some(metadata.references),
      attributions: some(metadata.attributions),
      territory: some(metadata.territory),
      modified: modifiedAt,
      data_processed: modifiedAt,
      metadata_processed: modifiedAt,
      geographic_reference: null,
      federated: false,
      source_domain: null,
      records_count: recordsCount,
    },
    dcat: { accrualperiodicity: metadata.updateEvery || null },
    custom: { sector: some(metadata.sector) },
    lacydon: { kind: definition.kind, simulated: definition.simulated, version },
  }
}

export interface DatasetBody {
  dataset_id: string
  dataset_uid: string
  attachments: { mimetype: string; url: string; id: string; title: string }[]
  has_records: boolean
  data_visible: boolean
  features: string[]
  metas: Record<string, unknown>
  fields: FieldBody[]
  [links: string]: unknown
}

/** Computed on the visible fields only. */
export function datasetBody(
  summary: DatasetSummary,
  fields: readonly DatasetField[],
  counted: Counted,
  { lang, secret, withAppMetas }: { lang: string; secret: string; withAppMetas: boolean },
): DatasetBody {
  const metas: Record<string, unknown> = metasOf(summary, counted, lang)
  if (withAppMetas) metas.explore = appMetas(summary.definition)
  return {
    dataset_id: summary.definition.id,
    dataset_uid: datasetUid(summary, secret),
    attachments: [],
    has_records: true,
    data_visible: true,
    features: featuresOf(fields),
    metas,
    fields: fields.map((field) => fieldBody(field, lang)),
  }
}

/** What pages that show a dataset ask for. */
const appMetas = ({ kind }: DatasetDefinition) => ({ live: kind === 'stream' })
