/** Answers that take their time end with the right to them. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Visible } from './access.ts'

/**
 * Aborts when `signal` does, or when one of the decisions that an answer rests on is not in force any more: then the
 * connection is cut at once. What waits to be sent is not sent, and what was sent does not look whole.
 */
export function untilRightEnds(
  request: FastifyRequest,
  reply: FastifyReply,
  visible: readonly Visible[],
  signal: AbortSignal,
): AbortSignal {
  const watches = visible.flatMap(({ watch }) => watch?.() ?? [])
  for (const { signal: ended, end } of watches) {
    reply.raw.once('close', end)
    ended.addEventListener('abort', () => {
      if (request.access) request.access.endedBy = 'revocation'
      reply.raw.destroy()
    })
  }
  return AbortSignal.any([signal, ...watches.map((watch) => watch.signal)])
}
