/** Limits of requests, rows, bytes and open streams, counted together by all nodes. */
import { randomUUID } from 'node:crypto'
import type { ControlDb } from '../engines/control/control.ts'
import { LacydonError } from '../errors.ts'
import type { Principal } from '../http/principal.ts'
import type { Allowed } from './decision.ts'
import type { Quota } from './schema.ts'
import type { SharingTables } from './tables.ts'

type Counted = 'requestsPerMinute' | 'rowsPerDay' | 'bytesPerDay'
const units: Record<Counted, { ms: number; name: string }> = {
  requestsPerMinute: { ms: 60_000, name: 'minute' },
  rowsPerDay: { ms: 86_400_000, name: 'day' },
  bytesPerDay: { ms: 86_400_000, name: 'day' },
}
/** A node takes this part of a limit at once, so that few uses touch the database and the sum stays within it. */
const leasedPart = 0.02
const streamLeaseMs = 90_000

interface Lease {
  period: string
  left: number
  /** Taken of the limit by all nodes, as of the last lease. */
  used: number
}

/** What is left of a limit, for who asks. */
export interface Standing {
  limit: number
  remaining: number
  resetAt: string
}

/** Whose use is counted together: an organisation and a grant; without an account, an address. */
export const quotaSubject = (principal: Principal, decision: Allowed, address: string): string => {
  const who =
    principal.kind === 'anonymous' || principal.kind === 'service'
      ? address
      : (principal.organisation ?? principal.user)
  return JSON.stringify([who, decision.quotaGrant])
}

export class Quotas {
  readonly #control: ControlDb
  readonly #now: () => Date
  readonly #leases = new Map<string, Lease>()
  /** One lease of a name at a time: what waits finds it filled. */
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor({ control, now }: { control: ControlDb; now: () => Date }) {
    this.#control = control
    this.#now = now
  }

  /** Counts a use. Throws 429 with what the Explore API says of it; nothing is counted then. */
  async take(subject: string, quota: Quota | null, counted: Counted, n = 1): Promise<Standing | undefined> {
    const limit = quota?.[counted] ?? null
    if (limit === null || n <= 0) return undefined
    const { ms } = units[counted]
    const nowMs = this.#now().getTime()
    const period = new Date(Math.floor(nowMs / ms) * ms).toISOString()
    const name = `${subject} ${counted}`
    const turn = (this.#turns.get(name) ?? Promise.resolve()).then(() =>
      this.#takeInTurn(name, { period, limit, n }),
    )
    const settled = turn.catch(() => undefined)
    this.#turns.set(name, settled)
    settled.then(() => this.#turns.get(name) === settled && this.#turns.delete(name))
    const resetMs = Date.parse(period) + ms
    if (!(await turn)) throw overQuota(counted, limit, resetMs, nowMs)
    const { left, used } = this.#leases.get(name) ?? { left: 0, used: limit }
    const remaining = Math.max(0, limit - used + left)
    return { limit, remaining, resetAt: new Date(resetMs).toISOString() }
  }

  /** What was taken and not used goes on being this node's, until the period it was taken of ends. */
  giveBack(subject: string, counted: Counted, n: number, resetAt: string): void {
    const known = this.#leases.get(`${subject} ${counted}`)
    if (known && Date.parse(known.period) + units[counted].ms === Date.parse(resetAt)) known.left += n
  }

  /** Counts what an answer held, known only at its end: the next one is refused where it went beyond. */
  async charge(subject: string, quota: Quota | null, counted: Counted, n: number): Promise<void> {
    if ((quota?.[counted] ?? null) === null || n <= 0) return
    const { ms } = units[counted]
    const period = new Date(Math.floor(this.#now().getTime() / ms) * ms).toISOString()
    await this.#control.db
      .withTables<SharingTables>()
      .insertInto('sharing_use')
      .values({ subject: `${subject} ${counted}`, period, used: n })
      .onConflict((on) =>
        on.columns(['subject', 'period']).doUpdateSet((eb) => ({ used: eb('sharing_use.used', '+', n) })),
      )
      .execute()
  }

  async #takeInTurn(name: string, { period, limit, n }: { period: string; limit: number; n: number }) {
    const known = this.#leases.get(name)
    const lease: Lease = known?.period === period ? known : { period, left: 0, used: 0 }
    if (lease.left < n) {
      const wanted = n - lease.left
      const block = Math.max(wanted, Math.floor(limit * leasedPart))
      await this.#lease(name, lease, limit, block)
      if (lease.left < n) await this.#lease(name, lease, limit, wanted)
    }
    if (this.#leases.size > 10_000) this.#leases.clear()
    this.#leases.set(name, lease)
    if (lease.left < n) return false
    lease.left -= n
    return true
  }

  /** Takes `n` of the limit for this node, unless so much is not left. */
  async #lease(subject: string, lease: Lease, limit: number, n: number): Promise<void> {
    if (n > limit) return
    const { period } = lease
    const db = this.#control.db.withTables<SharingTables>()
    await db
      .insertInto('sharing_use')
      .values({ subject, period, used: 0 })
      .onConflict((on) => on.columns(['subject', 'period']).doNothing())
      .execute()
    const taken = await db
      .updateTable('sharing_use')
      .set((eb) => ({ used: eb('used', '+', n) }))
      .where('subject', '=', subject)
      .where('period', '=', period)
      .where('used', '<=', limit - n)
      .returning('used')
      .executeTakeFirst()
    if (!taken) return
    lease.left += n
    lease.used = Number(taken.used)
  }

  /** A place among the open streams; renewed while it is open, it ends by itself when its node does. Throws 429. */
  async openStream(
    subject: string,
    quota: Quota | null,
  ): Promise<{ renew(): Promise<void>; close(): Promise<void> }> {
    const limit = quota?.openStreams ?? null
    if (limit === null) return { renew: async () => undefined, close: async () => undefined }
    const id = randomUUID()
    const expiry = () => new Date(this.#now().getTime() + streamLeaseMs).toISOString()
    const isOpen = await this.#control.transaction<SharingTables, boolean>(async (trx) => {
      await trx.deleteFrom('sharing_stream').where('expires_at', '<', this.#now().toISOString()).execute()
      const { n } = await trx
        .selectFrom('sharing_stream')
        .select(({ fn }) => fn.countAll<number>().as('n'))
        .where('subject', '=', subject)
        .executeTakeFirstOrThrow()
      if (n >= limit) return false
      await trx.insertInto('sharing_stream').values({ id, subject, expires_at: expiry() }).execute()
      return true
    })
    if (!isOpen)
      throw new LacydonError('too_many_streams', 429, `No more than ${limit} streams may be open at once.`)
    const db = this.#control.db.withTables<SharingTables>()
    return {
      async renew() {
        await db.updateTable('sharing_stream').set({ expires_at: expiry() }).where('id', '=', id).execute()
      },
      async close() {
        await db.deleteFrom('sharing_stream').where('id', '=', id).execute()
      },
    }
  }

  /** Forgets periods that are over. */
  async tend(): Promise<void> {
    const before = new Date(this.#now().getTime() - 2 * 86_400_000).toISOString()
    await this.#control.db
      .withTables<SharingTables>()
      .deleteFrom('sharing_use')
      .where('period', '<', before)
      .execute()
  }
}

function overQuota(counted: Counted, limit: number, resetMs: number, nowMs: number): LacydonError {
  const { name } = units[counted]
  return new LacydonError('too_many_requests', 429, 'The limit of these data is reached.', {
    help: `It begins anew at ${new Date(resetMs).toISOString()}.`,
    details: {
      call_limit: limit,
      limit_time_unit: name,
      counted,
      reset_time: new Date(resetMs).toISOString(),
      retryAfterS: Math.max(1, Math.ceil((resetMs - nowMs) / 1_000)),
    },
  })
}
