/** What happened to accounts: kept with references only, so that erasing a person leaves the rest whole. */
import { randomUUID } from 'node:crypto'
import type { ControlDb } from '../engines/control/control.ts'
import type { AccountEvent } from './schema.ts'
import type { AccountTables } from './tables.ts'

export type AccountEventKind =
  | 'account-made'
  | 'account-disabled'
  | 'account-enabled'
  | 'account-erased'
  | 'signed-in'
  | 'sign-in-failed'
  | 'signed-out'
  | 'sessions-ended'
  | 'password-changed'
  | 'second-factor-on'
  | 'second-factor-off'
  | 'link-made'
  | 'roles-changed'
  | 'key-made'
  | 'key-revoked'
  | 'organisation-switched'

export interface NewEvent {
  kind: AccountEventKind
  account: string | null
  /** Who did it; default: the account itself. */
  actor?: string | null
  organisation?: string | null
  /** No name, address or secret. */
  detail?: string
}

export class AccountEvents {
  readonly #control: ControlDb
  readonly #now: () => Date

  constructor(control: ControlDb, now: () => Date) {
    this.#control = control
    this.#now = now
  }

  async note({ kind, account, actor = account, organisation = null, detail = '' }: NewEvent): Promise<void> {
    await this.#control.db
      .withTables<AccountTables>()
      .insertInto('account_event')
      .values({
        id: randomUUID(),
        at: this.#now().toISOString(),
        kind,
        account_id: account,
        actor_id: actor,
        organisation_id: organisation,
        detail,
      })
      .execute()
  }

  /** Newest first: of one account, or of all. */
  async list(account: string | undefined, limit: number): Promise<AccountEvent[]> {
    let query = this.#control.db
      .withTables<AccountTables>()
      .selectFrom('account_event')
      .selectAll()
      .orderBy('at', 'desc')
      .orderBy('id')
      .limit(limit)
    if (account !== undefined) query = query.where('account_id', '=', account)
    const rows = await query.execute()
    return rows.map((row) => ({
      id: row.id,
      at: row.at,
      kind: row.kind,
      account: row.account_id,
      actor: row.actor_id,
      organisation: row.organisation_id,
      detail: row.detail,
    }))
  }
}
