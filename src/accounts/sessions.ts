/** Sessions: opaque ids that only their owner's browser has; here is their hash. */
import type { ControlDb } from '../engines/control/control.ts'
import { isSessionGood, sessionIdleS, sessionS } from './rules.ts'
import type { SessionItem } from './schema.ts'
import { hashOf, newHandle, newSecret } from './secrets.ts'
import type { AccountTables } from './tables.ts'

export interface SessionOrigin {
  address: string
  agent: string
}

export interface NewSession extends SessionOrigin {
  user: string
  organisation: string | null
  /** Provider that vouched, with its own session and the token its logout asks for. */
  provider?: { id: string; session: string; idToken: string }
}

export interface Session {
  id: string
  hash: string
  user: string
  organisation: string | null
  createdAt: string
  expiresAt: string
  provider: string
  idToken: string
}

const purpose = 'session'
/** Writing each sight of a session would cost a disk flush a request. */
const seenEveryMs = 60_000

export class Sessions {
  readonly #control: ControlDb
  readonly #now: () => Date

  constructor(control: ControlDb, now: () => Date) {
    this.#control = control
    this.#now = now
  }

  get #db() {
    return this.#control.db.withTables<AccountTables>()
  }

  /** The secret for the cookie, and the session. Always a new one: what a browser had before is never raised. */
  async begin({ user, organisation, address, agent, provider }: NewSession) {
    const now = this.#now()
    const secret = newSecret()
    const session: Session = {
      id: newHandle(),
      hash: hashOf(purpose, secret),
      user,
      organisation,
      createdAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + sessionS * 1000).toISOString(),
      provider: provider?.id ?? '',
      idToken: provider?.idToken ?? '',
    }
    await this.#db
      .deleteFrom('account_session')
      .where(({ or, eb }) =>
        or([
          eb('expires_at', '<', now.toISOString()),
          eb('seen_at', '<', new Date(now.getTime() - sessionIdleS * 1000).toISOString()),
        ]),
      )
      .execute()
    await this.#db
      .insertInto('account_session')
      .values({
        hash: session.hash,
        id: session.id,
        account_id: user,
        organisation_id: organisation,
        created_at: session.createdAt,
        seen_at: session.createdAt,
        expires_at: session.expiresAt,
        address,
        agent: printable(agent),
        provider: session.provider,
        provider_session: provider?.session ?? '',
        id_token: session.idToken,
      })
      .execute()
    return { secret, session }
  }

  /** The good session of a cookie's secret; undefined for any other. */
  async find(secret: string): Promise<Session | undefined> {
    if (!/^[A-Za-z0-9_-]{43}$/.test(secret)) return undefined
    const row = await this.#db
      .selectFrom('account_session')
      .selectAll()
      .where('hash', '=', hashOf(purpose, secret))
      .executeTakeFirst()
    if (!row) return undefined
    const nowMs = this.#now().getTime()
    const seenMs = Date.parse(row.seen_at)
    if (!isSessionGood(nowMs, seenMs, Date.parse(row.expires_at))) {
      await this.#db.deleteFrom('account_session').where('hash', '=', row.hash).execute()
      return undefined
    }
    if (nowMs - seenMs >= seenEveryMs)
      await this.#db
        .updateTable('account_session')
        .set({ seen_at: new Date(nowMs).toISOString() })
        .where('hash', '=', row.hash)
        .execute()
    return {
      id: row.id,
      hash: row.hash,
      user: row.account_id,
      organisation: row.organisation_id,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      provider: row.provider,
      idToken: row.id_token,
    }
  }

  /** Whether a session of this id goes on. */
  async isGood(id: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('account_session')
      .select(['seen_at', 'expires_at'])
      .where('id', '=', id)
      .executeTakeFirst()
    return (
      row !== undefined &&
      isSessionGood(this.#now().getTime(), Date.parse(row.seen_at), Date.parse(row.expires_at))
    )
  }

  /** A session under a new id that acts for another organisation; the old id is worth nothing. Undefined once ended. */
  async renew(session: Session, organisation: string | null) {
    const secret = newSecret()
    const renewed: Session = { ...session, hash: hashOf(purpose, secret), organisation }
    const { numUpdatedRows } = await this.#db
      .updateTable('account_session')
      .set({ hash: renewed.hash, organisation_id: organisation })
      .where('hash', '=', session.hash)
      .executeTakeFirst()
    return numUpdatedRows === 1n ? { secret, session: renewed } : undefined
  }

  async list(user: string, current: string): Promise<SessionItem[]> {
    const nowMs = this.#now().getTime()
    const rows = await this.#db
      .selectFrom('account_session')
      .selectAll()
      .where('account_id', '=', user)
      .orderBy('seen_at', 'desc')
      .execute()
    return rows
      .filter((row) => isSessionGood(nowMs, Date.parse(row.seen_at), Date.parse(row.expires_at)))
      .map((row) => ({
        id: row.id,
        isCurrent: row.id === current,
        organisation: row.organisation_id,
        createdAt: row.created_at,
        seenAt: row.seen_at,
        endsAt: row.expires_at,
        address: row.address,
        agent: row.agent,
        provider: row.provider,
      }))
  }

  /** Ends sessions; answers how many. What is not given does not narrow, but something must be. */
  async end(which: {
    user?: string
    id?: string
    organisation?: string
    exceptId?: string
    provider?: string
    providerSession?: string
  }): Promise<number> {
    const { user, id, organisation, exceptId, provider, providerSession } = which
    if (!user && !id && !organisation && !providerSession)
      throw new Error('Which sessions are to end was not said.')
    let query = this.#db.deleteFrom('account_session')
    if (user !== undefined) query = query.where('account_id', '=', user)
    if (id !== undefined) query = query.where('id', '=', id)
    if (organisation !== undefined) query = query.where('organisation_id', '=', organisation)
    if (exceptId !== undefined) query = query.where('id', '!=', exceptId)
    if (provider !== undefined) query = query.where('provider', '=', provider)
    if (providerSession !== undefined) query = query.where('provider_session', '=', providerSession)
    const { numDeletedRows } = await query.executeTakeFirst()
    return Number(numDeletedRows)
  }
}

/** Headers may hold anything: lists and logs show one line of it. */
const printable = (text: string) => text.replace(/[^\x20-\x7e]/g, ' ').slice(0, 300)
