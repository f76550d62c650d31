/** Convex hulls of points, one a group. */
import type { Row } from '../../engines/columnar/columnar.ts'
import type { Expression, Query } from '../../engines/columnar/query.ts'
import type { Point } from './places.ts'

/** Meridians of a query; more is `query_too_expensive`. */
const maxRows = 1_000_000

/** On each meridian only the southernmost and the northernmost point can be a corner. Keys are `:k0`, `:k1`… */
export function hullQuery(
  source: Query,
  { lon, lat }: Point,
  keys: readonly Expression[],
): { query: Query; maxRows: number } {
  const query: Query = {
    ...source,
    select: [
      ...keys.map((key, i) => ({ as: `:k${i}`, value: key })),
      { as: 'lon', value: lon },
      { as: 'south', value: { kind: 'aggregate' as const, fn: 'min' as const, of: lat } },
      { as: 'north', value: { kind: 'aggregate' as const, fn: 'max' as const, of: lat } },
    ],
    groupBy: [...keys, lon],
  }
  return { query, maxRows }
}

type Corner = [number, number]

/** GeoJSON geometry of each group: a polygon, or the line or point that few points make. */
export function convexHulls(rows: readonly Row[], groupText: (row: Row) => string): Map<string, unknown> {
  const groups = new Map<string, Corner[]>()
  for (const row of rows) {
    const { lon, south, north } = row as { lon: number | null; south: number | null; north: number | null }
    if (lon === null || south === null || north === null) continue
    const text = groupText(row)
    const corners = groups.get(text) ?? []
    corners.push([lon, south])
    if (north !== south) corners.push([lon, north])
    groups.set(text, corners)
  }
  return new Map([...groups].map(([text, corners]) => [text, hullGeometry(corners)]))
}

function hullGeometry(points: Corner[]): unknown {
  const hull = convexHull(points)
  if (hull.length === 1) return { type: 'Point', coordinates: hull[0] }
  if (hull.length === 2) return { type: 'LineString', coordinates: hull }
  return { type: 'Polygon', coordinates: [[...hull, hull[0]]] }
}

/** Andrew's monotone chain, counter-clockwise. */
export function convexHull(points: readonly Corner[]): Corner[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1])
  const turns = (o: Corner, a: Corner, b: Corner) =>
    (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])
  const chain = (from: readonly Corner[]) => {
    const hull: Corner[] = []
    for (const point of from) {
      while (hull.length >= 2 && turns(hull.at(-2)!, hull.at(-1)!, point) <= 0) hull.pop()
      hull.push(point)
    }
    hull.pop()
    return hull
  }
  if (sorted.length < 2) return sorted
  return [...chain(sorted), ...chain(sorted.reverse())]
}
