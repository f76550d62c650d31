/** Signing in at an identity provider: authorization code with PKCE, state and nonce, tied to the browser. */
import * as client from 'openid-client'
import type { ControlDb } from '../../engines/control/control.ts'
import { LacydonError, notFound, unavailable } from '../../errors.ts'
import { returnPath } from '../rules.ts'
import { hashOf, isSameHash, newSecret } from '../secrets.ts'
import type { Session } from '../sessions.ts'
import type { AccountTables } from '../tables.ts'
import type { Provider } from './providers.ts'

export interface OidcOptions {
  control: ControlDb
  providers: readonly Provider[]
  now: () => Date
  fetch: typeof fetch
}

/** What a provider has vouched for. */
export interface Vouched {
  provider: Provider
  issuer: string
  subject: string
  name: string
  email: string
  groups: string[]
  /** `sid`; empty when the provider tells none. */
  session: string
  idToken: string
  returnTo: string
  /** The account that asked to be linked. */
  linkAccount: string | null
}

const flowLifeMs = 10 * 60_000
const discoveryMs = 3_600_000
const timeoutS = 10

export const refused = (why: string) =>
  new LacydonError('provider_refused', 403, `Signing in at the provider did not work: ${why}`, {
    help: 'Begin again from the sign-in page.',
  })

export class OidcSignIn {
  readonly #options: OidcOptions
  readonly #found = new Map<string, { config: client.Configuration; atMs: number }>()

  constructor(options: OidcOptions) {
    this.#options = options
  }

  get providers(): readonly Provider[] {
    return this.#options.providers
  }

  provider(id: string): Provider {
    const provider = this.#options.providers.find((each) => each.id === id)
    if (!provider) throw notFound('provider', id)
    return provider
  }

  /** What the provider says of itself. Throws `unavailable`. */
  async configuration(provider: Provider): Promise<client.Configuration> {
    const nowMs = this.#options.now().getTime()
    const known = this.#found.get(provider.id)
    if (known && nowMs - known.atMs < discoveryMs) return known.config
    const isPlain = provider.issuer.startsWith('http:')
    try {
      const config = await client.discovery(
        new URL(provider.issuer),
        provider.clientId,
        {
          client_secret: provider.clientSecret,
          // Fixed here, so that no token chooses how it is checked: neither `none` nor a symmetric one.
          id_token_signed_response_alg: provider.signature,
          ...(provider.userinfoIsSigned && { userinfo_signed_response_alg: provider.signature }),
        },
        provider.tokenAuth === 'post'
          ? client.ClientSecretPost(provider.clientSecret)
          : client.ClientSecretBasic(provider.clientSecret),
        {
          timeout: timeoutS,
          [client.customFetch]: (url, init) => this.#options.fetch(url, init as RequestInit),
          // Signatures of ID tokens and userinfo are checked with the provider's keys, not only their channel.
          execute: [client.enableNonRepudiationChecks, ...(isPlain ? [client.allowInsecureRequests] : [])],
        },
      )
      this.#found.set(provider.id, { config, atMs: nowMs })
      return config
    } catch (error) {
      throw unavailable(
        `The provider “${provider.name}” does not answer.`,
        `${provider.issuer}: ${(error as Error).message.slice(0, 120)}`,
      )
    }
  }

  /** Where to send the browser, and the secret it keeps until it is back. */
  async begin(
    id: string,
    {
      redirectUri,
      returnTo,
      linkAccount,
    }: { redirectUri: string; returnTo: string | undefined; linkAccount: string | null },
  ): Promise<{ location: string; browserSecret: string }> {
    const provider = this.provider(id)
    const config = await this.configuration(provider)
    const state = newSecret()
    const nonce = newSecret()
    const verifier = client.randomPKCECodeVerifier()
    const usesPkce = provider.pkce === 'always' || config.serverMetadata().supportsPKCE('S256')
    const browserSecret = newSecret()
    const now = this.#options.now()
    const db = this.#options.control.db.withTables<AccountTables>()
    await db.deleteFrom('account_oidc_flow').where('expires_at', '<', now.toISOString()).execute()
    await db
      .insertInto('account_oidc_flow')
      .values({
        hash: hashOf('state', state),
        provider: provider.id,
        nonce,
        verifier: usesPkce ? verifier : '',
        browser_hash: hashOf('flow', browserSecret),
        return_to: returnPath(returnTo),
        link_account_id: linkAccount,
        expires_at: new Date(now.getTime() + flowLifeMs).toISOString(),
      })
      .execute()
    const location = client.buildAuthorizationUrl(config, {
      ...provider.authorization,
      redirect_uri: redirectUri,
      scope: provider.scopes.join(' '),
      state,
      nonce,
      ...(usesPkce && {
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }),
    })
    return { location: location.href, browserSecret }
  }

  /** Takes what the browser brings back. A state counts once, whatever comes of it. Throws `provider_refused`. */
  async finish(
    id: string,
    {
      redirectUri,
      query,
      browserSecret,
    }: { redirectUri: string; query: string; browserSecret: string | undefined },
  ): Promise<Vouched> {
    const provider = this.provider(id)
    const states = new URLSearchParams(query).getAll('state')
    const [state = ''] = states
    const [flow] = await this.#options.control.db
      .withTables<AccountTables>()
      .deleteFrom('account_oidc_flow')
      .where('hash', '=', hashOf('state', state))
      .returningAll()
      .execute()
    if (!flow || states.length !== 1) throw refused('this answer was not asked for, or came twice.')
    if (flow.provider !== provider.id) throw refused('another provider was asked.')
    if (Date.parse(flow.expires_at) <= this.#options.now().getTime()) throw refused('it took too long.')
    if (browserSecret === undefined || !isSameHash(flow.browser_hash, hashOf('flow', browserSecret)))
      throw refused('it began in another browser.')
    const config = await this.configuration(provider)
    const claims = await this.#claims(config, provider, flow, state, `${redirectUri}?${query}`)
    return { provider, returnTo: flow.return_to, linkAccount: flow.link_account_id, ...claims }
  }

  async #claims(
    config: client.Configuration,
    provider: Provider,
    flow: AccountTables['account_oidc_flow'],
    state: string,
    currentUrl: string,
  ) {
    let tokens: Awaited<ReturnType<typeof client.authorizationCodeGrant>>
    let info: Record<string, unknown> = {}
    try {
      tokens = await client.authorizationCodeGrant(config, new URL(currentUrl), {
        expectedState: state,
        expectedNonce: flow.nonce,
        idTokenExpected: true,
        ...(flow.verifier !== '' && { pkceCodeVerifier: flow.verifier }),
      })
      const { sub = '' } = tokens.claims() ?? {}
      if (config.serverMetadata().userinfo_endpoint !== undefined)
        info = await client.fetchUserInfo(config, tokens.access_token, sub)
    } catch (error) {
      const { code = '' } = error as { code?: unknown }
      throw refused(`what it answered is not in order (${String(code) || 'no reason'}).`)
    }
    const token = tokens.claims()!
    const all = { ...token, ...info } as Record<string, unknown>
    return {
      issuer: token.iss,
      subject: token.sub,
      name: nameOf(all),
      email: textOf(all.email),
      groups: provider.groupsClaim === undefined ? [] : listOf(all[provider.groupsClaim]),
      session: textOf(token.sid),
      idToken: tokens.id_token ?? '',
    }
  }

  /** Where the provider wants to be told of a sign-out; null when it does not, or does not answer. */
  async logoutAddress(session: Session, home: string): Promise<string | null> {
    const provider = this.#options.providers.find(({ id }) => id === session.provider)
    if (!provider) return null
    try {
      const config = await this.configuration(provider)
      if (config.serverMetadata().end_session_endpoint === undefined) return null
      return client.buildEndSessionUrl(config, {
        id_token_hint: session.idToken,
        post_logout_redirect_uri: home,
        state: newSecret(),
      }).href
    } catch {
      return null
    }
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 500) : '')

const listOf = (value: unknown): string[] => [value].flat().filter((each) => typeof each === 'string')

/** `name`, or given and family name (`usual_name` at ProConnect), or what stands before the @. */
function nameOf(claims: Record<string, unknown>): string {
  const family = textOf(claims.usual_name) || textOf(claims.family_name)
  const whole = textOf(claims.name) || [textOf(claims.given_name), family].filter(Boolean).join(' ')
  const visible = whole
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 200)
  return visible || textOf(claims.email).split('@')[0]!.slice(0, 200) || '—'
}
