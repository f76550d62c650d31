/** Places of rows as GeoJSON geometries. Pure. */

/** Longitude and latitude, or easting and northing. */
export type Position = [number, number]

export type SimpleGeometry =
  | { type: 'Point'; coordinates: Position }
  | { type: 'MultiPoint'; coordinates: Position[] }
  | { type: 'LineString'; coordinates: Position[] }
  | { type: 'MultiLineString'; coordinates: Position[][] }
  | { type: 'Polygon'; coordinates: Position[][] }
  | { type: 'MultiPolygon'; coordinates: Position[][][] }
export type Geometry = SimpleGeometry | { type: 'GeometryCollection'; geometries: Geometry[] }

const types = new Set([
  'Point',
  'MultiPoint',
  'LineString',
  'MultiLineString',
  'Polygon',
  'MultiPolygon',
  'GeometryCollection',
])

/** The geometry of a cell as `read` gives it: a point, or a feature; null for none and for what is no geometry. */
export function geometryOf(value: unknown): Geometry | null {
  if (typeof value !== 'object' || value === null) return null
  const { lon, lat, type, geometry } = value as Record<string, unknown>
  if (typeof lon === 'number' && typeof lat === 'number') return { type: 'Point', coordinates: [lon, lat] }
  if (type === 'Feature') return geometryOf(geometry)
  return typeof type === 'string' && types.has(type) ? (value as Geometry) : null
}

/** The simple geometries of a geometry, however deep they are collected. */
export const simpleParts = (geometry: Geometry): SimpleGeometry[] =>
  geometry.type === 'GeometryCollection' ? geometry.geometries.flatMap(simpleParts) : [geometry]

export interface Shapes {
  points: Position[]
  lines: Position[][]
  /** Rings, the outer one first. */
  polygons: Position[][][]
}

export function shapesOf(geometry: Geometry): Shapes {
  const shapes: Shapes = { points: [], lines: [], polygons: [] }
  for (const part of simpleParts(geometry))
    switch (part.type) {
      case 'Point':
        shapes.points.push(part.coordinates)
        break
      case 'MultiPoint':
        shapes.points.push(...part.coordinates)
        break
      case 'LineString':
        shapes.lines.push(part.coordinates)
        break
      case 'MultiLineString':
        shapes.lines.push(...part.coordinates)
        break
      case 'Polygon':
        shapes.polygons.push(part.coordinates)
        break
      case 'MultiPolygon':
        shapes.polygons.push(...part.coordinates)
        break
    }
  return shapes
}

/** A point that stands for the whole: the point itself, else the middle of its box. */
export function middleOf(geometry: Geometry): Position | null {
  const { points, lines, polygons } = shapesOf(geometry)
  const all = [...points, ...lines.flat(), ...polygons.flat(2)]
  if (all.length === 0) return null
  if (all.length === 1) return all[0]!
  let [west, south] = all[0]!
  let [east, north] = all[0]!
  for (const [x, y] of all) {
    west = Math.min(west, x)
    east = Math.max(east, x)
    south = Math.min(south, y)
    north = Math.max(north, y)
  }
  return [(west + east) / 2, (south + north) / 2]
}
