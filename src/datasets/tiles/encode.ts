/** From rows of the engine to the bytes of a vector tile (Mapbox Vector Tile 2.1). Pure: runs in the encoder's thread. */
import { type GeoJSONVTFeature, type GeoJSONVTTile, geoJSONToTile } from '@maplibre/geojson-vt'
import { fromGeojsonVt } from '@maplibre/vt-pbf'
import { extent, type TileAddress, toTile } from './mercator.ts'
import { shapeBuffer, tileColumns } from './tile-query.ts'

/** The layers of every tile. */
export const layers = { rows: 'rows', cells: 'cells' } as const

export interface TileLayers {
  address: TileAddress
  /** Selected columns: where their cells are, and how the tile calls them. */
  columns: { cell: string; label: string }[]
  /** NDJSON of whole lines: cells with a count. A row alone in its cell may be among the rows instead. */
  cells: Uint8Array[]
  /** NDJSON of rows with a place. */
  places: Uint8Array[]
  /** NDJSON of rows with a shape. */
  shapes: Uint8Array[]
}

type Line = Record<string, string | number | boolean | null>

/** The bytes of a tile, undefined when nothing is in it. */
export function encodeTile({ address, columns, ...lines }: TileLayers): Uint8Array | undefined {
  const rows: GeoJSONVTFeature[] = []
  const cells: GeoJSONVTFeature[] = []
  const point = (line: Line) => [
    pointIn(address, Number(line[tileColumns.lon]), Number(line[tileColumns.lat])),
  ]
  const ids = new Set<unknown>()
  for (const line of linesOf(lines.places)) {
    ids.add(line[tileColumns.id])
    rows.push({ type: 1, geometry: point(line), ...describe(line, columns) })
  }
  for (const line of linesOf(lines.cells)) {
    const count = line[tileColumns.count]!
    if (Number(count) > 1) cells.push({ type: 1, geometry: point(line), tags: { count } })
    else if (!ids.has(line[tileColumns.id]))
      rows.push({ type: 1, geometry: point(line), ...describe(line, []) })
  }
  rows.push(...drawShapes(address, [...linesOf(lines.shapes)], columns))
  if (rows.length + cells.length === 0) return undefined
  const tile = (features: GeoJSONVTFeature[]) => ({ features }) as GeoJSONVTTile
  return fromGeojsonVt(
    {
      ...(rows.length > 0 && { [layers.rows]: tile(rows) }),
      ...(cells.length > 0 && { [layers.cells]: tile(cells) }),
    },
    { version: 2, extent },
  )
}

function* linesOf(chunks: readonly Uint8Array[]): Generator<Line> {
  const decoder = new TextDecoder()
  for (const chunk of chunks) {
    const text = decoder.decode(chunk).trimEnd().replaceAll('\n', ',')
    if (text !== '') yield* JSON.parse(`[${text}]`) as Line[]
  }
}

/** HOT. */
function describe(line: Line, columns: TileLayers['columns']) {
  const tags: Line = {}
  for (const { cell, label } of columns) {
    const value = line[cell]
    if (value !== null && value !== undefined) tags[label] = value
  }
  const id = line[tileColumns.id]
  return { tags, ...(typeof id === 'number' && id >= 0 && { id }) }
}

function pointIn(address: TileAddress, lon: number, lat: number): [number, number] {
  const [x, y] = toTile(address, lon, lat)
  // Rounding at an edge must not carry a point into the next tile, which does not have it.
  return [within(x), within(y)]
}
const within = (units: number) => Math.min(extent - 1, Math.max(0, Math.floor(units)))

function drawShapes(
  { z, x, y }: TileAddress,
  lines: Line[],
  columns: TileLayers['columns'],
): GeoJSONVTFeature[] {
  const features = lines.flatMap((line): GeoJSON.Feature[] => {
    const geometry = geometryOf(line[tileColumns.shape])
    if (!geometry) return []
    const { tags, id } = describe(line, columns) as { tags: Line; id?: number }
    return [{ type: 'Feature', geometry, properties: tags, ...(id !== undefined && { id }) }]
  })
  const { features: drawn } = geoJSONToTile({ type: 'FeatureCollection', features }, z, x, y, {
    extent,
    buffer: shapeBuffer * extent,
    maxZoom: 24,
    tolerance: 3,
    clip: true,
  })
  return drawn.filter(({ geometry }: GeoJSONVTFeature) => geometry.length > 0)
}

function geometryOf(text: unknown): GeoJSON.Geometry | undefined {
  if (typeof text !== 'string') return undefined
  try {
    const found = JSON.parse(text) as GeoJSON.Geometry | GeoJSON.Feature
    return (found.type === 'Feature' ? found.geometry : found) ?? undefined
  } catch {
    return undefined
  }
}
