/** From what a provider vouches for to an account: by issuer and subject, never by a mail address. */
import type { ControlDb } from '../../engines/control/control.ts'
import { LacydonError } from '../../errors.ts'
import type { OrganisationRole } from '../../http/principal.ts'
import type { Accounts } from '../service.ts'
import type { Session, SessionOrigin } from '../sessions.ts'
import type { AccountTables } from '../tables.ts'
import type { LoggedOut } from './logout-token.ts'
import { refused, type Vouched } from './sign-in.ts'

/** Brings memberships in line with the groups a provider tells, by the configured table alone. */
export type ApplyGroups = (
  user: string,
  provider: string,
  wanted: readonly { organisation: string; role: OrganisationRole }[],
) => Promise<void>

export class Linking {
  readonly #control: ControlDb
  readonly #accounts: Accounts
  readonly #applyGroups: ApplyGroups
  readonly #now: () => Date

  constructor(options: {
    control: ControlDb
    accounts: Accounts
    applyGroups: ApplyGroups
    now: () => Date
  }) {
    this.#control = options.control
    this.#accounts = options.accounts
    this.#applyGroups = options.applyGroups
    this.#now = options.now
  }

  /** A session of the account that is linked, or of a new one. `current` is the session that asked to be linked. */
  async signIn(vouched: Vouched, origin: SessionOrigin, current: Session | undefined) {
    const { provider, linkAccount, groups } = vouched
    const linked = await this.#linked(vouched)
    let user: string
    if (linkAccount !== null) {
      if (current?.user !== linkAccount) throw refused('somebody else is signed in now.')
      if (linked !== undefined && linked !== linkAccount) throw refused('it belongs to another account.')
      user = linkAccount
      if (linked === undefined) await this.#link(vouched, user)
    } else if (linked !== undefined) user = linked
    else {
      if (!provider.makesAccounts)
        throw new LacydonError('no_account', 403, 'You have no account here.', {
          help: 'Ask your organisation to invite you.',
        })
      user = await this.#make(vouched)
    }
    const account = await this.#accounts.people.status(user)
    if (account?.status !== 'active') throw new LacydonError('no_account', 403, 'This account is disabled.')
    if (provider.groupsClaim !== undefined) {
      const wanted = provider.groups.filter(({ group }) => groups.includes(group))
      await this.#applyGroups(user, provider.id, wanted)
    }
    await this.#control.db
      .withTables<AccountTables>()
      .updateTable('account_link')
      .set({ last_login_at: this.#now().toISOString() })
      .where('issuer', '=', vouched.issuer)
      .where('subject', '=', vouched.subject)
      .execute()
    // The session before is over, whoever's it was: its id is not raised.
    if (current) await this.#accounts.sessions.end({ id: current.id })
    return this.#accounts.beginSession(user, origin, {
      provider: { id: provider.id, session: vouched.session, idToken: vouched.idToken },
    })
  }

  /** Ends the sessions that a provider says are over. Answers how many. */
  async logOut({ provider, issuer, subject, session }: LoggedOut): Promise<number> {
    if (session !== undefined) return this.#accounts.sessions.end({ provider, providerSession: session })
    const user = await this.#linked({ issuer, subject: subject! })
    return user === undefined ? 0 : this.#accounts.sessions.end({ user, provider })
  }

  async #linked({ issuer, subject }: { issuer: string; subject: string }): Promise<string | undefined> {
    const row = await this.#control.db
      .withTables<AccountTables>()
      .selectFrom('account_link')
      .select('account_id')
      .where('issuer', '=', issuer)
      .where('subject', '=', subject)
      .executeTakeFirst()
    return row?.account_id
  }

  #row({ issuer, subject, provider }: Vouched, account: string) {
    const at = this.#now().toISOString()
    return { issuer, subject, account_id: account, provider: provider.id, created_at: at, last_login_at: at }
  }

  /** An account of a provider has no password: what the provider forbids must not be open by another door. */
  async #link(vouched: Vouched, user: string): Promise<void> {
    await this.#control.transaction<AccountTables, void>(async (trx) => {
      await trx.insertInto('account_link').values(this.#row(vouched, user)).execute()
      for (const table of [
        'account_password',
        'account_totp',
        'account_recovery_code',
        'account_token',
      ] as const)
        await trx.deleteFrom(table).where('account_id', '=', user).execute()
      await trx.updateTable('account_name').set({ login: null }).where('account_id', '=', user).execute()
    })
    await this.#accounts.events.note({ kind: 'link-made', account: user, detail: vouched.provider.id })
  }

  async #make(vouched: Vouched): Promise<string> {
    const id = await this.#control.transaction<AccountTables, string>(async (trx) => {
      const made = await this.#accounts.people.create(trx, { name: vouched.name, email: vouched.email })
      await trx.insertInto('account_link').values(this.#row(vouched, made)).execute()
      return made
    })
    await this.#accounts.events.note({ kind: 'account-made', account: id, detail: vouched.provider.id })
    await this.#accounts.refresh()
    return id
  }
}
