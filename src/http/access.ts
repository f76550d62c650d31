/** What is known of one request to datasets while it is answered; `request.access` where the door leads to some. */
import { createHash } from 'node:crypto'

export class Access {
  /** Rows given so far; null while nobody counted. */
  rows: number | null = null
  /** Bytes of its own, before they are packed with others; null: those of the answer. */
  bytes: number | null = null
  /** SHA-256 of the conditions asked for, hex; null when none were. */
  filterHash: string | null = null
  /** Set by who ends an answer for a reason that its status does not tell. */
  endedBy: 'quota' | 'revocation' | null = null
  readonly #columns = new Set<string>()
  readonly #parts = new Map<string, Access>()
  readonly #limits: ((count: number) => Promise<void>)[] = []

  readonly #whole: Access | null

  constructor(whole: Access | null = null) {
    this.#whole = whole
  }

  /** Asked before rows are given, of the whole answer or of that dataset: rejects where they would be too many. */
  limitRows(limit: (count: number) => Promise<void>, dataset?: string): void {
    this.#limits.push(limit)
    if (dataset !== undefined) this.part(dataset).limitRows(limit)
  }

  /** To be waited for before the rows are given, where something is; rejects with 429 when they may not be. */
  addRows(count: number): Promise<void> | undefined {
    this.rows = (this.rows ?? 0) + count
    if (this.#limits.length === 0 || count === 0) return undefined
    return this.#within(count)
  }

  async #within(count: number): Promise<void> {
    try {
      for (const limit of this.#limits) await limit(count)
    } catch (error) {
      this.endedBy = 'quota'
      if (this.#whole) this.#whole.endedBy = 'quota'
      throw error
    }
  }

  /** Names of fields that the answer was made from. */
  addColumns(names: Iterable<string>): void {
    for (const name of names) this.#columns.add(name)
  }

  /** Only its hash is kept: what somebody looked for is theirs. */
  noteFilter(text: string): void {
    this.filterHash = text === '' ? null : createHash('sha256').update(text).digest('hex')
  }

  /** What is known of one dataset, where an answer holds several of them. */
  part(dataset: string): Access {
    const known = this.#parts.get(dataset) ?? new Access(this)
    this.#parts.set(dataset, known)
    return known
  }

  /** What the log says of a dataset: its own part where one was counted, or what is known of the whole answer. */
  of(dataset: string): Access {
    const part = this.#parts.get(dataset)
    return part && part.rows !== null ? part : this
  }

  get columns(): string[] {
    return [...this.#columns].sort()
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null where the door leads to no dataset. */
    access: Access | null
  }
}
