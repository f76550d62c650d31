/** Fewer of many, the same ones each time. Pure. */
import type { Vessel } from './vessel.ts'

/** At most `limit` vessels, the same ones for a box whenever it is asked, smaller samples part of larger ones. */
export function sample(vessels: Vessel[], limit: number): Vessel[] {
  if (vessels.length <= limit) return vessels
  return vessels.sort((a, b) => a.lot - b.lot).slice(0, limit)
}

/** At most `limit` of the points, evenly, with the first and the last. */
export function thin<T>(points: T[], limit: number): T[] {
  if (points.length <= limit) return points
  const step = (points.length - 1) / (limit - 1)
  return Array.from({ length: limit }, (_, i) => points[Math.round(i * step)]!)
}
