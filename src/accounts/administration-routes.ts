/** Accounts as administrators and auditors of the platform see them. */
import Type from 'typebox'
import { requireRight } from '../http/abilities.ts'
import type { App } from '../http/app.ts'
import type { AccountAdministration } from './administration.ts'
import type { AccountRecovery } from './recovery.ts'
import { AccountEvent, AccountItem, Done, ForgottenBody, RolesBody, StatusBody } from './schema.ts'
import { onlyJson, personal } from './session-routes.ts'

const tags = ['accounts']
const params = Type.Object({ id: Type.String({ maxLength: 100 }) })
const done = { done: true as const }

export function administrationRoutes(
  app: App,
  administration: AccountAdministration,
  recovery: AccountRecovery,
): void {
  app.register(async (plain) => {
    const scope = plain as App
    onlyJson(scope)
    scope.addHook('onRequest', async (_request, reply) => void personal(reply))

    scope.get(
      '/api/v1/accounts',
      {
        config: { door: { account: ['platform-admin', 'auditor'] } },
        schema: {
          tags,
          summary: 'All accounts, for administrators and auditors of the platform',
          response: { 200: Type.Object({ accounts: Type.Array(AccountItem) }) },
        },
      },
      async (request) => ({ accounts: await administration.list(request.principal) }),
    )

    scope.get(
      '/api/v1/accounts/events',
      {
        config: { door: { account: 'auditor' } },
        schema: {
          tags,
          summary: 'What happened to accounts, for auditors',
          querystring: Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 1000, default: 200 }) }),
          response: { 200: Type.Object({ events: Type.Array(AccountEvent) }) },
        },
      },
      async (request) => ({ events: await administration.events(request.principal, request.query.limit) }),
    )

    scope.put(
      '/api/v1/accounts/:id/status',
      {
        config: { write: 'service', door: { account: 'platform-admin' } },
        schema: {
          tags,
          summary: 'Disable or enable an account',
          description: 'Disabling ends its sessions and keys at once.',
          params,
          body: StatusBody,
          response: { 200: Done },
        },
      },
      async (request) => {
        await administration.setStatus(request.principal, request.params.id, request.body.status)
        return done
      },
    )

    scope.put(
      '/api/v1/accounts/:id/platform-roles',
      {
        config: { write: 'service', door: { account: 'platform-admin' } },
        schema: {
          tags,
          summary: 'Give or take roles of the platform',
          description: 'The person signs in again: rights never change under a session that goes on.',
          params,
          body: RolesBody,
          response: { 200: Done },
        },
      },
      async (request) => {
        await administration.setPlatformRoles(
          request.principal,
          request.params.id,
          request.body.platformRoles,
        )
        return done
      },
    )

    scope.post(
      '/api/v1/accounts/resets',
      {
        config: { write: 'service', door: { account: 'machine' } },
        schema: {
          tags,
          summary: 'Make a link to choose a new password',
          description: 'Only for the command line on the machine itself (`lacydon user reset`).',
          body: ForgottenBody,
          response: { 201: Type.Object({ token: Type.String() }) },
        },
      },
      async (request, reply) => {
        requireMachine(request.principal)
        return reply.code(201).send({ token: await recovery.issueReset(request.body.email) })
      },
    )
  })
}

/** An administrator must not become somebody else: only who owns the data folder may make such a link. */
function requireMachine(principal: Parameters<typeof requireRight>[0]): void {
  requireRight(principal.kind === 'service' ? principal : { kind: 'anonymous' }, 'account:disable', {
    kind: 'account',
    id: '',
  })
}
