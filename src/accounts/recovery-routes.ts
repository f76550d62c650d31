/** Making the first administrator, and getting in again. Open to everybody, guarded by one-time tokens. */
import type { App } from '../http/app.ts'
import type { AccountRecovery } from './recovery.ts'
import { Done, ForgottenBody, ResetBody, SetupBody } from './schema.ts'
import { onlyJson, personal } from './session-routes.ts'

const tags = ['accounts']
const done = { done: true as const }

export function recoveryRoutes(app: App, recovery: AccountRecovery): void {
  app.register(async (plain) => {
    const scope = plain as App
    onlyJson(scope)
    scope.addHook('onRequest', async (_request, reply) => void personal(reply))

    scope.post(
      '/api/v1/setup',
      {
        config: { write: 'service', door: { public: 'the first start' } },
        bodyLimit: 10_000,
        schema: {
          tags,
          summary: 'Make the administrator, once',
          description: 'With the token printed at start. 404 as soon as somebody has an account.',
          body: SetupBody,
          response: { 201: Done },
        },
      },
      async (request, reply) => {
        await recovery.setUp(request.body)
        return reply.code(201).send(done)
      },
    )

    scope.post(
      '/api/v1/accounts/forgotten',
      {
        config: { write: 'service', door: { public: 'answers the same for every address' } },
        bodyLimit: 10_000,
        schema: {
          tags,
          summary: 'Mail me a link to choose a new password',
          description: 'The same answer whether or not somebody has this address.',
          body: ForgottenBody,
          response: { 202: Done },
        },
      },
      async (request, reply) => {
        await recovery.forgotten(request.body.email, request.ip)
        return reply.code(202).send(done)
      },
    )

    scope.post(
      '/api/v1/accounts/reset',
      {
        config: { write: 'service', door: { public: 'guarded by a one-time token' } },
        bodyLimit: 10_000,
        schema: {
          tags,
          summary: 'Choose a new password with the token of the link',
          description: 'Ends every session of the account.',
          body: ResetBody,
          response: { 200: Done },
        },
      },
      async (request) => {
        await recovery.reset(request.body.token, request.body.password)
        return done
      },
    )
  })
}
