/** What people made with a dataset, as they tell of it and as others read it. */
import { type Static, Type } from 'typebox'

export const ReuseKind = Type.Union([
  Type.Literal('application'),
  Type.Literal('visualisation'),
  Type.Literal('article'),
  Type.Literal('study'),
  Type.Literal('service'),
  Type.Literal('notebook'),
  Type.Literal('other'),
])
export type ReuseKind = Static<typeof ReuseKind>

export const ReuseProposal = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 200 }),
    url: Type.String({ maxLength: 2_000, description: 'Where it is, https only' }),
    kind: ReuseKind,
    maker: Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'Who made it: a person, a team, a body',
    }),
    picture: Type.Optional(
      Type.Union([
        Type.String({ maxLength: 2_000, description: 'Address of a picture, https only' }),
        Type.Null(),
      ]),
    ),
  },
  { additionalProperties: false },
)
export type ReuseProposal = Static<typeof ReuseProposal>

export const Reuse = Type.Object({
  id: Type.String(),
  datasetId: Type.String(),
  title: Type.String(),
  url: Type.String(),
  kind: ReuseKind,
  maker: Type.String(),
  /** Nobody here has ever asked this address for anything. */
  picture: Type.Union([Type.String(), Type.Null()]),
  state: Type.Union([Type.Literal('proposed'), Type.Literal('accepted')]),
  /** Instant, UTC. */
  createdAt: Type.String(),
  mayRemove: Type.Boolean(),
})
export type Reuse = Static<typeof Reuse>

export const Reuses = Type.Object({
  /** Accepted ones; with what is proposed for whoever may accept it, and for who proposed it. */
  reuses: Type.Array(Reuse),
  mayPropose: Type.Boolean(),
  /** May accept and remove. */
  mayManage: Type.Boolean(),
})
export type Reuses = Static<typeof Reuses>
