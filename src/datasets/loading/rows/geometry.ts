/** Geometries of cells and files as GeoJSON in WGS 84, with their box. */
import { readWkt } from '../../odsql/wkt.ts'
import { toWgs84, wgs84 } from '../projection.ts'

export interface Shape {
  /** GeoJSON geometry, compact text. */
  text: string
  west: number
  south: number
  east: number
  north: number
}

export interface GeoJsonGeometry {
  type: string
  coordinates?: unknown
  geometries?: GeoJsonGeometry[]
}

/** Positions nest this deep in a MultiPolygon; more is no geometry. */
const depthOf: Record<string, number> = {
  Point: 0,
  MultiPoint: 1,
  LineString: 1,
  MultiLineString: 2,
  Polygon: 2,
  MultiPolygon: 3,
}
const maxCollectionDepth = 8

/** A GeoJSON geometry (or the geometry of a feature) from text; undefined when it is none. */
export function parseGeoJson(text: string): GeoJsonGeometry | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const object = value as { type?: unknown; geometry?: unknown } | null
  const geometry = object?.type === 'Feature' ? object.geometry : object
  return typeof geometry === 'object' && geometry !== null ? (geometry as GeoJsonGeometry) : undefined
}

export const parseWkt = (text: string): GeoJsonGeometry | undefined =>
  readWkt(text) as GeoJsonGeometry | undefined

/**
 * The geometry in WGS 84 with its box, heights left out; undefined when it is empty, has positions that are no
 * numbers, or lies outside the degrees of the Earth.
 */
export function shapeOf(geometry: GeoJsonGeometry, epsg: number): Shape | undefined {
  const box = {
    west: Number.POSITIVE_INFINITY,
    south: Number.POSITIVE_INFINITY,
    east: Number.NEGATIVE_INFINITY,
    north: Number.NEGATIVE_INFINITY,
  }
  const transform = epsg === wgs84 ? undefined : toWgs84(epsg)
  const position = (value: unknown): [number, number] | undefined => {
    if (!Array.isArray(value) || value.length < 2) return undefined
    let [lon, lat] = value as [number, number]
    if (typeof lon !== 'number' || typeof lat !== 'number') return undefined
    if (transform) [lon, lat] = transform(lon, lat)
    if (!(lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90)) return undefined
    if (lon < box.west) box.west = lon
    if (lon > box.east) box.east = lon
    if (lat < box.south) box.south = lat
    if (lat > box.north) box.north = lat
    return [lon, lat]
  }
  const positions = (value: unknown, depth: number): unknown => {
    if (depth === 0) return position(value)
    if (!Array.isArray(value)) return undefined
    const list: unknown[] = []
    for (const part of value) {
      const made = positions(part, depth - 1)
      if (made === undefined) return undefined
      list.push(made)
    }
    return list
  }
  const convert = (from: GeoJsonGeometry, level: number): GeoJsonGeometry | undefined => {
    if (from.type === 'GeometryCollection') {
      if (!Array.isArray(from.geometries) || level > maxCollectionDepth) return undefined
      const geometries: GeoJsonGeometry[] = []
      for (const part of from.geometries) {
        const made = convert(part, level + 1)
        if (!made) return undefined
        geometries.push(made)
      }
      return { type: from.type, geometries }
    }
    const depth = depthOf[from.type]
    if (depth === undefined) return undefined
    const coordinates = positions(from.coordinates, depth)
    return coordinates === undefined ? undefined : { type: from.type, coordinates }
  }
  const made = convert(geometry, 0)
  if (!made || !(box.west <= box.east)) return undefined
  return { text: JSON.stringify(made), ...box }
}
