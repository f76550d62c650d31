import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../package-root.ts'
import { distanceM } from './distance.ts'

type Ring = [number, number][]
type Feature = {
  properties: { kind: string; widthM?: number }
  geometry: { type: 'Polygon'; coordinates: Ring[] } | { type: 'LineString'; coordinates: Ring }
}

/** Hand-drawn rivers may run this far beside where they are, m. */
const riverDoubtM = 400

/** Cells of about 100 m: as fine as the coast is known (GSHHG, data/geo/README.md). */
const cellsPerDegreeLat = 1000
const cellsPerDegreeLon = 750

/**
 * A test for “on land, more than 200 m from the water” around the home coast (4.2–6.4° E): false elsewhere and in
 * doubt. Made once at start, a bit per cell of about 100 m.
 */
export function loadLandMask(): (lon: number, lat: number) => boolean {
  const land = readFeatures('land-home.geojson')
  const inlandWaters = readFeatures('inland-waters.geojson')
  const [west, south, east, north] = [4.2, 42.98, 6.4, 43.7]
  const width = Math.round((east - west) * cellsPerDegreeLon)
  const height = Math.round((north - south) * cellsPerDegreeLat)
  const mask = new Uint8Array(width * height)
  const toCell = ([lon, lat]: [number, number]): [number, number] => [
    (lon - west) * cellsPerDegreeLon,
    (lat - south) * cellsPerDegreeLat,
  ]
  for (const { properties, geometry } of land) {
    if (properties.kind !== 'land' || geometry.type !== 'Polygon') continue
    fill(
      mask,
      width,
      height,
      geometry.coordinates.map((ring) => ring.map(toCell)),
      1,
    )
  }
  for (const { properties, geometry } of inlandWaters) {
    if (geometry.type === 'LineString' && properties.kind === 'river')
      openRiver(mask, width, height, geometry.coordinates, properties.widthM ?? 100, west, south)
    if (geometry.type !== 'Polygon' || properties.kind !== 'lagoon') continue
    fill(
      mask,
      width,
      height,
      geometry.coordinates.map((ring) => ring.map(toCell)),
      0,
    )
  }
  // Twice a cell of 100 m: what is left is more than 200 m from any water.
  const inland = erode(erode(mask, width, height), width, height)
  return (lon, lat) => {
    const x = Math.floor((lon - west) * cellsPerDegreeLon)
    const y = Math.floor((lat - south) * cellsPerDegreeLat)
    return x >= 0 && y >= 0 && x < width && y < height && inland[y * width + x] === 1
  }
}

function readFeatures(name: string): Feature[] {
  return JSON.parse(readFileSync(join(packageRoot, 'data', 'geo', name), 'utf8')).features
}

/** Fills a polygon with holes by the even-odd rule, one scan line per row of cells. */
function fill(
  mask: Uint8Array,
  width: number,
  height: number,
  rings: [number, number][][],
  value: 0 | 1,
): void {
  const crossings: number[][] = Array.from({ length: height }, () => [])
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i++) {
      const [x1, y1] = ring[i]!
      const [x2, y2] = ring[i + 1]!
      const from = Math.max(0, Math.ceil(Math.min(y1, y2) - 0.5))
      const to = Math.min(height - 1, Math.ceil(Math.max(y1, y2) - 0.5) - 1)
      for (let y = from; y <= to; y++) crossings[y]!.push(x1 + ((y + 0.5 - y1) * (x2 - x1)) / (y2 - y1))
    }
  }
  for (let y = 0; y < height; y++) {
    const xs = crossings[y]!.sort((a, b) => a - b)
    for (let i = 0; i + 1 < xs.length; i += 2) {
      const from = Math.max(0, Math.ceil(xs[i]! - 0.5))
      const to = Math.min(width, Math.ceil(xs[i + 1]! - 0.5))
      if (to > from) mask.fill(value, y * width + from, y * width + to)
    }
  }
}

function openRiver(
  mask: Uint8Array,
  width: number,
  height: number,
  line: Ring,
  widthM: number,
  west: number,
  south: number,
): void {
  const reach = Math.ceil((widthM / 2 + riverDoubtM) / 100)
  for (let i = 0; i + 1 < line.length; i++) {
    const [lonA, latA] = line[i]!
    const [lonB, latB] = line[i + 1]!
    const steps = Math.ceil(distanceM(lonA, latA, lonB, latB) / 100)
    for (let s = 0; s <= steps; s++) {
      const x = Math.round((lonA + ((lonB - lonA) * s) / steps - west) * cellsPerDegreeLon)
      const y = Math.round((latA + ((latB - latA) * s) / steps - south) * cellsPerDegreeLat)
      for (let dy = -reach; dy <= reach; dy++) {
        if (y + dy < 0 || y + dy >= height) continue
        const from = Math.max(0, x - reach)
        const to = Math.min(width, x + reach + 1)
        if (to > from) mask.fill(0, (y + dy) * width + from, (y + dy) * width + to)
      }
    }
  }
}

/** Takes one cell off every shore; the rim of the raster counts as water. */
function erode(mask: Uint8Array, width: number, height: number): Uint8Array {
  const eroded = new Uint8Array(mask.length)
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x
      if (mask[at] && mask[at - 1] && mask[at + 1] && mask[at - width] && mask[at + width]) eroded[at] = 1
    }
  }
  return eroded
}
