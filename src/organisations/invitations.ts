/** Invitations: a link for one address, good once, for seven days. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Accounts } from '../accounts/service.ts'
import type { ControlDb } from '../engines/control/control.ts'
import { conflict, invalidInput, LacydonError, notFound } from '../errors.ts'
import { requireRight } from '../http/abilities.ts'
import type { OrganisationRole, Principal } from '../http/principal.ts'
import { checkPeriod, instantOf } from './rules.ts'
import type { InvitationOffer, InvitationView } from './schema.ts'
import { linkWrong, type Organisations } from './service.ts'
import type { OrganisationTables } from './tables.ts'

const lifeMs = 7 * 86_400_000
const maxOpen = 200

export type MailInvitation = (invitation: {
  email: string
  organisationName: string
  role: OrganisationRole
  token: string
  expiresAt: string
}) => void

export interface Acceptance {
  token: string
  name?: string | undefined
  password?: string | undefined
  locale?: 'fr' | 'en' | undefined
}

const hashOf = (token: string) => createHash('sha256').update(`invitation\0${token}`).digest('hex')
/** As accounts fold the address they sign in by. */
const folded = (email: string) => email.normalize('NFKC').trim().toLowerCase()

export class Invitations {
  readonly #control: ControlDb
  readonly #organisations: Organisations
  readonly #accounts: Accounts
  readonly #now: () => Date
  readonly #mail: MailInvitation

  constructor(options: {
    control: ControlDb
    organisations: Organisations
    accounts: Accounts
    now: () => Date
    mail: MailInvitation
  }) {
    this.#control = options.control
    this.#organisations = options.organisations
    this.#accounts = options.accounts
    this.#now = options.now
    this.#mail = options.mail
  }

  get #db() {
    return this.#control.db.withTables<OrganisationTables>()
  }

  async list(principal: Principal, organisation: string): Promise<InvitationView[]> {
    requireRight(principal, 'organisation:manage-members', { kind: 'organisation', id: organisation })
    const rows = await this.#db
      .selectFrom('invitation')
      .selectAll()
      .where('organisation_id', '=', organisation)
      .orderBy('created_at', 'desc')
      .limit(500)
      .execute()
    return rows.map((row) => this.#view(row))
  }

  /** Mails the link and shows it to nobody. A new invitation of an address replaces the open one. */
  async invite(
    principal: Principal,
    organisation: string,
    body: { email: string; role: OrganisationRole; until?: string | null | undefined },
  ): Promise<InvitationView> {
    requireRight(principal, 'organisation:manage-members', { kind: 'organisation', id: organisation })
    const { name, status } = await this.#organisations.get(organisation)
    if (status !== 'active') throw conflict('Only an active organisation invites.')
    const email = this.#accounts.checkEmail(body.email)
    const now = this.#now()
    const until = instantOf('until', body.until) ?? null
    checkPeriod(now.toISOString(), until)
    const token = randomBytes(32).toString('base64url')
    const row = {
      id: randomUUID(),
      hash: hashOf(token),
      organisation_id: organisation,
      email,
      role: body.role,
      until_at: until,
      invited_by: principal.kind === 'user' ? principal.user : null,
      created_at: now.toISOString(),
      expires_at: new Date(now.getTime() + lifeMs).toISOString(),
      used_at: null,
      revoked_at: null,
    }
    await this.#control.transaction<OrganisationTables, void>(async (trx) => {
      const open = await trx
        .selectFrom('invitation')
        .select(['id', 'email'])
        .where('organisation_id', '=', organisation)
        .where('used_at', 'is', null)
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', row.created_at)
        .execute()
      if (open.length >= maxOpen) throw conflict(`${maxOpen} invitations are open: revoke some first.`)
      for (const { id, email: other } of open)
        if (folded(other) === folded(email))
          await trx
            .updateTable('invitation')
            .set({ revoked_at: row.created_at })
            .where('id', '=', id)
            .execute()
      await trx.insertInto('invitation').values(row).execute()
    })
    this.#mail({ email, organisationName: name, role: body.role, token, expiresAt: row.expires_at })
    return this.#view(row)
  }

  async revoke(principal: Principal, organisation: string, id: string): Promise<void> {
    requireRight(principal, 'organisation:manage-members', { kind: 'organisation', id: organisation })
    const { numUpdatedRows } = await this.#db
      .updateTable('invitation')
      .set({ revoked_at: this.#now().toISOString() })
      .where('id', '=', id)
      .where('organisation_id', '=', organisation)
      .where('used_at', 'is', null)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw notFound('open invitation', id)
  }

  /** Takes an address out of all invitations; open ones are revoked. */
  async forget(email: string): Promise<void> {
    const rows = await this.#db.selectFrom('invitation').select(['id', 'email']).execute()
    const at = this.#now().toISOString()
    for (const row of rows) {
      if (folded(row.email) !== folded(email)) continue
      await this.#db
        .updateTable('invitation')
        .set(({ fn, val }) => ({ email: '', revoked_at: fn.coalesce('revoked_at', val(at)) }))
        .where('id', '=', row.id)
        .execute()
    }
  }

  /** What a link is for. Throws 403 `token_wrong`. */
  async offer(token: string): Promise<InvitationOffer> {
    const row = await this.#open(token)
    const { name } = await this.#organisations.get(row.organisation_id)
    return {
      organisationName: name,
      email: row.email,
      role: row.role as OrganisationRole,
      hasAccount: await this.#accounts.hasLocalAccount(row.email),
      expiresAt: row.expires_at,
    }
  }

  /**
   * Makes the member: who is signed in with the invited address, or a new person who takes a name and a password.
   * Answers the person. Throws 403 `token_wrong`, or `wrong_person` for who is signed in as somebody else.
   */
  async accept(principal: Principal, { token, name, password, locale }: Acceptance): Promise<string> {
    const row = await this.#open(token)
    let user: string
    if (principal.kind === 'user') {
      const person = await this.#accounts.people.person(principal.user)
      if (folded(person.email) !== folded(row.email))
        throw new LacydonError('wrong_person', 403, 'This invitation is for another address than yours.', {
          help: 'Sign out, and open the link again.',
        })
      user = principal.user
    } else {
      if (await this.#accounts.hasLocalAccount(row.email))
        throw new LacydonError('login_required', 401, 'This address has an account: sign in first.')
      if (name === undefined || password === undefined)
        throw invalidInput('Choose a name and a password.', 'Or sign in first, if you have an account.')
      this.#accounts.checkNewPassword(password, { name, email: row.email })
      user = await this.#accounts.create({ name, email: row.email, password, locale })
    }
    await this.#control.transaction<OrganisationTables, void>(async (trx) => {
      // Of two clicks at once, one finds it unused.
      const { numUpdatedRows } = await trx
        .updateTable('invitation')
        .set({ used_at: this.#now().toISOString() })
        .where('id', '=', row.id)
        .where('used_at', 'is', null)
        .where('revoked_at', 'is', null)
        .executeTakeFirst()
      if (numUpdatedRows !== 1n) throw linkWrong()
      await this.#organisations.members.join(trx, {
        user,
        organisation: row.organisation_id,
        role: row.role as OrganisationRole,
        until: row.until_at,
        origin: 'invitation',
        by: row.invited_by,
      })
    })
    // A member who was one before with another role begins anew.
    await this.#organisations.endAccess({ organisation: row.organisation_id, user })
    return user
  }

  async #open(token: string): Promise<OrganisationTables['invitation']> {
    const row = await this.#db
      .selectFrom('invitation')
      .selectAll()
      .where('hash', '=', hashOf(token))
      .executeTakeFirst()
    if (!row || this.#view(row).state !== 'open') throw linkWrong()
    const { status } = await this.#organisations.get(row.organisation_id)
    if (status !== 'active') throw linkWrong()
    return row
  }

  #view(row: OrganisationTables['invitation']): InvitationView {
    const isExpired = Date.parse(row.expires_at) <= this.#now().getTime()
    const state = row.used_at ? 'used' : row.revoked_at ? 'revoked' : isExpired ? 'expired' : 'open'
    return {
      id: row.id,
      email: row.email,
      role: row.role as OrganisationRole,
      until: row.until_at,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      state,
    }
  }
}
