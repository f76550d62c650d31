/** Logout tokens of providers (OpenID Connect Back-Channel Logout 1.0 §2.4 and §2.6). */
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose'
import type { ControlDb } from '../../engines/control/control.ts'
import { invalidInput } from '../../errors.ts'
import { hashOf } from '../secrets.ts'
import type { AccountTables } from '../tables.ts'
import type { OidcSignIn } from './sign-in.ts'

const event = 'http://schemas.openid.net/event/backchannel-logout'
const keptMs = 3_600_000

export interface LoggedOut {
  provider: string
  issuer: string
  subject: string | undefined
  session: string | undefined
}

/** Throws `invalid_input` (400) for a token that is not in order, or came before. */
export async function takeLogoutToken(
  options: { control: ControlDb; signIn: OidcSignIn; now: () => Date; fetch: typeof fetch },
  id: string,
  token: string,
): Promise<LoggedOut> {
  const provider = options.signIn.provider(id)
  const config = await options.signIn.configuration(provider)
  const { jwks_uri, issuer } = config.serverMetadata()
  if (jwks_uri === undefined) throw wrong()
  const keys = createRemoteJWKSet(new URL(jwks_uri), {
    [customFetch]: (url: string, init: unknown) => options.fetch(url, init as RequestInit),
  })
  const { payload } = await jwtVerify(token, keys, {
    algorithms: [provider.signature],
    issuer,
    audience: provider.clientId,
    currentDate: options.now(),
    maxTokenAge: '5 minutes',
    clockTolerance: 30,
    requiredClaims: ['jti', 'iat', 'events'],
  }).catch(() => {
    throw wrong()
  })
  const { events, sub, sid, jti, nonce } = payload
  const isLogout = typeof events === 'object' && events !== null && Object.hasOwn(events, event)
  // An ID token has a nonce: none can be passed off as a logout.
  if (!isLogout || nonce !== undefined || typeof jti !== 'string') throw wrong()
  const session = typeof sid === 'string' && sid !== '' ? sid : undefined
  if (session === undefined && typeof sub !== 'string') throw wrong()
  const now = options.now()
  const db = options.control.db.withTables<AccountTables>()
  await db.deleteFrom('account_logout_token').where('expires_at', '<', now.toISOString()).execute()
  const taken = await db
    .insertInto('account_logout_token')
    .values({
      hash: hashOf('logout token', `${issuer}\0${jti}`),
      expires_at: new Date(now.getTime() + keptMs).toISOString(),
    })
    .onConflict((on) => on.doNothing())
    .returning('hash')
    .execute()
  if (taken.length === 0) throw wrong()
  return { provider: provider.id, issuer, subject: sub, session }
}

const wrong = () => invalidInput('This logout token is not in order.')
