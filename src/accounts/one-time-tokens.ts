/** Links that work once: to make the administrator, to choose a new password. */
import type { ControlDb } from '../engines/control/control.ts'
import type { Trx } from './people.ts'
import { hashOf, newSecret } from './secrets.ts'
import type { AccountTables } from './tables.ts'

type Purpose = 'setup' | 'reset'

export class OneTimeTokens {
  readonly #control: ControlDb
  readonly #now: () => Date

  constructor(control: ControlDb, now: () => Date) {
    this.#control = control
    this.#now = now
  }

  /** A new token; earlier ones of the same purpose and account are worth nothing any more. */
  async issue(purpose: Purpose, account: string | null, lifeS: number): Promise<string> {
    const secret = newSecret()
    const now = this.#now()
    await this.#control.transaction<AccountTables, void>(async (trx) => {
      await trx.deleteFrom('account_token').where('expires_at', '<', now.toISOString()).execute()
      await trx
        .deleteFrom('account_token')
        .where('purpose', '=', purpose)
        .where('account_id', account === null ? 'is' : '=', account)
        .execute()
      await trx
        .insertInto('account_token')
        .values({
          hash: hashOf(purpose, secret),
          purpose,
          account_id: account,
          expires_at: new Date(now.getTime() + lifeS * 1000).toISOString(),
        })
        .execute()
    })
    return secret
  }

  /** Uses a token up inside the transaction it is for; undefined for one that is not good. */
  async take(trx: Trx, purpose: Purpose, secret: string): Promise<{ account: string | null } | undefined> {
    const [row] = await trx
      .deleteFrom('account_token')
      .where('hash', '=', hashOf(purpose, secret))
      .where('purpose', '=', purpose)
      .returning(['account_id', 'expires_at'])
      .execute()
    if (!row || Date.parse(row.expires_at) <= this.#now().getTime()) return undefined
    return { account: row.account_id }
  }
}
