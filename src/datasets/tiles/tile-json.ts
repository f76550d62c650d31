/** How map libraries are told of a dataset's tiles (TileJSON 3.0.0). Pure. */
import type { DatasetDefinition, DatasetField, DatasetMetadata } from '../schema.ts'
import { layers } from './encode.ts'
import { maxZoom } from './mercator.ts'

export interface TileJson {
  tilejson: '3.0.0'
  name: string
  description: string
  attribution?: string
  scheme: 'xyz'
  tiles: string[]
  minzoom: number
  maxzoom: number
  /** West, south, east, north; absent when no row has a place. */
  bounds?: [number, number, number, number]
  vector_layers: { id: string; description: string; fields: Record<string, string> }[]
  /** « simulé » wherever it appears. */
  simulated: boolean
}

const kinds: Partial<Record<DatasetField['type'], string>> = {
  boolean: 'Boolean',
  tinyint: 'Number',
  smallint: 'Number',
  integer: 'Number',
  bigint: 'Number',
  real: 'Number',
  double: 'Number',
}

export function tileJson(of: {
  definition: DatasetDefinition
  metadata: DatasetMetadata
  columns: readonly DatasetField[]
  bounds: [number, number, number, number] | undefined
  /** Address of the tiles with `{z}`, `{x}` and `{y}` in it. */
  address: string
  lang: 'fr' | 'en'
}): TileJson {
  const { definition, metadata, columns, bounds, address, lang } = of
  const attribution = [metadata.publisher, ...metadata.attributions, metadata.license]
    .filter(Boolean)
    .join(' · ')
  return {
    tilejson: '3.0.0',
    name: definition.title[lang],
    description: definition.description[lang],
    ...(attribution && { attribution }),
    scheme: 'xyz',
    tiles: [address],
    minzoom: 0,
    maxzoom: maxZoom,
    ...(bounds && { bounds }),
    vector_layers: [
      {
        id: layers.rows,
        description: 'Rows: points, and shapes that are large enough to be seen',
        fields: Object.fromEntries(columns.map(({ name, type }) => [name, kinds[type] ?? 'String'])),
      },
      {
        id: layers.cells,
        description: 'Where rows are dense: how many there are, at their mean position',
        fields: { count: 'Number' },
      },
    ],
    simulated: definition.simulated,
  }
}
