import type { Clock } from './clock.ts'

/** A jump of the recorded clock beyond this, either way, is not waited for. */
const maxGapMs = 3_600_000

/**
 * The time a line carries: TAG `c:` (10 digits are seconds, 13 milliseconds), else the Unix time that ends a USCG
 * suffix. Milliseconds since 1970 UTC, undefined without any.
 */
export function lineTimeMs(line: Uint8Array): number | undefined {
  const text = Buffer.from(line.buffer, line.byteOffset, Math.min(line.length, 1024)).toString('latin1')
  const digits =
    /^\\(?:[^\\]*,)?c:(\d{10}|\d{13})[,*]/.exec(text)?.[1] ??
    /\*[\dA-Fa-f]{2},(?:.*,)?(\d{10})\s*$/.exec(text)?.[1]
  if (digits === undefined) return undefined
  return digits.length === 13 ? Number(digits) : Number(digits) * 1000
}

/** Decides when each line of a recording is due, `speed` times faster than it was recorded. */
export class ReplayPacer {
  readonly #speed: number
  readonly #clock: Clock
  /** The recorded time that corresponds to `#startedAtMs` here. */
  #recordedMs: number | undefined
  #lastRecordedMs = 0
  #startedAtMs = 0

  constructor(speed: number, clock: Clock) {
    this.#speed = speed
    this.#clock = clock
  }

  get hasTimes(): boolean {
    return this.#recordedMs !== undefined
  }

  /** Milliseconds to wait before the line; lines without a time go with the line before. */
  waitMs(line: Uint8Array): number {
    const timeMs = lineTimeMs(line)
    if (timeMs === undefined) return 0
    const nowMs = this.#clock.nowMs()
    if (this.#recordedMs === undefined || Math.abs(timeMs - this.#lastRecordedMs) > maxGapMs) {
      this.#recordedMs = timeMs
      this.#startedAtMs = nowMs
    }
    this.#lastRecordedMs = timeMs
    return Math.max(0, this.#startedAtMs + (timeMs - this.#recordedMs) / this.#speed - nowMs)
  }
}
