import type { LiveVessel } from '../../../src/vessels/schema.ts'

export const speeds = [1, 10, 60, 300] as const
export type Speed = (typeof speeds)[number]

/** The vessels at one instant of the past. */
export interface Frame {
  atMs: number
  total: number
  vessels: ReadonlyMap<number, LiveVessel>
}

/** Time between two frames asked of the server while playing, in ms of the past: about one a second. */
export const frameStepMs = (speed: Speed) => Math.max(2000, speed * 1000)

/** A jump longer than any ship makes in a step is not drawn as a journey. */
const fastestMps = 45

/** Degrees a second of the past by which `from` reaches `to`; zero when it cannot be the same journey. */
export function driftBetween(from: LiveVessel, to: LiveVessel | undefined, seconds: number) {
  if (!to || seconds <= 0) return { lon: 0, lat: 0 }
  const lon = to.lon - from.lon
  const lat = to.lat - from.lat
  const metres = 111_195 * Math.hypot(lon * Math.cos((from.lat * Math.PI) / 180), lat)
  if (metres > fastestMps * seconds || Math.abs(lon) > 180) return { lon: 0, lat: 0 }
  return { lon: lon / seconds, lat: lat / seconds }
}

/** Where the replay stands after `elapsedMs` of ours, not beyond `endMs`. */
export const advance = (atMs: number, speed: Speed, elapsedMs: number, endMs: number) =>
  Math.min(endMs, atMs + elapsedMs * speed)

/** Steps of the scrubber by key, in ms; Home and End are the ends. */
export function scrubStep(key: string, shift: boolean): number | undefined {
  const minute = 60_000
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return -(shift ? 10 : 1) * minute
    case 'ArrowRight':
    case 'ArrowUp':
      return (shift ? 10 : 1) * minute
    case 'PageDown':
      return -60 * minute
    case 'PageUp':
      return 60 * minute
    default:
      return undefined
  }
}

/** Instants where the axis carries a label: whole local hours, days or minutes, six to ten of them. */
export function axisTicks(fromMs: number, toMs: number, most: number): number[] {
  const minute = 60_000
  const steps = [1, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440, 2880, 7200, 14_400].map(
    (m) => m * minute,
  )
  const step = steps.find((size) => (toMs - fromMs) / size <= most) ?? (toMs - fromMs) / most
  // Aligned on the reader's clock: hours and midnights of their zone, not of UTC.
  const offsetMs = -new Date(toMs).getTimezoneOffset() * minute
  const ticks: number[] = []
  for (let at = Math.ceil((fromMs + offsetMs) / step) * step; at <= toMs + offsetMs; at += step)
    ticks.push(at - offsetMs)
  return ticks
}

const hour = 3_600_000

/**
 * The stretch of time under the scrubber: it ends now, or lies around an instant further back; not longer than
 * what is stored, rounded so that the same activity is asked for a minute long.
 */
export function windowOf(atMs: number, nowMs: number, lengthMs: number, firstAt: string | null) {
  const grain = lengthMs <= hour ? 10_000 : 60_000
  const endMs = Math.ceil(nowMs / grain) * grain
  const firstMs = firstAt === null ? endMs : Date.parse(firstAt)
  const isWithin = atMs >= endMs - lengthMs
  const toMs = isWithin ? endMs : Math.min(endMs, Math.ceil((atMs + lengthMs / 2) / lengthMs) * lengthMs)
  const wanted = toMs - lengthMs
  const stored = Math.floor((firstMs - 60_000) / 600_000) * 600_000
  return { fromMs: Math.min(Math.max(wanted, stored), toMs - 600_000), toMs }
}
