/** Consortia: organisations that share something for a time, under a charter that each has signed. */
import { randomUUID } from 'node:crypto'
import type { ControlDb } from '../engines/control/control.ts'
import { invalidInput, notFound } from '../errors.ts'
import { hasRight, platform, requireRight } from '../http/abilities.ts'
import type { Principal } from '../http/principal.ts'
import type { Charters } from './charters.ts'
import { checkPeriod, instantOf, isSignatureEnough, isWithin } from './rules.ts'
import type { ConsortiumView, OrganisationStatus } from './schema.ts'
import { type Organisations, plainName } from './service.ts'
import type { OrganisationTables } from './tables.ts'

/** Organisations and consortia as decisions on data see them. */
export interface PartiesView {
  organisations: Map<string, { status: OrganisationStatus; attributes: Record<string, string> }>
  consortia: Map<
    string,
    {
      from: string | null
      until: string | null
      /** Without those who have not signed what the charter asks for now. */
      members: { organisation: string; from: string | null; until: string | null }[]
    }
  >
}

export class Consortia {
  readonly #control: ControlDb
  readonly #organisations: Organisations
  readonly #charters: Charters
  readonly #now: () => Date

  constructor(options: {
    control: ControlDb
    organisations: Organisations
    charters: Charters
    now: () => Date
  }) {
    this.#control = options.control
    this.#organisations = options.organisations
    this.#charters = options.charters
    this.#now = options.now
  }

  get #db() {
    return this.#control.db.withTables<OrganisationTables>()
  }

  async list(): Promise<ConsortiumView[]> {
    const now = this.#now().toISOString()
    const standings = await this.#charters.standings()
    const members = await this.#db
      .selectFrom('consortium_member')
      .innerJoin('organisation', 'organisation.id', 'consortium_member.organisation_id')
      .select(['consortium_id', 'organisation_id', 'name', 'status', 'from_at', 'until_at'])
      .orderBy('name')
      .execute()
    const rows = await this.#db.selectFrom('consortium').selectAll().orderBy('name').orderBy('id').execute()
    return rows.map((row) => {
      const standing = standings.get(row.id)
      const isRunning = isWithin(row.from_at, row.until_at, now)
      return {
        id: row.id,
        name: row.name,
        organisation: row.organisation_id,
        from: row.from_at,
        until: row.until_at,
        charterVersion: standing?.required ?? null,
        members: members
          .filter((member) => member.consortium_id === row.id)
          .map((member) => {
            const signedVersion = standing?.signed.get(member.organisation_id) ?? null
            return {
              organisation: member.organisation_id,
              organisationName: member.name,
              from: member.from_at,
              until: member.until_at,
              signedVersion,
              isInForce:
                isRunning &&
                member.status === 'active' &&
                isWithin(member.from_at, member.until_at, now) &&
                isSignatureEnough(signedVersion, standing?.required ?? null),
            }
          }),
      }
    })
  }

  /** Throws `not_found`. */
  async get(id: string): Promise<ConsortiumView> {
    const found = (await this.list()).find((consortium) => consortium.id === id)
    if (!found) throw notFound('consortium', id)
    return found
  }

  /** By an organisation's administrator for that one, or by the platform's for any. */
  async create(
    principal: Principal,
    body: {
      name: string
      organisation?: string | undefined
      from?: string | undefined
      until?: string | null | undefined
    },
  ): Promise<ConsortiumView> {
    const own = principal.kind === 'user' ? principal.organisation : null
    const organisation = body.organisation ?? own
    if (organisation === null) throw invalidInput('Say which organisation coordinates the consortium.')
    if (!hasRight(principal, 'consortium:create', platform))
      requireRight(principal, 'consortium:create', { kind: 'organisation', id: organisation })
    return this.get(await this.make({ ...body, organisation }))
  }

  /** Without asking for a right: for the start and for tests. The coordinator is a member from the beginning. */
  async make(given: {
    id?: string
    name: string
    organisation: string
    from?: string | undefined
    until?: string | null | undefined
  }): Promise<string> {
    const { id = randomUUID(), organisation } = given
    await this.#organisations.get(organisation)
    const at = this.#now().toISOString()
    const from = instantOf('from', given.from) ?? at
    const until = instantOf('until', given.until) ?? null
    checkPeriod(from, until)
    await this.#control.transaction<OrganisationTables, void>(async (trx) => {
      await trx
        .insertInto('consortium')
        .values({
          id,
          name: plainName(given.name),
          organisation_id: organisation,
          from_at: from,
          until_at: until,
          created_at: at,
        })
        .execute()
      await trx
        .insertInto('consortium_member')
        .values({ consortium_id: id, organisation_id: organisation, from_at: from, until_at: null })
        .execute()
    })
    await this.#organisations.changed()
    return id
  }

  async change(
    principal: Principal,
    id: string,
    { name, until }: { name?: string | undefined; until?: string | null | undefined },
  ): Promise<ConsortiumView> {
    const before = await this.#require(principal, id)
    const end = instantOf('until', until)
    if (end !== undefined) checkPeriod(before.from, end)
    await this.#db
      .updateTable('consortium')
      .set({
        name: name === undefined ? before.name : plainName(name),
        ...(end !== undefined && { until_at: end }),
      })
      .where('id', '=', id)
      .execute()
    await this.#organisations.changed()
    return this.get(id)
  }

  /** Adds a member or gives it other dates. It counts once it has signed the charter, where there is one. */
  async setMember(
    principal: Principal,
    id: string,
    organisation: string,
    given: { from?: string | undefined; until?: string | null | undefined },
  ): Promise<ConsortiumView> {
    await this.#require(principal, id)
    await this.#organisations.get(organisation)
    const from = instantOf('from', given.from) ?? this.#now().toISOString()
    const until = instantOf('until', given.until) ?? null
    checkPeriod(from, until)
    const values = { from_at: from, until_at: until }
    await this.#db
      .insertInto('consortium_member')
      .values({ consortium_id: id, organisation_id: organisation, ...values })
      .onConflict((on) => on.columns(['consortium_id', 'organisation_id']).doUpdateSet(values))
      .execute()
    await this.#organisations.changed()
    return this.get(id)
  }

  /** By the coordinator, or by the member that leaves. */
  async endMember(principal: Principal, id: string, organisation: string): Promise<ConsortiumView> {
    if (!hasRight(principal, 'organisation:sign', { kind: 'organisation', id: organisation }))
      await this.#require(principal, id)
    const now = this.#now().toISOString()
    const { numUpdatedRows } = await this.#db
      .updateTable('consortium_member')
      .set({ until_at: now })
      .where('consortium_id', '=', id)
      .where('organisation_id', '=', organisation)
      .where(({ or, eb }) => or([eb('until_at', 'is', null), eb('until_at', '>', now)]))
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw notFound('member', organisation)
    await this.#organisations.changed()
    return this.get(id)
  }

  async parties(): Promise<PartiesView> {
    const now = this.#now().toISOString()
    const standings = await this.#charters.standings()
    const organisations = await this.#organisations.list()
    const consortia = await this.list()
    return {
      organisations: new Map(
        organisations.map(({ id, status, siret, eori, lei }) => [
          id,
          {
            status,
            attributes: {
              id,
              ...(siret !== null && { siret }),
              ...(eori !== null && { eori }),
              ...(lei !== null && { lei }),
            },
          },
        ]),
      ),
      consortia: new Map(
        consortia.map(({ id, from, until, members }) => [
          id,
          {
            from,
            until,
            members: members
              .filter(
                (member) =>
                  (member.until === null || member.until > now) &&
                  isSignatureEnough(member.signedVersion, standings.get(id)?.required ?? null),
              )
              .map((member) => ({
                organisation: member.organisation,
                from: member.from,
                until: member.until,
              })),
          },
        ]),
      ),
    }
  }

  async #require(principal: Principal, id: string): Promise<ConsortiumView> {
    const consortium = await this.get(id)
    requireRight(principal, 'consortium:manage', {
      kind: 'consortium',
      id,
      organisation: consortium.organisation,
    })
    return consortium
  }
}
