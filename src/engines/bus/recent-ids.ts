/** Ids seen within a window of time, at most a number of them: the oldest are forgotten first. */
export class RecentIds {
  readonly #windowMs: number
  readonly #atMost: number
  readonly #known = new Set<string>()
  /** In order of arrival; a Set alone would walk over its own deleted entries to find the oldest. */
  #queue: { id: string; untilMs: number }[] = []
  #head = 0

  constructor(windowMs: number, atMost: number) {
    this.#windowMs = windowMs
    this.#atMost = atMost
  }

  /** HOT: once per message. `nowMs` never goes back. */
  has(id: string, nowMs: number): boolean {
    while (this.#head < this.#queue.length && this.#queue[this.#head]!.untilMs <= nowMs) this.#forgetOldest()
    return this.#known.has(id)
  }

  /** Remembers an id that is not known. */
  add(id: string, nowMs: number): void {
    this.#known.add(id)
    this.#queue.push({ id, untilMs: nowMs + this.#windowMs })
    if (this.#known.size > this.#atMost) this.#forgetOldest()
  }

  #forgetOldest(): void {
    this.#known.delete(this.#queue[this.#head++]!.id)
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
  }
}
