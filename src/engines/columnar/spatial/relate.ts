/**
 * Spatial predicates on the plane of longitude and latitude: `intersects` (touching counts) and `within` (no part
 * outside; the edge belongs to the inside). Pure, so every engine without geometry of its own answers alike.
 */
import { Area, isOnSegment } from './area.ts'
import { Edges } from './edges.ts'
import { type Geometry, type Position, readGeoJson } from './geojson.ts'

export type Relation = 'intersects' | 'within'

export interface SpatialTest {
  point(lon: number, lat: number): boolean
  /** GeoJSON text of a row; what cannot be read relates to nothing. */
  shape(geoJson: string): boolean
}

/** A test of many rows against one geometry. Undefined when the geometry cannot be read. */
export function spatialTest(relation: Relation, geometry: string): SpatialTest | undefined {
  const read = readGeoJson(geometry)
  if (!read) return undefined
  const fixed = new Figure(read)
  return {
    point: (lon, lat) => fixed.covers(lon, lat),
    shape(geoJson) {
      const other = readGeoJson(geoJson)
      if (!other) return false
      const row = new Figure(other)
      return relation === 'within' ? isWithin(row, fixed) : intersects(row, fixed)
    },
  }
}

/** A geometry with what is computed once from it. */
class Figure {
  readonly geometry: Geometry
  readonly areas: Area[]
  readonly edges: Edges
  readonly #points: Set<string>
  readonly #lines: Edges

  constructor(geometry: Geometry) {
    this.geometry = geometry
    this.areas = geometry.polygons.map((rings) => new Area(rings))
    this.#lines = new Edges(geometry.lines)
    this.edges = new Edges([...geometry.lines, ...geometry.polygons.flat()])
    this.#points = new Set(geometry.points.map(([lon, lat]) => `${lon} ${lat}`))
  }

  covers(x: number, y: number): boolean {
    const { west, south, east, north } = this.geometry.box
    if (x < west || x > east || y < south || y > north) return false
    for (const area of this.areas) if (area.covers(x, y)) return true
    return this.#onLine(x, y, 0) || (this.#points.size > 0 && this.#points.has(`${x} ${y}`))
  }

  coversNearly(x: number, y: number): boolean {
    return this.areas.some((area) => area.coversNearly(x, y)) || this.#onLine(x, y, 1e-9)
  }

  #onLine(x: number, y: number, tolerance: number): boolean {
    if (this.#lines.count === 0) return false
    for (const edge of this.#lines.near(y))
      if (isOnSegment(x, y, ...this.#lines.at(edge), tolerance)) return true
    return false
  }
}

function boxesMeet({ geometry: a }: Figure, { geometry: b }: Figure): boolean {
  return (
    a.box.west <= b.box.east &&
    b.box.west <= a.box.east &&
    a.box.south <= b.box.north &&
    b.box.south <= a.box.north
  )
}

/** One position of every point, line and ring: if nothing crosses, it stands for its whole part. */
const witnesses = ({ geometry: { points, lines, polygons } }: Figure): Position[] => [
  ...points,
  ...lines.map((line) => line[0]!),
  ...polygons.flatMap((rings) => rings.map((ring) => ring[0]!)),
]

function intersects(a: Figure, b: Figure): boolean {
  if (!boxesMeet(a, b)) return false
  if (witnesses(a).some(([x, y]) => b.covers(x, y))) return true
  if (witnesses(b).some(([x, y]) => a.covers(x, y))) return true
  for (let i = 0; i < a.edges.count; i++) {
    const [x1, y1, x2, y2] = a.edges.at(i)
    for (const j of b.edges.between(Math.min(y1, y2), Math.max(y1, y2)))
      if (cuts(x1, y1, x2, y2, ...b.edges.at(j)).length > 0) return true
  }
  return false
}

function isWithin(a: Figure, b: Figure): boolean {
  if (!boxesMeet(a, b)) return false
  const { points, lines, polygons } = a.geometry
  if (!points.every(([x, y]) => b.covers(x, y))) return false
  for (const part of [...lines, ...polygons.flat()])
    if (!part.every(([x, y]) => b.covers(x, y) || b.coversNearly(x, y))) return false
  const pieces = piecesOf(a.edges, b.edges)
  if (!pieces.every(([x, y]) => b.coversNearly(x, y))) return false
  if (a.areas.length === 0) return true
  // What lies just inside a must lie in b: the edge of a may be that of a hole which a fills.
  for (const [x, y, dx, dy] of pieces)
    for (const side of [1, -1]) {
      const [sx, sy] = [x - side * dy, y + side * dx]
      if (a.areas.some((area) => area.hasInside(sx, sy)) && !b.coversNearly(sx, sy)) return false
    }
  // The edge of a lies in b: what b lacks inside a is bounded by an edge of b that runs through a.
  for (const [x, y, dx, dy] of piecesOf(b.edges, a.edges)) {
    if (!a.areas.some((area) => area.hasInside(x, y))) continue
    if (!b.coversNearly(x - dy, y + dx) || !b.coversNearly(x + dy, y - dx)) return false
  }
  return true
}

/** Step off an edge to see what lies beside it, degrees: about a centimetre. */
const besideDegrees = 1e-7

/** Middles of the pieces that `others` cut `edges` into, and a short vector along each. */
function piecesOf(edges: Edges, others: Edges): [x: number, y: number, dx: number, dy: number][] {
  const middles: [number, number, number, number][] = []
  for (let i = 0; i < edges.count; i++) {
    const [x1, y1, x2, y2] = edges.at(i)
    const length = Math.hypot(x2 - x1, y2 - y1)
    if (length === 0) continue
    const at = [0, 1]
    for (const j of others.between(Math.min(y1, y2), Math.max(y1, y2)))
      at.push(...cuts(x1, y1, x2, y2, ...others.at(j)))
    at.sort((p, q) => p - q)
    for (let k = 1; k < at.length; k++) {
      if ((at[k]! - at[k - 1]!) * length < besideDegrees) continue
      const t = (at[k]! + at[k - 1]!) / 2
      const step = besideDegrees / 10 / length
      middles.push([x1 + t * (x2 - x1), y1 + t * (y2 - y1), (x2 - x1) * step, (y2 - y1) * step])
    }
  }
  return middles
}

/** Where the second segment meets the first, as parts (0 to 1) of the first; both ends where they run together. */
function cuts(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  x3: number,
  y3: number,
  x4: number,
  y4: number,
): number[] {
  if (Math.max(x3, x4) < Math.min(x1, x2) || Math.min(x3, x4) > Math.max(x1, x2)) return []
  if (Math.max(y3, y4) < Math.min(y1, y2) || Math.min(y3, y4) > Math.max(y1, y2)) return []
  const [dx, dy, ex, ey] = [x2 - x1, y2 - y1, x4 - x3, y4 - y3]
  const cross = dx * ey - dy * ex
  if (cross === 0) {
    if (dx * (y3 - y1) - dy * (x3 - x1) !== 0) return []
    const square = dx * dx + dy * dy
    if (square === 0) return isOnSegment(x1, y1, x3, y3, x4, y4, 0) ? [0] : []
    const part = (x: number, y: number) => ((x - x1) * dx + (y - y1) * dy) / square
    const ends = [part(x3, y3), part(x4, y4)].sort((p, q) => p - q) as [number, number]
    return ends[0] > 1 || ends[1] < 0 ? [] : [Math.max(0, ends[0]), Math.min(1, ends[1])]
  }
  const t = ((x3 - x1) * ey - (y3 - y1) * ex) / cross
  const u = ((x3 - x1) * dy - (y3 - y1) * dx) / cross
  return t >= 0 && t <= 1 && u >= 0 && u <= 1 ? [t] : []
}
