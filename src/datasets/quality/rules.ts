/** How good a dataset is, with the reasons. Pure. */
import type { QualityPart } from './schema.ts'

export interface QualityFacts {
  /** Cells that hold a value, of all; null where there is no row. */
  filledShare: number | null
  /** Rows of the current version that were rejected, of all that came; null for streams and the platform's own. */
  rejectedShare: number | null
  /** Time since the last change; null where nobody knows. */
  ageMs: number | null
  /** ISO 8601 duration; empty when nothing was promised. */
  updateEvery: string
  fieldCount: number
  /** Fields whose label is not just their name. */
  describedCount: number
  hasLicence: boolean
  hasDescription: boolean
  hasPublisher: boolean
}

const durationShape = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/
/** Days of a year and a month as the Gregorian calendar has them on average. */
const secondsOf = [365.2425 * 86_400, 30.436875 * 86_400, 7 * 86_400, 86_400, 3_600, 60, 1]

/** Milliseconds of an ISO 8601 duration such as `P1D`; null for what is none or lasts no time. */
export function durationMs(iso: string): number | null {
  const parts = durationShape.exec(iso)
  if (!parts) return null
  const seconds = secondsOf.reduce((sum, each, i) => sum + each * Number(parts[i + 1] ?? 0), 0)
  return seconds > 0 ? seconds * 1000 : null
}

/** Whole within the promised time, then less and less, nothing after twice of it. */
const freshness = (ageMs: number, everyMs: number) => Math.max(0, Math.min(1, 2 - ageMs / everyMs))

/** What each part reaches, 0 to 1; null where it cannot be judged and does not count. */
export function qualityShares(facts: QualityFacts): Record<QualityPart['name'], number | null> {
  const everyMs = durationMs(facts.updateEvery)
  return {
    filled: facts.filledShare,
    accepted: facts.rejectedShare === null ? null : 1 - facts.rejectedShare,
    fresh: everyMs === null || facts.ageMs === null ? null : freshness(facts.ageMs, everyMs),
    described: facts.fieldCount === 0 ? null : facts.describedCount / facts.fieldCount,
    licence: facts.hasLicence ? 1 : 0,
    told: (Number(facts.hasDescription) + Number(facts.hasPublisher)) / 2,
  }
}

/** The score, 0 to 100: the mean of the parts that can be judged, by their weights. */
export function scoreOf(parts: readonly QualityPart[]): number {
  const judged = parts.filter((part) => part.share !== null)
  const weight = judged.reduce((sum, part) => sum + part.weight, 0)
  if (weight === 0) return 0
  return Math.round((100 * judged.reduce((sum, part) => sum + part.weight * part.share!, 0)) / weight)
}
