import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

/** An identity provider of another make, on loopback, that signs in whom the test says without asking. */
export interface RealProvider {
  issuer: string
  /** Who signs in next. */
  account: string
  /** What it tells of each account. */
  claims: Record<string, Record<string, unknown>>
  /** Follows the browser through the provider and answers where it sends it back to. */
  walk(location: string): Promise<string>
  /** Signs the browser out there, as on another site of the same provider. */
  signOut(logoutAddress: string): Promise<string>
  /** What it complained of. */
  errors: string[]
  close(): Promise<void>
}

export const clientId = 'lacydon'
export const clientSecret = 'a secret of the two of them, long enough'

export async function startProvider({
  redirectUri,
  logoutUri,
  home,
  extra = {},
}: {
  redirectUri: string
  logoutUri: string
  home: string
  extra?: Record<string, unknown>
}): Promise<RealProvider> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const errors: string[] = []
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = { ...privateKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }
  const state: { account: string; claims: RealProvider['claims'] } = { account: 'sub-1', claims: {} }
  const provider = new Provider(issuer, {
    jwks: { keys: [key] },
    cookies: { keys: ['of a test'] },
    scopes: ['openid', 'profile', 'email', 'given_name', 'usual_name', 'family_name', 'siret', 'uid'],
    claims: {
      openid: ['sub', 'sid'],
      profile: ['name', 'groups'],
      email: ['email'],
      given_name: ['given_name'],
      usual_name: ['usual_name'],
      family_name: ['family_name'],
      siret: ['siret'],
      uid: ['uid'],
      amr: null,
    },
    acrValues: ['eidas1', 'eidas2'],
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      jwtUserinfo: { enabled: true },
      claimsParameter: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context: { body: string }, form: string) => {
          context.body = form
        },
      },
    },
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        post_logout_redirect_uris: [home],
        backchannel_logout_uri: logoutUri,
        backchannel_logout_session_required: true,
        ...extra,
      },
    ],
    interactions: { url: () => '/sign-in' },
    // Its own guard refuses loopback, where everything is in a test.
    fetch: (url: string, init: RequestInit & { dispatcher?: unknown }) =>
      fetch(url, { ...init, dispatcher: undefined } as RequestInit),
    findAccount: (_context: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountId, ...state.claims[accountId] }),
    }),
  })
  for (const event of [
    'server_error',
    'authorization.error',
    'grant.error',
    'userinfo.error',
    'backchannel.error',
  ])
    provider.on(event, (...args) => {
      const error = args.find((arg) => arg instanceof Error) as
        | (Error & { error_description?: string })
        | undefined
      errors.push(`${event}: ${error?.error_description ?? error?.message}`)
    })
  const callback = provider.callback()
  server.on('request', async (request, response) => {
    if (request.url !== '/sign-in') return callback(request, response)
    const { params, prompt } = await provider.interactionDetails(request, response)
    const grant = new provider.Grant({ accountId: state.account, clientId: params.client_id! })
    grant.addOIDCScope(params.scope ?? 'openid')
    const result =
      prompt.name === 'login'
        ? { login: { accountId: state.account }, consent: { grantId: await grant.save() } }
        : { consent: { grantId: await grant.save() } }
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true })
  })

  const cookies = new Map<string, string>()
  const ask = async (url: string, init: RequestInit = {}) => {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: {
        ...init.headers,
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      },
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  /** Follows redirects as long as they stay here. */
  const follow = async (response: Response, from: string): Promise<string> => {
    const location = response.headers.get('location')
    if (location === null) throw new Error(`${response.status} ${await response.text()} ${errors.join()}`)
    const next = new URL(location, from).href
    return next.startsWith(issuer) ? follow(await ask(next), next) : next
  }

  return {
    issuer,
    errors,
    get account() {
      return state.account
    },
    set account(value) {
      state.account = value
      cookies.clear()
    },
    claims: state.claims,
    walk: async (location) => follow(await ask(location), location),
    async signOut(address) {
      const page = await (await ask(address)).text()
      const xsrf = /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
      const action = /action="([^"]+)"/.exec(page)?.[1] ?? ''
      const answer = await ask(action, {
        method: 'POST',
        body: new URLSearchParams({ xsrf, logout: 'yes' }).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })
      return follow(answer, issuer)
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
