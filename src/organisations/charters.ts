/** Charters: texts in versions that organisations sign. One for the platform, one for each consortium that has one. */
import { createHash } from 'node:crypto'
import type { ControlDb } from '../engines/control/control.ts'
import { conflict, invalidInput, notFound } from '../errors.ts'
import { platform, requireRight, requireUser } from '../http/abilities.ts'
import type { Principal } from '../http/principal.ts'
import { instantOf, requiredVersion } from './rules.ts'
import type { CharterView } from './schema.ts'
import type { Organisations } from './service.ts'
import type { OrganisationTables } from './tables.ts'

/** Scope of the charter that all organisations of the platform sign. */
export const platformScope = 'platform'

/** What is signed: both texts, in an order that does not change. */
export const charterHash = ({ fr, en }: { fr: string; en: string }): string =>
  createHash('sha256').update(JSON.stringify({ en, fr })).digest('hex')

export class Charters {
  readonly #control: ControlDb
  readonly #organisations: Organisations
  readonly #now: () => Date

  constructor(options: { control: ControlDb; organisations: Organisations; now: () => Date }) {
    this.#control = options.control
    this.#organisations = options.organisations
    this.#now = options.now
  }

  get #db() {
    return this.#control.db.withTables<OrganisationTables>()
  }

  /** Newest version first. */
  async list(scope: string): Promise<CharterView[]> {
    const versions = await this.#db
      .selectFrom('charter_version')
      .selectAll()
      .where('scope', '=', scope)
      .orderBy('version', 'desc')
      .execute()
    const signatures = await this.#db
      .selectFrom('charter_signature')
      .innerJoin('organisation', 'organisation.id', 'charter_signature.organisation_id')
      .select(['version', 'organisation_id', 'organisation.name', 'signed_at'])
      .where('scope', '=', scope)
      .orderBy('signed_at')
      .execute()
    return versions.map((row) => ({
      version: row.version,
      text: JSON.parse(row.text),
      sha256: row.sha256,
      publishedAt: row.published_at,
      requiredAt: row.required_at,
      signatures: signatures
        .filter(({ version }) => version === row.version)
        .map((each) => ({
          organisation: each.organisation_id,
          organisationName: each.name,
          signedAt: each.signed_at,
        })),
    }))
  }

  /** Publishes the next version. From `requiredAt` (default: now) only signatures of it or a later one count. */
  async publish(
    principal: Principal,
    scope: string,
    { text, requiredAt }: { text: { fr: string; en: string }; requiredAt?: string | undefined },
  ): Promise<CharterView[]> {
    await this.#requirePublisher(principal, scope)
    const now = this.#now().toISOString()
    const required = instantOf('requiredAt', requiredAt) ?? now
    if (required < now) throw invalidInput('A new version cannot have been required before it was published.')
    const plain = { fr: text.fr.normalize('NFC'), en: text.en.normalize('NFC') }
    await this.#control.transaction<OrganisationTables, void>(async (trx) => {
      const last = await trx
        .selectFrom('charter_version')
        .select(({ fn }) => fn.max('version').as('version'))
        .where('scope', '=', scope)
        .executeTakeFirst()
      await trx
        .insertInto('charter_version')
        .values({
          scope,
          version: (last?.version ?? 0) + 1,
          text: JSON.stringify(plain),
          sha256: charterHash(plain),
          published_at: now,
          published_by: principal.kind === 'user' ? principal.user : null,
          required_at: required,
        })
        .execute()
    })
    await this.#organisations.changed()
    return this.list(scope)
  }

  /** Signs for the organisation one acts for. Throws `conflict` unless it is the latest version, as it was read. */
  async sign(
    principal: Principal,
    scope: string,
    { version, sha256 }: { version: number; sha256: string },
  ): Promise<CharterView[]> {
    const { user, organisation } = requireUser(principal)
    requireRight(principal, 'organisation:sign', { kind: 'organisation', id: organisation ?? '' })
    const [latest] = await this.list(scope)
    if (!latest) throw notFound('charter', scope)
    if (latest.version !== version || latest.sha256 !== sha256)
      throw conflict(`The charter is at version ${latest.version} now.`, 'Read it, then sign that one.')
    await this.#db
      .insertInto('charter_signature')
      .values({
        scope,
        version,
        organisation_id: organisation!,
        account_id: user,
        signed_at: this.#now().toISOString(),
        sha256,
      })
      .onConflict((on) => on.doNothing())
      .execute()
    await this.#organisations.changed()
    return this.list(scope)
  }

  /** Of every scope: the version that counts now, and the latest that each organisation has signed. */
  async standings(): Promise<Map<string, { required: number | null; signed: Map<string, number> }>> {
    const now = this.#now().toISOString()
    const versions = await this.#db
      .selectFrom('charter_version')
      .select(['scope', 'version', 'required_at as requiredAt'])
      .execute()
    const signatures = await this.#db
      .selectFrom('charter_signature')
      .select(({ fn }) => ['scope', 'organisation_id', fn.max('version').as('version')])
      .groupBy(['scope', 'organisation_id'])
      .execute()
    const scopes = new Map<string, { required: number | null; signed: Map<string, number> }>()
    for (const scope of new Set(versions.map((row) => row.scope)))
      scopes.set(scope, {
        required: requiredVersion(
          versions.filter((row) => row.scope === scope),
          now,
        ),
        signed: new Map(
          signatures
            .filter((row) => row.scope === scope)
            .map((row) => [row.organisation_id, row.version as number]),
        ),
      })
    return scopes
  }

  async #requirePublisher(principal: Principal, scope: string): Promise<void> {
    if (scope === platformScope) {
      requireRight(principal, 'charter:publish', platform)
      return
    }
    const row = await this.#db
      .selectFrom('consortium')
      .select('organisation_id')
      .where('id', '=', scope)
      .executeTakeFirst()
    if (!row) throw notFound('consortium', scope)
    requireRight(principal, 'charter:publish', {
      kind: 'consortium',
      id: scope,
      organisation: row.organisation_id,
    })
  }
}
