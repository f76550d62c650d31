/** What the routes of accounts take and answer. Instants are ISO text in UTC. */
import Type, { type Static } from 'typebox'
import { keyScopes, organisationRoles, platformRoles } from '../http/principal.ts'

const closed = { additionalProperties: false }
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()])
const Literals = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values] })

const Email = Type.String({ minLength: 3, maxLength: 254 })
const Name = Type.String({ minLength: 1, maxLength: 200 })
/** Longer ones are refused before anything is hashed. */
const Password = Type.String({ minLength: 1, maxLength: 256 })
const Token = Type.String({ minLength: 20, maxLength: 200 })
const OneTimeCode = Type.String({ minLength: 6, maxLength: 40 })
const Locale = Literals(['fr', 'en'])
const Id = Type.String({ minLength: 1, maxLength: 100 })

export const OrganisationRoleName = Literals(organisationRoles)
export const PlatformRoleName = Literals(platformRoles)
const KeyScopeName = Literals(keyScopes)

/** An organisation that somebody may act for. */
export const MembershipView = Type.Object({
  organisation: Type.String(),
  organisationName: Type.String(),
  role: OrganisationRoleName,
  until: Nullable(Type.String()),
})
export type MembershipView = Static<typeof MembershipView>

export const Person = Type.Object({
  id: Type.String(),
  name: Type.String(),
  email: Type.String(),
  locale: Locale,
  platformRoles: Type.Array(PlatformRoleName),
  /** An invented person of the demo: pages say so. */
  isDemo: Type.Boolean(),
  hasPassword: Type.Boolean(),
  hasTotp: Type.Boolean(),
  /** Identity providers this account signs in by. */
  providers: Type.Array(Type.String()),
  createdAt: Type.String(),
})
export type Person = Static<typeof Person>

export const ProviderView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  preset: Literals(['oidc', 'proconnect', 'franceconnect']),
  /** Open it as a page, not by fetch. */
  startUrl: Type.String(),
})

/** Who asks, as they may know it themselves. `person` is null for who is not signed in. */
export const SessionView = Type.Object({
  kind: Literals(['anonymous', 'user', 'key', 'service']),
  person: Nullable(Person),
  organisation: Nullable(Type.String()),
  role: Nullable(OrganisationRoleName),
  memberships: Type.Array(MembershipView),
  endsAt: Nullable(Type.String()),
  providers: Type.Array(ProviderView),
  /** Nobody has an account yet: the page for the administrator's link. */
  needsSetup: Type.Boolean(),
  /** Whether this request may change datasets. */
  mayLoad: Type.Boolean(),
})
export type SessionView = Static<typeof SessionView>

export const LoginBody = Type.Object(
  {
    email: Email,
    password: Password,
    /** Of the authenticator, or a recovery code, for accounts with a second factor. */
    code: Type.Optional(OneTimeCode),
    /** To act for at once; default: the first membership. */
    organisation: Type.Optional(Id),
  },
  closed,
)

export const SwitchBody = Type.Object({ organisation: Nullable(Id) }, closed)

export const SessionItem = Type.Object({
  id: Type.String(),
  isCurrent: Type.Boolean(),
  organisation: Nullable(Type.String()),
  createdAt: Type.String(),
  seenAt: Type.String(),
  endsAt: Type.String(),
  address: Type.String(),
  agent: Type.String(),
  provider: Type.String(),
})
export type SessionItem = Static<typeof SessionItem>

export const SetupBody = Type.Object(
  {
    token: Token,
    email: Email,
    name: Name,
    password: Password,
    locale: Type.Optional(Locale),
  },
  closed,
)

export const ProfileBody = Type.Object(
  { name: Type.Optional(Name), locale: Type.Optional(Locale) },
  { ...closed, minProperties: 1 },
)
export const PasswordBody = Type.Object({ current: Password, password: Password }, closed)
export const ForgottenBody = Type.Object({ email: Email }, closed)
export const ResetBody = Type.Object({ token: Token, password: Password }, closed)
export const ConfirmBody = Type.Object({ password: Type.Optional(Password) }, closed)
export const EraseBody = Type.Object(
  { password: Type.Optional(Password), email: Email },
  { ...closed, description: 'Write your own address to confirm.' },
)
export const TotpCodeBody = Type.Object({ code: OneTimeCode }, closed)

export const TotpOffer = Type.Object({
  /** Base32, to type where no camera is. */
  secret: Type.String(),
  uri: Type.String(),
  /** The same as a picture: `data:image/svg+xml;base64,…` */
  qr: Type.String(),
})
export const RecoveryCodes = Type.Object({ codes: Type.Array(Type.String()) })

export const KeyBody = Type.Object(
  {
    name: Name,
    scopes: Type.Array(KeyScopeName, { minItems: 1, maxItems: keyScopes.length, uniqueItems: true }),
    /** Absent or null: every dataset that its person may. */
    datasets: Type.Optional(Nullable(Type.Array(Id, { minItems: 1, maxItems: 100, uniqueItems: true }))),
    /** Ranges such as `192.0.2.0/24`; absent or empty: from anywhere. */
    cidrs: Type.Optional(Type.Array(Type.String({ maxLength: 60 }), { maxItems: 50 })),
    /** At most a year from now. */
    expiresAt: Type.String({ maxLength: 40 }),
  },
  closed,
)
export type KeyBody = Static<typeof KeyBody>

export const KeyView = Type.Object({
  prefix: Type.String(),
  name: Type.String(),
  user: Type.String(),
  userName: Type.String(),
  organisation: Nullable(Type.String()),
  scopes: Type.Array(KeyScopeName),
  datasets: Nullable(Type.Array(Type.String())),
  cidrs: Type.Array(Type.String()),
  createdAt: Type.String(),
  expiresAt: Type.String(),
  lastUsedAt: Nullable(Type.String()),
  revokedAt: Nullable(Type.String()),
})
export type KeyView = Static<typeof KeyView>

/** `key` is shown this once. */
export const NewKey = Type.Object({ ...KeyView.properties, key: Type.String() })
export type NewKey = Static<typeof NewKey>

export const AccountItem = Type.Object({
  ...Person.properties,
  status: Literals(['active', 'disabled', 'erased']),
  lastLoginAt: Nullable(Type.String()),
})
export type AccountItem = Static<typeof AccountItem>

export const AccountEvent = Type.Object({
  id: Type.String(),
  at: Type.String(),
  kind: Type.String(),
  account: Nullable(Type.String()),
  actor: Nullable(Type.String()),
  organisation: Nullable(Type.String()),
  detail: Type.String(),
})
export type AccountEvent = Static<typeof AccountEvent>

export const StatusBody = Type.Object({ status: Literals(['active', 'disabled']) }, closed)
export const RolesBody = Type.Object(
  { platformRoles: Type.Array(PlatformRoleName, { maxItems: platformRoles.length, uniqueItems: true }) },
  closed,
)
export const Done = Type.Object({ done: Type.Literal(true) })
export const Redirect = Type.Object({ redirectTo: Nullable(Type.String()) })
