/** What administrators of the platform do to accounts. They read no data by it. */
import type { ControlDb } from '../engines/control/control.ts'
import { platform, requireRight } from '../http/abilities.ts'
import type { PlatformRole, Principal } from '../http/principal.ts'
import type { AccountEvent, AccountItem } from './schema.ts'
import type { Accounts } from './service.ts'
import type { AccountTables } from './tables.ts'

export class AccountAdministration {
  readonly #accounts: Accounts
  readonly #control: ControlDb

  constructor(accounts: Accounts, control: ControlDb) {
    this.#accounts = accounts
    this.#control = control
  }

  async list(principal: Principal): Promise<AccountItem[]> {
    requireRight(principal, 'account:list', platform)
    return this.#accounts.people.items()
  }

  /** Disabling ends sessions and keys at once. */
  async setStatus(principal: Principal, id: string, status: 'active' | 'disabled'): Promise<void> {
    requireRight(principal, 'account:disable', { kind: 'account', id })
    await this.#accounts.people.person(id)
    await this.#control.transaction<AccountTables, void>(async (trx) => {
      if (status === 'disabled') await this.#accounts.people.keepAnAdministrator(trx, id)
      await trx.updateTable('account').set({ status }).where('id', '=', id).execute()
    })
    if (status === 'disabled') {
      await this.#accounts.sessions.end({ user: id })
      await this.#accounts.keys.revoke({ user: id }, 'account disabled')
    }
    const actor = principal.kind === 'user' ? principal.user : null
    await this.#accounts.events.note({
      kind: status === 'disabled' ? 'account-disabled' : 'account-enabled',
      account: id,
      actor,
    })
    await this.#accounts.refresh()
  }

  /** Ends the sessions of who gets other roles: they begin anew, under a new id. */
  async setPlatformRoles(principal: Principal, id: string, roles: readonly PlatformRole[]): Promise<void> {
    requireRight(principal, 'account:grant-role', platform)
    await this.#accounts.people.person(id)
    const actor = principal.kind === 'user' ? principal.user : 'local'
    await this.#control.transaction<AccountTables, void>(async (trx) => {
      if (!roles.includes('platform-admin')) await this.#accounts.people.keepAnAdministrator(trx, id)
      await this.#accounts.people.grantRoles(trx, id, roles, actor)
    })
    await this.#accounts.sessions.end({ user: id })
    await this.#accounts.events.note({ kind: 'roles-changed', account: id, actor, detail: roles.join(' ') })
  }

  /** What happened to accounts, newest first: for auditors. */
  async events(principal: Principal, limit: number): Promise<AccountEvent[]> {
    requireRight(principal, 'audit:read', platform)
    return this.#accounts.events.list(undefined, limit)
  }
}
