/** From a request to who asks: a key, the command line of this machine, or the session of a browser. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LacydonError } from '../errors.ts'
import { anonymous, type Principal } from '../http/principal.ts'
import { isLocalRequest } from '../http/writes.ts'
import { readAuthorization } from './rules.ts'
import { hashOf, isSameHash } from './secrets.ts'
import type { Accounts } from './service.ts'
import type { SessionCookie } from './session-cookie.ts'
import type { Session } from './sessions.ts'

export interface IdentifyOptions {
  accounts: Accounts
  cookie: SessionCookie
  /** Secret of this start, for the command line of this machine. */
  localToken: string
  /** Whether `?apikey=` counts. */
  takesKeysInAddress: boolean
  trustsProxies: boolean
}

const sessions = new WeakMap<FastifyRequest, Session>()

/** The session behind a signed-in request; undefined for keys and nobody. */
export const sessionOf = (request: FastifyRequest): Session | undefined => sessions.get(request)

/** For `buildApp`. A key that is sent counts alone, whatever cookie comes with it; a wrong one is told so by 401. */
export function identifier(options: IdentifyOptions) {
  const { accounts, cookie, localToken, takesKeysInAddress } = options

  const byKey = async (text: string, request: FastifyRequest, reply: FastifyReply): Promise<Principal> => {
    const principal = await accounts.keyPrincipal(text, request.ip)
    if (principal) return principal
    reply.header('www-authenticate', 'Apikey').header('cache-control', 'no-store')
    throw new LacydonError('unauthorized', 401, 'The key or token is not known here.', {
      help: 'Ask without it: what is public needs none.',
    })
  }

  return async (request: FastifyRequest, reply: FastifyReply): Promise<Principal> => {
    const { authorization } = request.headers
    if (authorization !== undefined) {
      const { scheme, value } = readAuthorization(authorization)
      if (scheme === 'apikey' || scheme === 'bearer') return byKey(value, request, reply)
      if (scheme === 'local') {
        const isSame = isSameHash(hashOf('local', value), hashOf('local', localToken))
        if (isSame && isLocalRequest(request, options)) return { kind: 'service', name: 'local' }
        throw new LacydonError('unauthorized', 401, 'The local token is that of another start.')
      }
      // Others, such as Basic, are between the browser and a proxy in front.
    }
    if (takesKeysInAddress) {
      const { apikey } = request.query as { apikey?: unknown }
      if (apikey !== undefined) return byKey(typeof apikey === 'string' ? apikey : '', request, reply)
    }
    const secret = cookie.read(request)
    if (secret === undefined || secret === '') return anonymous
    const session = await accounts.sessions.find(secret)
    const principal = session && (await accounts.userPrincipal(session))
    if (!session || !principal) return anonymous
    sessions.set(request, session)
    return principal
  }
}
