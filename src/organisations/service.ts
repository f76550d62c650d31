/** Organisations and who acts for them. */
import { randomUUID } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { ControlDb } from '../engines/control/control.ts'
import { conflict, invalidInput, LacydonError, notFound } from '../errors.ts'
import { hasRight, platform, requireRight } from '../http/abilities.ts'
import type { Principal } from '../http/principal.ts'
import { joinOrganisation } from './joining.ts'
import { Members } from './members.ts'
import { soundIdentifiers } from './rules.ts'
import type {
  Identifiers,
  OrganisationBody,
  OrganisationChange,
  OrganisationStatus,
  OrganisationView,
} from './schema.ts'
import type { OrganisationTables } from './tables.ts'

/** Somebody can act for an organisation no longer, or for nobody of it: sessions, keys, streams and jobs end. */
export interface AccessEnded {
  organisation: string
  /** Absent: whoever it was. */
  user?: string
}

export interface OrganisationsOptions {
  control: ControlDb
  now: () => Date
  log: { warn(details: Record<string, unknown>, message: string): void }
}

/** A transaction on the tables of this slice. */
export type Trx = Transaction<OrganisationTables>

export class Organisations {
  readonly #control: ControlDb
  readonly #now: () => Date
  readonly #log: OrganisationsOptions['log']
  readonly #listeners: ((ended: AccessEnded) => unknown)[] = []
  readonly #changed: (() => unknown)[] = []
  readonly members: Members

  constructor(options: OrganisationsOptions) {
    const { control, now, log } = options
    this.members = new Members(this, options)
    this.#control = control
    this.#now = now
    this.#log = log
  }

  get #db() {
    return this.#control.db.withTables<OrganisationTables>()
  }

  /** Told after each end; awaited, so that whoever ended it knows that it is over. */
  onAccessEnded(listener: (ended: AccessEnded) => unknown): void {
    this.#listeners.push(listener)
  }

  /** Told after organisations, consortia or signatures changed: decisions are to be made anew. */
  onChanged(listener: () => unknown): void {
    this.#changed.push(listener)
  }

  async changed(): Promise<void> {
    for (const listener of this.#changed) await listener()
  }

  async endAccess(ended: AccessEnded): Promise<void> {
    const outcomes = await Promise.allSettled(this.#listeners.map(async (listener) => listener(ended)))
    for (const outcome of outcomes)
      if (outcome.status === 'rejected')
        this.#log.warn({ error: String(outcome.reason) }, 'an end of access was not heard')
  }

  // Organisations

  async list(): Promise<OrganisationView[]> {
    return this.#read()
  }

  /** Throws `not_found`. */
  async get(id: string): Promise<OrganisationView> {
    const [found] = await this.#read(id)
    if (!found) throw notFound('organisation', id)
    return found
  }

  async #read(id?: string): Promise<OrganisationView[]> {
    let query = this.#db.selectFrom('organisation').selectAll().orderBy('name').orderBy('id')
    if (id !== undefined) query = query.where('id', '=', id)
    const rows = await query.execute()
    const signed = await this.#db
      .selectFrom('charter_signature')
      .select(({ fn }) => ['organisation_id', fn.max('version').as('version')])
      .where('scope', '=', 'platform')
      .groupBy('organisation_id')
      .execute()
    const versions = new Map(signed.map((row) => [row.organisation_id, row.version]))
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      kind: row.kind as OrganisationView['kind'],
      siret: row.siret,
      eori: row.eori,
      lei: row.lei,
      status: row.status as OrganisationStatus,
      isExample: row.is_example === 1,
      charterVersion: versions.get(row.id) ?? null,
      createdAt: row.created_at,
    }))
  }

  /** Throws 401, 403, `invalid_input` for an identifier that cannot be, `conflict` for one that is taken. */
  async create(principal: Principal, body: OrganisationBody): Promise<OrganisationView> {
    requireRight(principal, 'organisation:create', platform)
    const founder = principal.kind === 'user' ? principal.user : undefined
    const id = await this.make(body, { founder: body.join ? founder : undefined, status: 'active' })
    return this.get(id)
  }

  /** Without asking for a right: for the start and for tests. */
  async make(
    { name, kind, identifiers = {} }: OrganisationBody,
    {
      founder,
      status,
      isExample = false,
      id = randomUUID(),
    }: { founder?: string | undefined; status: OrganisationStatus; isExample?: boolean; id?: string },
  ): Promise<string> {
    const sound = soundIdentifiers(identifiers)
    const at = this.#now().toISOString()
    await this.#refuseTaken(sound, id)
    await this.#control.transaction<OrganisationTables, void>(async (trx) => {
      await trx
        .insertInto('organisation')
        .values({
          id,
          name: plainName(name),
          kind,
          siret: sound.siret ?? null,
          eori: sound.eori ?? null,
          lei: sound.lei ?? null,
          status,
          is_example: isExample ? 1 : 0,
          created_at: at,
          modified_at: at,
        })
        .execute()
      if (founder !== undefined)
        await joinOrganisation(trx, at, { user: founder, organisation: id, role: 'admin', origin: 'founder' })
    })
    await this.changed()
    return id
  }

  async change(principal: Principal, id: string, change: OrganisationChange): Promise<OrganisationView> {
    requireRight(principal, 'organisation:edit', { kind: 'organisation', id })
    await this.get(id)
    const { name, kind, identifiers = {} } = change
    const sound = soundIdentifiers(identifiers)
    await this.#refuseTaken(sound, id)
    await this.#db
      .updateTable('organisation')
      .set({
        ...sound,
        ...(name !== undefined && { name: plainName(name) }),
        ...(kind !== undefined && { kind }),
        modified_at: this.#now().toISOString(),
      })
      .where('id', '=', id)
      .execute()
    await this.changed()
    return this.get(id)
  }

  /** Suspended or gone, nobody acts for it from now on; its administrator may let it leave. */
  async setStatus(principal: Principal, id: string, status: 'active' | 'suspended' | 'left'): Promise<void> {
    const resource = { kind: 'organisation' as const, id }
    const leavesItself = status === 'left' && hasRight(principal, 'organisation:sign', resource)
    if (!leavesItself) requireRight(principal, 'organisation:suspend', resource)
    await this.get(id)
    await this.#db
      .updateTable('organisation')
      .set({ status, modified_at: this.#now().toISOString() })
      .where('id', '=', id)
      .execute()
    await this.changed()
    if (status !== 'active') await this.endAccess({ organisation: id })
  }

  async #refuseTaken(sound: Identifiers, id: string): Promise<void> {
    for (const name of ['siret', 'eori', 'lei'] as const) {
      const value = sound[name]
      if (typeof value !== 'string') continue
      const taken = await this.#db
        .selectFrom('organisation')
        .select('id')
        .where(name, '=', value)
        .where('id', '!=', id)
        .executeTakeFirst()
      if (taken) throw conflict(`Another organisation has this ${name.toUpperCase()} already.`)
    }
  }
}

/** One visible line. Throws `invalid_input`. */
export function plainName(name: string): string {
  const text = name.normalize('NFC').replace(/\s+/gu, ' ').trim()
  if (text === '' || /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/u.test(text))
    throw invalidInput('A name has 1 to 200 visible characters.')
  return text
}

export const linkWrong = () =>
  new LacydonError('token_wrong', 403, 'This link is not good any more.', {
    help: 'Ask who invited you for a new one.',
  })
