/**
 * Which delivered positions are acknowledged. `floor` is the greatest position up to which all are: where a durable
 * consumer begins again. Positions are delivered in growing order and may be acknowledged in any.
 */
export class AckWindow {
  #floor: number
  #delivered: number[] = []
  #head = 0
  readonly #acked = new Set<number>()

  constructor(floor: number) {
    this.#floor = floor
  }

  get floor(): number {
    return this.#floor
  }

  /** Delivered and not yet acknowledged. */
  get inFlight(): number {
    return this.#delivered.length - this.#head - this.#acked.size
  }

  deliver(position: number): void {
    this.#delivered.push(position)
  }

  /** HOT: once per message. Acknowledging twice is harmless. */
  ack(position: number): void {
    if (position <= this.#floor) return
    if (position !== this.#delivered[this.#head]) {
      this.#acked.add(position)
      return
    }
    this.#floor = position
    this.#head++
    while (this.#acked.size > 0 && this.#acked.delete(this.#delivered[this.#head]!)) {
      this.#floor = this.#delivered[this.#head++]!
    }
    if (this.#head > 1024 && this.#head * 2 > this.#delivered.length) {
      this.#delivered = this.#delivered.slice(this.#head)
      this.#head = 0
    }
  }
}
