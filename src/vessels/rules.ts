import type { Assertion, MotionState } from './schema.ts'

/** Below this a vessel is stopped, whatever it declares; knots. */
const stoppedBelowKn = 0.5
/** Above this a vessel moves, even when it still declares to be moored or anchored; knots. */
const movingAboveKn = 3

/**
 * What a vessel is doing. Its declared status counts (1 at anchor, 5 moored) unless its speed says otherwise; one
 * that is stopped without saying how counts as moored.
 */
export function motionState(navStatus: number | null, sogKn: number | null): MotionState {
  const moves = sogKn !== null && sogKn > movingAboveKn
  if (navStatus === 1 && !moves) return 'anchored'
  if (navStatus === 5 && !moves) return 'moored'
  if (sogKn === null) return 'unknown'
  return sogKn < stoppedBelowKn ? 'moored' : 'under-way'
}

const dayMs = 86_400_000

/**
 * The declared ETA as an instant, ms since 1970 UTC, or 0. The message has no year: the one that puts it nearest
 * to now within 30 days before and 335 days after is meant (docs/ais.md). A part missing or impossible (31 June) is no ETA.
 */
export function etaAtMs(
  messageAtMs: number,
  month: number | null,
  day: number | null,
  hour: number | null,
  minute: number | null,
): number {
  if (month === null || day === null || hour === null || minute === null) return 0
  const year = new Date(messageAtMs).getUTCFullYear()
  for (const candidate of [year, year + 1, year - 1]) {
    const at: number = Date.UTC(candidate, month - 1, day, hour, minute)
    const isReal = new Date(at).getUTCDate() === day
    if (isReal && at >= messageAtMs - 30 * dayMs && at <= messageAtMs + 335 * dayMs) return at
  }
  return 0
}

/** Degrees: west, south, east, north. West may be greater than east: the box crosses the antimeridian. */
export type Box = [number, number, number, number]

/** HOT. */
export function isInBox([west, south, east, north]: Box, lon: number, lat: number): boolean {
  if (lat < south || lat > north) return false
  return west <= east ? lon >= west && lon <= east : lon >= west || lon <= east
}

/** The box of the middle 96 % of places in each direction, widened a little; null without any. */
export function boundsOf(lons: number[], lats: number[]): Box | null {
  if (lons.length === 0) return null
  const [west, east] = middle(lons)
  const [south, north] = middle(lats)
  const marginLon = Math.max(0.02, (east - west) * 0.05)
  const marginLat = Math.max(0.02, (north - south) * 0.05)
  return [
    Math.max(-180, west - marginLon),
    Math.max(-90, south - marginLat),
    Math.min(180, east + marginLon),
    Math.min(90, north + marginLat),
  ]
}

function middle(values: number[]): [number, number] {
  const sorted = Float64Array.from(values).sort()
  const cut = Math.floor(sorted.length * 0.02)
  return [sorted[cut]!, sorted[sorted.length - 1 - cut]!]
}

/** Lower case without accents, for search. */
export const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** How well a vessel answers a query: 3 the same, 2 begins with it, 1 contains it, 0 not at all. */
export function matchRank(query: string, terms: (string | null)[]): number {
  let best = 0
  for (const term of terms) {
    if (term === null) continue
    const text = fold(term)
    const rank = text === query ? 3 : text.startsWith(query) ? 2 : text.includes(query) ? 1 : 0
    if (rank > best) best = rank
  }
  return best
}

/** One spell of identical statements, as stored: values of each field with when they were heard. */
export interface StatedSpell {
  values: Partial<Record<Assertion['field'], string | null>>
  sinceMs: number
  untilMs: number
  source: string
}

/** Dated statements by field and value, newest first, from spells in any order. */
export function assertionsOf(spells: StatedSpell[]): Assertion[] {
  const merged = new Map<
    string,
    { field: Assertion['field']; value: string; sinceMs: number; untilMs: number; source: string }
  >()
  for (const { values, sinceMs, untilMs, source } of spells) {
    for (const [field, value] of Object.entries(values) as [Assertion['field'], string | null][]) {
      if (value === null) continue
      const key = `${field}\n${value}`
      const known = merged.get(key)
      if (!known) merged.set(key, { field, value, sinceMs, untilMs, source })
      else {
        if (sinceMs < known.sinceMs) known.sinceMs = sinceMs
        if (untilMs > known.untilMs) {
          known.untilMs = untilMs
          known.source = source
        }
      }
    }
  }
  return [...merged.values()]
    .sort((a, b) => b.untilMs - a.untilMs || a.field.localeCompare(b.field))
    .map(({ field, value, sinceMs, untilMs, source }) => ({
      field,
      value,
      since: new Date(sinceMs).toISOString(),
      until: new Date(untilMs).toISOString(),
      source,
    }))
}
