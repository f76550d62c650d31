/** Geometry literals: WKT, GeoJSON, or WKB in hexadecimal, longitude first. */
import { countVertices, type Geometry, readGeoJson } from '../../engines/columnar/spatial/geojson.ts'
import { limits } from './limits.ts'
import { Malformed, type Span } from './malformed.ts'
import { readWkb } from './wkb.ts'
import { readWkt } from './wkt.ts'

/** Throws Malformed when the text is no geometry, is empty, too large, or not in degrees. */
export function geometryLiteral(text: string, at: Span): { geoJson: string; geometry: Geometry } {
  const geoJson = normalised(text.trim())
  const geometry = geoJson === undefined ? undefined : readGeoJson(geoJson)
  if (geoJson === undefined || !geometry)
    throw new Malformed('the geometry cannot be read.', at, ['WKT', 'GeoJSON', 'WKB in hexadecimal'])
  if (countVertices(geometry) > limits.geometryVertices)
    throw new Malformed(`the geometry has more than ${limits.geometryVertices} positions.`, at)
  const { west, south, east, north } = geometry.box
  if (south < -90 || north > 90 || west < -360 || east > 360)
    throw new Malformed('the geometry is not in degrees of longitude and latitude.', at, [
      'longitude before latitude',
    ])
  return { geoJson, geometry }
}

/** GeoJSON text of a geometry, without what is no part of it. */
function normalised(text: string): string | undefined {
  if (text.startsWith('{')) {
    try {
      const { type, coordinates, geometries, geometry } = JSON.parse(text)
      return JSON.stringify(type === 'Feature' ? geometry : { type, coordinates, geometries })
    } catch {
      return undefined
    }
  }
  const read = /^[0-9a-f]+$/i.test(text) ? readWkb(text) : readWkt(text)
  return read && JSON.stringify(read)
}
