import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { clientId } from './oidc-real.suite.ts'

type Header = { alg: string; [name: string]: unknown }

/** A provider that lies as the test says: each part of its tokens can be replaced. */
export interface ForgedProvider {
  issuer: string
  /** Changes the ID token of the next answers. */
  lie: {
    claims?: JWTPayload
    header?: Partial<Header>
    /** Signs the compact token itself. */
    sign?: (claims: JWTPayload) => Promise<string> | string
    /** Another subject at userinfo. */
    userinfo?: Record<string, unknown>
    /** Further parameters on the way back. */
    back?: Record<string, string>
    /** Issuer that the discovery document names. */
    discovery?: Record<string, unknown>
  }
  /** The honest public key, as an attacker knows it. */
  publicPem: string
  /** Parameters of the last token request. */
  tokenRequest: URLSearchParams
  /** Requests for anything else, such as keys that a token names. */
  strays: string[]
  walk(location: string): string
  logoutToken(claims: JWTPayload, header?: Partial<Header>): Promise<string>
  sign(claims: JWTPayload, header?: Partial<Header>): Promise<string>
  close(): Promise<void>
}

export async function startForgedProvider(): Promise<ForgedProvider> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let asked = new URLSearchParams()
  const forged: ForgedProvider = {
    issuer,
    lie: {},
    publicPem: JSON.stringify(jwk),
    tokenRequest: new URLSearchParams(),
    strays: [],
    walk(location) {
      asked = new URL(location).searchParams
      const back = new URL(asked.get('redirect_uri') ?? '')
      back.search = new URLSearchParams({
        code: 'abc',
        state: asked.get('state') ?? '',
        ...forged.lie.back,
      }).toString()
      return back.href
    },
    sign: (claims, header = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one', ...header }).sign(privateKey),
    logoutToken: (claims, header) =>
      forged.sign(
        {
          iss: issuer,
          aud: clientId,
          iat: Math.floor(Date.now() / 1000),
          exp: Math.floor(Date.now() / 1000) + 120,
          jti: Math.random().toString(36),
          events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
          ...claims,
        },
        header,
      ),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  server.on('request', async (request, response) => {
    const send = (body: unknown) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
    switch (request.url?.split('?')[0]) {
      case '/.well-known/openid-configuration':
        return send({
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          userinfo_endpoint: `${issuer}/userinfo`,
          jwks_uri: `${issuer}/jwks`,
          response_types_supported: ['code'],
          code_challenge_methods_supported: ['S256'],
          id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
          ...forged.lie.discovery,
        })
      case '/jwks':
        return send({ keys: [jwk] })
      case '/userinfo':
        return send({ sub: 'sub-1', name: 'Personne', email: 'amelie@port.example', ...forged.lie.userinfo })
      case '/token': {
        let text = ''
        for await (const chunk of request) text += chunk
        forged.tokenRequest = new URLSearchParams(text)
        const now = Math.floor(Date.now() / 1000)
        const claims = {
          iss: issuer,
          aud: clientId,
          sub: 'sub-1',
          nonce: asked.get('nonce'),
          iat: now,
          exp: now + 300,
          ...forged.lie.claims,
        } as JWTPayload
        const id_token = forged.lie.sign
          ? await forged.lie.sign(claims)
          : await forged.sign(claims, forged.lie.header)
        return send({ access_token: 'opaque', token_type: 'Bearer', expires_in: 60, id_token })
      }
      default:
        forged.strays.push(request.url ?? '')
        return send({})
    }
  })
  return forged
}
