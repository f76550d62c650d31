/** Answers kept while the rows they were made from stay the same. */

/** Least recently used first out, by bytes. */
export class AnswerCache {
  readonly #limitBytes: number
  readonly #answers = new Map<string, Buffer>()
  #bytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get(key: string): Buffer | undefined {
    const found = this.#answers.get(key)
    if (!found) return undefined
    this.#answers.delete(key)
    this.#answers.set(key, found)
    return found
  }

  /** Larger than an eighth of the whole is not kept: it would push out too much. */
  keep(key: string, answer: Buffer): void {
    if (answer.length > this.#limitBytes / 8 || this.#answers.has(key)) return
    this.#answers.set(key, answer)
    this.#bytes += answer.length
    for (const [oldest, { length }] of this.#answers) {
      if (this.#bytes <= this.#limitBytes) break
      this.#answers.delete(oldest)
      this.#bytes -= length
    }
  }

  get byteLength(): number {
    return this.#bytes
  }
}
