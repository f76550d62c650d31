/** `/api/v1/organisations`: who there is, who acts for them, what they bring. */
import Type from 'typebox'
import type { Accounts } from '../accounts/service.ts'
import type { App } from '../http/app.ts'
import type { ContributionsOptions } from './contributions.ts'
import { contributionOf } from './contributions.ts'
import {
  Contribution,
  Done,
  MemberChange,
  MemberView,
  OrganisationBody,
  OrganisationChange,
  OrganisationView,
  StatusChange,
} from './schema.ts'
import type { Organisations } from './service.ts'

const tags = ['organisations']
const Id = Type.String({ maxLength: 100 })
const params = Type.Object({ id: Id })
const memberParams = Type.Object({ id: Id, membership: Id })
const write = {
  write: 'service',
  door: { account: ['admin', 'platform-admin'], organisation: 'id' },
} as const
const create = { write: 'service', door: { account: 'platform-admin' } } as const
const read = { door: { account: ['member', 'platform-admin'], organisation: 'id' } } as const
/** Its person leaves, whoever that person acts for at the moment. */
const leave = { write: 'service', door: { account: 'signed-in' } } as const
const open = { door: { public: 'names of organisations; each dataset decides for itself' } } as const
const done = { done: true as const }

export function organisationRoutes(
  app: App,
  {
    organisations,
    accounts,
    contributions,
  }: { organisations: Organisations; accounts: Accounts; contributions: ContributionsOptions },
): void {
  app.register(async (plain) => {
    const scope = plain as App
    scope.removeContentTypeParser(['text/plain'])
    scope.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'))

    scope.get(
      '/api/v1/organisations',
      {
        config: open,
        schema: {
          tags,
          summary: 'Organisations of this platform',
          response: { 200: Type.Object({ organisations: Type.Array(OrganisationView) }) },
        },
      },
      async () => ({ organisations: await organisations.list() }),
    )

    scope.post(
      '/api/v1/organisations',
      {
        config: create,
        schema: {
          tags,
          summary: 'Make an organisation',
          description:
            'For administrators of the platform. SIRET, EORI and LEI are checked. With `join` one becomes its administrator.',
          body: OrganisationBody,
          response: { 201: OrganisationView },
        },
      },
      async (request, reply) =>
        reply.code(201).send(await organisations.create(request.principal, request.body)),
    )

    scope.get(
      '/api/v1/organisations/:id',
      {
        config: open,
        schema: { tags, summary: 'One organisation', params, response: { 200: OrganisationView } },
      },
      async (request) => organisations.get(request.params.id),
    )

    scope.patch(
      '/api/v1/organisations/:id',
      {
        config: write,
        schema: {
          tags,
          summary: 'Change name, kind or identifiers',
          params,
          body: OrganisationChange,
          response: { 200: OrganisationView },
        },
      },
      async (request) => organisations.change(request.principal, request.params.id, request.body),
    )

    scope.put(
      '/api/v1/organisations/:id/status',
      {
        config: write,
        schema: {
          tags,
          summary: 'Suspend an organisation, let it leave, or take it back',
          description:
            'Ends its sessions, keys and streams at once. Leaving is also for its own administrator.',
          params,
          body: StatusChange,
          response: { 200: OrganisationView },
        },
      },
      async (request) => {
        await organisations.setStatus(request.principal, request.params.id, request.body.status)
        return organisations.get(request.params.id)
      },
    )

    scope.get(
      '/api/v1/organisations/:id/contributions',
      {
        config: open,
        schema: {
          tags,
          summary: 'What it contributes: datasets, rows, freshness, quality, month by month',
          params,
          response: { 200: Contribution },
        },
      },
      async (request) => contributionOf(contributions, request.principal, request.params.id),
    )

    scope.get(
      '/api/v1/organisations/:id/members',
      {
        config: read,
        schema: {
          tags,
          summary: 'Members with roles and dates, for members',
          params,
          response: { 200: Type.Object({ members: Type.Array(MemberView) }) },
        },
      },
      async (request) => {
        const members = await organisations.members.list(request.principal, request.params.id)
        const names = await accounts.people.names(members.map(({ user }) => user))
        return {
          members: members.map((member) => ({
            ...member,
            name: names.get(member.user)?.name ?? '',
            email: names.get(member.user)?.email ?? '',
          })),
        }
      },
    )

    scope.patch(
      '/api/v1/organisations/:id/members/:membership',
      {
        config: write,
        schema: {
          tags,
          summary: 'Give a member another role or end date',
          description: 'With another role the person signs in again.',
          params: memberParams,
          body: MemberChange,
          response: { 200: Done },
        },
      },
      async (request) => {
        const { id, membership } = request.params
        await organisations.members.change(request.principal, id, membership, request.body)
        return done
      },
    )

    scope.delete(
      '/api/v1/organisations/:id/members/:membership',
      {
        config: leave,
        schema: {
          tags,
          summary: 'End a membership, or leave',
          params: memberParams,
          response: { 200: Done },
        },
      },
      async (request) => {
        const { id, membership } = request.params
        await organisations.members.end(request.principal, id, membership)
        return done
      },
    )
  })
}
