import type { FastifyRequest } from 'fastify'
import { LacydonError } from '../errors.ts'

const reading = new Set(['GET', 'HEAD', 'OPTIONS'])

const isLoopback = (address: string): boolean => /^(127\.|::1$|::ffff:127\.)/.test(address)

/**
 * Until there are accounts, only who sits at this machine may change anything, and no page of another site may do
 * it in their name. Throws 403. Behind TRUSTED_PROXIES the address is the client's, as everywhere.
 */
export function guardWrites({ method, url, ip, headers }: FastifyRequest): void {
  if (reading.has(method) || !url.startsWith('/api/v1/')) return
  if (!isLoopback(ip)) {
    throw new LacydonError('writing_refused', 403, 'Changes are taken from the machine itself only.', {
      help: 'Run `lacydon load` there, or go through an SSH tunnel to 127.0.0.1.',
    })
  }
  const { origin, host } = headers
  if (origin !== undefined && URL.canParse(origin) && new URL(origin).host === host) return
  if (origin === undefined && headers['sec-fetch-site'] !== 'cross-site') return
  throw new LacydonError('writing_refused', 403, 'A page of another site may change nothing here.')
}
