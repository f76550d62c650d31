/** What the routes of organisations and consortia take and answer. Instants are ISO text in UTC. */
import Type, { type Static } from 'typebox'
import { organisationRoles } from '../http/principal.ts'

const closed = { additionalProperties: false }
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()])
const Literals = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values] })

const Name = Type.String({ minLength: 1, maxLength: 200 })
const Id = Type.String({ minLength: 1, maxLength: 100 })
// At least one character, or null would be read as an empty text by what coerces types.
const When = Type.String({ minLength: 1, maxLength: 40 })
export const RoleName = Literals(organisationRoles)

export const organisationKinds = ['public', 'private', 'association', 'academic'] as const
export const organisationStatuses = ['invited', 'active', 'suspended', 'left'] as const
export type OrganisationStatus = (typeof organisationStatuses)[number]

export const Identifiers = Type.Object(
  {
    /** 14 digits, checked (Luhn). */
    siret: Type.Optional(Nullable(Type.String({ maxLength: 40 }))),
    /** Country and up to 15 letters or digits. */
    eori: Type.Optional(Nullable(Type.String({ maxLength: 40 }))),
    /** 20 characters, checked (ISO 17442, mod 97). */
    lei: Type.Optional(Nullable(Type.String({ maxLength: 40 }))),
  },
  closed,
)
export type Identifiers = Static<typeof Identifiers>

export const OrganisationView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  kind: Literals(organisationKinds),
  siret: Nullable(Type.String()),
  eori: Nullable(Type.String()),
  lei: Nullable(Type.String()),
  status: Literals(organisationStatuses),
  /** Invented, for the demo: pages say so. */
  isExample: Type.Boolean(),
  /** Version of the platform's charter that was signed; null for none. */
  charterVersion: Nullable(Type.Integer()),
  createdAt: Type.String(),
})
export type OrganisationView = Static<typeof OrganisationView>

export const OrganisationBody = Type.Object(
  {
    name: Name,
    kind: Literals(organisationKinds),
    identifiers: Type.Optional(Identifiers),
    /** Makes the founder its administrator. */
    join: Type.Optional(Type.Boolean()),
  },
  closed,
)
export type OrganisationBody = Static<typeof OrganisationBody>

export const OrganisationChange = Type.Object(
  {
    name: Type.Optional(Name),
    kind: Type.Optional(Literals(organisationKinds)),
    identifiers: Type.Optional(Identifiers),
  },
  { ...closed, minProperties: 1 },
)
export type OrganisationChange = Static<typeof OrganisationChange>

export const StatusChange = Type.Object({ status: Literals(['active', 'suspended', 'left']) }, closed)

export const MemberView = Type.Object({
  id: Type.String(),
  user: Type.String(),
  /** Empty for who was erased. */
  name: Type.String(),
  email: Type.String(),
  role: RoleName,
  from: Type.String(),
  until: Nullable(Type.String()),
  origin: Type.String(),
  isInForce: Type.Boolean(),
})
export type MemberView = Static<typeof MemberView>

export const MemberChange = Type.Object(
  { role: Type.Optional(RoleName), until: Type.Optional(Nullable(When)) },
  { ...closed, minProperties: 1 },
)

export const InvitationBody = Type.Object(
  {
    email: Type.String({ minLength: 3, maxLength: 254 }),
    role: RoleName,
    until: Type.Optional(Nullable(When)),
  },
  closed,
)
export const InvitationView = Type.Object({
  id: Type.String(),
  email: Type.String(),
  role: RoleName,
  until: Nullable(Type.String()),
  createdAt: Type.String(),
  expiresAt: Type.String(),
  state: Literals(['open', 'used', 'revoked', 'expired']),
})
export type InvitationView = Static<typeof InvitationView>

/** What a link shows before it is accepted. */
export const InvitationOffer = Type.Object({
  organisationName: Type.String(),
  email: Type.String(),
  role: RoleName,
  /** An account with this address exists: sign in first, else choose name and password. */
  hasAccount: Type.Boolean(),
  expiresAt: Type.String(),
})
export type InvitationOffer = Static<typeof InvitationOffer>

const Token = Type.String({ minLength: 20, maxLength: 200 })
export const InvitationTokenBody = Type.Object({ token: Token }, closed)
export const AcceptBody = Type.Object(
  {
    token: Token,
    /** For who has no account yet. */
    name: Type.Optional(Name),
    password: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
    locale: Type.Optional(Literals(['fr', 'en'])),
  },
  closed,
)

export const CharterText = Type.Object(
  {
    fr: Type.String({ minLength: 1, maxLength: 100_000 }),
    en: Type.String({ minLength: 1, maxLength: 100_000 }),
  },
  closed,
)
export const CharterBody = Type.Object({ text: CharterText, requiredAt: Type.Optional(When) }, closed)
export const CharterView = Type.Object({
  version: Type.Integer(),
  text: CharterText,
  /** SHA-256 of the text as it is signed, hex. */
  sha256: Type.String(),
  publishedAt: Type.String(),
  requiredAt: Type.String(),
  signatures: Type.Array(
    Type.Object({ organisation: Type.String(), organisationName: Type.String(), signedAt: Type.String() }),
  ),
})
export type CharterView = Static<typeof CharterView>
export const SignBody = Type.Object(
  {
    version: Type.Integer({ minimum: 1 }),
    /** Of the text that was read: another one cannot be signed by mistake. */
    sha256: Type.String({ minLength: 64, maxLength: 64 }),
  },
  closed,
)

export const ConsortiumBody = Type.Object(
  {
    name: Name,
    /** Who coordinates it; default: the organisation one acts for. */
    organisation: Type.Optional(Id),
    from: Type.Optional(When),
    until: Type.Optional(Nullable(When)),
  },
  closed,
)
export const ConsortiumChange = Type.Object(
  { name: Type.Optional(Name), until: Type.Optional(Nullable(When)) },
  { ...closed, minProperties: 1 },
)
export const ConsortiumMemberBody = Type.Object(
  { from: Type.Optional(When), until: Type.Optional(Nullable(When)) },
  closed,
)
export const ConsortiumView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  organisation: Type.String(),
  from: Type.String(),
  until: Nullable(Type.String()),
  /** Latest version of its charter; null when it has none and membership needs no signature. */
  charterVersion: Nullable(Type.Integer()),
  members: Type.Array(
    Type.Object({
      organisation: Type.String(),
      organisationName: Type.String(),
      from: Type.String(),
      until: Nullable(Type.String()),
      signedVersion: Nullable(Type.Integer()),
      isInForce: Type.Boolean(),
    }),
  ),
})
export type ConsortiumView = Static<typeof ConsortiumView>

/** What an organisation brought, and how it went on. */
export const Contribution = Type.Object({
  organisation: Type.String(),
  datasets: Type.Array(
    Type.Object({
      id: Type.String(),
      title: Type.Record(Type.String(), Type.String()),
      rowCount: Type.Integer(),
      versions: Type.Integer(),
      /** Null before the first version. */
      updatedAt: Nullable(Type.String()),
      ageDays: Nullable(Type.Number()),
      /** Days within which a new version is expected, as the owner promised; null for no promise. */
      expectedDays: Nullable(Type.Number()),
      isLate: Type.Boolean(),
      /** Rows taken of all that were sent with the current version, 0 to 1. */
      quality: Nullable(Type.Number()),
    }),
  ),
  /** State at the end of each month, oldest first; the running month up to now. */
  months: Type.Array(
    Type.Object({
      month: Type.String(),
      datasets: Type.Integer(),
      rows: Type.Integer(),
      versionsPublished: Type.Integer(),
    }),
  ),
})
export type Contribution = Static<typeof Contribution>

export const Done = Type.Object({ done: Type.Literal(true) })
