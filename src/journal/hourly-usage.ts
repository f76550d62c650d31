/** Use of datasets within the hour that goes on. */
import type { LoggedAction } from '../http/access-log.ts'
import type { JournalEntry } from './entry.ts'

export interface UsageRow {
  /** Start of the hour, ISO. */
  at: string
  dataset: string
  owner: string | null
  action: LoggedAction
  /** Null: people without an organisation, as a whole. */
  organisation: string | null
  accesses: number
  refusals: number
  rows: number
  bytes: number
}

export const hourOf = (at: string): string => `${at.slice(0, 13)}:00:00.000Z`

/** Counts what entries tell, until an hour is taken. */
export class HourlyUsage {
  readonly #rows = new Map<string, UsageRow>()

  /** HOT: once per entry. */
  add(entry: JournalEntry): void {
    if (entry.kind === 'closed') {
      const row = this.#row(hourOf(entry.at), entry, entry.organisation)
      if (entry.outcome === 'refused' || entry.outcome === 'over-quota') row.refusals++
      else if (entry.outcome !== 'failed') row.accesses++
      row.rows += entry.rows ?? 0
      row.bytes += entry.bytes
    } else if (entry.kind === 'counted') {
      const row = this.#row(entry.hour, entry, null)
      row.accesses += entry.count
      row.rows += entry.rows
      row.bytes += entry.bytes
    }
  }

  #row(
    at: string,
    { dataset, owner, action }: Pick<UsageRow, 'dataset' | 'owner' | 'action'>,
    organisation: string | null,
  ): UsageRow {
    const key = JSON.stringify([at, dataset, owner, action, organisation])
    let row = this.#rows.get(key)
    if (!row) {
      row = { at, dataset, owner, action, organisation, accesses: 0, refusals: 0, rows: 0, bytes: 0 }
      this.#rows.set(key, row)
    }
    return row
  }

  get isEmpty(): boolean {
    return this.#rows.size === 0
  }

  /** Everything up to and with an hour, which is over; it is counted no longer. */
  take(hour: string): UsageRow[] {
    const over: UsageRow[] = []
    for (const [key, row] of this.#rows)
      if (row.at <= hour) {
        over.push(row)
        this.#rows.delete(key)
      }
    return over
  }

  list(): UsageRow[] {
    return [...this.#rows.values()]
  }
}
