/** A clock that disagrees with this many messages in a row, all on one side, was wrong itself. */
const snapAfter = 50
const maxStepMs = 1000

/**
 * The time a feed has reached, told by its messages: each moves it by at most a second, so that single senders
 * with a wrong clock do not carry it away.
 */
export class EventClock {
  /** Milliseconds since 1970; −Infinity before the first message. */
  nowMs = Number.NEGATIVE_INFINITY
  #oneSided = 0

  /** HOT. */
  follow(atMs: number): void {
    const gapMs = atMs - this.nowMs
    if (gapMs === Number.POSITIVE_INFINITY) this.nowMs = atMs
    else if (gapMs > maxStepMs || gapMs < -maxStepMs) this.#step(atMs, gapMs)
    else {
      this.#oneSided = 0
      if (gapMs > 0) this.nowMs = atMs
    }
  }

  #step(atMs: number, gapMs: number): void {
    const side = Math.sign(gapMs)
    this.#oneSided = Math.sign(this.#oneSided) === side ? this.#oneSided + side : side
    if (Math.abs(this.#oneSided) >= snapAfter) {
      this.nowMs = atMs
      this.#oneSided = 0
    } else this.nowMs += side * maxStepMs
  }
}
