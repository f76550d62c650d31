/** Policies, grants, restrictions and agreements: what owners write, and what a decision says. */
import { type Static, type TSchema, Type } from 'typebox'
import { actions, organisationRoles, platformRoles } from '../http/principal.ts'

const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const closed = { additionalProperties: false }
const oneOf = <const T extends string>(names: readonly T[]) =>
  Type.Unsafe<T>({ type: 'string', enum: [...names] })

/** ISO 8601 instant in UTC. */
export const Instant = Type.String({ minLength: 10, maxLength: 40 })
const Id = Type.String({ minLength: 1, maxLength: 100 })
const FieldName = Type.String({ minLength: 1, maxLength: 200 })

export const ActionName = oneOf(actions)
const Role = oneOf(organisationRoles)

export type FilterLiteral = string | number | boolean
/** A literal, or what the asking organisation is: `id`, `siret`, `eori`, `lei`, `kind`. */
export type FilterValue = FilterLiteral | { attr: string }

/** Conditions on one row, two-valued: a comparison with an empty value is false and `not` of it is true. */
export type Filter =
  | { op: 'and'; of: Filter[] }
  | { op: 'or'; of: Filter[] }
  | { op: 'not'; of: Filter }
  | { op: 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte'; column: string; value: FilterValue }
  | { op: 'between'; column: string; from: FilterLiteral; to: FilterLiteral }
  | { op: 'in' | 'notIn'; column: string; values: FilterLiteral[] }
  | { op: 'isNull' | 'isNotNull'; column: string }
  | { op: 'startsWith'; column: string; value: string }
  /** Edges belong to the box; `west` > `east` crosses the antimeridian. */
  | { op: 'withinBox'; column: string; west: number; south: number; east: number; north: number }
  /** A point on or in the geometry (GeoJSON text), a shape with no part outside of it. */
  | { op: 'withinGeometry'; column: string; geometry: string }
  /** Platform rules only: the sum of number fields is at least this. */
  | { op: 'sumAtLeast'; columns: string[]; value: number }
  /** Platform rules only: the value is among those of a field of the rows of another dataset that pass. */
  | { op: 'inDataset'; column: string; dataset: string; field: string; where: Filter }

/** Read and limited by `readFilter`, which says what is wrong. */
const FilterText = Type.Unsafe<Filter>({
  type: 'object',
  additionalProperties: true,
  description: 'Filter: {op, …}; see docs/sharing.md',
})

/**
 * What happens to a column before it leaves: `drop` hides it, `round` puts numbers on a grid (`step` in the unit of the
 * field) and instants at the start of a step (seconds), `pseudonym` replaces an identifier by a keyed hash that changes
 * with the reader's organisation and the UTC day (or month) of the row, `delay` withholds rows until they are this old.
 */
export const ReleaseRule = Type.Union([
  Type.Object({ rule: Type.Literal('drop'), column: FieldName }, closed),
  Type.Object(
    { rule: Type.Literal('round'), column: FieldName, step: Type.Number({ exclusiveMinimum: 0 }) },
    closed,
  ),
  Type.Object(
    {
      rule: Type.Literal('pseudonym'),
      column: FieldName,
      period: Type.Union([Type.Literal('day'), Type.Literal('month')]),
    },
    closed,
  ),
  Type.Object(
    { rule: Type.Literal('delay'), seconds: Type.Integer({ minimum: 1, maximum: 315_360_000 }) },
    closed,
  ),
])
export type ReleaseRule = Static<typeof ReleaseRule>

/**
 * How a derivation may publish counts: fixed grid (degrees), fixed windows, at least `k` distinct subjects. Never a
 * way to read rows: overlapping questions would tell them apart.
 */
export const AggregateRelease = Type.Object(
  {
    gridDeg: Type.Number({ exclusiveMinimum: 0, maximum: 90 }),
    windowS: Type.Integer({ minimum: 3_600 }),
    k: Type.Integer({ minimum: 2 }),
    subject: FieldName,
    delayS: Type.Integer({ minimum: 0 }),
  },
  closed,
)
export type AggregateRelease = Static<typeof AggregateRelease>

/** Null: no limit. */
export const Quota = Type.Object(
  {
    requestsPerMinute: Nullable(Type.Integer({ minimum: 1 })),
    rowsPerDay: Nullable(Type.Integer({ minimum: 1 })),
    bytesPerDay: Nullable(Type.Integer({ minimum: 1 })),
    openStreams: Nullable(Type.Integer({ minimum: 1 })),
  },
  closed,
)
export type Quota = Static<typeof Quota>

export const Grantee = Type.Union([
  Type.Object({ kind: Type.Literal('everyone') }, closed),
  Type.Object({ kind: Type.Literal('authenticated') }, closed),
  Type.Object({ kind: Type.Literal('consortium'), consortium: Id }, closed),
  Type.Object({ kind: Type.Literal('organisation'), organisation: Id }, closed),
  Type.Object({ kind: Type.Literal('role'), organisation: Id, role: Role }, closed),
  Type.Object({ kind: Type.Literal('platform-role'), role: oneOf(platformRoles) }, closed),
  /** An administrator of the platform who said why; no steward grants it. */
  Type.Object({ kind: Type.Literal('person'), user: Id }, closed),
])
export type Grantee = Static<typeof Grantee>

export const visibilities = ['public', 'consortium', 'orgs', 'private'] as const
export const Visibility = oneOf(visibilities)
export type Visibility = (typeof visibilities)[number]

export const PolicyBody = Type.Object(
  {
    visibility: Visibility,
    /** Who sees that it exists; never narrower than `visibility`. */
    metadataVisibility: Visibility,
    /** For `consortium`. */
    consortium: Nullable(Id),
    personalData: Type.Union([Type.Literal('none'), Type.Literal('pseudonymous'), Type.Literal('personal')]),
    /** What `everyone` or the consortium gets is kept to these rows. */
    rowFilter: Nullable(FilterText),
    /** What derivations may publish from it as counts. */
    aggregate: Nullable(AggregateRelease),
  },
  closed,
)
export type PolicyBody = Static<typeof PolicyBody>

export const Policy = Type.Object({
  dataset: Id,
  /** Null: the platform itself, or nobody yet. */
  owner: Nullable(Id),
  ...PolicyBody.properties,
  /** Counts every change of the policy, its grants and restrictions. */
  version: Type.Integer(),
})
export type Policy = Static<typeof Policy>

export const GrantBody = Type.Object(
  {
    grantee: Grantee,
    actions: Type.Array(ActionName, { minItems: 1, uniqueItems: true }),
    rowFilter: Nullable(FilterText),
    /** Allow-list of fields; null for all. A point made of two fields stands for both. */
    columns: Nullable(Type.Array(FieldName, { maxItems: 2_000, uniqueItems: true })),
    release: Type.Array(ReleaseRule, { maxItems: 200 }),
    spatial: Nullable(
      Type.Object(
        {
          /** The place field it speaks of. */
          column: FieldName,
          /** GeoJSON geometry as text. */
          geometry: Type.String({ maxLength: 500_000 }),
          /** Tiles below this zoom are not given. */
          minZoom: Nullable(Type.Integer({ minimum: 0, maximum: 24 })),
        },
        closed,
      ),
    ),
    /** Rows older than this are not given; seconds. */
    maxAgeS: Nullable(Type.Integer({ minimum: 1 })),
    quota: Nullable(Quota),
    /** Id of the template whose agreement must be in force. */
    agreementTemplate: Nullable(Id),
    from: Nullable(Instant),
    until: Nullable(Instant),
    note: Type.String({ maxLength: 2_000 }),
  },
  closed,
)
export type GrantBody = Static<typeof GrantBody>

export const Grant = Type.Object({
  id: Id,
  dataset: Id,
  ...GrantBody.properties,
  version: Type.Integer(),
  createdAt: Instant,
  revokedAt: Nullable(Instant),
})
export type Grant = Static<typeof Grant>

export const RestrictionBody = Type.Object(
  {
    /** Rows that stay; null for all. */
    keep: Nullable(FilterText),
    /** Fields that nobody it binds gets. */
    deny: Type.Array(FieldName, { maxItems: 2_000, uniqueItems: true }),
    release: Type.Array(ReleaseRule, { maxItems: 200 }),
    /** `public`: only what comes through grants to everyone or to whoever signs in. */
    audience: Type.Union([Type.Literal('all'), Type.Literal('public')]),
    bindsOwner: Type.Boolean(),
    note: Type.String({ maxLength: 2_000 }),
  },
  closed,
)
export type RestrictionBody = Static<typeof RestrictionBody>

export const Restriction = Type.Object({
  id: Id,
  dataset: Id,
  ...RestrictionBody.properties,
  /** Organisation that alone lifts it; null for the platform. */
  author: Nullable(Id),
  version: Type.Integer(),
  createdAt: Instant,
  liftedAt: Nullable(Instant),
})
export type Restriction = Static<typeof Restriction>

/** The terms in two languages, and as ODRL of the closed profile. */
export const TemplateBody = Type.Object(
  {
    title: Type.Object({ fr: Type.String({ minLength: 1 }), en: Type.String({ minLength: 1 }) }, closed),
    text: Type.Object({ fr: Type.String({ minLength: 1 }), en: Type.String({ minLength: 1 }) }, closed),
    odrl: Type.Record(Type.String(), Type.Unknown()),
    /** Days for which agreements on the version before stay in force. */
    graceDays: Type.Integer({ minimum: 0, maximum: 365 }),
    /** Days an agreement lasts; null for no end. */
    termDays: Nullable(Type.Integer({ minimum: 1, maximum: 36_500 })),
    /** No decision of the owner is awaited: accepting is enough. */
    clickThrough: Type.Boolean(),
  },
  closed,
)
export type TemplateBody = Static<typeof TemplateBody>

export const AgreementTemplate = Type.Object({
  id: Id,
  version: Type.Integer(),
  /** Organisation that publishes it. */
  owner: Nullable(Id),
  ...TemplateBody.properties,
  /** Of the canonical JSON (RFC 8785) of title, text and odrl, hex. */
  sha256: Type.String(),
  publishedAt: Instant,
})
export type AgreementTemplate = Static<typeof AgreementTemplate>

export const agreementStates = [
  'REQUESTED',
  'OFFERED',
  'ACCEPTED',
  'AGREED',
  'VERIFIED',
  'FINALIZED',
  'TERMINATED',
] as const
export type AgreementState = (typeof agreementStates)[number]
export const validities = ['active', 'suspended', 'revoked', 'superseded'] as const
export type Validity = (typeof validities)[number]

export const HistoryStep = Type.Object({
  at: Instant,
  /** User, or `platform`. */
  actor: Type.String(),
  step: Type.String(),
  note: Type.String(),
})
export type HistoryStep = Static<typeof HistoryStep>

export const Agreement = Type.Object({
  id: Id,
  template: Id,
  templateVersion: Type.Integer(),
  dataset: Id,
  /** The grantee. */
  organisation: Id,
  state: oneOf(agreementStates),
  validity: oneOf(validities),
  acceptedBy: Nullable(Type.String()),
  acceptedAt: Nullable(Instant),
  /** Of the text that was accepted. */
  sha256: Nullable(Type.String()),
  expiresAt: Nullable(Instant),
  version: Type.Integer(),
})
export type Agreement = Static<typeof Agreement>

/** A way in which an agreement is used: fetched, pushed or streamed; states are those of the Dataspace Protocol. */
export const Transfer = Type.Object({
  id: Id,
  agreement: Id,
  mode: oneOf(['pull', 'push', 'stream'] as const),
  state: oneOf(['REQUESTED', 'STARTED', 'COMPLETED', 'SUSPENDED', 'TERMINATED'] as const),
  startedAt: Instant,
})
export type Transfer = Static<typeof Transfer>

export const requestStates = ['draft', 'submitted', 'questions', 'approved', 'refused'] as const
export type RequestState = (typeof requestStates)[number]

export const DataRequestBody = Type.Object(
  {
    /** Null when no dataset is known for it: `subject` says what is looked for. */
    dataset: Nullable(Id),
    subject: Type.String({ maxLength: 1_000 }),
    purpose: Type.String({ minLength: 1, maxLength: 5_000 }),
    durationDays: Nullable(Type.Integer({ minimum: 1, maximum: 36_500 })),
    actions: Type.Array(ActionName, { minItems: 1, uniqueItems: true }),
  },
  closed,
)
export type DataRequestBody = Static<typeof DataRequestBody>

export const DataRequest = Type.Object({
  id: Id,
  organisation: Id,
  ...DataRequestBody.properties,
  state: oneOf(requestStates),
  /** Nobody answers after this. */
  expiresAt: Instant,
  exchange: Type.Array(Type.Object({ at: Instant, side: Type.String(), text: Type.String() })),
  decision: Nullable(Type.String()),
  /** What approval opened. */
  grant: Nullable(Id),
  agreement: Nullable(Id),
  createdBy: Type.String(),
  version: Type.Integer(),
})
export type DataRequest = Static<typeof DataRequest>

export interface OdrlConstraint {
  leftOperand: string
  operator: string
  rightOperand: string
}

export interface OdrlRule {
  /** `use`, `reproduce` or `distribute`. */
  action: string
  constraint: OdrlConstraint[]
  duty: { action: string }[]
}

/** An offer in the closed profile of ODRL, whatever it is written in. It has permissions or prohibitions. */
export interface OdrlOffer {
  uid: string
  assigner: string
  profile: string
  permission: OdrlRule[]
  prohibition: OdrlRule[]
}

export type OrganisationStatus = 'invited' | 'active' | 'suspended' | 'left'

/** Organisations as a decision sees them: plain data, replaced as a whole when any of it changes. */
export interface Parties {
  /** Differs for different content. */
  version: number
  /** When the first account was made; null as long as nobody can sign in. */
  firstAccountAt: string | null
  organisations: ReadonlyMap<
    string,
    { status: OrganisationStatus; attributes: Readonly<Record<string, string>> }
  >
  consortia: ReadonlyMap<string, Consortium>
}

export interface Consortium {
  from: string | null
  until: string | null
  members: readonly { organisation: string; from: string | null; until: string | null }[]
}
