/** `/api/v1/accounts/me`: my profile, password, second factor, data, and my going. */
import Type from 'typebox'
import { invalidInput } from '../errors.ts'
import type { App } from '../http/app.ts'
import { loginOf } from './rules.ts'
import {
  AccountEvent,
  ConfirmBody,
  Done,
  EraseBody,
  PasswordBody,
  Person,
  ProfileBody,
  RecoveryCodes,
  TotpCodeBody,
  TotpOffer,
} from './schema.ts'
import { wrongCode } from './second-factor.ts'
import type { Accounts } from './service.ts'
import type { SessionCookie } from './session-cookie.ts'
import { onlyJson, personal, requireSession } from './session-routes.ts'

const tags = ['accounts']
const write = { write: 'service', door: { account: 'signed-in' } } as const
const read = { door: { account: 'signed-in' } } as const
const bodyLimit = 10_000
const done = { done: true as const }

export function accountRoutes(app: App, accounts: Accounts, cookie: SessionCookie): void {
  app.register(async (plain) => {
    const scope = plain as App
    onlyJson(scope)
    scope.addHook('onRequest', async (_request, reply) => void personal(reply))

    scope.get(
      '/api/v1/accounts/me',
      { config: read, schema: { tags, summary: 'My profile', response: { 200: Person } } },
      async (request) => accounts.people.person(requireSession(request).user),
    )

    scope.patch(
      '/api/v1/accounts/me',
      {
        config: write,
        bodyLimit,
        schema: { tags, summary: 'Change my name or language', body: ProfileBody, response: { 200: Person } },
      },
      async (request) => {
        const { user } = requireSession(request)
        await accounts.people.change(user, request.body)
        return accounts.people.person(user)
      },
    )

    scope.put(
      '/api/v1/accounts/me/password',
      {
        config: write,
        bodyLimit,
        schema: {
          tags,
          summary: 'Change my password',
          description: 'Ends my other sessions.',
          body: PasswordBody,
          response: { 200: Done },
        },
      },
      async (request) => {
        const { current, password } = request.body
        await accounts.changePassword(requireSession(request), current, password)
        return done
      },
    )

    scope.post(
      '/api/v1/accounts/me/totp',
      {
        config: write,
        bodyLimit,
        schema: {
          tags,
          summary: 'Begin a second factor',
          description: 'Shows the secret for an authenticator; it counts once a first code has confirmed it.',
          body: ConfirmBody,
          response: { 200: TotpOffer },
        },
      },
      async (request) => {
        const session = requireSession(request)
        await accounts.requireFresh(session, request.body.password)
        const { email } = await accounts.people.person(session.user)
        return accounts.secondFactor.offer(session.user, email)
      },
    )

    scope.post(
      '/api/v1/accounts/me/totp/confirm',
      {
        config: write,
        bodyLimit,
        schema: {
          tags,
          summary: 'Turn the second factor on with a first code',
          description: 'Answers ten recovery codes, each good once, shown this once.',
          body: TotpCodeBody,
          response: { 200: RecoveryCodes },
        },
      },
      async (request) => {
        const { user } = requireSession(request)
        const codes = await accounts.secondFactor.confirm(user, request.body.code)
        await accounts.events.note({ kind: 'second-factor-on', account: user })
        return { codes }
      },
    )

    scope.delete(
      '/api/v1/accounts/me/totp',
      {
        config: write,
        bodyLimit,
        schema: {
          tags,
          summary: 'Remove the second factor, with one of its codes',
          body: TotpCodeBody,
          response: { 200: Done },
        },
      },
      async (request) => {
        const { user } = requireSession(request)
        const guard = `code ${user}`
        await accounts.throttle.check(guard, request.ip)
        if (!(await accounts.secondFactor.check(user, request.body.code))) {
          await accounts.throttle.failed(guard, request.ip)
          throw wrongCode()
        }
        await accounts.secondFactor.remove(user)
        await accounts.events.note({ kind: 'second-factor-off', account: user })
        return done
      },
    )

    scope.get(
      '/api/v1/accounts/me/events',
      {
        config: read,
        schema: {
          tags,
          summary: 'What happened to my account',
          response: { 200: Type.Object({ events: Type.Array(AccountEvent) }) },
        },
      },
      async (request) => ({ events: await accounts.events.list(requireSession(request).user, 200) }),
    )

    scope.get(
      '/api/v1/accounts/me/data',
      { config: read, schema: { tags, summary: 'Everything that is known of me, as JSON' } },
      async (request, reply) => {
        reply.header('content-disposition', 'attachment; filename="lacydon-my-data.json"')
        return accounts.exportData(requireSession(request).user)
      },
    )

    scope.post(
      '/api/v1/accounts/me/erase',
      {
        config: write,
        bodyLimit,
        schema: {
          tags,
          summary: 'Erase me',
          description:
            'Name, address, password, sessions and keys go at once; logs keep a number that leads to nobody. 409 for the last administrator of the platform or of an organisation.',
          body: EraseBody,
          response: { 200: Done },
        },
      },
      async (request, reply) => {
        const session = requireSession(request)
        const { email } = await accounts.people.person(session.user)
        if (loginOf(request.body.email) !== loginOf(email))
          throw invalidInput('This is not the address of your account.')
        await accounts.requireFresh(session, request.body.password)
        await accounts.erase(session.user)
        cookie.clear(request, reply)
        return done
      },
    )
  })
}
