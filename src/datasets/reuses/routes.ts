import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { StandingOf } from '../../http/access-log.ts'
import type { App } from '../../http/app.ts'
import { NoContent } from '../routes.ts'
import type { SeenDatasets } from '../seen.ts'
import { Reuse, ReuseProposal, Reuses } from './schema.ts'
import type { DatasetReuses, ReuseReader } from './service.ts'

const tags = ['datasets']
const DatasetParams = Type.Object({ id: Type.String({ maxLength: 100 }) })
const ReuseParams = Type.Object({
  id: Type.String({ maxLength: 100 }),
  reuse: Type.String({ maxLength: 60 }),
})

/** Who is signed in tells of what they made; stewards decide what is shown. Without accounts the machine does both. */
const whoever = { account: ['signed-in', 'steward'], dataset: 'id' } as const

export interface ReuseRoutesOptions {
  reuses: DatasetReuses
  seen: SeenDatasets
  standingOf: StandingOf
}

export function reuseRoutes(app: App, { reuses, seen, standingOf }: ReuseRoutesOptions): void {
  /** Throws `not_found` for who may not know of the dataset. */
  const readerOf = async (
    { principal, isOperator }: Pick<FastifyRequest, 'principal' | 'isOperator'>,
    id: string,
  ): Promise<ReuseReader> => {
    const { createdAt } = await seen.describe(principal, id)
    const isSomebody = principal.kind !== 'anonymous' || isOperator
    const standing = isSomebody ? await standingOf(principal, id, 'manage') : undefined
    const mayManage = standing?.denial === null
    return {
      datasetId: id,
      datasetCreatedAt: createdAt,
      person: principal.kind === 'user' ? principal.user : undefined,
      mayPropose: mayManage || principal.kind === 'user',
      mayManage,
    }
  }

  app.get(
    '/api/v1/datasets/:id/reuses',
    {
      config: { door: { action: 'discover', dataset: 'id' } },
      schema: {
        tags,
        summary: 'What people made with a dataset',
        params: DatasetParams,
        response: { 200: Reuses },
      },
    },
    async (request) => reuses.list(await readerOf(request, request.params.id)),
  )

  app.post(
    '/api/v1/datasets/:id/reuses',
    {
      config: { write: 'service', door: whoever },
      schema: {
        tags,
        summary: 'Tell of something made with a dataset',
        description:
          'Shown once a steward of the owner accepts it; a steward’s own is shown at once. Addresses are kept as they are and never asked for by the server.',
        params: DatasetParams,
        body: ReuseProposal,
        response: { 201: Reuse },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const made = await reuses.propose(await readerOf(request, id), request.body)
      reply.header('location', `/api/v1/datasets/${encodeURIComponent(id)}/reuses/${made.id}`)
      return reply.code(201).send(made)
    },
  )

  app.post(
    '/api/v1/datasets/:id/reuses/:reuse/accept',
    {
      config: { door: { account: 'steward', dataset: 'id' } },
      schema: { tags, summary: 'Show a proposed reuse', params: ReuseParams, response: { 200: Reuse } },
    },
    async (request) => reuses.accept(await readerOf(request, request.params.id), request.params.reuse),
  )

  app.delete(
    '/api/v1/datasets/:id/reuses/:reuse',
    {
      config: { write: 'service', door: whoever },
      schema: {
        tags,
        summary: 'Remove a reuse, as a steward or as who proposed it',
        params: ReuseParams,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      await reuses.remove(await readerOf(request, request.params.id), request.params.reuse)
      return reply.code(204).send()
    },
  )
}
