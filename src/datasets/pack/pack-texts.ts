/** What a pack tells beside its rows. Pure: equal contents give equal texts, without the time or place of the making. */
import type { DatasetDefinition, DatasetField, DatasetMetadata, FieldType } from '../schema.ts'

export interface Packed {
  definition: DatasetDefinition
  /** Those of the pack: hidden ones are not in it. */
  fields: readonly DatasetField[]
  metadata: DatasetMetadata
  /** `v12`, or the instant up to which rows were received; null for rows that keep no past. */
  moment: string | null
}

export interface PackedFile {
  path: string
  byteCount: number
  /** Hex. */
  sha256: string
}

export const dataPath = (id: string) => `data/${id}.csv`

/** `a@v3,b@2026-03-01T08:00:00.000Z`: asks for the same pack again. */
export const pinned = (datasets: readonly Packed[]): string =>
  datasets.map(({ definition: { id }, moment }) => (moment === null ? id : `${id}@${moment}`)).join(',')

export function readmeText(datasets: readonly Packed[]): string {
  const list = datasets.map(({ definition: { id, title, simulated }, moment }) => {
    const past = moment === null ? 'sans version / no version' : moment
    return `- \`${dataPath(id)}\` — ${title.fr} / ${title.en} — ${past}${simulated ? ' — simulé / simulated' : ''}`
  })
  const fleeting = datasets.some(({ moment }) => moment === null)
    ? '\nCeux « sans version » ne gardent pas leur passé : leurs lignes changeront.\nThose with “no version” keep no past: their rows will change.\n'
    : ''
  return `# Données / Data

${list.join('\n')}
${fleeting}
- \`dictionary.csv\` : les champs, avec types et unités / the fields, with types and units
- \`datapackage.json\` : le même pour les outils (Frictionless Data Package) / the same for tools
- \`LICENCES.md\` : sous quelles conditions réutiliser / on what terms to reuse
- \`checksums.sha256\` : \`sha256sum -c checksums.sha256\`

CSV : UTF-8, virgules, instants en UTC, points « lat, lon » WGS 84, valeurs multiples séparées par « | ».
CSV: UTF-8, commas, instants in UTC, points “lat, lon” in WGS 84, several values parted by “|”.

Le même paquet, octet pour octet / the same pack, byte for byte:

    /api/v1/packs?datasets=${pinned(datasets)}
`
}

export function licencesText(datasets: readonly Packed[]): string {
  const parts = datasets.map(({ definition: { id, title }, metadata }) => {
    const { publisher, license, licenseUrl, attributions } = metadata
    const lines = [
      `Producteur / publisher: ${publisher || '—'}`,
      `Licence: ${license || 'non précisée : demandez au producteur / not stated: ask the publisher'}`,
      ...(licenseUrl ? [licenseUrl] : []),
      ...(attributions.length > 0 ? [`Attribution: ${attributions.join('; ')}`] : []),
    ]
    return `## ${title.fr} (\`${id}\`)\n\n${lines.join('\n')}\n`
  })
  return `# Licences\n\n${parts.join('\n')}`
}

const cell = (value: unknown): string => {
  const text = value === undefined || value === null ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function dictionaryText(datasets: readonly Packed[]): string {
  const head = ['dataset', 'field', 'type', 'unit', 'label_fr', 'label_en', 'annotations']
  const rows = datasets.flatMap(({ definition: { id }, fields }) =>
    fields.map(({ name, type, unit, label, annotations = {} }) => {
      const marks = Object.entries(annotations)
        .filter(([, value]) => value !== false && value !== undefined)
        .map(([key, value]) => (value === true ? key : `${key}=${value}`))
      return [id, name, type, unit, label.fr, label.en, marks.sort().join(' ')]
    }),
  )
  return [head, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

/** Types of Table Schema; a point is written lat first, which none of its forms is. */
const tableSchemaTypes: Record<FieldType, string> = {
  text: 'string',
  boolean: 'boolean',
  tinyint: 'integer',
  smallint: 'integer',
  integer: 'integer',
  bigint: 'integer',
  real: 'number',
  double: 'number',
  timestamp: 'datetime',
  date: 'date',
  json: 'any',
  file: 'any',
  geo_point_2d: 'string',
  geo_shape: 'geojson',
}

/** Frictionless Data Package 1.0. */
export function dataPackageText(datasets: readonly Packed[], files: readonly PackedFile[]): string {
  const resources = datasets.map(({ definition, fields, metadata, moment }) => {
    const { id, title, description, simulated } = definition
    const path = dataPath(id)
    const file = files.find((known) => known.path === path)
    const keys = fields.filter(({ annotations }) => annotations?.id).map(({ name }) => name)
    const { license, licenseUrl, publisher } = metadata
    return {
      name: id,
      path,
      title: title.fr,
      description: description.fr,
      version: moment,
      simulated,
      profile: 'tabular-data-resource',
      format: 'csv',
      mediatype: 'text/csv',
      encoding: 'utf-8',
      ...(file && { bytes: file.byteCount, hash: `sha256:${file.sha256}` }),
      ...(license && { licenses: [{ name: license, ...(licenseUrl && { path: licenseUrl }) }] }),
      ...(publisher && { contributors: [{ title: publisher, role: 'publisher' }] }),
      schema: {
        fields: fields.map(({ name, type, unit, label, annotations }) => ({
          name,
          type: annotations?.multivalued ? 'string' : tableSchemaTypes[type],
          title: label.fr,
          ...(unit && { unit }),
        })),
        missingValues: [''],
        ...(keys.length > 0 && { primaryKey: keys }),
      },
    }
  })
  return `${JSON.stringify({ profile: 'tabular-data-package', name: 'pack', resources }, null, 2)}\n`
}

/** As `sha256sum` writes and checks it. */
export const checksumsText = (files: readonly PackedFile[]): string =>
  files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('')
