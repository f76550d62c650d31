/** Who may change what, and that no page of another site does it in their name. */
import type { FastifyRequest } from 'fastify'
import { LacydonError } from '../errors.ts'
import { hasRight, loginRequired, notAllowed } from './abilities.ts'
import type { Principal } from './principal.ts'

/**
 * What a route that changes something asks for beside what its service decides. `data`, where a route says nothing:
 * who may load or describe datasets. `service`: the service decides alone, for signing in or accepting an invitation
 * must be open to everybody.
 */
export type WriteRule = 'data' | 'service'

declare module 'fastify' {
  interface FastifyContextConfig {
    write?: WriteRule
    /** Called by other servers, whose pages and cookies play no part. */
    fromServers?: boolean
  }
}

export interface WriteCircumstances {
  /** Once somebody has an account, sitting at this machine is no right any more. */
  hasAccounts: boolean
  /** Address under which people reach this instance, if it was told. */
  publicUrl: string | undefined
  /** Whether proxies in front are believed; if none is, a forwarded request is not local. */
  trustsProxies: boolean
}

const reading = new Set(['GET', 'HEAD', 'OPTIONS'])

const isLoopback = (address: string): boolean => /^(127\.|::1$|::ffff:127\.)/.test(address)

/** A name that another site cannot make lead here: rebinding its own name to this machine is an old trick. */
const isLocalName = (host: string | undefined): boolean =>
  host !== undefined && /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(host)

/**
 * Lets a request pass that reads, or that may change something. Throws 401 or 403. Behind TRUSTED_PROXIES the
 * address is the client's, as everywhere.
 */
export function guardWrites(request: FastifyRequest, circumstances: WriteCircumstances): void {
  if (reading.has(request.method) || !request.url.startsWith('/api/v1/')) return
  const { write = 'data', fromServers = false } = request.routeOptions?.config ?? {}
  if (!fromServers) refuseOtherSites(request, circumstances.publicUrl)
  if (write === 'service') return
  const { principal } = request
  if (mayWriteData(principal)) return
  if (principal.kind !== 'anonymous') throw notAllowed('Your role does not allow changing datasets.')
  if (circumstances.hasAccounts) throw loginRequired()
  if (isLocalRequest(request, circumstances)) return
  throw new LacydonError('writing_refused', 403, 'Changes are taken from the machine itself only.', {
    help: 'Nobody has an account yet. Run `lacydon load` there, or make the administrator with the link printed at start.',
  })
}

/** Some dataset at least: which one, its own route decides. */
function mayWriteData(principal: Principal): boolean {
  if (principal.kind === 'service') return hasRight(principal, 'dataset:load', noDataset(''))
  if (principal.kind === 'anonymous') return false
  if (principal.kind === 'key') {
    const [first = ''] = principal.datasets ?? []
    return hasRight(principal, 'dataset:load', { ...noDataset(principal.organisation ?? ''), id: first })
  }
  const own = noDataset(principal.organisation ?? '')
  return hasRight(principal, 'dataset:load', own) || hasRight(principal, 'dataset:describe', own)
}

const noDataset = (organisation: string) => ({ kind: 'dataset' as const, id: '', organisation })

/** Nobody has an account yet, and it is asked from the machine itself. */
export const isOperatorAsking = (request: FastifyRequest, circumstances: WriteCircumstances): boolean =>
  !circumstances.hasAccounts &&
  request.principal.kind === 'anonymous' &&
  isLocalRequest(request, circumstances)

export function isLocalRequest(
  { ip, headers }: FastifyRequest,
  { trustsProxies }: Pick<WriteCircumstances, 'trustsProxies'>,
): boolean {
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined
  return isLoopback(ip) && isLocalName(headers.host) && (trustsProxies || !isForwarded)
}

/**
 * Browsers name the page that asks in `Origin` on everything that changes something. A request with a session cookie
 * has to name ours; one without may come from a program, which names none.
 */
function refuseOtherSites({ headers, principal }: FastifyRequest, publicUrl: string | undefined): void {
  const { origin, host } = headers
  const site = headers['sec-fetch-site']
  if (origin !== undefined) {
    if (isOwnOrigin(origin, host, publicUrl)) return
  } else if (site === 'same-origin') return
  else if (site === undefined && principal.kind !== 'user') return
  throw new LacydonError('other_site_refused', 403, 'A page of another site may change nothing here.', {
    help: 'Programs use an API key and no cookie.',
  })
}

function isOwnOrigin(origin: string, host: string | undefined, publicUrl: string | undefined): boolean {
  if (!URL.canParse(origin)) return false
  const asked = new URL(origin)
  if (publicUrl !== undefined && asked.origin === new URL(publicUrl).origin) return true
  return host !== undefined && asked.host === host && /^https?:$/.test(asked.protocol)
}
