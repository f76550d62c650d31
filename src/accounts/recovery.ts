/** How the first administrator is made, and how who forgot a password gets in again. */
import type { ControlDb } from '../engines/control/control.ts'
import { LacydonError, notFound } from '../errors.ts'
import { OneTimeTokens } from './one-time-tokens.ts'
import { loginOf } from './rules.ts'
import type { Accounts } from './service.ts'
import type { AccountTables } from './tables.ts'

export const resetLifeS = 30 * 60
const setupLifeS = 24 * 3600

/** Mails a link to choose a new password. */
export type MailReset = (to: { email: string; name: string; locale: string }, token: string) => void

interface NewAdministrator {
  token: string
  email: string
  name: string
  password: string
  locale?: 'fr' | 'en' | undefined
}

export class AccountRecovery {
  readonly #accounts: Accounts
  readonly #control: ControlDb
  readonly #tokens: OneTimeTokens
  readonly #mailReset: MailReset

  constructor(options: { accounts: Accounts; control: ControlDb; now: () => Date; mailReset: MailReset }) {
    this.#accounts = options.accounts
    this.#control = options.control
    this.#tokens = new OneTimeTokens(options.control, options.now)
    this.#mailReset = options.mailReset
  }

  /** The token of the set-up link; undefined once somebody has an account. A new start makes the former worthless. */
  async setupToken(): Promise<string | undefined> {
    if ((await this.#accounts.people.countReal()) > 0 || this.#accounts.hasAccounts) return undefined
    return this.#tokens.issue('setup', null, setupLifeS)
  }

  /** Makes the administrator, once. Throws `not_found` afterwards, whatever the token. */
  async setUp({ token, ...person }: NewAdministrator) {
    if (this.#accounts.hasAccounts || (await this.#accounts.people.countReal()) > 0) throw setupClosed()
    this.#accounts.checkNewPassword(person.password, person)
    const passwordHash = await this.#accounts.passwords.hash(person.password)
    const id = await this.#control.transaction<AccountTables, string>(async (trx) => {
      if ((await this.#accounts.people.countReal(trx)) > 0) throw setupClosed()
      if (!(await this.#tokens.take(trx, 'setup', token)))
        throw new LacydonError('token_wrong', 403, 'This link is not good any more.', {
          help: 'The last start has printed the one that is.',
        })
      const made = await this.#accounts.people.create(trx, { ...person, passwordHash })
      await this.#accounts.people.grantRoles(trx, made, ['platform-admin'], made)
      return made
    })
    await this.#accounts.events.note({ kind: 'account-made', account: id, detail: 'first administrator' })
    await this.#accounts.refresh()
    return id
  }

  /** Mails a link to whoever has a local account with this address. Says and does the same when nobody has. */
  async forgotten(email: string, address: string): Promise<void> {
    const login = loginOf(email)
    // Counts as an attempt of its own, or it would be a way to flood a mailbox.
    await this.#accounts.throttle.check(`reset ${login}`, address)
    await this.#accounts.throttle.failed(`reset ${login}`, address)
    const found = await this.#accounts.people.byLogin(login)
    if (found?.status !== 'active' || found.isDemo === 1) return
    const token = await this.#tokens.issue('reset', found.id, resetLifeS)
    this.#mailReset({ email: found.email, name: found.name, locale: found.locale }, token)
  }

  /** The token of a reset link, for who runs the machine. Throws `not_found` for an address without local account. */
  async issueReset(email: string): Promise<string> {
    const found = await this.#accounts.people.byLogin(loginOf(email))
    if (!found) throw notFound('local account', email)
    return this.#tokens.issue('reset', found.id, resetLifeS)
  }

  /** Sets a new password and ends every session. The second factor stays: a mailbox alone opens nothing. */
  async reset(token: string, password: string): Promise<void> {
    this.#accounts.checkNewPassword(password, {})
    const hash = await this.#accounts.passwords.hash(password)
    const account = await this.#control.transaction<AccountTables, string>(async (trx) => {
      const taken = await this.#tokens.take(trx, 'reset', token)
      if (!taken?.account)
        throw new LacydonError('token_wrong', 403, 'This link is not good any more.', {
          help: 'Ask for a new one.',
        })
      await this.#accounts.people.setPassword(trx, taken.account, hash)
      return taken.account
    })
    await this.#accounts.sessions.end({ user: account })
    await this.#accounts.events.note({ kind: 'password-changed', account, detail: 'reset' })
  }
}

const setupClosed = () => notFound('set-up', 'first administrator')
