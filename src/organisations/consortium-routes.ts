/** `/api/v1/consortia` and charters. */
import type { FastifyContextConfig } from 'fastify'
import Type from 'typebox'
import type { App } from '../http/app.ts'
import { type Charters, platformScope } from './charters.ts'
import type { Consortia } from './consortia.ts'
import {
  CharterBody,
  CharterView,
  ConsortiumBody,
  ConsortiumChange,
  ConsortiumMemberBody,
  ConsortiumView,
  SignBody,
} from './schema.ts'

const tags = ['organisations']
const Id = Type.String({ maxLength: 100 })
const params = Type.Object({ id: Id })
const memberParams = Type.Object({ id: Id, organisation: Id })
/** Of the organisation that coordinates it, which the service knows. */
const write = { write: 'service', door: { account: ['admin', 'platform-admin'] } } as const
const sign = { write: 'service', door: { account: 'admin' } } as const
const ofPlatform = { write: 'service', door: { account: 'platform-admin' } } as const
const open = { door: { public: 'who works with whom; each dataset decides for itself' } } as const
const CharterList = Type.Object({ versions: Type.Array(CharterView) })

export function consortiumRoutes(app: App, consortia: Consortia, charters: Charters): void {
  app.register(async (plain) => {
    const scope = plain as App
    scope.removeContentTypeParser(['text/plain'])
    scope.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'))

    scope.get(
      '/api/v1/consortia',
      {
        config: open,
        schema: {
          tags,
          summary: 'Consortia with members and dates',
          response: { 200: Type.Object({ consortia: Type.Array(ConsortiumView) }) },
        },
      },
      async () => ({ consortia: await consortia.list() }),
    )

    scope.post(
      '/api/v1/consortia',
      {
        config: write,
        schema: {
          tags,
          summary: 'Make a consortium that my organisation coordinates',
          body: ConsortiumBody,
          response: { 201: ConsortiumView },
        },
      },
      async (request, reply) => reply.code(201).send(await consortia.create(request.principal, request.body)),
    )

    scope.get(
      '/api/v1/consortia/:id',
      {
        config: open,
        schema: { tags, summary: 'One consortium', params, response: { 200: ConsortiumView } },
      },
      async (request) => consortia.get(request.params.id),
    )

    scope.patch(
      '/api/v1/consortia/:id',
      {
        config: write,
        schema: {
          tags,
          summary: 'Change name or end',
          params,
          body: ConsortiumChange,
          response: { 200: ConsortiumView },
        },
      },
      async (request) => consortia.change(request.principal, request.params.id, request.body),
    )

    scope.put(
      '/api/v1/consortia/:id/members/:organisation',
      {
        config: write,
        schema: {
          tags,
          summary: 'Add a member or change its dates',
          description: 'It counts once it has signed the charter, where there is one.',
          params: memberParams,
          body: ConsortiumMemberBody,
          response: { 200: ConsortiumView },
        },
      },
      async (request) =>
        consortia.setMember(request.principal, request.params.id, request.params.organisation, request.body),
    )

    scope.delete(
      '/api/v1/consortia/:id/members/:organisation',
      {
        config: write,
        schema: {
          tags,
          summary: 'End a membership, or leave',
          params: memberParams,
          response: { 200: ConsortiumView },
        },
      },
      async (request) =>
        consortia.endMember(request.principal, request.params.id, request.params.organisation),
    )

    const charterDoors = [
      {
        path: '/api/v1/charter',
        what: 'the platform',
        publish: ofPlatform as FastifyContextConfig,
        scopeOf: () => platformScope,
      },
      {
        path: '/api/v1/consortia/:id/charter',
        what: 'a consortium',
        publish: write as FastifyContextConfig,
        scopeOf: (given: unknown) => (given as { id: string }).id,
      },
    ]
    for (const { path, what, publish, scopeOf } of charterDoors) {
      scope.get(
        path,
        {
          config: open,
          schema: {
            tags,
            summary: `Charter of ${what}, newest version first`,
            response: { 200: CharterList },
          },
        },
        async (request) => ({ versions: await charters.list(scopeOf(request.params)) }),
      )
      scope.post(
        path,
        {
          config: publish,
          schema: {
            tags,
            summary: `Publish the next version of the charter of ${what}`,
            description: 'Signatures of earlier versions count until `requiredAt`, by default not at all.',
            body: CharterBody,
            response: { 201: CharterList },
          },
        },
        async (request, reply) =>
          reply.code(201).send({
            versions: await charters.publish(request.principal, scopeOf(request.params), request.body),
          }),
      )
      scope.post(
        `${path}/signatures`,
        {
          config: sign,
          schema: {
            tags,
            summary: `Sign the charter of ${what} for the organisation I act for`,
            body: SignBody,
            response: { 201: CharterList },
          },
        },
        async (request, reply) =>
          reply.code(201).send({
            versions: await charters.sign(request.principal, scopeOf(request.params), request.body),
          }),
      )
    }
  })
}
