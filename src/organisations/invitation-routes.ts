/** Invitations: by administrators of an organisation; the links are opened by who was invited. */
import Type from 'typebox'
import type { App } from '../http/app.ts'
import type { Invitations } from './invitations.ts'
import {
  AcceptBody,
  Done,
  InvitationBody,
  InvitationOffer,
  InvitationTokenBody,
  InvitationView,
} from './schema.ts'

const tags = ['organisations']
const Id = Type.String({ maxLength: 100 })
const read = { door: { account: ['admin', 'platform-admin'], organisation: 'id' } } as const
const write = { write: 'service', ...read } as const
const link = { write: 'service', door: { public: 'guarded by the token of an invitation' } } as const
const bodyLimit = 10_000

export function invitationRoutes(app: App, invitations: Invitations): void {
  app.register(async (plain) => {
    const scope = plain as App
    scope.removeContentTypeParser(['text/plain'])
    scope.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'))

    scope.get(
      '/api/v1/organisations/:id/invitations',
      {
        config: read,
        schema: {
          tags,
          summary: 'Invitations of an organisation, for its administrators',
          params: Type.Object({ id: Id }),
          response: { 200: Type.Object({ invitations: Type.Array(InvitationView) }) },
        },
      },
      async (request) => ({ invitations: await invitations.list(request.principal, request.params.id) }),
    )

    scope.post(
      '/api/v1/organisations/:id/invitations',
      {
        config: write,
        bodyLimit,
        schema: {
          tags,
          summary: 'Invite somebody',
          description: 'Mails a link that is good once, for seven days, for this address.',
          params: Type.Object({ id: Id }),
          body: InvitationBody,
          response: { 201: InvitationView },
        },
      },
      async (request, reply) =>
        reply.code(201).send(await invitations.invite(request.principal, request.params.id, request.body)),
    )

    scope.delete(
      '/api/v1/organisations/:id/invitations/:invitation',
      {
        config: write,
        schema: {
          tags,
          summary: 'Revoke an invitation',
          params: Type.Object({ id: Id, invitation: Id }),
          response: { 200: Done },
        },
      },
      async (request) => {
        await invitations.revoke(request.principal, request.params.id, request.params.invitation)
        return { done: true as const }
      },
    )

    // By POST, although it only reads: a token does not belong into an address, which logs keep.
    scope.post(
      '/api/v1/invitations/offer',
      {
        config: link,
        bodyLimit,
        schema: {
          tags,
          summary: 'What the link of an invitation is for',
          body: InvitationTokenBody,
          response: { 200: InvitationOffer },
        },
      },
      async (request) => invitations.offer(request.body.token),
    )

    scope.post(
      '/api/v1/invitations/accept',
      {
        config: link,
        bodyLimit,
        schema: {
          tags,
          summary: 'Accept an invitation',
          description:
            'Signed in with the invited address, or with a name and a password for a new account. Sign in afterwards.',
          body: AcceptBody,
          response: { 200: Done },
        },
      },
      async (request) => {
        await invitations.accept(request.principal, request.body)
        return { done: true as const }
      },
    )
  })
}
