/** The table of the catalogue: one row a dataset, texts in both languages. Pure. */
import type { Cell, Row, TableSpec } from '../../engines/columnar/columnar.ts'
import { call, column, type Expression, type From, type Output, value } from '../../engines/columnar/query.ts'
import type { Relation, WordIndex } from '../odsql/relation.ts'
import { columnsOf } from '../rules.ts'
import type { DatasetField, FieldAnnotations } from '../schema.ts'
import type { SeenCounts } from './catalogue-counts.ts'
import { type Counted, datasetUid, featuresOf, wordsIn } from './dataset-body.ts'
import type { DatasetSummary } from './sources.ts'

export const languages = ['fr', 'en'] as const
export type CatalogueLanguage = (typeof languages)[number]

const field = (
  name: string,
  type: DatasetField['type'],
  fr: string,
  en: string,
  annotations: FieldAnnotations = {},
): DatasetField => ({ name, type, label: { fr, en }, annotations })

const facet: FieldAnnotations = { facet: true }
const facets: FieldAnnotations = { facet: true, multivalued: true }

/** What can be asked of the catalogue. Names are those of the Explore API. */
export const catalogueFields: readonly DatasetField[] = [
  field('dataset_id', 'text', 'Identifiant', 'Identifier', { id: true }),
  field('dataset_uid', 'text', 'Identifiant unique', 'Unique identifier'),
  field('title', 'text', 'Titre', 'Title'),
  field('description', 'text', 'Description', 'Description'),
  field('modified', 'timestamp', 'Modifié', 'Modified', facet),
  field('publisher', 'text', 'Producteur', 'Publisher', facet),
  field('keyword', 'text', 'Mot clé', 'Keyword', facets),
  field('theme', 'text', 'Thème', 'Theme', facets),
  field('language', 'text', 'Langue', 'Language', facets),
  field('license', 'text', 'Licence', 'Licence', facet),
  field('license_url', 'text', 'Texte de la licence', 'Text of the licence'),
  field('features', 'text', 'Usages possibles', 'Features', facets),
  field('territory', 'text', 'Territoire', 'Territory', facets),
  field('sector', 'text', 'Filière maritime', 'Maritime sector', { multivalued: true }),
  field('references', 'text', 'Références', 'References', { multivalued: true }),
  field('attributions', 'text', 'Attributions', 'Attributions', { multivalued: true }),
  field('data_processed', 'timestamp', 'Données traitées', 'Data processed'),
  field('metadata_processed', 'timestamp', 'Métadonnées traitées', 'Metadata processed'),
  field('records_count', 'bigint', 'Nombre d’enregistrements', 'Number of records'),
  field('kind', 'text', 'Nature', 'Kind'),
  field('simulated', 'boolean', 'Simulé', 'Simulated'),
  field('has_records', 'boolean', 'A des enregistrements', 'Has records'),
  field('data_visible', 'boolean', 'Données visibles', 'Data visible'),
]

/** Fields whose column depends on the language. */
const translated = new Set(['title', 'description'])
const columnIn = (name: string, lang: string) => `${name}_${lang}`

export const catalogueTable: TableSpec = {
  name: 'catalogue',
  columns: catalogueFields.flatMap((of) => {
    const [column] = columnsOf(of)
    if (!translated.has(of.name)) return [column!]
    return languages.map((lang) => ({ ...column!, name: columnIn(of.name, lang) }))
  }),
  sortBy: ['dataset_id'],
}

/** The fields with their texts in a language, out of the columns of the table. */
export const catalogueTexts = (lang: CatalogueLanguage, counts: Counts = new Map()): Output[] =>
  catalogueFields.map(({ name }) => ({
    as: name,
    value: seenValue(name, column(translated.has(name) ? columnIn(name, lang) : name), counts),
  }))

type Counts = ReadonlyMap<string, SeenCounts>

const counted: Record<string, (counts: SeenCounts) => Expression> = {
  records_count: ({ recordsCount }) => ({ kind: 'value', value: recordsCount, type: 'bigint' }),
  features: ({ features }) => value(listCell(features) as string | null),
  modified: ({ modifiedAt }) => ({ kind: 'value', value: modifiedAt, type: 'timestamp' }),
  data_processed: ({ modifiedAt }) => ({ kind: 'value', value: modifiedAt, type: 'timestamp' }),
  metadata_processed: ({ modifiedAt }) => ({ kind: 'value', value: modifiedAt, type: 'timestamp' }),
}

function seenValue(name: string, stored: Expression, counts: Counts): Expression {
  const shown = counted[name]
  if (!shown || counts.size === 0) return stored
  const when = [...counts].map(([id, seen]) => ({
    if: call('=', column('dataset_id'), value(id)),
    value: shown(seen),
  }))
  return { kind: 'case', when, else: stored }
}

/** The rows of some datasets as an asker sees them, texts in French or, for any other language, in English. */
export function catalogueRelation(
  from: From,
  ids: readonly string[],
  lang: CatalogueLanguage,
  { words, counts }: { words?: WordIndex; counts?: Counts } = {},
): Relation {
  const where: Expression = { kind: 'in', of: column('dataset_id'), values: [...ids] }
  return {
    from: { kind: 'query', query: { from, where, select: catalogueTexts(lang, counts) } },
    fields: catalogueFields,
    rowOrder: [{ name: 'dataset_id', type: 'text' }],
    ...(words && { words }),
  }
}

const listCell = (list: readonly string[]): Cell => (list.length > 0 ? JSON.stringify(list) : null)

export function catalogueRow(summary: DatasetSummary, counted: Counted, secret: string): Row {
  const { definition, metadata } = summary
  const { modifiedAt, recordsCount } = counted
  const row: Row = {
    dataset_id: definition.id,
    dataset_uid: datasetUid(summary, secret),
    modified: modifiedAt,
    publisher: metadata.publisher || null,
    keyword: listCell(metadata.keyword),
    theme: listCell(metadata.theme),
    language: listCell(metadata.language),
    license: metadata.license || null,
    license_url: metadata.licenseUrl || null,
    features: listCell(featuresOf(definition.fields)),
    territory: listCell(metadata.territory),
    sector: listCell(metadata.sector),
    references: listCell(metadata.references),
    attributions: listCell(metadata.attributions),
    data_processed: modifiedAt,
    metadata_processed: modifiedAt,
    records_count: recordsCount,
    kind: definition.kind,
    simulated: definition.simulated,
    has_records: true,
    data_visible: true,
  }
  for (const lang of languages) {
    row[columnIn('title', lang)] = wordsIn(definition.title, lang)
    row[columnIn('description', lang)] = wordsIn(definition.description, lang)
  }
  return row
}
