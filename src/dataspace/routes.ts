/** Dataspace Protocol 2025-1, the part that reads the catalogue. Agreements are made by the pages and the API. */
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Described } from '../datasets/service.ts'
import { notFound } from '../errors.ts'
import type { App } from '../http/app.ts'
import { problemOf } from '../http/problem.ts'
import type { Sharing } from '../sharing/service.ts'
import {
  catalogDocument,
  context,
  datasetDocument,
  errorDocument,
  type OfferedDataset,
  pageAfter,
  protocolPath,
  versionsDocument,
} from './rules.ts'

export interface DataspaceDoors {
  sharing: Pick<Sharing, 'offersTo'>
  datasets: { list(): readonly { id: string }[]; describe(id: string): Described }
  publicUrl?: string | undefined
}

const pageSize = 100
const tags = ['dataspace']
const discover = { action: 'discover' } as const

const CatalogRequest = Type.Object({
  '@context': Type.Array(Type.Unknown(), { contains: Type.Literal(context[0]) }),
  '@type': Type.Literal('CatalogRequestMessage'),
  filter: Type.Optional(Type.Array(Type.Unknown())),
})

export function dataspaceRoutes(app: App, { sharing, datasets, publicUrl }: DataspaceDoors): void {
  const baseOf = ({ protocol, host }: FastifyRequest) =>
    publicUrl?.replace(/\/$/, '') ?? `${protocol}://${host}`
  const offered = (request: FastifyRequest, id: string): OfferedDataset | undefined => {
    const described = datasets.describe(id)
    const offers = sharing.offersTo(request.principal, described, baseOf(request))
    const { definition, metadata, createdAt, modifiedAt } = described
    const { title, description } = definition
    return (
      offers && {
        id,
        title,
        description,
        keywords: metadata.keyword,
        issuedAt: createdAt,
        modifiedAt,
        offers,
      }
    )
  }

  app.get(
    '/.well-known/dspace-version',
    {
      config: { door: { public: 'which versions of a protocol are spoken' } },
      schema: { tags, summary: 'Versions of the Dataspace Protocol spoken here' },
    },
    () => versionsDocument(),
  )

  app.register(async (scope: App) => {
    // The protocol has its own shape of errors.
    scope.setErrorHandler((error, request, reply) => {
      const { status, title } = problemOf(error)
      if (status >= 500 && status !== 503) request.log.error(error)
      return reply.code(status).send(errorDocument(status, title))
    })
    scope.addHook('onSend', async (_, reply) => {
      // What is told depends on who asks.
      reply.header('cache-control', 'private, no-store')
    })

    scope.post(
      `${protocolPath}/catalog/request`,
      {
        config: { write: 'service', fromServers: true, door: { ...discover, catalogue: true } },
        schema: {
          tags,
          summary: 'Datasets that the asker may know of, with offers',
          querystring: Type.Object({ continuationToken: Type.Optional(Type.String({ maxLength: 400 })) }),
          body: CatalogRequest,
        },
      },
      (request, reply) => {
        if ((request.body.filter ?? []).length > 0)
          return reply.code(400).send(errorDocument(400, 'Filters are not supported: leave `filter` empty.'))
        const base = baseOf(request)
        const known = datasets.list().flatMap(({ id }) => offered(request, id) ?? [])
        const { page, next } = pageAfter(known, request.query.continuationToken, pageSize)
        if (next !== undefined)
          reply.header(
            'link',
            `<${base}${protocolPath}/catalog/request?continuationToken=${next}>; rel="next"`,
          )
        return reply.send(catalogDocument(base, page))
      },
    )

    scope.get(
      `${protocolPath}/catalog/datasets/:id`,
      {
        config: { door: { ...discover, dataset: 'id' } },
        schema: { tags, summary: 'One dataset with its offers', params: Type.Object({ id: Type.String() }) },
      },
      (request) => {
        const { id } = request.params
        const found = offered(request, id)
        if (!found) throw notFound('dataset', id)
        return datasetDocument(baseOf(request), found)
      },
    )
  })
}
