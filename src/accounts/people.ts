/** Accounts and the persons behind them: made, found, changed, erased. */
import { randomUUID } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { ControlDb } from '../engines/control/control.ts'
import { conflict, notFound } from '../errors.ts'
import type { PlatformRole } from '../http/principal.ts'
import { loginOf, nameOf } from './rules.ts'
import type { AccountItem, Person } from './schema.ts'
import type { AccountTables } from './tables.ts'

export interface NewPerson {
  name: string
  email: string
  locale?: 'fr' | 'en' | undefined
  /** Hash of the password for a local account; absent: an identity provider vouches. */
  passwordHash?: string
  isDemo?: boolean
}

export type Trx = Transaction<AccountTables>

export class People {
  readonly #control: ControlDb
  readonly #now: () => Date

  constructor(control: ControlDb, now: () => Date) {
    this.#control = control
    this.#now = now
  }

  get #db() {
    return this.#control.db.withTables<AccountTables>()
  }

  /** Answers the id. Throws `invalid_input`, or `conflict` for an address that signs in already. */
  async create(trx: Trx, { name, email, locale = 'fr', passwordHash, isDemo = false }: NewPerson) {
    const id = randomUUID()
    const at = this.#now().toISOString()
    const login = passwordHash === undefined ? null : loginOf(email)
    if (login !== null) {
      const taken = await trx
        .selectFrom('account_name')
        .select('account_id')
        .where('login', '=', login)
        .executeTakeFirst()
      if (taken) throw conflict('There is an account with this address already.', 'Sign in with it.')
    }
    await trx
      .insertInto('account')
      .values({
        id,
        status: 'active',
        locale,
        is_demo: isDemo ? 1 : 0,
        created_at: at,
        modified_at: at,
        last_login_at: null,
      })
      .execute()
    await trx
      .insertInto('account_name')
      .values({ account_id: id, name: nameOf(name), email: email.trim(), login })
      .execute()
    if (passwordHash !== undefined)
      await trx
        .insertInto('account_password')
        .values({ account_id: id, hash: passwordHash, changed_at: at })
        .execute()
    return id
  }

  /** What a sign-in needs of a local account, by its folded address. */
  async byLogin(login: string) {
    return this.#db
      .selectFrom('account_name')
      .innerJoin('account', 'account.id', 'account_name.account_id')
      .leftJoin('account_password', 'account_password.account_id', 'account.id')
      .leftJoin('account_totp', 'account_totp.account_id', 'account.id')
      .select([
        'account.id',
        'account.status',
        'account.is_demo as isDemo',
        'account.locale',
        'account_name.name',
        'account_name.email',
        'account_password.hash as passwordHash',
        'account_totp.confirmed_at as totpAt',
      ])
      .where('account_name.login', '=', login)
      .executeTakeFirst()
  }

  async passwordHash(id: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom('account_password')
      .select('hash')
      .where('account_id', '=', id)
      .executeTakeFirst()
    return row?.hash
  }

  async status(id: string): Promise<{ status: string; isDemo: boolean } | undefined> {
    const row = await this.#db
      .selectFrom('account')
      .select(['status', 'is_demo'])
      .where('id', '=', id)
      .executeTakeFirst()
    return row && { status: row.status, isDemo: row.is_demo === 1 }
  }

  async platformRoles(id: string): Promise<PlatformRole[]> {
    const rows = await this.#db
      .selectFrom('account_role')
      .select('role')
      .where('account_id', '=', id)
      .orderBy('role')
      .execute()
    return rows.map(({ role }) => role as PlatformRole)
  }

  /** Throws `not_found` for who is not there or erased. */
  async person(id: string): Promise<Person> {
    const [found] = await this.items({ ids: [id] })
    if (!found) throw notFound('account', id)
    const { status: _, lastLoginAt: __, ...person } = found
    return person
  }

  /** Names by id, for lists; who is erased has none. */
  async names(ids: readonly string[]): Promise<Map<string, { name: string; email: string }>> {
    if (ids.length === 0) return new Map()
    const rows = await this.#db
      .selectFrom('account_name')
      .select(['account_id', 'name', 'email'])
      .where('account_id', 'in', [...new Set(ids)])
      .execute()
    return new Map(rows.map(({ account_id, name, email }) => [account_id, { name, email }]))
  }

  /** Accounts with a person, by name. */
  async items({ ids, limit = 500 }: { ids?: string[]; limit?: number } = {}): Promise<AccountItem[]> {
    let query = this.#db
      .selectFrom('account')
      .innerJoin('account_name', 'account_name.account_id', 'account.id')
      .leftJoin('account_password', 'account_password.account_id', 'account.id')
      .leftJoin('account_totp', 'account_totp.account_id', 'account.id')
      .select([
        'account.id',
        'account.status',
        'account.locale',
        'account.is_demo',
        'account.created_at',
        'account.last_login_at',
        'account_name.name',
        'account_name.email',
        'account_password.changed_at as passwordAt',
        'account_totp.confirmed_at as totpAt',
      ])
      .orderBy('account_name.name')
      .orderBy('account.id')
      .limit(limit)
    if (ids) query = query.where('account.id', 'in', ids)
    const rows = await query.execute()
    if (rows.length === 0) return []
    const found = rows.map(({ id }) => id)
    const roles = await this.#db
      .selectFrom('account_role')
      .select(['account_id', 'role'])
      .where('account_id', 'in', found)
      .execute()
    const links = await this.#db
      .selectFrom('account_link')
      .select(['account_id', 'provider'])
      .where('account_id', 'in', found)
      .execute()
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      email: row.email,
      locale: row.locale as 'fr' | 'en',
      platformRoles: roles
        .filter((role) => role.account_id === row.id)
        .map(({ role }) => role as PlatformRole),
      isDemo: row.is_demo === 1,
      hasPassword: row.passwordAt !== null,
      hasTotp: row.totpAt !== null,
      providers: links.filter((link) => link.account_id === row.id).map(({ provider }) => provider),
      createdAt: row.created_at,
      status: row.status as 'active' | 'disabled',
      lastLoginAt: row.last_login_at,
    }))
  }

  async change(id: string, { name, locale }: { name?: string | undefined; locale?: string | undefined }) {
    const at = this.#now().toISOString()
    if (name !== undefined)
      await this.#db
        .updateTable('account_name')
        .set({ name: nameOf(name) })
        .where('account_id', '=', id)
        .execute()
    await this.#db
      .updateTable('account')
      .set({ modified_at: at, ...(locale !== undefined && { locale }) })
      .where('id', '=', id)
      .execute()
  }

  async setPassword(trx: Trx, id: string, hash: string): Promise<void> {
    const values = { hash, changed_at: this.#now().toISOString() }
    await trx
      .insertInto('account_password')
      .values({ account_id: id, ...values })
      .onConflict((on) => on.column('account_id').doUpdateSet(values))
      .execute()
  }

  /** Accounts that are neither erased nor invented for the demo. */
  async countReal(trx?: Trx): Promise<number> {
    const row = await (trx ?? this.#db)
      .selectFrom('account')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .where('is_demo', '=', 0)
      .where('status', '!=', 'erased')
      .executeTakeFirstOrThrow()
    return row.n
  }

  async firstActiveAt(): Promise<string | null> {
    const row = await this.#db
      .selectFrom('account')
      .select(({ fn }) => fn.min('created_at').as('at'))
      .where('status', '=', 'active')
      .executeTakeFirst()
    return row?.at ?? null
  }

  /** Throws `conflict` when nobody would run the platform without this account. */
  async keepAnAdministrator(trx: Trx, id: string): Promise<void> {
    const administrators = await trx
      .selectFrom('account_role')
      .innerJoin('account', 'account.id', 'account_role.account_id')
      .select('account.id')
      .where('account_role.role', '=', 'platform-admin')
      .where('account.status', '=', 'active')
      .execute()
    if (administrators.length === 1 && administrators[0]!.id === id)
      throw conflict('This is the last administrator.', 'Make somebody else one first.')
  }

  /** With their sessions and keys. */
  async disableDemo(): Promise<void> {
    const rows = await this.#db.selectFrom('account').select('id').where('is_demo', '=', 1).execute()
    if (rows.length === 0) return
    const ids = rows.map(({ id }) => id)
    await this.#db.updateTable('account').set({ status: 'disabled' }).where('id', 'in', ids).execute()
    await this.#db.deleteFrom('account_session').where('account_id', 'in', ids).execute()
    await this.#db
      .updateTable('account_key')
      .set({ revoked_at: this.#now().toISOString(), revoked_by: 'demo closed' })
      .where('account_id', 'in', ids)
      .where('revoked_at', 'is', null)
      .execute()
  }

  async grantRoles(trx: Trx, id: string, roles: readonly PlatformRole[], by: string): Promise<void> {
    await trx.deleteFrom('account_role').where('account_id', '=', id).execute()
    const granted_at = this.#now().toISOString()
    for (const role of roles)
      await trx
        .insertInto('account_role')
        .values({ account_id: id, role, granted_at, granted_by: by })
        .execute()
  }

  /** Everything that tells who it was; the account itself stays as a number that logs refer to. */
  async erase(trx: Trx, id: string): Promise<void> {
    for (const table of [
      'account_name',
      'account_password',
      'account_totp',
      'account_recovery_code',
      'account_role',
      'account_link',
      'account_session',
      'account_token',
    ] as const)
      await trx.deleteFrom(table).where('account_id', '=', id).execute()
    // Addresses and programs are about a person too.
    await trx.updateTable('account_event').set({ detail: '' }).where('account_id', '=', id).execute()
    await trx.updateTable('account_key').set({ name: '', cidrs: '[]' }).where('account_id', '=', id).execute()
    await trx
      .updateTable('account')
      .set({ status: 'erased', modified_at: this.#now().toISOString(), last_login_at: null })
      .where('id', '=', id)
      .execute()
  }
}
