import { defineMigrations } from '../engines/control/migrations.ts'

/** Control tables of organisations. Instants are ISO text in UTC; ends are not included. */
export type OrganisationTables = {
  organisation: {
    id: string
    name: string
    kind: string
    siret: string | null
    eori: string | null
    lei: string | null
    /** `invited`, `active`, `suspended`, `left`. */
    status: string
    /** An invented one of the demo. */
    is_example: number
    created_at: string
    modified_at: string
  }
  membership: {
    id: string
    account_id: string
    organisation_id: string
    role: string
    from_at: string
    until_at: string | null
    /** `invitation`, `founder`, or `oidc:<provider>` for what a group claim brought. */
    origin: string
    created_by: string | null
  }
  invitation: {
    id: string
    hash: string
    organisation_id: string
    email: string
    role: string
    until_at: string | null
    invited_by: string | null
    created_at: string
    expires_at: string
    used_at: string | null
    revoked_at: string | null
  }
  consortium: {
    id: string
    name: string
    /** Who coordinates it. */
    organisation_id: string
    from_at: string
    until_at: string | null
    created_at: string
  }
  consortium_member: {
    consortium_id: string
    organisation_id: string
    from_at: string
    until_at: string | null
  }
  charter_version: {
    /** Id of a consortium, or `platform`. */
    scope: string
    version: number
    /** `{ fr, en }` */
    text: string
    sha256: string
    published_at: string
    published_by: string | null
    /** From then on only signatures of this version count. */
    required_at: string
  }
  charter_signature: {
    scope: string
    version: number
    organisation_id: string
    account_id: string
    signed_at: string
    sha256: string
  }
}

const organisation = { kind: 'text', references: 'organisation.id' } as const

export const organisationMigrations = defineMigrations('organisations', [
  {
    name: 'organisation',
    up: (schema) =>
      schema.table('organisation', {
        id: { kind: 'text', primary: true },
        name: { kind: 'text' },
        kind: { kind: 'text' },
        siret: { kind: 'text', optional: true, unique: true },
        eori: { kind: 'text', optional: true, unique: true },
        lei: { kind: 'text', optional: true, unique: true },
        status: { kind: 'text' },
        is_example: { kind: 'flag', default: 0 },
        created_at: { kind: 'instant' },
        modified_at: { kind: 'instant' },
      }),
  },
  {
    name: 'membership',
    up: (schema) =>
      schema.table('membership', {
        id: { kind: 'text', primary: true },
        account_id: { kind: 'text', references: 'account.id' },
        organisation_id: organisation,
        role: { kind: 'text' },
        from_at: { kind: 'instant' },
        until_at: { kind: 'instant', optional: true },
        origin: { kind: 'text' },
        created_by: { kind: 'text', optional: true },
      }),
  },
  { name: 'memberships of an account', up: (schema) => schema.index('membership', ['account_id']) },
  {
    name: 'memberships of an organisation',
    up: (schema) => schema.index('membership', ['organisation_id']),
  },
  {
    name: 'invitation',
    up: (schema) =>
      schema.table('invitation', {
        id: { kind: 'text', primary: true },
        hash: { kind: 'text', unique: true },
        organisation_id: organisation,
        email: { kind: 'text' },
        role: { kind: 'text' },
        until_at: { kind: 'instant', optional: true },
        invited_by: { kind: 'text', optional: true },
        created_at: { kind: 'instant' },
        expires_at: { kind: 'instant' },
        used_at: { kind: 'instant', optional: true },
        revoked_at: { kind: 'instant', optional: true },
      }),
  },
  {
    name: 'invitations of an organisation',
    up: (schema) => schema.index('invitation', ['organisation_id', 'created_at']),
  },
  {
    name: 'consortium',
    up: (schema) =>
      schema.table('consortium', {
        id: { kind: 'text', primary: true },
        name: { kind: 'text' },
        organisation_id: organisation,
        from_at: { kind: 'instant' },
        until_at: { kind: 'instant', optional: true },
        created_at: { kind: 'instant' },
      }),
  },
  {
    name: 'consortium member',
    up: (schema) =>
      schema.table(
        'consortium_member',
        {
          consortium_id: { kind: 'text', references: 'consortium.id', onDelete: 'cascade' },
          organisation_id: organisation,
          from_at: { kind: 'instant' },
          until_at: { kind: 'instant', optional: true },
        },
        { primaryKey: ['consortium_id', 'organisation_id'] },
      ),
  },
  {
    name: 'charter version',
    up: (schema) =>
      schema.table(
        'charter_version',
        {
          scope: { kind: 'text' },
          version: { kind: 'integer' },
          text: { kind: 'json' },
          sha256: { kind: 'text' },
          published_at: { kind: 'instant' },
          published_by: { kind: 'text', optional: true },
          required_at: { kind: 'instant' },
        },
        { primaryKey: ['scope', 'version'] },
      ),
  },
  {
    name: 'charter signature',
    up: (schema) =>
      schema.table(
        'charter_signature',
        {
          scope: { kind: 'text' },
          version: { kind: 'integer' },
          organisation_id: organisation,
          account_id: { kind: 'text' },
          signed_at: { kind: 'instant' },
          sha256: { kind: 'text' },
        },
        { primaryKey: ['scope', 'version', 'organisation_id'] },
      ),
  },
])
