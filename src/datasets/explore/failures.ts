/** Errors as the Explore API writes them. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { LacydonError } from '../../errors.ts'

export interface FailureBody {
  error_code: string
  message: string
  [detail: string]: unknown
}

const codes: Record<string, string> = {
  not_found: 'NotFound',
  invalid_input: 'InvalidRESTParameterError',
  unauthorized: 'Unauthorized',
  forbidden: 'Forbidden',
}

/** Status and body; what we did not foresee says nothing of its inside. */
export function failureOf(error: unknown): { status: number; body: FailureBody } {
  if (error instanceof LacydonError) {
    const { code, status, message, help, details } = error
    const body = { error_code: codes[code] ?? code, message, ...(help && { help }), ...details }
    return { status, body }
  }
  const { statusCode = 500, message } = error as FastifyError
  if (statusCode < 500) return { status: statusCode, body: { error_code: 'InvalidRequest', message } }
  return {
    status: 500,
    body: { error_code: 'InternalError', message: 'Something went wrong here; it has been logged.' },
  }
}

export function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { status, body } = failureOf(error)
  if (status >= 500 && status !== 503) request.log.error(error)
  if (status === 503) reply.header('retry-after', String(body.retryAfterS ?? 2))
  reply.header('cache-control', 'no-store').removeHeader('etag')
  reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body))
}
