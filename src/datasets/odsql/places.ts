/** Where a point or a shape lies: distances, boxes, geometries. */
import { and, call, type Expression, not, or, value } from '../../engines/columnar/query.ts'
import type { Box, Position } from '../../engines/columnar/spatial/geojson.ts'
import { Malformed, type Span } from './malformed.ts'
import type { Value } from './value.ts'

export type Point = Value & { kind: 'point' }
export type Shape = Value & { kind: 'shape' }
type GeometryValue = Value & { kind: 'geometry' }

/** Mean radius of the Earth (IUGG), metres. */
const earthRadiusM = 6_371_008.8

const metres: Record<string, number> = {
  mi: 1609.344,
  yd: 0.9144,
  ft: 0.3048,
  m: 1,
  cm: 0.01,
  km: 1000,
  mm: 0.001,
}

/** Throws Malformed for a unit that is no length. */
export function lengthM(amount: number, unit: string, at: Span): number {
  const factor = Object.hasOwn(metres, unit.toLowerCase()) ? metres[unit.toLowerCase()] : undefined
  if (factor === undefined) throw new Malformed(`“${unit}” is no unit of length.`, at, Object.keys(metres))
  return amount * factor
}

export const isPointLiteral = ({ geometry }: GeometryValue): boolean =>
  geometry.points.length === 1 && geometry.lines.length === 0 && geometry.polygons.length === 0

/** Arc length in metres by the haversine formula; NULL when a coordinate is. */
export function distanceTo({ lon, lat }: Point, [lon0, lat0]: Position): Expression {
  const half = (from: Expression, to: number) =>
    call('sin', call('/', call('radians', call('-', from, value(to))), value(2)))
  const squared = (of: Expression) => call('*', of, of)
  const chord = call(
    '+',
    squared(half(lat, lat0)),
    call(
      '*',
      value(Math.cos((lat0 * Math.PI) / 180)),
      call('cos', call('radians', lat)),
      squared(half(lon, lon0)),
    ),
  )
  // Rounding may pass 1 for points opposite each other; `least` would turn a NULL into 1.
  const bounded = call('if', call('>', chord, value(1)), value(1), chord)
  return call('*', value(2 * earthRadiusM), call('asin', call('sqrt', bounded)))
}

const between = (of: Expression, from: number, to: number): Expression =>
  and(call('>=', of, value(from)), call('<=', of, value(to)))

/** Longitudes from `west` to `east`, which may pass the 180th meridian; always two spans, so that SQL stays the same. */
function betweenLongitudes(lon: Expression, west: number, east: number): Expression {
  const spans: [number, number][] = [
    [west, east],
    [1, 0],
  ]
  if (east - west >= 360) spans[0] = [-360, 360]
  else if (west < -180) spans[1] = [west + 360, 180]
  else if (east > 180) spans[1] = [-180, east - 360]
  return or(...spans.map(([from, to]) => between(lon, from, to)))
}

/** The box of a circle, degrees, a hair larger than it. */
function circleBox([lon, lat]: Position, radiusM: number): Box {
  const angle = Math.min(Math.PI, (radiusM / earthRadiusM) * (1 + 1e-9) + 1e-12)
  const degrees = (radians: number) => (radians * 180) / Math.PI
  const [south, north] = [lat - degrees(angle), lat + degrees(angle)]
  if (south <= -90 || north >= 90 || angle >= Math.PI / 2)
    return { west: -180, south: Math.max(-90, south), east: 180, north: Math.min(90, north) }
  const spread = degrees(Math.asin(Math.min(1, Math.sin(angle) / Math.cos((lat * Math.PI) / 180))))
  return { west: lon - spread, south, east: lon + spread, north }
}

/** A circle on the sphere as a ring of 64 positions. */
function circleGeoJson([lon, lat]: Position, radiusM: number): string {
  const angle = radiusM / earthRadiusM
  const [lat0, lon0] = [(lat * Math.PI) / 180, (lon * Math.PI) / 180]
  const ring = Array.from({ length: 65 }, (_, i): Position => {
    const bearing = ((i % 64) * Math.PI) / 32
    const sinLat = Math.sin(lat0) * Math.cos(angle) + Math.cos(lat0) * Math.sin(angle) * Math.cos(bearing)
    const dLon = Math.atan2(
      Math.sin(bearing) * Math.sin(angle) * Math.cos(lat0),
      Math.cos(angle) - Math.sin(lat0) * sinLat,
    )
    return [((lon0 + dLon) * 180) / Math.PI, (Math.asin(sinLat) * 180) / Math.PI]
  })
  // Shapes on the other side of the 180th meridian are met by a copy of the circle.
  const shifts = ring.some(([x]) => x > 180) ? [0, -360] : ring.some(([x]) => x < -180) ? [0, 360] : [0]
  const coordinates = shifts.map((shift) => [ring.map(([x, y]) => [x + shift, y])])
  return JSON.stringify({ type: 'MultiPolygon', coordinates })
}

export function withinDistance(place: Point | Shape, centre: Position, radiusM: number): Expression {
  const box = circleBox(centre, radiusM)
  if (place.kind === 'shape') {
    const geometry = circleGeoJson(centre, radiusM)
    return and(between2(place.box.south, place.box.north, box.south, box.north), {
      kind: 'relates',
      relation: 'intersects',
      of: { shape: place.text },
      geometry,
    })
  }
  return and(
    between(place.lat, box.south, box.north),
    betweenLongitudes(place.lon, box.west, box.east),
    call('<=', distanceTo(place, centre), value(radiusM)),
  )
}

/** Two spans meet. */
const between2 = (low: Expression, high: Expression, from: number, to: number): Expression =>
  and(call('<=', low, value(to)), call('>=', high, value(from)))

/** A point in the box, edges included; a shape whose box meets it. */
export function inBox(place: Point | Shape, { west, south, east, north }: Box): Expression {
  if (place.kind === 'point') return and(between(place.lon, west, east), between(place.lat, south, north))
  return and(
    between2(place.box.west, place.box.east, west, east),
    between2(place.box.south, place.box.north, south, north),
  )
}

export const isPlaceNull = (place: Point | Shape): Expression =>
  place.kind === 'point'
    ? or(call('is-null', place.lon), call('is-null', place.lat))
    : call('is-null', place.text)

export type PlaceRelation = 'intersects' | 'within' | 'disjoint'

/** Boxes first: most rows need no more. */
export function relates(place: Point | Shape, relation: PlaceRelation, other: GeometryValue): Expression {
  if (relation === 'disjoint') return and(not(isPlaceNull(place)), not(relates(place, 'intersects', other)))
  const of = place.kind === 'point' ? { lon: place.lon, lat: place.lat } : { shape: place.text }
  return and(inBox(place, other.geometry.box), { kind: 'relates', relation, of, geometry: other.geoJson })
}
