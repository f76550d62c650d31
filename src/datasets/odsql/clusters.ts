/** geo_cluster(): points in cells of a geohash grid, neighbouring cells joined where their centroids are close. */
import type { Row } from '../../engines/columnar/columnar.ts'
import { call, type Expression, type From, type Query, value } from '../../engines/columnar/query.ts'
import type { Point } from './places.ts'

export interface Clusters {
  precision: number
  /** Cell → number of its cluster. */
  cells: number[]
  numbers: number[]
  /** Centroids by number, from west to east. */
  centres: { lon: number; lat: number }[]
}

/** Beyond this a cell is smaller than any radius, and its number would leave the exact integers. */
const maxPrecision = 10
const maxCells = 10_000
const earthRadiusM = 6_371_008.8
/** Metres of a pixel at zoom 0 on the equator (256 pixels around the Earth). */
const pixelM = 156_543.033_928
const circumferenceM = 2 * Math.PI * earthRadiusM

/** Binary digits of longitude and latitude in a geohash of `precision` letters. */
const bits = (precision: number) => ({
  lon: Math.ceil((5 * precision) / 2),
  lat: Math.floor((5 * precision) / 2),
})

/** The longest geohash whose cells are larger than the radius (pixels at a zoom), on the equator. */
export function precisionFor(zoom: number, radius: number): number {
  const radiusM = (radius * pixelM) / 2 ** zoom
  for (let precision = maxPrecision; precision > 1; precision--) {
    const { lon, lat } = bits(precision)
    if (Math.min(circumferenceM / 2 ** lon, circumferenceM / 2 / 2 ** lat) > radiusM) return precision
  }
  return 1
}

/** The number of the cell of a point; its edges at 180° and 90° belong to the last cell. */
function cellOf({ lon, lat }: Point, precision: number): Expression {
  const size = bits(precision)
  const index = (of: Expression, from: number, span: number, digits: number) => {
    const scaled = call('*', call('/', call('+', of, value(from)), value(span)), value(2 ** digits))
    return call('greatest', call('least', call('floor', scaled), value(2 ** digits - 1)), value(0))
  }
  const x = index(lon, 180, 360, size.lon)
  const y = index(lat, 90, 180, size.lat)
  return call('+', call('*', y, value(2 ** size.lon)), x)
}

/** Cells of the rows of `source` (which have a place), with count and centroid; one more than `maxCells` if there are more. */
export function cellsQuery(
  source: Query,
  point: Point,
  precision: number,
): { query: Query; maxCells: number } {
  const cell = cellOf(point, precision)
  const query: Query = {
    ...source,
    select: [
      { as: 'cell', value: cell },
      { as: 'n', value: { kind: 'aggregate', fn: 'count' } },
      { as: 'lon', value: { kind: 'aggregate', fn: 'avg', of: point.lon } },
      { as: 'lat', value: { kind: 'aggregate', fn: 'avg', of: point.lat } },
    ],
    groupBy: [cell],
    limit: maxCells + 1,
  }
  return { query, maxCells }
}

interface Cell {
  cell: number
  n: number
  lon: number
  lat: number
}

/** Joins cells whose centroids are closer than the radius. */
export function clusterPoints(
  rows: readonly Row[],
  precision: number,
  zoom: number,
  radius: number,
): Clusters {
  const cells = rows
    .map(({ cell, n, lon, lat }) => ({ cell, n, lon, lat }) as Cell)
    .sort((a, b) => a.lat - b.lat || a.cell - b.cell)
  const parent = cells.map((_, i) => i)
  const root = (i: number): number => {
    let at = i
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!
      at = parent[at]!
    }
    return at
  }
  const equatorRadiusM = (radius * pixelM) / 2 ** zoom
  const spanDegrees = (equatorRadiusM / circumferenceM) * 360
  for (const [i, a] of cells.entries())
    for (let j = i + 1; j < cells.length && cells[j]!.lat - a.lat <= spanDegrees; j++) {
      const b = cells[j]!
      // A pixel of the map is shorter on the ground away from the equator.
      const scale = Math.cos((((a.lat + b.lat) / 2) * Math.PI) / 180)
      if (distanceM(a, b) < equatorRadiusM * scale) parent[root(j)] = root(i)
    }
  const sums = new Map<number, { n: number; lon: number; lat: number }>()
  for (const [i, { n, lon, lat }] of cells.entries()) {
    const sum = sums.get(root(i)) ?? { n: 0, lon: 0, lat: 0 }
    sums.set(root(i), { n: sum.n + n, lon: sum.lon + n * lon, lat: sum.lat + n * lat })
  }
  const centres = [...sums].map(([of, { n, lon, lat }]) => ({ of, lon: lon / n, lat: lat / n }))
  centres.sort((a, b) => a.lon - b.lon || a.lat - b.lat)
  const numbers = new Map(centres.map(({ of }, number) => [of, number]))
  return {
    precision,
    cells: cells.map(({ cell }) => cell),
    numbers: cells.map((_, i) => numbers.get(root(i))!),
    centres: centres.map(({ lon, lat }) => ({ lon, lat })),
  }
}

function distanceM(a: Cell, b: Cell): number {
  const radians = Math.PI / 180
  const dLat = (b.lat - a.lat) * radians
  const dLon = (b.lon - a.lon) * radians
  const h =
    Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * radians) * Math.cos(b.lat * radians) * Math.sin(dLon / 2) ** 2
  return 2 * earthRadiusM * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** The rows of `source`, which names its columns, with the number of their cluster as `__cluster`. */
export function clusterSource(source: Query, point: Point, { precision, cells, numbers }: Clusters): From {
  const select = [...(source.select ?? []), { as: '__cell', value: cellOf(point, precision) }]
  // No cell means no row: a list of values cannot be empty, so none of the rows meets this one.
  const [keys, clusters] = cells.length > 0 ? [cells, numbers] : [[-1], [0]]
  return {
    kind: 'query',
    query: {
      from: { kind: 'query', query: { ...source, select } },
      join: {
        kind: 'inner',
        from: {
          kind: 'values',
          columns: [
            { name: 'cell', type: 'double', values: keys },
            { name: 'cluster', type: 'integer', values: clusters },
          ],
        },
        on: [['__cell', 'cell']],
        take: [{ column: 'cluster', as: '__cluster' }],
      },
    },
  }
}
