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

  addRows(count: number): void {
    this.rows = (this.rows ?? 0) + count
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
