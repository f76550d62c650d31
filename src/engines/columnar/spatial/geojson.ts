/** Geometries as the predicates need them: flat lists of points, lines and polygons in degrees. */

/** Longitude and latitude, degrees. */
export type Position = readonly [number, number]

export interface Box {
  west: number
  south: number
  east: number
  north: number
}

export interface Geometry {
  points: Position[]
  lines: Position[][]
  /** Rings closed, the outer one first. */
  polygons: Position[][][]
  box: Box
}

const maxCollectionDepth = 8

/**
 * Reads a GeoJSON geometry or feature, as text or parsed. Undefined when it is none, is empty, holds a number that
 * is not finite or more than `maxVertices` positions.
 */
export function readGeoJson(
  source: unknown,
  maxVertices = Number.POSITIVE_INFINITY,
  depth = 0,
): Geometry | undefined {
  let value = source
  if (typeof value === 'string') {
    try {
      value = JSON.parse(value)
    } catch {
      return undefined
    }
  }
  const geometry = emptyGeometry()
  if (!collect(value, geometry, depth) || countVertices(geometry) > maxVertices) return undefined
  for (const part of [geometry.points, ...geometry.lines, ...geometry.polygons.flat()])
    for (const [lon, lat] of part) extend(geometry.box, lon, lat)
  return geometry.box.west <= geometry.box.east ? geometry : undefined
}

const emptyGeometry = (): Geometry => ({
  points: [],
  lines: [],
  polygons: [],
  box: {
    west: Number.POSITIVE_INFINITY,
    south: Number.POSITIVE_INFINITY,
    east: Number.NEGATIVE_INFINITY,
    north: Number.NEGATIVE_INFINITY,
  },
})

export const countVertices = ({ points, lines, polygons }: Geometry): number =>
  points.length + [...lines, ...polygons.flat()].reduce((count, positions) => count + positions.length, 0)

function extend(box: Box, lon: number, lat: number): void {
  if (lon < box.west) box.west = lon
  if (lon > box.east) box.east = lon
  if (lat < box.south) box.south = lat
  if (lat > box.north) box.north = lat
}

/** Adds what `value` describes; false when it describes nothing. */
function collect(value: unknown, into: Geometry, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth > maxCollectionDepth) return false
  const { type, coordinates, geometries, geometry } = value as Record<string, unknown>
  switch (type) {
    case 'Feature':
      return collect(geometry, into, depth + 1)
    case 'GeometryCollection':
      return Array.isArray(geometries) && geometries.every((part) => collect(part, into, depth + 1))
    case 'Point': {
      const point = position(coordinates)
      return point !== undefined && into.points.push(point) > 0
    }
    case 'MultiPoint':
      return addAll(positions(coordinates, 0), (points) => into.points.push(...points))
    case 'LineString':
      return addAll(positions(coordinates, 2), (line) => into.lines.push(line))
    case 'MultiLineString':
      return each(coordinates, (line) => addAll(positions(line, 2), (part) => into.lines.push(part)))
    case 'Polygon':
      return addAll(rings(coordinates), (polygon) => into.polygons.push(polygon))
    case 'MultiPolygon':
      return each(coordinates, (part) => addAll(rings(part), (polygon) => into.polygons.push(polygon)))
    default:
      return false
  }
}

const each = (list: unknown, add: (item: unknown) => boolean) => Array.isArray(list) && list.every(add)

function addAll<T>(part: T | undefined, add: (part: T) => unknown): boolean {
  if (part === undefined) return false
  add(part)
  return true
}

function position(value: unknown): Position | undefined {
  if (!Array.isArray(value)) return undefined
  const [lon, lat] = value as unknown[]
  return Number.isFinite(lon) && Number.isFinite(lat) ? [lon as number, lat as number] : undefined
}

function positions(value: unknown, atLeast: number): Position[] | undefined {
  if (!Array.isArray(value) || value.length < atLeast) return undefined
  const list: Position[] = []
  for (const item of value) {
    const point = position(item)
    if (!point) return undefined
    list.push(point)
  }
  return list
}

/** Rings that were left open are closed. */
function rings(value: unknown): Position[][] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  const list: Position[][] = []
  for (const item of value) {
    const ring = positions(item, 3)
    if (!ring) return undefined
    const [first, last] = [ring[0]!, ring.at(-1)!]
    if (first[0] !== last[0] || first[1] !== last[1]) ring.push(first)
    if (ring.length < 4) return undefined
    list.push(ring)
  }
  return list
}
