/** Base stations may disagree by this much, and a file may be silent for so long, without doubt about the time. */
const toleranceMs = 60_000
const silenceMs = 3_600_000
/** Stations that agree with each other against the clock before it follows them. */
const votesToMove = 3

/**
 * The clock of a file whose lines carry no time: what base stations (types 4 and 11) said last. One station with
 * a wrong date moves nothing; three in a row that agree do.
 */
export class BaseClock {
  #nowMs: number
  #rivalMs = Number.NaN
  #votes = 0

  /** `startMs`: time known before the first base station, NaN = none. */
  constructor(startMs = Number.NaN) {
    this.#nowMs = startMs
  }

  /** Time now, ms since 1970 UTC; NaN before the first base station. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** A base station says that it is `ms`; NaN and what lies after `latestMs`, the time of reading, say nothing. */
  hear(ms: number, latestMs = Number.POSITIVE_INFINITY): void {
    if (!(ms <= latestMs)) return
    if (Number.isNaN(this.#nowMs)) {
      this.#nowMs = ms
      return
    }
    const ahead = ms - this.#nowMs
    if (ahead >= -toleranceMs && ahead <= silenceMs) {
      // Never backwards for a small disagreement: rows keep the order of their lines.
      this.#nowMs = Math.max(this.#nowMs, ms)
      this.#votes = 0
      return
    }
    const agrees = Math.abs(ms - this.#rivalMs) <= toleranceMs
    this.#votes = agrees ? this.#votes + 1 : 1
    this.#rivalMs = ms
    if (this.#votes < votesToMove) return
    this.#nowMs = ms
    this.#votes = 0
  }
}
