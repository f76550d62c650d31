/**
 * Waiting times between attempts: the ceiling doubles from 2 s to 60 s, the wait is drawn from its upper half,
 * so that a hundred clients of one dead receiver do not come back together.
 */
export class Backoff {
  #ceilingMs = 2_000
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  /** The next wait in milliseconds, from 1 s to 60 s. */
  next(): number {
    const waitMs = Math.round(this.#ceilingMs * (0.5 + 0.5 * this.#random()))
    this.#ceilingMs = Math.min(60_000, this.#ceilingMs * 2)
    return waitMs
  }

  reset(): void {
    this.#ceilingMs = 2_000
  }
}
