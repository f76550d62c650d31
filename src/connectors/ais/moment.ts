/** When a line came: by its own word, and by our clock. */
export interface Moment {
  /** Time stated by the line or heard from a base station, ms since 1970 UTC; NaN = none. */
  statedMs: number
  receivedAtMs: number
}

/**
 * Event time that passed between two lines. Stated times are compared with each other only: a feed that states the
 * time on some of its lines, or replays old ones, must not make the others look late.
 */
export function msBetween(from: Moment, to: Moment): number {
  const stated = to.statedMs - from.statedMs
  return Number.isNaN(stated) ? to.receivedAtMs - from.receivedAtMs : stated
}
