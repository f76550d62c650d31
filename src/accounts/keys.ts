/** API keys: shown once, hashed here, never worth more than their person at the time of use. */
import type { ControlDb } from '../engines/control/control.ts'
import { conflict, invalidInput, notFound } from '../errors.ts'
import type { KeyScope } from '../http/principal.ts'
import { checkCidr, isInRanges } from './addresses.ts'
import { keyMaxDays, nameOf, readKey } from './rules.ts'
import type { KeyBody, KeyView } from './schema.ts'
import { hashOf, isSameHash, newCode, newSecret } from './secrets.ts'
import type { AccountTables } from './tables.ts'

export interface FoundKey {
  prefix: string
  user: string
  organisation: string | null
  scopes: KeyScope[]
  datasets: string[] | null
  expiresAt: string
}

const purpose = 'key'
const maxKeysEach = 100
const usedEveryMs = 60_000
/** Compared with when no key has the prefix, so that both answers cost the same. */
const decoyHash = hashOf(purpose, 'no key has this secret')

export class Keys {
  readonly #control: ControlDb
  readonly #now: () => Date

  constructor(control: ControlDb, now: () => Date) {
    this.#control = control
    this.#now = now
  }

  get #db() {
    return this.#control.db.withTables<AccountTables>()
  }

  /** Makes a key for whom a person acts for now. Answers it in clear, this once. */
  async create(
    user: string,
    organisation: string | null,
    body: KeyBody,
  ): Promise<{ key: string; prefix: string }> {
    const now = this.#now()
    const expiresMs = Date.parse(body.expiresAt)
    const latestMs = now.getTime() + keyMaxDays * 86_400_000
    if (!(expiresMs > now.getTime() && expiresMs <= latestMs))
      throw invalidInput(
        `A key ends between now and ${new Date(latestMs).toISOString()}.`,
        'Write expiresAt as 2026-12-31T00:00:00Z.',
      )
    const live = await this.#db
      .selectFrom('account_key')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .where('account_id', '=', user)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', now.toISOString())
      .executeTakeFirstOrThrow()
    if (live.n >= maxKeysEach) throw conflict(`You have ${maxKeysEach} keys: revoke those you do not use.`)
    const prefix = newCode(8)
    const secret = newSecret()
    await this.#db
      .insertInto('account_key')
      .values({
        prefix,
        hash: hashOf(purpose, secret),
        name: nameOf(body.name),
        account_id: user,
        organisation_id: organisation,
        scopes: JSON.stringify(body.scopes),
        datasets: JSON.stringify(body.datasets ?? null),
        cidrs: JSON.stringify((body.cidrs ?? []).map(checkCidr)),
        created_at: now.toISOString(),
        expires_at: new Date(expiresMs).toISOString(),
        last_used_at: null,
        revoked_at: null,
        revoked_by: null,
      })
      .execute()
    return { key: `lac_${prefix}_${secret}`, prefix }
  }

  /** The key of this text, if it is good from this address now. What is wrong with it is not told. */
  async find(text: string, address: string): Promise<FoundKey | undefined> {
    const parts = readKey(text)
    if (!parts) return undefined
    const row = await this.#db
      .selectFrom('account_key')
      .selectAll()
      .where('prefix', '=', parts.prefix)
      .executeTakeFirst()
    const isSame = isSameHash(row?.hash ?? decoyHash, hashOf(purpose, parts.secret))
    if (!row || !isSame) return undefined
    const now = this.#now()
    if (row.revoked_at !== null || Date.parse(row.expires_at) <= now.getTime()) return undefined
    const cidrs: string[] = JSON.parse(row.cidrs)
    if (cidrs.length > 0 && !isInRanges(address, cidrs)) return undefined
    if (row.last_used_at === null || now.getTime() - Date.parse(row.last_used_at) >= usedEveryMs)
      await this.#db
        .updateTable('account_key')
        .set({ last_used_at: now.toISOString() })
        .where('prefix', '=', row.prefix)
        .execute()
    return {
      prefix: row.prefix,
      user: row.account_id,
      organisation: row.organisation_id,
      scopes: JSON.parse(row.scopes),
      datasets: JSON.parse(row.datasets),
      expiresAt: row.expires_at,
    }
  }

  /** Whether the key of this prefix goes on. */
  async isGood(prefix: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('account_key')
      .select(['revoked_at', 'expires_at'])
      .where('prefix', '=', prefix)
      .executeTakeFirst()
    return row !== undefined && row.revoked_at === null && Date.parse(row.expires_at) > this.#now().getTime()
  }

  /** Throws `not_found`. */
  async get(prefix: string): Promise<Omit<KeyView, 'userName'>> {
    const row = await this.#db
      .selectFrom('account_key')
      .selectAll()
      .where('prefix', '=', prefix)
      .executeTakeFirst()
    if (!row) throw notFound('key', prefix)
    return viewOf(row)
  }

  /** Of a person, or of all who act for an organisation; newest first. */
  async list(of: { user: string } | { organisation: string }): Promise<Omit<KeyView, 'userName'>[]> {
    const query = this.#db.selectFrom('account_key').selectAll().orderBy('created_at', 'desc').limit(1000)
    const rows = await ('user' in of
      ? query.where('account_id', '=', of.user)
      : query.where('organisation_id', '=', of.organisation)
    ).execute()
    return rows.map(viewOf)
  }

  /** Answers how many ended. */
  async revoke(
    which: { prefix: string } | { user?: string; organisation?: string },
    by: string,
  ): Promise<number> {
    let query = this.#db
      .updateTable('account_key')
      .set({ revoked_at: this.#now().toISOString(), revoked_by: by })
      .where('revoked_at', 'is', null)
    if ('prefix' in which) query = query.where('prefix', '=', which.prefix)
    else {
      if (!which.user && !which.organisation) throw new Error('Which keys are to end was not said.')
      if (which.user !== undefined) query = query.where('account_id', '=', which.user)
      if (which.organisation !== undefined) query = query.where('organisation_id', '=', which.organisation)
    }
    const { numUpdatedRows } = await query.executeTakeFirst()
    return Number(numUpdatedRows)
  }
}

const viewOf = (row: AccountTables['account_key']): Omit<KeyView, 'userName'> => ({
  prefix: row.prefix,
  name: row.name,
  user: row.account_id,
  organisation: row.organisation_id,
  scopes: JSON.parse(row.scopes),
  datasets: JSON.parse(row.datasets),
  cidrs: JSON.parse(row.cidrs),
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
  revokedAt: row.revoked_at,
})
