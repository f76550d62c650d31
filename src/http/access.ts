/** What is known of one request to datasets while it is answered; `request.access` where the door leads to some. */
import { createHash } from 'node:crypto'

export class Access {
  /** Rows given so far; null while nobody counted. */
  rows: number | null = null
  /** SHA-256 of the conditions asked for, hex; null when none were. */
  filterHash: string | null = null
  /** Set by who ends an answer for a reason that its status does not tell. */
  endedBy: 'quota' | 'revocation' | null = null
  readonly #columns = new Set<string>()
  readonly #limits: ((count: number) => Promise<void>)[] = []

  /** Asked before rows are given: rejects where they would be too many. */
  limitRows(limit: (count: number) => Promise<void>): void {
    this.#limits.push(limit)
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
