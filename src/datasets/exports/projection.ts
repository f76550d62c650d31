/** WGS 84 degrees in the coordinates that a client asks for. */
import proj4 from 'proj4'
import { projectionOf, wgs84 } from '../loading/projection.ts'
import type { Geometry, Position } from './geometry.ts'

export type Project = (position: Position) => Position

/** Millimetres: more decimals would be noise of the computation. */
const metreDecimals = 1e3

/** Undefined for WGS 84 itself. Throws `invalid_input` for a system that is not known. */
export function projectTo(epsg: number): Project | undefined {
  if (epsg === wgs84) return undefined
  const { forward } = proj4('+proj=longlat +datum=WGS84 +no_defs', projectionOf(epsg).definition)
  return ([lon, lat]) => {
    const [x, y] = forward([lon, lat]) as [number, number]
    return [Math.round(x * metreDecimals) / metreDecimals, Math.round(y * metreDecimals) / metreDecimals]
  }
}

type Nested = Position | Nested[]

const isPosition = (nested: Nested): nested is Position => typeof nested[0] === 'number'

const projectAll = (nested: Nested, project: Project): Nested =>
  isPosition(nested) ? project(nested) : nested.map((part) => projectAll(part, project))

export function projected(geometry: Geometry, project: Project | undefined): Geometry {
  if (!project) return geometry
  if (geometry.type === 'GeometryCollection')
    return { ...geometry, geometries: geometry.geometries.map((part) => projected(part, project)) }
  return { ...geometry, coordinates: projectAll(geometry.coordinates as Nested, project) } as Geometry
}
