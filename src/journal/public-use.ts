/** Use of public data without an account: counted, never told one by one. */
import type { LoggedAction } from '../http/access-log.ts'
import type { CountFacts } from './entry.ts'
import { hourOf } from './hourly-usage.ts'

export class PublicUse {
  readonly #counts = new Map<string, CountFacts>()

  /** HOT: once per public answer. */
  add(
    now: string,
    { dataset, owner, action }: { dataset: string; owner: string | null; action: LoggedAction },
    { rows, bytes }: { rows: number | null; bytes: number },
  ): void {
    const hour = hourOf(now)
    const key = `${hour}\n${dataset}\n${owner}\n${action}`
    let count = this.#counts.get(key)
    if (!count) {
      count = { dataset, owner, action, hour, count: 0, rows: 0, bytes: 0 }
      this.#counts.set(key, count)
    }
    count.count++
    count.rows += rows ?? 0
    count.bytes += bytes
  }

  list(): CountFacts[] {
    return [...this.#counts.values()]
  }

  /** Hands each count over once `write` has taken it; what it refuses stays for the next time. */
  drain(write: (count: CountFacts) => void): void {
    for (const [key, count] of this.#counts) {
      write(count)
      this.#counts.delete(key)
    }
  }
}
