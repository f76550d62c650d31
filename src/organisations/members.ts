/** Who acts for an organisation, as what, from when until when. */
import type { ControlDb } from '../engines/control/control.ts'
import { conflict, notFound } from '../errors.ts'
import { requireRight, requireUser } from '../http/abilities.ts'
import type { OrganisationRole, Principal } from '../http/principal.ts'
import { joinOrganisation, type NewMember } from './joining.ts'
import { checkPeriod, instantOf, isWithin } from './rules.ts'
import type { MemberView } from './schema.ts'
import type { Organisations, OrganisationsOptions, Trx } from './service.ts'
import type { OrganisationTables } from './tables.ts'

export interface MembershipInForce {
  organisation: string
  organisationName: string
  role: OrganisationRole
  until: string | null
}

export class Members {
  readonly #control: ControlDb
  readonly #now: () => Date
  readonly #log: OrganisationsOptions['log']
  readonly #organisations: Organisations

  constructor(organisations: Organisations, { control, now, log }: OrganisationsOptions) {
    this.#control = control
    this.#now = now
    this.#log = log
    this.#organisations = organisations
  }

  get #db() {
    return this.#control.db.withTables<OrganisationTables>()
  }

  /** In force now, in active organisations; the oldest first. */
  async inForce(user: string): Promise<MembershipInForce[]> {
    const now = this.#now().toISOString()
    const rows = await this.#db
      .selectFrom('membership')
      .innerJoin('organisation', 'organisation.id', 'membership.organisation_id')
      .select([
        'organisation.id as organisation',
        'organisation.name as organisationName',
        'membership.role',
        'membership.from_at as from',
        'membership.until_at as until',
      ])
      .where('membership.account_id', '=', user)
      .where('organisation.status', '=', 'active')
      .orderBy('membership.from_at')
      .orderBy('organisation.id')
      .execute()
    return rows
      .filter(({ from, until }) => isWithin(from, until, now))
      .map(({ from: _, role, ...row }) => ({ ...row, role: role as OrganisationRole }))
  }

  /** All there ever were, for the person's own export. */
  async historyOf(user: string) {
    return this.#db
      .selectFrom('membership')
      .innerJoin('organisation', 'organisation.id', 'membership.organisation_id')
      .select([
        'organisation.name as organisation',
        'membership.role',
        'from_at as from',
        'until_at as until',
      ])
      .where('account_id', '=', user)
      .orderBy('from_at')
      .execute()
  }

  /** Members with their dates, present ones first. Names are the caller's to add: they live with accounts. */
  async list(principal: Principal, id: string): Promise<Omit<MemberView, 'name' | 'email'>[]> {
    requireRight(principal, 'organisation:read-members', { kind: 'organisation', id })
    await this.#organisations.get(id)
    const now = this.#now().toISOString()
    const rows = await this.#db
      .selectFrom('membership')
      .selectAll()
      .where('organisation_id', '=', id)
      .orderBy('from_at')
      .execute()
    const views = rows.map((row) => ({
      id: row.id,
      user: row.account_id,
      role: row.role as OrganisationRole,
      from: row.from_at,
      until: row.until_at,
      origin: row.origin,
      isInForce: isWithin(row.from_at, row.until_at, now),
    }))
    return views.sort((a, b) => Number(b.isInForce) - Number(a.isInForce))
  }

  /** Makes somebody a member, or gives them another role: one membership in force for each person. */
  join(trx: Trx, given: NewMember): Promise<void> {
    return joinOrganisation(trx, this.#now().toISOString(), given)
  }

  /** Makes somebody a member unless they are one already. */
  async ensure(user: string, organisation: string, role: OrganisationRole): Promise<void> {
    const current = await this.inForce(user)
    if (current.some((each) => each.organisation === organisation)) return
    await this.#control.transaction<OrganisationTables, void>((trx) =>
      this.join(trx, { user, organisation, role, origin: 'founder' }),
    )
  }

  /** Ends sessions of who gets another role: rights never change under a session that goes on. */
  async change(
    principal: Principal,
    organisation: string,
    membership: string,
    change: { role?: OrganisationRole | undefined; until?: string | null | undefined },
  ): Promise<void> {
    requireRight(principal, 'organisation:manage-members', { kind: 'organisation', id: organisation })
    const now = this.#now().toISOString()
    const until = instantOf('until', change.until)
    const row = await this.#db
      .selectFrom('membership')
      .selectAll()
      .where('id', '=', membership)
      .where('organisation_id', '=', organisation)
      .executeTakeFirst()
    if (!row) throw notFound('membership', membership)
    if (!isWithin(row.from_at, row.until_at, now)) throw conflict('This membership has ended: invite again.')
    const role = change.role ?? (row.role as OrganisationRole)
    const end = until === undefined ? row.until_at : until
    checkPeriod(row.from_at, end)
    await this.#control.transaction<OrganisationTables, void>(async (trx) => {
      if (role !== 'admin' || end !== null) await this.#keepAnAdministrator(trx, organisation, row.account_id)
      if (role === row.role)
        await trx.updateTable('membership').set({ until_at: end }).where('id', '=', membership).execute()
      else
        await this.join(trx, {
          user: row.account_id,
          organisation,
          role,
          until: end,
          origin: row.origin,
          by: principal.kind === 'user' ? principal.user : null,
        })
    })
    if (role !== row.role || (end !== null && end <= now))
      await this.#organisations.endAccess({ organisation, user: row.account_id })
  }

  /** By its administrator, or by the member who leaves. */
  async end(principal: Principal, organisation: string, membership: string): Promise<void> {
    const row = await this.#db
      .selectFrom('membership')
      .selectAll()
      .where('id', '=', membership)
      .where('organisation_id', '=', organisation)
      .executeTakeFirst()
    const isOwn = row !== undefined && requireUser(principal).user === row.account_id
    if (!isOwn)
      requireRight(principal, 'organisation:manage-members', { kind: 'organisation', id: organisation })
    if (!row) throw notFound('membership', membership)
    await this.#control.transaction<OrganisationTables, void>(async (trx) => {
      await this.#keepAnAdministrator(trx, organisation, row.account_id)
      const now = this.#now().toISOString()
      if (row.until_at === null || row.until_at > now)
        await trx.updateTable('membership').set({ until_at: now }).where('id', '=', membership).execute()
    })
    await this.#organisations.endAccess({ organisation, user: row.account_id })
  }

  /** Throws `conflict` when an organisation would be left without administrator. */
  async mayLeaveAll(user: string): Promise<void> {
    for (const { organisation, role } of await this.inForce(user))
      if (role === 'admin')
        await this.#control.transaction<OrganisationTables, void>((trx) =>
          this.#keepAnAdministrator(trx, organisation, user),
        )
  }

  async leaveAll(user: string): Promise<void> {
    const now = this.#now().toISOString()
    await this.#db
      .updateTable('membership')
      .set({ until_at: now })
      .where('account_id', '=', user)
      .where(({ or, eb }) => or([eb('until_at', 'is', null), eb('until_at', '>', now)]))
      .execute()
  }

  /**
   * Brings the memberships that come from a provider's groups in line with a configured table: given ones begin,
   * others from that provider end. Those of invitations are left alone.
   */
  async applyGroups(
    user: string,
    provider: string,
    wanted: readonly { organisation: string; role: OrganisationRole }[],
  ): Promise<void> {
    const origin = `oidc:${provider}`
    const now = this.#now().toISOString()
    const ended: string[] = []
    await this.#control.transaction<OrganisationTables, void>(async (trx) => {
      ended.length = 0
      const rows = await trx.selectFrom('membership').selectAll().where('account_id', '=', user).execute()
      const current = rows.filter((row) => isWithin(row.from_at, row.until_at, now))
      for (const row of current) {
        if (row.origin !== origin) continue
        if (wanted.some((each) => each.organisation === row.organisation_id && each.role === row.role))
          continue
        await trx.updateTable('membership').set({ until_at: now }).where('id', '=', row.id).execute()
        ended.push(row.organisation_id)
      }
      for (const { organisation, role } of wanted) {
        const known = current.find(
          (row) => row.organisation_id === organisation && (row.origin !== origin || row.role === role),
        )
        if (known) continue
        const exists = await trx
          .selectFrom('organisation')
          .select('id')
          .where('id', '=', organisation)
          .executeTakeFirst()
        if (exists) await this.join(trx, { user, organisation, role, origin })
        else this.#log.warn({ organisation, provider }, 'the table of groups names no organisation here')
      }
    })
    for (const organisation of ended) await this.#organisations.endAccess({ organisation, user })
  }

  async #keepAnAdministrator(trx: Trx, organisation: string, leaving: string): Promise<void> {
    const now = this.#now().toISOString()
    const rows = await trx
      .selectFrom('membership')
      .select(['account_id', 'from_at', 'until_at'])
      .where('organisation_id', '=', organisation)
      .where('role', '=', 'admin')
      .execute()
    const administrators = new Set(
      rows.filter((row) => isWithin(row.from_at, row.until_at, now)).map((row) => row.account_id),
    )
    if (administrators.size === 1 && administrators.has(leaving))
      throw conflict('This is the last administrator of the organisation.', 'Make somebody else one first.')
  }
}
