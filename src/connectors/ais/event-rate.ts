const spanS = 60
const slots = 64

/** Messages a minute in the feed's own time, so that a past told in a burst does not look like a flood. */
export class EventRate {
  readonly #second = new Float64Array(slots).fill(Number.NEGATIVE_INFINITY)
  readonly #count = new Int32Array(slots)

  /** HOT. A message sent at an instant, ms since 1970. */
  note(atMs: number): void {
    const second = Math.floor(atMs / 1000)
    const slot = ((second % slots) + slots) % slots
    if (this.#second[slot]! < second) {
      this.#second[slot] = second
      this.#count[slot] = 0
    }
    if (this.#second[slot] === second) this.#count[slot]!++
  }

  /** Messages sent in the minute before an instant. */
  perMinute(nowMs: number): number {
    const now = Math.floor(nowMs / 1000)
    let sum = 0
    for (let slot = 0; slot < slots; slot++) {
      const age = now - this.#second[slot]!
      if (age >= 0 && age < spanS) sum += this.#count[slot]!
    }
    return sum
  }
}
