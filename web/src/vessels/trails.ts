import type { LiveVessel, Trails, VesselCategory } from '../../../src/vessels/schema.ts'

/** [lon, lat, ms since 1970]. */
export type TrailPoint = [number, number, number]

const minStepDeg = 0.00015

/**
 * Recent paths by vessel: what the server remembers, lengthened by what the stream brings, shortened as it
 * grows old.
 */
export class TrailBook {
  private trails = new Map<number, TrailPoint[]>()
  private readonly keptMs: number

  constructor(keptMs: number) {
    this.keptMs = keptMs
  }

  replace(trails: Trails): void {
    this.trails = new Map(
      Object.entries(trails.trails).map(([mmsi, points]) => [Number(mmsi), points as TrailPoint[]]),
    )
  }

  clear(): void {
    this.trails.clear()
  }

  /** Adds where the vessels are now, when they went somewhere. */
  extend(vessels: Iterable<LiveVessel>): void {
    for (const vessel of vessels) {
      if (vessel.state !== 'under-way') continue
      const at = Date.parse(vessel.positionAt)
      const trail = this.trails.get(vessel.mmsi)
      if (!trail) {
        this.trails.set(vessel.mmsi, [[vessel.lon, vessel.lat, at]])
        continue
      }
      const last = trail.at(-1)
      if (last && (at <= last[2] || Math.hypot(vessel.lon - last[0], vessel.lat - last[1]) < minStepDeg))
        continue
      trail.push([vessel.lon, vessel.lat, at])
      while (trail[0] && trail[0][2] < at - this.keptMs) trail.shift()
    }
  }

  /** Lines of the vessels shown, in three parts that fade with age. */
  features(shown: Iterable<LiveVessel>, nowMs: number): GeoJSON.FeatureCollection {
    const features: GeoJSON.Feature[] = []
    for (const vessel of shown) {
      if (vessel.state !== 'under-way') continue
      const points = (this.trails.get(vessel.mmsi) ?? []).filter((point) => point[2] > nowMs - this.keptMs)
      // The newest position may not be in the book yet: the trail reaches its vessel all the same.
      const line = [...points, [vessel.lon, vessel.lat, nowMs] as TrailPoint]
      features.push(...fading(line, vessel.category, nowMs, this.keptMs))
    }
    return { type: 'FeatureCollection', features }
  }
}

const opacities = [0.15, 0.3, 0.55]

function fading(
  line: TrailPoint[],
  category: VesselCategory,
  nowMs: number,
  keptMs: number,
): GeoJSON.Feature[] {
  const partOf = (point: TrailPoint) =>
    Math.min(2, Math.max(0, Math.floor(3 * (1 - (nowMs - point[2]) / keptMs))))
  const parts: [number, number][][] = [[], [], []]
  line.forEach((point, i) => {
    const part = partOf(point)
    const before = line[i - 1]
    // Parts share their joint, so that the line has no gap.
    if (before && partOf(before) !== part) parts[part]!.push([before[0], before[1]])
    parts[part]!.push([point[0], point[1]])
  })
  return parts.flatMap((coordinates, part) =>
    coordinates.length < 2
      ? []
      : [
          {
            type: 'Feature' as const,
            properties: { category, opacity: opacities[part] },
            geometry: { type: 'LineString' as const, coordinates },
          },
        ],
  )
}
