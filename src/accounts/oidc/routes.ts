/** `/api/v1/session/oidc/…`: to a provider, back from it, and its word that somebody has left. */
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { ControlDb } from '../../engines/control/control.ts'
import { invalidInput, LacydonError } from '../../errors.ts'
import { loginRequired } from '../../http/abilities.ts'
import type { App } from '../../http/app.ts'
import { sessionOf } from '../identify.ts'
import { Done } from '../schema.ts'
import type { SessionCookie } from '../session-cookie.ts'
import { originOf, personal } from '../session-routes.ts'
import type { Linking } from './linking.ts'
import { takeLogoutToken } from './logout-token.ts'
import type { OidcSignIn } from './sign-in.ts'

const root = '/api/v1/session/oidc'
const tags = ['accounts']
const params = Type.Object({ provider: Type.String({ maxLength: 40 }) })

export interface OidcRoutesOptions {
  control: ControlDb
  signIn: OidcSignIn
  linking: Linking
  cookie: SessionCookie
  now: () => Date
  fetch: typeof fetch
  baseOf(request: FastifyRequest): string
  log: { warn(details: Record<string, unknown>, message: string): void }
}

export function oidcRoutes(app: App, options: OidcRoutesOptions): void {
  const { signIn, linking, cookie, baseOf, log } = options
  const redirectUri = (request: FastifyRequest, provider: string) =>
    `${baseOf(request)}${root}/${provider}/callback`

  app.get(
    `${root}/:provider/start`,
    {
      config: { door: { public: 'signing in' } },
      schema: {
        tags,
        summary: 'Sign in at a provider: open this as a page',
        description: 'With `link=true` the account that is signed in is linked, and loses its password.',
        params,
        querystring: Type.Object({
          returnTo: Type.Optional(Type.String({ maxLength: 2000 })),
          link: Type.Optional(Type.Boolean()),
        }),
      },
    },
    async (request, reply) => {
      personal(reply)
      const { provider } = request.params
      const { returnTo, link = false } = request.query
      const session = sessionOf(request)
      if (link && !session) throw loginRequired()
      // A page of another site must not tie its visitor's account to a provider account of its own.
      const site = request.headers['sec-fetch-site']
      if (link && site !== 'same-origin')
        throw new LacydonError('other_site_refused', 403, 'Begin this here.')
      const { location, browserSecret } = await signIn.begin(provider, {
        redirectUri: redirectUri(request, provider),
        returnTo,
        linkAccount: link ? session!.user : null,
      })
      cookie.setFlow(request, reply, browserSecret)
      return reply.redirect(location)
    },
  )

  app.get(
    `${root}/:provider/callback`,
    { config: { door: { public: 'signing in' } }, schema: { hide: true, params } },
    async (request, reply) => {
      personal(reply)
      const { provider } = request.params
      const url = request.raw.url ?? ''
      const browserSecret = cookie.readFlow(request)
      cookie.setFlow(request, reply, '')
      try {
        const vouched = await signIn.finish(provider, {
          redirectUri: redirectUri(request, provider),
          query: url.includes('?') ? url.slice(url.indexOf('?') + 1) : '',
          browserSecret,
        })
        const { secret } = await linking.signIn(vouched, originOf(request), sessionOf(request))
        cookie.set(request, reply, secret)
        return reply.redirect(vouched.returnTo)
      } catch (error) {
        if (!(error instanceof LacydonError) || error.status >= 500) throw error
        // To a page that people understand; the reason is for the log.
        log.warn({ provider, code: error.code, reason: error.message }, 'a sign-in at a provider failed')
        return reply.redirect(`/signin?error=${error.code}`)
      }
    },
  )

  app.register(async (plain) => {
    const scope = plain as App
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 20_000 },
      (_request, body, done) => done(null, body),
    )
    scope.post(
      `${root}/:provider/logout`,
      {
        config: { write: 'service', fromServers: true, door: { public: 'a provider ends sessions' } },
        schema: {
          tags,
          summary: 'Back-channel logout of a provider',
          params,
          response: { 200: Done },
        },
      },
      async (request, reply) => {
        personal(reply)
        const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '')
        const token = form.get('logout_token')
        if (token === null) throw invalidInput('There is no logout_token.')
        await linking.logOut(await takeLogoutToken(options, request.params.provider, token))
        return { done: true as const }
      },
    )
  })
}
