/** What a redirect asks for. Pure. */
import { outboundFailed, outboundRefused } from './outbound-failures.ts'

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Hop {
  url: URL
  method: Method
  headers: Record<string, string>
  body: string | Uint8Array | undefined
}

/** Headers that say who asks, or that a server of another owner must not see. */
const credentials = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'apikey',
  'api-key',
  'x-api-key',
  'x-auth-token',
])

/** The next question. Throws `outbound_refused` for a way from https to http, `outbound_failed` for no address. */
export function nextHop(hop: Hop, status: number, location: string): Hop {
  if (!URL.canParse(location, hop.url.href))
    throw outboundFailed(`${hop.url.host} redirects to what is no address.`)
  const url = new URL(location, hop.url)
  if (hop.url.protocol === 'https:' && url.protocol === 'http:')
    throw outboundRefused(url.host, `${hop.url.host} redirects from https to http`)
  const isLeaving = url.origin !== hop.url.origin
  const headers = Object.fromEntries(
    Object.entries(hop.headers).filter(([name]) => !(isLeaving && credentials.has(name.toLowerCase()))),
  )
  const becomesGet = status === 303 ? hop.method !== 'HEAD' : status <= 302 && hop.method === 'POST'
  if (!becomesGet) return { url, method: hop.method, headers, body: hop.body }
  const { 'content-type': _, ...rest } = headers
  return { url, method: 'GET', headers: rest, body: undefined }
}
