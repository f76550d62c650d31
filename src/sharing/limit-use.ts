/** Quotas at every door to rows: before the handler where they can be known, at the end of the answer where not. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LacydonError } from '../errors.ts'
import type { App } from '../http/app.ts'
import { datasetsOf } from '../http/doors.ts'
import { type Quotas, quotaSubject, type Standing } from './quotas.ts'
import type { Quota } from './schema.ts'
import type { DatasetAsked, Sharing } from './service.ts'

const renewEveryMs = 30_000

interface LimitOptions {
  quotas: Quotas
  sharing: Sharing
  /** Throws `not_found`. */
  describe(id: string): DatasetAsked
  log: { warn(details: object, text: string): void }
}

/** Before any route is registered, and after what decides. Throws 429. */
export function limitUse(app: App, options: LimitOptions): void {
  app.addHook('preHandler', async (request, reply) => {
    const { door } = request.routeOptions.config
    if (!door || !('action' in door) || 'catalogue' in door || door.action === 'discover') return
    for (const id of datasetsOf(door, request)) {
      let asked: DatasetAsked
      try {
        asked = options.describe(id)
      } catch {
        continue
      }
      const decision = options.sharing.decide(request.principal, asked, door.action)
      if (!decision.allow || decision.quota === null) continue
      const subject = quotaSubject(request.principal, decision, request.ip)
      await begin(
        subject,
        decision.quota,
        { id, isStream: door.action === 'stream' },
        { request, reply, ...options },
      )
    }
  })
}

async function begin(
  subject: string,
  quota: Quota,
  { id, isStream }: { id: string; isStream: boolean },
  { quotas, log, request, reply }: LimitOptions & { request: FastifyRequest; reply: FastifyReply },
): Promise<void> {
  try {
    const requests = await quotas.take(subject, quota, 'requestsPerMinute')
    // One row and one byte: refused where the day's are used up.
    const rows = await quotas.take(subject, quota, 'rowsPerDay')
    const bytes = await quotas.take(subject, quota, 'bytesPerDay')
    tellStanding(reply, requests ?? rows ?? bytes)
  } catch (error) {
    tellRefusal(reply, error)
    throw error
  }
  const blocks = new RowBlocks(quotas, subject, quota)
  if (quota.rowsPerDay !== null)
    request.access?.limitRows(
      (count) =>
        blocks.take(count).catch((error) => {
          if (!reply.raw.headersSent) tellRefusal(reply, error)
          throw error
        }),
      id,
    )
  const place = isStream ? await quotas.openStream(subject, quota) : undefined
  const renewing = place && setInterval(() => place.renew().catch(() => undefined), renewEveryMs)
  const { socket } = reply.raw
  const sentBefore = socket?.bytesWritten ?? 0
  reply.raw.once('close', () => {
    clearInterval(renewing)
    blocks.close()
    // Headers and encryption count too: what went over the wire.
    const bytes = (socket?.bytesWritten ?? sentBefore) - sentBefore
    Promise.all([place?.close(), quotas.charge(subject, quota, 'bytesPerDay', bytes)]).catch((error) =>
      log.warn({ error: error.message }, 'use could not be counted'),
    )
  })
}

/** As the Explore API tells it: the limit of requests where there is one, else that of rows, else that of bytes. */
function tellStanding(reply: FastifyReply, standing: Standing | undefined): void {
  if (!standing) return
  reply.header('x-ratelimit-limit', String(standing.limit))
  reply.header('x-ratelimit-remaining', String(standing.remaining))
  reply.header('x-ratelimit-reset', standing.resetAt)
}

function tellRefusal(reply: FastifyReply, error: unknown): void {
  const { call_limit: limit, reset_time: resetAt } = (error instanceof LacydonError && error.details) || {}
  if (typeof limit === 'number' && typeof resetAt === 'string')
    tellStanding(reply, { limit, remaining: 0, resetAt })
}

const blockRows = 1_000

/** Rows of one answer, taken of the day's in blocks before they are given. */
class RowBlocks {
  readonly #quotas: Quotas
  readonly #subject: string
  readonly #quota: Quota
  /** One was taken when the answer began. */
  #left = 1
  /** Of the day that the last of them were taken of. */
  #resetAt: string | undefined

  constructor(quotas: Quotas, subject: string, quota: Quota) {
    this.#quotas = quotas
    this.#subject = subject
    this.#quota = quota
  }

  /** Throws 429 where so many are not left; the answer ends there. */
  async take(count: number): Promise<void> {
    if (count > this.#left) {
      const missing = count - this.#left
      const block = Math.ceil(missing / blockRows) * blockRows
      const isTaken = await this.#reserve(block).catch(() => false)
      if (!isTaken) await this.#reserve(missing)
    }
    this.#left -= count
  }

  async #reserve(count: number): Promise<true> {
    const standing = await this.#quotas.take(this.#subject, this.#quota, 'rowsPerDay', count)
    this.#resetAt = standing?.resetAt
    this.#left += count
    return true
  }

  /** Gives back what was taken and not used, within its day. */
  close(): void {
    if (this.#resetAt !== undefined)
      this.#quotas.giveBack(this.#subject, 'rowsPerDay', this.#left, this.#resetAt)
    this.#left = 0
  }
}
