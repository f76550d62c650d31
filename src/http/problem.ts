import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { LacydonError } from '../errors.ts'

/** An error as RFC 9457 problem details. What we did not foresee says nothing of its inside. */
export interface Problem {
  type: string
  title: string
  status: number
  code: string
  detail?: string
  help?: string
  [detail: string]: unknown
}

export function problemOf(error: unknown): Problem {
  if (error instanceof LacydonError) {
    const { code, status, message, help, details } = error
    return { ...details, type: `/problems/${code}`, title: message, status, code, ...(help && { help }) }
  }
  const { statusCode = 500, message, code, validation } = error as FastifyError
  if (validation) {
    return {
      type: '/problems/invalid_input',
      title: `The request is not as described: ${message}.`,
      status: 400,
      code: 'invalid_input',
    }
  }
  if (statusCode < 500)
    return { type: '/problems/refused', title: message, status: statusCode, code: code ?? 'refused' }
  return {
    type: '/problems/internal',
    title: 'Something went wrong here; it has been logged.',
    status: 500,
    code: 'internal',
  }
}

export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(error)
  if (problem.status >= 500 && problem.status !== 503) request.log.error(error)
  if (problem.status === 503) reply.header('retry-after', String(problem.retryAfterS ?? 2))
  reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem))
}
