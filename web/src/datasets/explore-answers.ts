/** What the Explore API answers, as far as the pages read it. */

export type CellType =
  | 'text'
  | 'int'
  | 'double'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'geo_point_2d'
  | 'geo_shape'
  | 'file'
  | 'json_blob'

export interface Field {
  name: string
  label: string
  type: CellType
  description: string | null
  /** Flags are present as lists; `unit` and `hierarchical` hold one text. */
  annotations: Partial<Record<string, string[]>>
}

/** One line of the catalogue; `null` where nobody said. */
export interface CatalogueEntry {
  dataset_id: string
  title: string
  description: string | null
  /** ISO instant of the last change. */
  modified: string
  publisher: string | null
  license: string | null
  theme: string[] | null
  keyword: string[] | null
  features: string[] | null
  sector: string[] | null
  territory: string[] | null
  records_count: number
  kind: 'snapshot' | 'stream'
  simulated: boolean
  /** 0 to 100; absent until it is counted. */
  score?: number
}

export interface Dataset {
  dataset_id: string
  dataset_uid: string
  features: string[]
  fields: Field[]
  metas: {
    default: {
      title: string
      description: string | null
      theme: string[] | null
      keyword: string[] | null
      license: string | null
      license_url: string | null
      language: string[] | null
      publisher: string | null
      references: string[] | null
      attributions: string[] | null
      territory: string[] | null
      modified: string
      records_count: number
    }
    dcat: { accrualperiodicity: string | null }
    custom: { sector: string[] | null }
    lacydon: { kind: 'snapshot' | 'stream'; simulated: boolean; version: number | null }
  }
}

export type DataRecord = Record<string, unknown>

export interface Records {
  total_count: number
  results: DataRecord[]
}

export interface FacetValue {
  name: string
  value: string
  count: number
  state: 'displayed' | 'refined' | 'excluded'
  facets?: FacetValue[]
}

export interface Facet {
  name: string
  facets: FacetValue[]
}

export const geoFieldOf = ({ fields }: Pick<Dataset, 'fields'>): Field | undefined =>
  fields.find(({ type }) => type === 'geo_point_2d') ?? fields.find(({ type }) => type === 'geo_shape')

export const unitOf = ({ annotations }: Field): string | undefined => annotations.unit?.[0]
export const isNumber = ({ type }: Field): boolean => type === 'int' || type === 'double'
export const isTime = ({ type }: Field): boolean => type === 'date' || type === 'datetime'
