/** Failed sign-ins cost time: per account, whether it exists or not, and per network address. */
import type { ControlDb } from '../engines/control/control.ts'
import { LacydonError } from '../errors.ts'
import { failuresForgottenS, freeFailures, freeFailuresOfAddress, waitAfterS } from './rules.ts'
import { hashOf } from './secrets.ts'
import type { AccountTables } from './tables.ts'

interface Counted {
  hash: string
  free: number
}

export class Throttle {
  readonly #control: ControlDb
  readonly #now: () => Date

  constructor(control: ControlDb, now: () => Date) {
    this.#control = control
    this.#now = now
  }

  /** Throws `too_many_attempts` (429) with the seconds to wait. `login` is the folded address, known here or not. */
  async check(login: string, address: string): Promise<void> {
    const hashes = counted(login, address).map(({ hash }) => hash)
    const rows = await this.#db
      .selectFrom('account_throttle')
      .select('blocked_until')
      .where('hash', 'in', hashes)
      .execute()
    const now = this.#now().getTime()
    const waitMs = Math.max(0, ...rows.map((row) => Date.parse(row.blocked_until) - now))
    if (waitMs === 0) return
    const retryAfterS = Math.ceil(waitMs / 1000)
    throw new LacydonError('too_many_attempts', 429, 'Too many attempts have failed: wait before the next.', {
      details: { retryAfterS },
      help: `Try again in ${retryAfterS} s.`,
    })
  }

  async failed(login: string, address: string): Promise<void> {
    const now = this.#now()
    const forgotten = new Date(now.getTime() - failuresForgottenS * 1000).toISOString()
    await this.#control.transaction<AccountTables, void>(async (trx) => {
      await trx.deleteFrom('account_throttle').where('modified_at', '<', forgotten).execute()
      for (const { hash, free } of counted(login, address)) {
        const row = await trx
          .selectFrom('account_throttle')
          .select('failures')
          .where('hash', '=', hash)
          .executeTakeFirst()
        const failures = (row?.failures ?? 0) + 1
        const values = {
          failures,
          blocked_until: new Date(now.getTime() + waitAfterS(failures, free) * 1000).toISOString(),
          modified_at: now.toISOString(),
        }
        await trx
          .insertInto('account_throttle')
          .values({ hash, ...values })
          .onConflict((conflict) => conflict.column('hash').doUpdateSet(values))
          .execute()
      }
    })
  }

  /** A good sign-in clears its account, not the address: others may be guessed from there. */
  async succeeded(login: string): Promise<void> {
    const [account] = counted(login, '')
    await this.#db.deleteFrom('account_throttle').where('hash', '=', account!.hash).execute()
  }

  get #db() {
    return this.#control.db.withTables<AccountTables>()
  }
}

const counted = (login: string, address: string): [Counted, Counted] => [
  { hash: hashOf('throttle account', login), free: freeFailures },
  { hash: hashOf('throttle address', network(address)), free: freeFailuresOfAddress },
]

/** One subscriber of IPv6 has a /64 and may take a new address for each attempt. */
function network(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address
  const [head = ''] = address.split('::')
  const groups = head.split(':').filter(Boolean)
  return `${groups.slice(0, 4).join(':')}::/64`
}
