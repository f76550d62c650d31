/** Policies, grants and restrictions of datasets, and what others get by them. */
import Type from 'typebox'
import type { Columnar } from '../engines/columnar/columnar.ts'
import type { App } from '../http/app.ts'
import { agreementRoutes } from './agreement-routes.ts'
import type { Agreements } from './agreements.ts'
import { odrlOf } from './odrl.ts'
import { OwnAccess, ownAccess } from './own-access.ts'
import { type Policies, requireSteward } from './policies.ts'
import { previewChange } from './preview.ts'
import { ActionName, Grant, GrantBody, Policy, PolicyBody, Restriction, RestrictionBody } from './schema.ts'
import { principalOf, type SeenRows, seeAs } from './see-as.ts'
import type { DatasetAsked, Sharing } from './service.ts'

export interface SharingDoors {
  sharing: Sharing
  policies: Policies
  agreements: Agreements
  /** Throws `not_found`. */
  describe(id: string): DatasetAsked
  sources: { source(id: string): Promise<SeenRows> }
  columnar: Pick<Columnar, 'query'>
  publicUrl?: string | undefined
}

const tags = ['sharing']
const Id = Type.Object({ id: Type.String() })
const ItemOf = (name: string) => Type.Object({ id: Type.String(), [name]: Type.String() })
const read = { door: { account: 'steward', dataset: 'id', byPerson: true } } as const
const write = { write: 'service', ...read } as const
/** The platform restricts too; what was restricted, only its author lifts. */
const restrict = {
  write: 'service',
  door: { account: ['steward', 'platform-admin'], dataset: 'id', byPerson: true },
} as const
const lift = {
  write: 'service',
  door: { account: ['signed-in', 'platform-admin'], dataset: 'id', byPerson: true },
} as const

const PolicyPut = Type.Object(
  {
    ...PolicyBody.properties,
    owner: Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 100 }), Type.Null()])),
  },
  { additionalProperties: false },
)

const Preview = Type.Object(
  {
    principals: Type.Array(Type.String({ maxLength: 300 }), { minItems: 1, maxItems: 30, uniqueItems: true }),
    action: Type.Optional(ActionName),
    change: Type.Object(
      {
        policy: Type.Optional(PolicyBody),
        grant: Type.Optional(
          Type.Object(
            { id: Type.Optional(Type.Union([Type.String(), Type.Null()])), body: GrantBody },
            { additionalProperties: false },
          ),
        ),
        revoke: Type.Optional(Type.String()),
        restriction: Type.Optional(RestrictionBody),
        lift: Type.Optional(Type.String()),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
)

export function sharingRoutes(app: App, doors: SharingDoors): void {
  const { sharing, policies, describe, sources, columnar } = doors
  const base = '/api/v1/sharing/datasets/:id'

  app.get(
    `${base}/policy`,
    {
      config: read,
      schema: {
        tags,
        summary: 'Whose a dataset is and who gets what of it, for its stewards',
        params: Id,
        response: {
          200: Type.Object({
            policy: Policy,
            grants: Type.Array(Grant),
            restrictions: Type.Array(Restriction),
          }),
        },
      },
    },
    ({ params: { id }, principal }) => {
      const asked = describe(id)
      requireSteward(sharing, principal, asked)
      const { policy, grants, restrictions } = sharing.snapshotOf(asked)
      return { policy, grants: [...grants], restrictions: [...restrictions] }
    },
  )

  app.put(
    `${base}/policy`,
    {
      config: write,
      schema: {
        tags,
        summary: 'Say who sees a dataset',
        params: Id,
        body: PolicyPut,
        response: { 200: Policy },
      },
    },
    ({ params: { id }, body: { owner, ...body }, principal }) =>
      policies.put(principal, describe(id), body, owner),
  )

  app.get(
    `${base}/policy.odrl.json`,
    { config: read, schema: { tags, summary: 'The policy as an ODRL offer', params: Id } },
    ({ params: { id }, principal, protocol, host }) => {
      const asked = describe(id)
      requireSteward(sharing, principal, asked)
      const { policy, grants } = sharing.snapshotOf(asked)
      return odrlOf(policy, grants, doors.publicUrl?.replace(/\/$/, '') ?? `${protocol}://${host}`)
    },
  )

  app.post(
    `${base}/grants`,
    {
      config: write,
      schema: { tags, summary: 'Grant', params: Id, body: GrantBody, response: { 201: Grant } },
    },
    async ({ params: { id }, body, principal }, reply) =>
      reply.code(201).send(await policies.grant(principal, describe(id), body)),
  )
  app.put(
    `${base}/grants/:grant`,
    {
      config: write,
      schema: {
        tags,
        summary: 'Change a grant',
        params: ItemOf('grant'),
        body: GrantBody,
        response: { 200: Grant },
      },
    },
    ({ params, body, principal }) =>
      policies.changeGrant(principal, describe(String(params.id)), String(params.grant), body),
  )
  app.delete(
    `${base}/grants/:grant`,
    {
      config: write,
      schema: { tags, summary: 'Revoke a grant', params: ItemOf('grant'), response: { 200: Grant } },
    },
    ({ params, principal }) => policies.revoke(principal, describe(String(params.id)), String(params.grant)),
  )

  app.post(
    `${base}/restrictions`,
    {
      config: restrict,
      schema: {
        tags,
        summary: 'Restrict what all grants give',
        params: Id,
        body: RestrictionBody,
        response: { 201: Restriction },
      },
    },
    async ({ params: { id }, body, principal }, reply) =>
      reply.code(201).send(await policies.restrict(principal, describe(id), body)),
  )
  app.delete(
    `${base}/restrictions/:restriction`,
    {
      config: lift,
      schema: {
        tags,
        summary: 'Lift a restriction',
        params: ItemOf('restriction'),
        response: { 200: Restriction },
      },
    },
    ({ params, principal }) =>
      policies.lift(principal, describe(String(params.id)), String(params.restriction)),
  )

  app.get(
    '/api/v1/datasets/:id/see-as',
    {
      config: read,
      schema: {
        tags,
        summary:
          'What exactly somebody else gets, for stewards of the owner: fields, transforms, count, 20 rows',
        params: Id,
        querystring: Type.Object({
          principal: Type.String({
            description: 'anonymous, authenticated, organisation:ID or organisation:ID:ROLE',
          }),
          action: Type.Optional(ActionName),
        }),
      },
    },
    async ({ params: { id }, query, principal }) => {
      const asked = describe(id)
      requireSteward(sharing, principal, asked)
      const as = { principal: principalOf(query.principal), action: query.action ?? 'query' }
      const { from, where, rowOrder, state } = await sources.source(id)
      return seeAs({ sharing, columnar }, asked, as, { from, ...(where && { where }), rowOrder, state })
    },
  )
  app.get(
    '/api/v1/datasets/:id/access',
    {
      config: { door: { action: 'discover', dataset: 'id' } },
      schema: {
        tags,
        summary: 'What you may do with a dataset, why not the rest, and until when',
        params: Id,
        response: { 200: OwnAccess },
      },
    },
    ({ params: { id }, principal }, reply) => {
      reply.header('cache-control', 'private, no-store')
      return ownAccess(sharing, principal, describe(id))
    },
  )

  app.post(
    '/api/v1/datasets/:id/see-as',
    {
      config: write,
      schema: {
        tags,
        summary: 'What a change would give to whom and take from whom, before it is made; nothing is written',
        params: Id,
        body: Preview,
      },
    },
    async ({ params: { id }, body: { principals, action, change }, principal }) => {
      const asked = describe(id)
      requireSteward(sharing, principal, asked)
      const { from, where, rowOrder, state } = await sources.source(id)
      const rows = { from, ...(where && { where }), rowOrder, state }
      const wanted = { principals, action: action ?? 'query', change }
      return { changes: await previewChange({ sharing, columnar }, asked, wanted, rows) }
    },
  )
  agreementRoutes(app, doors)
}
