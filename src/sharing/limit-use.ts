/** Quotas at every door to rows: before the handler where they can be known, at the end of the answer where not. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../http/app.ts'
import { datasetsOf } from '../http/doors.ts'
import { type Quotas, quotaSubject } from './quotas.ts'
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
      await begin(subject, decision.quota, door.action === 'stream', { request, reply, ...options })
    }
  })
}

async function begin(
  subject: string,
  quota: Quota,
  isStream: boolean,
  { quotas, log, request, reply }: LimitOptions & { request: FastifyRequest; reply: FastifyReply },
): Promise<void> {
  if (quota.requestsPerMinute !== null) reply.header('x-ratelimit-limit', String(quota.requestsPerMinute))
  await quotas.take(subject, quota, 'requestsPerMinute')
  // One row and one byte: refused where the day's are used up.
  await quotas.take(subject, quota, 'rowsPerDay')
  await quotas.take(subject, quota, 'bytesPerDay')
  const place = isStream ? await quotas.openStream(subject, quota) : undefined
  const renewing = place && setInterval(() => place.renew().catch(() => undefined), renewEveryMs)
  const { socket } = reply.raw
  const sentBefore = socket?.bytesWritten ?? 0
  reply.raw.once('close', () => {
    clearInterval(renewing)
    const rows = (request.access?.rows ?? 0) - 1
    // Headers and encryption count too: what went over the wire.
    const bytes = (socket?.bytesWritten ?? sentBefore) - sentBefore
    Promise.all([
      place?.close(),
      quotas.charge(subject, quota, 'rowsPerDay', rows),
      quotas.charge(subject, quota, 'bytesPerDay', bytes),
    ]).catch((error) => log.warn({ error: error.message }, 'use could not be counted'))
  })
}
