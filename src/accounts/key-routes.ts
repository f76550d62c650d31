/** API keys: my own, and what administrators see of those of others. */
import Type from 'typebox'
import { notAllowed, requireRight, requireUser } from '../http/abilities.ts'
import type { App } from '../http/app.ts'
import { Done, KeyBody, KeyView, NewKey } from './schema.ts'
import type { Accounts } from './service.ts'
import { onlyJson, personal } from './session-routes.ts'

const tags = ['accounts']
const KeyList = Type.Object({ keys: Type.Array(KeyView) })

export function keyRoutes(app: App, accounts: Accounts): void {
  app.register(async (plain) => {
    const scope = plain as App
    onlyJson(scope)
    scope.addHook('onRequest', async (_request, reply) => void personal(reply))

    scope.get(
      '/api/v1/accounts/me/keys',
      {
        config: { door: { account: 'signed-in' } },
        schema: { tags, summary: 'My API keys', response: { 200: KeyList } },
      },
      async (request) => {
        const { user } = requireUser(request.principal)
        return { keys: await accounts.named(await accounts.keys.list({ user })) }
      },
    )

    scope.post(
      '/api/v1/accounts/me/keys',
      {
        config: { write: 'service', door: { account: 'signed-in' } },
        bodyLimit: 50_000,
        schema: {
          tags,
          summary: 'Make an API key for the organisation I act for',
          description:
            'The key is in this answer only. It may what its scopes say and what I may at the time it is used, whichever is less.',
          body: KeyBody,
          response: { 201: NewKey },
        },
      },
      async (request, reply) => {
        const key = await accounts.createKey(request.principal, request.body)
        return reply.code(201).send(key)
      },
    )

    scope.delete(
      '/api/v1/accounts/keys/:prefix',
      {
        config: { write: 'service', door: { account: 'signed-in' } },
        schema: {
          tags,
          summary: 'Revoke a key',
          description:
            'For its person, an administrator of its organisation and those of the platform; it ends at once.',
          params: Type.Object({ prefix: Type.String({ maxLength: 20 }) }),
          response: { 200: Done },
        },
      },
      async (request) => {
        await accounts.revokeKey(request.principal, request.params.prefix)
        return { done: true as const }
      },
    )

    scope.get(
      '/api/v1/organisations/:id/keys',
      {
        config: { door: { account: ['admin', 'platform-admin'], organisation: 'id' } },
        schema: {
          tags,
          summary: 'Keys that act for an organisation',
          params: Type.Object({ id: Type.String({ maxLength: 100 }) }),
          response: { 200: KeyList },
        },
      },
      async (request) => {
        if (request.principal.kind === 'key') throw notAllowed()
        const organisation = request.params.id
        requireRight(request.principal, 'organisation:revoke-key', { kind: 'organisation', id: organisation })
        return { keys: await accounts.named(await accounts.keys.list({ organisation })) }
      },
    )
  })
}
