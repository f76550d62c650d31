/** What the entries so far amount to: where the chain ends, which accesses are open, what the hour counts. */
import { firstHash, type JournalEntry } from './entry.ts'
import { HourlyUsage, type UsageRow } from './hourly-usage.ts'

export interface ChainEnd {
  seq: number
  hash: string
  at: string
}

/** The last entry of a UTC day. */
export interface DayEnd {
  /** YYYY-MM-DD. */
  date: string
  count: number
  hash: string
  /** Spool position after it. */
  position: number
}

export class ChainState {
  end: ChainEnd = { seq: 0, hash: firstHash, at: '1970-01-01T00:00:00.000Z' }
  readonly usage = new HourlyUsage()
  /** Openings without an end, oldest first, with their spool position. */
  readonly open = new Map<string, { entry: JournalEntry & { kind: 'opened' }; position: number }>()
  /** Where the last entry begins and ends in the spool. */
  #lastFrom = 0
  #lastTo = 0
  /** Where the oldest entry begins whose counts are not final. */
  #countedFrom = 0

  /** Takes in the next entry. Answers the day that ended before it, and the hours whose counts are now final. */
  absorb(entry: JournalEntry, from: number, to: number): { dayEnd: DayEnd | null; hours: UsageRow[] } {
    const { seq, hash, at } = entry
    const dayEnd = this.#lastTo > 0 && at.slice(0, 10) !== this.end.at.slice(0, 10) ? this.dayEnd() : null
    if (this.usage.isEmpty) this.#countedFrom = from
    this.usage.add(entry)
    if (entry.kind === 'opened') this.open.set(entry.access, { entry, position: from })
    else if (entry.kind === 'closed') this.open.delete(entry.access)
    const hours = entry.kind === 'hour' ? this.usage.take(entry.hour) : []
    this.end = { seq, hash, at }
    this.#lastFrom = from
    this.#lastTo = to
    return { dayEnd, hours }
  }

  /** Spool position after the last entry. */
  get position(): number {
    return this.#lastTo
  }

  /** The day of the last entry, as it would end with it. */
  dayEnd(): DayEnd {
    return {
      date: this.end.at.slice(0, 10),
      count: this.end.seq,
      hash: this.end.hash,
      position: this.#lastTo,
    }
  }

  /** From here on the spool tells this state again. */
  get resumeFrom(): number {
    const [oldest] = this.open.values()
    const counted = this.usage.isEmpty ? this.#lastFrom : this.#countedFrom
    return Math.min(this.#lastFrom, counted, oldest?.position ?? this.#lastFrom)
  }
}
