import type { Incoming } from './delivery.ts'

/** Longest a consumer goes on without a turn for everything else. */
const longestTurnMs = 5

/** Kept messages of one subject, oldest first, and who waits for the next one. */
export class Topic {
  #messages: Incoming[] = []
  #head = 0
  #waiting: (() => void)[] = []

  get oldest(): Incoming | undefined {
    return this.#messages[this.#head]
  }

  push(message: Incoming): void {
    this.#messages.push(message)
    this.wakeAll()
  }

  dropOldest(): void {
    this.#messages[this.#head++] = undefined as never
    if (this.#head > 1024 && this.#head * 2 > this.#messages.length) {
      this.#messages = this.#messages.slice(this.#head)
      this.#head = 0
    }
  }

  wakeAll(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }

  /** Messages after a position as they come, until `isStopped` says so after a wake. Dropped ones are passed over. */
  async *after(position: number, isStopped: () => boolean): AsyncGenerator<Incoming> {
    let last = position
    let turnUntilMs = performance.now() + longestTurnMs
    for (let handed = 1; !isStopped(); handed++) {
      const next = this.#firstAfter(last)
      if (next === undefined) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve))
        turnUntilMs = performance.now() + longestTurnMs
        continue
      }
      last = next.position
      yield next
      // A long backlog with a quick handler must not keep the event loop from everything else.
      if (handed % 32 === 0 && performance.now() > turnUntilMs) {
        await new Promise((resolve) => setImmediate(resolve))
        turnUntilMs = performance.now() + longestTurnMs
      }
    }
  }

  /** HOT: once per message and consumer. */
  #firstAfter(position: number): Incoming | undefined {
    let low = this.#head
    let high = this.#messages.length
    // Mostly the reader is at the end or the beginning of what is kept.
    if (high === low || this.#messages[high - 1]!.position <= position) return undefined
    if (this.#messages[low]!.position > position) return this.#messages[low]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#messages[middle]!.position <= position) low = middle + 1
      else high = middle
    }
    return this.#messages[low]
  }
}
