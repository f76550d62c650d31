/**
 * Makes the base map of the product in data/geo/:
 *
 *   node scripts/basemap/make.mjs world   land-world.geojson from world-atlas (Natural Earth 1:50m)
 *   node scripts/basemap/make.mjs home    land-home.geojson from GSHHG; needs Debian's `gmt gmt-gshhg-full`
 *
 * Make `home` first: `world` lays its coast against it, so that no step shows where the fine coast begins.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { feature } from 'topojson-client'
import {
  closeAlongBorder,
  coastOf,
  cutAtAntimeridian,
  isInside,
  joinSegments,
  meetCrossings,
  readShoreSegments,
  roundLine,
  signedArea,
} from './rings.mjs'

/** Gulf of Lion and Riviera, Cap de Creus to Menton. */
const homeBox = /** @type {[number, number, number, number]} */ ([2.9, 42.2, 7.75, 44.4])
const [west, south, east, north] = homeBox
const geoFolder = new URL('../../data/geo/', import.meta.url)

/** One feature a line keeps differences readable. */
function writeFeatures(name, features) {
  const text = features.map((item) => JSON.stringify(item)).join(',\n')
  writeFileSync(new URL(name, geoFolder), `{"type":"FeatureCollection","features":[\n${text}\n]}\n`)
  console.log(`${name}: ${features.length} features, ${(text.length / 1024).toFixed(0)} kB`)
}

function makeHome() {
  const range = `-R${west}/${east}/${south}/${north}`
  const shore = execFileSync('gmt', ['coast', range, '-Df', '-M', '-W'], { encoding: 'utf8', maxBuffer: 1e8 })
  const segments = readShoreSegments(shore)
  const level = (n) => joinSegments(segments.filter((s) => s.level === n).map((s) => s.points))
  const { rings: islands, chains } = level(1)
  const lakes = level(2)
    .rings.map((ring) => roundLine(ring, 4))
    .filter((ring) => ring.length > 3)
  const mainland = chains.map((chain) => closeAlongBorder(chain, homeBox))
  const lands = [...mainland, ...islands].map((ring) => roundLine(ring, 4)).filter((ring) => ring.length > 3)
  const polygons = lands.map((ring) => ({
    type: 'Feature',
    properties: { kind: 'land' },
    geometry: {
      type: 'Polygon',
      // A lake is a hole of the land around it; RFC 7946 turns outer rings left and holes right.
      coordinates: [
        turned(ring, 1),
        ...lakes.filter((lake) => isInside(lake[0], ring)).map((lake) => turned(lake, -1)),
      ],
    },
  }))
  const coast = [...chains, ...islands, ...level(2).rings].map((line) => roundLine(line, 4))
  writeFeatures('land-home.geojson', [
    {
      type: 'Feature',
      properties: { kind: 'extent' },
      geometry: { type: 'Polygon', coordinates: [boxRing()] },
    },
    ...polygons,
    {
      type: 'Feature',
      properties: { kind: 'coast' },
      geometry: { type: 'MultiLineString', coordinates: coast },
    },
  ])
}

const turned = (ring, sign) => (Math.sign(signedArea(ring)) === sign ? ring : ring.toReversed())

const boxRing = () => [
  [west, south],
  [east, south],
  [east, north],
  [west, north],
  [west, south],
]

/** Where the fine coast leaves the box. */
function homeCrossings() {
  const home = JSON.parse(readFileSync(new URL('land-home.geojson', geoFolder), 'utf8'))
  const coast = home.features.find((item) => item.properties.kind === 'coast')
  return coast.geometry.coordinates
    .flatMap((line) => [line[0], line.at(-1)])
    .filter(([lon, lat]) => [west, east].includes(lon) || [south, north].includes(lat))
}

function makeWorld() {
  const require = createRequire(import.meta.url)
  const atlas = JSON.parse(readFileSync(require.resolve('world-atlas/land-50m.json'), 'utf8'))
  const crossings = homeCrossings()
  const lands = feature(atlas, atlas.objects.land).features.flatMap((item) =>
    item.geometry.type === 'Polygon' ? [item.geometry.coordinates] : item.geometry.coordinates,
  )
  const polygons = lands.flatMap((polygon) => {
    const rings = polygon
      .map((ring) => meetCrossings(ring, crossings, homeBox, 0.3))
      .flatMap(cutAtAntimeridian)
      .map((ring) => roundLine(ring, 3))
      .filter((ring) => ring.length > 3)
    // A cut island is several; a hole, of which there is one (the Caspian), crosses nothing.
    const isCut = rings.length > polygon.length
    return isCut ? rings.map((ring) => [ring]) : rings.length > 0 ? [rings] : []
  })
  const features = [
    ...polygons.map((coordinates) => ({
      type: 'Feature',
      properties: { kind: 'land' },
      geometry: { type: 'Polygon', coordinates },
    })),
    {
      type: 'Feature',
      properties: { kind: 'coast' },
      geometry: { type: 'MultiLineString', coordinates: polygons.flat().flatMap(coastOf) },
    },
  ]
  writeFeatures('land-world.geojson', features)
}

const makers = { home: makeHome, world: makeWorld }
const asked = process.argv[2] ?? ''
if (!(asked in makers)) {
  console.error('Write: node scripts/basemap/make.mjs home|world')
  process.exit(2)
}
makers[asked]()
