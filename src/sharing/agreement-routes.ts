/** Templates, agreements and data requests. */
import Type from 'typebox'
import { notFound } from '../errors.ts'
import type { App } from '../http/app.ts'
import type { Principal } from '../http/principal.ts'
import type { SharingDoors } from './routes.ts'
import {
  Agreement,
  AgreementTemplate,
  DataRequest,
  DataRequestBody,
  HistoryStep,
  TemplateBody,
} from './schema.ts'
import { managesDataset } from './standing.ts'

const tags = ['sharing']
const Id = Type.Object({ id: Type.String() })
const read = { door: { account: 'signed-in' } } as const
/** Stewards sign for their organisation. */
const write = { write: 'service', door: { account: 'steward', byPerson: true } } as const

export function agreementRoutes(
  app: App,
  { sharing, agreements, describe }: Pick<SharingDoors, 'sharing' | 'agreements' | 'describe'>,
): void {
  const ownedBy = (principal: Principal) => (dataset: string) => {
    const policy = sharing.state.policies.get(dataset)
    return policy !== undefined && policy.owner !== null && managesDataset(principal, policy)
  }
  const datasetOf = (id: string, of: 'agreement' | 'request') => {
    const found =
      of === 'request'
        ? sharing.state.requests.get(id)
        : [...sharing.state.agreements.values()].flat().find((one) => one.id === id)
    if (!found) throw notFound(of === 'request' ? 'data request' : 'agreement', id)
    return describe(found.dataset ?? '')
  }

  app.get(
    '/api/v1/sharing/templates',
    {
      config: { door: { public: 'terms of use, published to be read' } },
      schema: {
        tags,
        summary: 'Terms that agreements are made on, newest version of each',
        response: { 200: Type.Object({ templates: Type.Array(AgreementTemplate) }) },
      },
    },
    () => ({ templates: [...sharing.state.templates.values()].map((versions) => versions.at(-1)!) }),
  )
  app.post(
    '/api/v1/sharing/templates',
    {
      config: write,
      schema: {
        tags,
        summary: 'Publish terms, or the next version of them',
        querystring: Type.Object({ template: Type.Optional(Type.String()) }),
        body: TemplateBody,
        response: { 201: AgreementTemplate },
      },
    },
    async ({ query: { template }, body, principal }, reply) =>
      reply.code(201).send(await agreements.publish(principal, template, body)),
  )

  app.get(
    '/api/v1/sharing/agreements',
    {
      config: read,
      schema: {
        tags,
        summary: 'Agreements that your organisation is a party to',
        querystring: Type.Object({ dataset: Type.Optional(Type.String()) }),
        response: { 200: Type.Object({ agreements: Type.Array(Agreement) }) },
      },
    },
    ({ query: { dataset }, principal }) => ({
      agreements: agreements.list(principal, dataset, ownedBy(principal)),
    }),
  )
  app.post(
    '/api/v1/sharing/agreements',
    {
      config: write,
      schema: {
        tags,
        summary: 'Offer an agreement to an organisation, or ask for one',
        body: Type.Object(
          { dataset: Type.String(), template: Type.String(), organisation: Type.String() },
          { additionalProperties: false },
        ),
        response: { 201: Agreement },
      },
    },
    async ({ body: { dataset, ...wanted }, principal }, reply) =>
      reply.code(201).send(await agreements.open(principal, describe(dataset), wanted)),
  )
  app.post(
    '/api/v1/sharing/agreements/:id/accept',
    {
      config: write,
      schema: {
        tags,
        summary: 'Accept the terms with this hash for your organisation',
        params: Id,
        body: Type.Object(
          { sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) },
          { additionalProperties: false },
        ),
        response: { 200: Agreement },
      },
    },
    ({ params: { id }, body, principal }) => agreements.accept(principal, id, body.sha256),
  )
  app.post(
    '/api/v1/sharing/agreements/:id/steps',
    {
      config: write,
      schema: {
        tags,
        summary: 'Take the next step of an agreement (Dataspace Protocol names)',
        params: Id,
        body: Type.Object(
          {
            to: Type.Union(
              (['REQUESTED', 'OFFERED', 'AGREED', 'VERIFIED', 'FINALIZED', 'TERMINATED'] as const).map(
                (name) => Type.Literal(name),
              ),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: Agreement },
      },
    },
    ({ params: { id }, body, principal }) =>
      agreements.step(principal, datasetOf(id, 'agreement'), id, body.to),
  )
  app.put(
    '/api/v1/sharing/agreements/:id/validity',
    {
      config: write,
      schema: {
        tags,
        summary: 'Suspend a final agreement, take it up again, or revoke it',
        params: Id,
        body: Type.Object(
          {
            validity: Type.Union([
              Type.Literal('active'),
              Type.Literal('suspended'),
              Type.Literal('revoked'),
            ]),
          },
          { additionalProperties: false },
        ),
        response: { 200: Agreement },
      },
    },
    ({ params: { id }, body, principal }) =>
      agreements.setValidity(principal, datasetOf(id, 'agreement'), id, body.validity),
  )
  app.get(
    '/api/v1/sharing/agreements/:id/history',
    {
      config: read,
      schema: {
        tags,
        summary: 'Every step of an agreement',
        params: Id,
        response: { 200: Type.Object({ history: Type.Array(HistoryStep) }) },
      },
    },
    async ({ params: { id }, principal }) => {
      const known = agreements.list(principal, undefined, ownedBy(principal)).some((one) => one.id === id)
      return { history: known ? await agreements.history('agreement', id) : [] }
    },
  )

  app.get(
    '/api/v1/sharing/requests',
    {
      config: read,
      schema: {
        tags,
        summary: 'Data requests that your organisation made or has to answer',
        response: { 200: Type.Object({ requests: Type.Array(DataRequest) }) },
      },
    },
    ({ principal }) => ({ requests: agreements.requests(principal, ownedBy(principal)) }),
  )
  app.post(
    '/api/v1/sharing/requests',
    {
      config: write,
      schema: {
        tags,
        summary: 'Draft a request for data',
        body: DataRequestBody,
        response: { 201: DataRequest },
      },
    },
    async ({ body, principal }, reply) => {
      // Whoever may not know of a dataset must not learn by asking for it.
      if (body.dataset !== null) sharing.require(principal, describe(body.dataset), 'discover')
      return reply.code(201).send(await agreements.draft(principal, body))
    },
  )
  app.post(
    '/api/v1/sharing/requests/:id/steps',
    {
      config: write,
      schema: {
        tags,
        summary: 'Submit, ask back, approve with a grant, or refuse',
        params: Id,
        body: Type.Object(
          {
            to: Type.Union(
              (['submitted', 'questions', 'approved', 'refused'] as const).map((name) => Type.Literal(name)),
            ),
            text: Type.String({ maxLength: 5_000, default: '' }),
            grant: Type.Optional(Type.String()),
          },
          { additionalProperties: false },
        ),
        response: { 200: DataRequest },
      },
    },
    ({ params: { id }, body: { to, text, grant }, principal }) =>
      agreements.advance(principal, datasetOf(id, 'request'), id, to, { text, grant }),
  )
}
