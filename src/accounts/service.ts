/** Accounts: who somebody is, by password, provider, session or key, and what they decide about themselves. */
import type { ControlDb } from '../engines/control/control.ts'
import { conflict, invalidInput, LacydonError, notFound } from '../errors.ts'
import { notAllowed, requireUser } from '../http/abilities.ts'
import type { OrganisationRole, PlatformRole, Principal } from '../http/principal.ts'
import { AccountEvents } from './events.ts'
import { Keys } from './keys.ts'
import { isKnownSecret, knownSecrets } from './known-secrets.ts'
import { Passwords } from './passwords.ts'
import { type NewPerson, People } from './people.ts'
import { checkPassword, loginOf } from './rules.ts'
import type { KeyBody, KeyView, MembershipView, NewKey } from './schema.ts'
import { SecondFactor, wrongCode } from './second-factor.ts'
import { newCode } from './secrets.ts'
import { type Session, type SessionOrigin, Sessions } from './sessions.ts'
import type { AccountTables } from './tables.ts'
import { Throttle } from './throttle.ts'

/** What accounts ask about organisations. */
export interface Memberships {
  /** In force now, in active organisations; the oldest first. */
  membershipsOf(user: string): Promise<MembershipView[]>
}

/** Another slice's share in what is known of a person. */
export interface PersonalData {
  /** Name of the part in the export. */
  name: string
  export(user: string, email: string): Promise<unknown>
  /** Throws `conflict` when the person cannot go yet. */
  mayErase?(user: string): Promise<void>
  /** Called once the person is erased; the address they had may stand elsewhere. */
  erase?(user: string, email: string): Promise<void>
}

export interface AccountsOptions {
  control: ControlDb
  memberships: Memberships
  now: () => Date
  /** Whether accounts of the demo may sign in: only on this machine. */
  allowsDemo: boolean
}

/** How long after signing in at a provider one may still erase oneself without being asked again. */
const freshMs = 10 * 60_000

const wrongLogin = () =>
  new LacydonError('sign_in_failed', 401, 'Address or password is not right.', {
    help: 'Accounts of an identity provider sign in there.',
  })

export class Accounts {
  readonly #options: AccountsOptions
  readonly people: People
  readonly sessions: Sessions
  readonly keys: Keys
  readonly events: AccountEvents
  readonly secondFactor: SecondFactor
  readonly passwords = new Passwords()
  readonly throttle: Throttle
  readonly #parts: PersonalData[] = []
  #firstAccountAt: string | null = null

  static async open(options: AccountsOptions): Promise<Accounts> {
    const accounts = new Accounts(options)
    await accounts.refresh()
    return accounts
  }

  private constructor(options: AccountsOptions) {
    const { control, now } = options
    this.#options = options
    this.people = new People(control, now)
    this.sessions = new Sessions(control, now)
    this.keys = new Keys(control, now)
    this.events = new AccountEvents(control, now)
    this.secondFactor = new SecondFactor(control, now)
    this.throttle = new Throttle(control, now)
  }

  /** When the first account that may sign in was made; null while there is none. */
  get firstAccountAt(): string | null {
    return this.#firstAccountAt
  }

  get hasAccounts(): boolean {
    return this.#firstAccountAt !== null
  }

  /** Reads again what other nodes may have changed. */
  async refresh(): Promise<void> {
    this.#firstAccountAt = await this.people.firstActiveAt()
  }

  /** Lets another slice take part in exports and erasures. */
  addPersonalData(part: PersonalData): void {
    this.#parts.push(part)
  }

  // Who asks

  /** Throws `not_found` where nobody with a name is behind it. */
  async userPrincipal(session: Session): Promise<(Principal & { kind: 'user' }) | undefined> {
    const acting = await this.#acting(session.user, session.organisation, session.expiresAt)
    return acting && { kind: 'user', session: session.id, ...acting }
  }

  async keyPrincipal(text: string, address: string): Promise<(Principal & { kind: 'key' }) | undefined> {
    const key = await this.keys.find(text, address)
    if (!key) return undefined
    const acting = await this.#acting(key.user, key.organisation, key.expiresAt)
    return (
      acting && {
        kind: 'key',
        key: key.prefix,
        scopes: key.scopes,
        datasets: key.datasets,
        ...acting,
      }
    )
  }

  /** Whether it could ask again: session or key not ended, account active, membership and role as they were. */
  async isStillGood(principal: Principal): Promise<boolean> {
    if (principal.kind !== 'user' && principal.kind !== 'key') return true
    const { user, organisation, role, endsAt } = principal
    const isThere =
      principal.kind === 'user' ? this.sessions.isGood(principal.session) : this.keys.isGood(principal.key)
    return (await isThere) && (await this.#acting(user, organisation, endsAt ?? '9999'))?.role === role
  }

  /** Rights as they are now, not as they were when the session or key was made. */
  async #acting(user: string, organisation: string | null, expiresAt: string) {
    const account = await this.people.status(user)
    if (account?.status !== 'active' || (account.isDemo && !this.#options.allowsDemo)) return undefined
    const platformRoles = await this.people.platformRoles(user)
    const none = { user, organisation: null, role: null, platformRoles, endsAt: expiresAt }
    if (organisation === null) return none
    const memberships = await this.#options.memberships.membershipsOf(user)
    const membership = memberships.find((each) => each.organisation === organisation)
    if (!membership) return undefined
    const { role, until } = membership
    const endsAt = until !== null && until < expiresAt ? until : expiresAt
    return { user, organisation, role: role as OrganisationRole, platformRoles, endsAt }
  }

  // Signing in and out

  /** Throws `sign_in_failed`, `code_required`, `code_wrong` or `too_many_attempts`; the same for whom nobody knows. */
  async signIn(
    given: { email: string; password: string; code?: string | undefined; organisation?: string | undefined },
    origin: SessionOrigin,
  ): Promise<{ secret: string; session: Session }> {
    const login = loginOf(given.email)
    await this.throttle.check(login, origin.address)
    const found = await this.people.byLogin(login)
    const isUsable =
      found !== undefined && found.status === 'active' && (found.isDemo === 0 || this.#options.allowsDemo)
    const isRight = await this.passwords.verify(found?.passwordHash ?? undefined, given.password)
    if (!isRight || !isUsable) return this.#refuse(login, origin, found?.id ?? null, wrongLogin())
    if (found.totpAt !== null) {
      if (given.code === undefined)
        throw new LacydonError('code_required', 401, 'This account asks for a one-time code too.', {
          help: 'Send the same again with `code`.',
        })
      if (!(await this.secondFactor.check(found.id, given.code)))
        return this.#refuse(login, origin, found.id, wrongCode())
    }
    await this.throttle.succeeded(login)
    return this.beginSession(found.id, origin, { organisation: given.organisation })
  }

  async #refuse(
    login: string,
    origin: SessionOrigin,
    account: string | null,
    error: LacydonError,
  ): Promise<never> {
    await this.throttle.failed(login, origin.address)
    await this.events.note({ kind: 'sign-in-failed', account, actor: null })
    throw error
  }

  /** A new session of somebody who has shown who they are. Acts for the organisation asked for, else for the first. */
  async beginSession(
    user: string,
    origin: SessionOrigin,
    {
      organisation,
      provider,
    }: {
      organisation?: string | undefined
      provider?: { id: string; session: string; idToken: string }
    } = {},
  ) {
    const memberships = await this.#options.memberships.membershipsOf(user)
    const acting = organisation
      ? memberships.find((each) => each.organisation === organisation)
      : memberships[0]
    if (organisation && !acting) throw notAllowed('You are no member of this organisation.')
    const begun = await this.sessions.begin({
      user,
      organisation: acting?.organisation ?? null,
      ...origin,
      ...(provider && { provider }),
    })
    await this.#options.control.db
      .withTables<AccountTables>()
      .updateTable('account')
      .set({ last_login_at: begun.session.createdAt })
      .where('id', '=', user)
      .execute()
    await this.events.note({ kind: 'signed-in', account: user, detail: provider?.id ?? 'password' })
    return begun
  }

  /** Acts for another organisation of one's own, or for none, under a new session id. */
  async switchOrganisation(session: Session, organisation: string | null) {
    const memberships = await this.#options.memberships.membershipsOf(session.user)
    if (organisation !== null && !memberships.some((each) => each.organisation === organisation))
      throw notAllowed('You are no member of this organisation.')
    const renewed = await this.sessions.renew(session, organisation)
    if (!renewed) throw new LacydonError('login_required', 401, 'This session has ended.')
    await this.events.note({ kind: 'organisation-switched', account: session.user, organisation })
    return renewed
  }

  /** Ends what a person could do for an organisation; without a person, what anybody could. */
  async endActing(organisation: string, user?: string): Promise<void> {
    await this.sessions.end({ organisation, ...(user !== undefined && { user }) })
    await this.keys.revoke({ organisation, ...(user !== undefined && { user }) }, 'membership ended')
  }

  // Oneself

  checkNewPassword(password: string, { name = '', email = '' }: { name?: string; email?: string }): void {
    if (isKnownSecret(password)) throw invalidInput('This password is one that is tried first.')
    checkPassword(password, [...knownSecrets, ...name.split(' '), email, email.split('@')[0] ?? ''])
  }

  /** The address as it will be written to. Throws `invalid_input` for what is none. */
  checkEmail(email: string): string {
    loginOf(email)
    return email.trim()
  }

  async hasLocalAccount(email: string): Promise<boolean> {
    return (await this.people.byLogin(loginOf(email))) !== undefined
  }

  /** Throws unless a local account shows its password again, or a provider's signed in a moment ago. */
  async requireFresh(session: Session, password: string | undefined): Promise<void> {
    const hash = await this.people.passwordHash(session.user)
    if (hash === undefined) {
      const age = this.#options.now().getTime() - Date.parse(session.createdAt)
      if (age <= freshMs) return
      throw new LacydonError('sign_in_again', 403, 'Sign in again at your provider first.')
    }
    const guard = `fresh ${session.user}`
    await this.throttle.check(guard, '')
    if (password !== undefined && (await this.passwords.verify(hash, password))) return
    await this.throttle.failed(guard, '')
    throw new LacydonError('password_wrong', 403, 'Your password is not right.')
  }

  /** Sets another password and ends the other sessions. Throws `conflict` for accounts of a provider. */
  async changePassword(session: Session, current: string, password: string): Promise<void> {
    const person = await this.people.person(session.user)
    if (!person.hasPassword) throw conflict('This account signs in at its provider and has no password here.')
    await this.requireFresh(session, current)
    this.checkNewPassword(password, person)
    const hash = await this.passwords.hash(password)
    await this.#options.control.transaction<AccountTables, void>((trx) =>
      this.people.setPassword(trx, session.user, hash),
    )
    await this.sessions.end({ user: session.user, exceptId: session.id })
    await this.events.note({ kind: 'password-changed', account: session.user })
  }

  /** Everything that is known of a person, as JSON. Secrets and hashes are none of it. */
  async exportData(user: string): Promise<Record<string, unknown>> {
    const person = await this.people.person(user)
    const parts = await Promise.all(
      this.#parts.map(async (part) => [part.name, await part.export(user, person.email)] as const),
    )
    return {
      exportedAt: this.#options.now().toISOString(),
      person,
      sessions: await this.sessions.list(user, ''),
      keys: await this.keys.list({ user }),
      events: await this.events.list(user, 10_000),
      ...Object.fromEntries(parts),
    }
  }

  /** Erases a person for good. Throws `conflict` for the last administrator, and what other slices object. */
  async erase(user: string): Promise<void> {
    const { email } = await this.people.person(user)
    for (const part of this.#parts) await part.mayErase?.(user)
    await this.#options.control.transaction<AccountTables, void>(async (trx) => {
      await this.people.keepAnAdministrator(trx, user)
      await this.people.erase(trx, user)
    })
    await this.keys.revoke({ user }, user)
    for (const part of this.#parts) await part.erase?.(user, email)
    await this.events.note({ kind: 'account-erased', account: user })
    await this.refresh()
  }

  // Keys

  async createKey(principal: Principal, body: KeyBody): Promise<NewKey> {
    const { user, organisation } = requireUser(principal)
    const { key, prefix } = await this.keys.create(user, organisation, body)
    await this.events.note({ kind: 'key-made', account: user, organisation, detail: prefix })
    const [view] = await this.named([await this.keys.get(prefix)])
    return { ...view!, key }
  }

  /** For the person, the administrator of the organisation and that of the platform; others do not learn of it. */
  async revokeKey(principal: Principal, prefix: string): Promise<void> {
    const by = requireUser(principal)
    const key = await this.keys.get(prefix)
    if (key.user !== by.user && !by.platformRoles.includes('platform-admin')) {
      const isOwnAdmin =
        key.organisation !== null && key.organisation === by.organisation && by.role === 'admin'
      if (!isOwnAdmin) throw notFound('key', prefix)
    }
    await this.keys.revoke({ prefix }, by.user)
    await this.events.note({
      kind: 'key-revoked',
      account: key.user,
      actor: by.user,
      organisation: key.organisation,
      detail: prefix,
    })
  }

  async named(keys: Omit<KeyView, 'userName'>[]): Promise<KeyView[]> {
    const names = await this.people.names(keys.map(({ user }) => user))
    return keys.map((key) => ({ ...key, userName: names.get(key.user)?.name ?? '' }))
  }

  /** An account of the demo, made or enabled, with a new password. */
  async openDemo(person: {
    email: string
    name: string
    platformRole: PlatformRole | ''
  }): Promise<{ id: string; password: string }> {
    const password = `${newCode(5)}-${newCode(5)}-${newCode(5)}`
    const passwordHash = await this.passwords.hash(password)
    const known = await this.people.byLogin(loginOf(person.email))
    const id = await this.#options.control.transaction<AccountTables, string>(async (trx) => {
      if (known?.isDemo === 1) {
        await this.people.setPassword(trx, known.id, passwordHash)
        await trx.updateTable('account').set({ status: 'active' }).where('id', '=', known.id).execute()
        return known.id
      }
      const made = await this.people.create(trx, { ...person, passwordHash, isDemo: true })
      const roles = person.platformRole === '' ? [] : [person.platformRole]
      await this.people.grantRoles(trx, made, roles, 'demo')
      return made
    })
    await this.refresh()
    return { id, password }
  }

  /** Outside the demo nobody signs in as somebody invented. */
  async closeDemo(): Promise<void> {
    await this.people.disableDemo()
    await this.refresh()
  }

  /** Makes an account for whom an invitation, a provider or the demo vouches. Answers its id. */
  async create(person: NewPerson & { password?: string }): Promise<string> {
    const { password, ...rest } = person
    if (password !== undefined) this.checkNewPassword(password, person)
    const passwordHash = password === undefined ? undefined : await this.passwords.hash(password)
    const id = await this.#options.control.transaction<AccountTables, string>((trx) =>
      this.people.create(trx, { ...rest, ...(passwordHash !== undefined && { passwordHash }) }),
    )
    await this.events.note({ kind: 'account-made', account: id })
    await this.refresh()
    return id
  }
}
