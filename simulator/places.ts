import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../src/package-root.ts'
import type { Place } from './leg.ts'

/** A place of the demo port (data/demo/places.geojson, hand-drawn, indicative). */
export interface PortPlace {
  id: string
  kind: string
  nameFr: string
  unlocode: string
  centre: Place
  headingDeg: number
  /** Fairways from the pilot place to the berth. */
  route: string[]
  pilotPlace: string
  /** Outer ring, or the points of a fairway. */
  shape: Place[]
}

interface Feature {
  properties: {
    id: string
    kind: string
    name_fr: string
    unlocode: string
    centre: Place | null
    headingDeg: number | null
    route?: string[]
    pilotPlace?: string
  }
  geometry: { type: 'Polygon'; coordinates: Place[][] } | { type: 'LineString'; coordinates: Place[] }
}

function readPlaces(): Map<string, PortPlace> {
  const text = readFileSync(join(packageRoot, 'data', 'demo', 'places.geojson'), 'utf8')
  const { features } = JSON.parse(text) as { features: Feature[] }
  return new Map(
    features.map(({ properties, geometry }) => {
      const shape = geometry.type === 'Polygon' ? geometry.coordinates[0]! : geometry.coordinates
      const place: PortPlace = {
        id: properties.id,
        kind: properties.kind,
        nameFr: properties.name_fr,
        unlocode: properties.unlocode,
        centre: properties.centre ?? shape[0]!,
        headingDeg: properties.headingDeg ?? 0,
        route: properties.route ?? [],
        pilotPlace: properties.pilotPlace ?? '',
        shape,
      }
      return [place.id, place]
    }),
  )
}

const places = readPlaces()

/** The place of an id; an unknown one is an error of the demo's own data. */
export function placeOf(id: string): PortPlace {
  const place = places.get(id)
  if (!place) throw new Error(`data/demo/places.geojson has no “${id}”`)
  return place
}

export const placesOfKind = (kind: string): PortPlace[] =>
  [...places.values()].filter((place) => place.kind === kind)

/** Even-odd rule. */
export function isInside(ring: Place[], lon: number, lat: number): boolean {
  let inside = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [x1, y1] = ring[i]!
    const [x2, y2] = ring[j]!
    if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) inside = !inside
  }
  return inside
}
