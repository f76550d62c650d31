/** `/api/v1/session`: who I am, signing in and out, acting for another organisation, my other sessions. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { notFound } from '../errors.ts'
import { hasRight, loginRequired, requireUser } from '../http/abilities.ts'
import type { App } from '../http/app.ts'
import { sessionOf } from './identify.ts'
import { Done, LoginBody, Redirect, SessionItem, SessionView, SwitchBody } from './schema.ts'
import type { Accounts, Memberships } from './service.ts'
import type { SessionCookie } from './session-cookie.ts'
import type { Session } from './sessions.ts'

export interface SessionRoutesOptions {
  accounts: Accounts
  memberships: Memberships
  cookie: SessionCookie
  providers(): {
    id: string
    name: string
    preset: 'oidc' | 'proconnect' | 'franceconnect'
    startUrl: string
  }[]
  /** Where a provider wants to be told that somebody leaves; null when it does not. */
  logoutAddress(session: Session, request: FastifyRequest): Promise<string | null>
}

const tags = ['accounts']
export const personal = (reply: FastifyReply) => reply.header('cache-control', 'no-store')
export const originOf = ({ ip, headers }: FastifyRequest) => ({
  address: ip,
  agent: headers['user-agent'] ?? '',
})

/** The session of a request, or 401: keys have none. */
export function requireSession(request: FastifyRequest): Session {
  requireUser(request.principal)
  const session = sessionOf(request)
  if (!session) throw loginRequired()
  return session
}

/** Only JSON: a form or `text/plain`, which other sites may send without asking, is no body here. */
export const onlyJson = (scope: App): void => scope.removeContentTypeParser(['text/plain'])

export function sessionRoutes(app: App, options: SessionRoutesOptions): void {
  const { accounts, cookie, memberships } = options

  const view = async (request: FastifyRequest): Promise<SessionView> => {
    const { principal } = request
    const isPerson = principal.kind === 'user'
    const acting = principal.kind === 'user' || principal.kind === 'key' ? principal : undefined
    const own = { kind: 'dataset' as const, id: '', organisation: acting?.organisation ?? '' }
    return {
      kind: principal.kind,
      person: isPerson ? await accounts.people.person(principal.user) : null,
      organisation: acting?.organisation ?? null,
      role: acting?.role ?? null,
      memberships: isPerson ? await memberships.membershipsOf(principal.user) : [],
      endsAt: acting?.endsAt ?? null,
      providers: options.providers(),
      needsSetup: !accounts.hasAccounts,
      mayLoad: hasRight(principal, 'dataset:load', own),
    }
  }
  /** The view of a session that this very request has begun or changed. */
  const viewOf = async (
    request: FastifyRequest,
    reply: FastifyReply,
    begun: { secret: string; session: Session },
  ) => {
    const principal = await accounts.userPrincipal(begun.session)
    if (!principal) throw loginRequired()
    request.principal = principal
    cookie.set(request, reply, begun.secret)
    return view(request)
  }

  app.register(async (plain) => {
    const scope = plain as App
    onlyJson(scope)

    scope.get(
      '/api/v1/session',
      {
        config: { door: { public: 'says who asks to who asks' } },
        schema: { tags, summary: 'Who asks, and for whom', response: { 200: SessionView } },
      },
      async (request, reply) => {
        personal(reply)
        return view(request)
      },
    )

    scope.post(
      '/api/v1/session',
      {
        config: { write: 'service', door: { public: 'signing in' } },
        bodyLimit: 10_000,
        schema: {
          tags,
          summary: 'Sign in with address and password',
          description:
            '401 `sign_in_failed`; 401 `code_required` where the account has a second factor: send the same again with `code`; 429 `too_many_attempts` with `retryAfterS`.',
          body: LoginBody,
          response: { 200: SessionView },
        },
      },
      async (request, reply) => {
        personal(reply)
        const former = sessionOf(request)
        const begun = await accounts.signIn(request.body, originOf(request))
        if (former) await accounts.sessions.end({ id: former.id })
        return viewOf(request, reply, begun)
      },
    )

    scope.patch(
      '/api/v1/session',
      {
        config: { write: 'service', door: { account: 'signed-in' } },
        schema: {
          tags,
          summary: 'Act for another of my organisations, or for none',
          body: SwitchBody,
          response: { 200: SessionView },
        },
      },
      async (request, reply) => {
        personal(reply)
        const renewed = await accounts.switchOrganisation(requireSession(request), request.body.organisation)
        return viewOf(request, reply, renewed)
      },
    )

    scope.delete(
      '/api/v1/session',
      {
        config: { write: 'service', door: { public: 'signing out' } },
        schema: {
          tags,
          summary: 'Sign out',
          description: 'Open `redirectTo` as a page when it is not null: the provider wants to know too.',
          response: { 200: Redirect },
        },
      },
      async (request, reply) => {
        personal(reply).header('clear-site-data', '"cache"')
        const session = sessionOf(request)
        cookie.clear(request, reply)
        if (!session) return { redirectTo: null }
        await accounts.sessions.end({ id: session.id })
        await accounts.events.note({ kind: 'signed-out', account: session.user })
        return { redirectTo: await options.logoutAddress(session, request) }
      },
    )

    scope.get(
      '/api/v1/accounts/me/sessions',
      {
        config: { door: { account: 'signed-in' } },
        schema: {
          tags,
          summary: 'My sessions',
          response: { 200: Type.Object({ sessions: Type.Array(SessionItem) }) },
        },
      },
      async (request, reply) => {
        personal(reply)
        const session = requireSession(request)
        return { sessions: await accounts.sessions.list(session.user, session.id) }
      },
    )

    scope.delete(
      '/api/v1/accounts/me/sessions',
      {
        config: { write: 'service', door: { account: 'signed-in' } },
        schema: { tags, summary: 'End all my sessions, this one too', response: { 200: Done } },
      },
      async (request, reply) => {
        personal(reply)
        const { user } = requireSession(request)
        await accounts.sessions.end({ user })
        await accounts.events.note({ kind: 'sessions-ended', account: user })
        cookie.clear(request, reply)
        return { done: true as const }
      },
    )

    scope.delete(
      '/api/v1/accounts/me/sessions/:id',
      {
        config: { write: 'service', door: { account: 'signed-in' } },
        schema: {
          tags,
          summary: 'End one of my sessions',
          params: Type.Object({ id: Type.String({ maxLength: 40 }) }),
          response: { 200: Done },
        },
      },
      async (request, reply) => {
        personal(reply)
        const { user } = requireSession(request)
        const count = await accounts.sessions.end({ user, id: request.params.id })
        if (count === 0) throw notFound('session', request.params.id)
        return { done: true as const }
      },
    )
  })
}
