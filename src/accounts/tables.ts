import { defineMigrations } from '../engines/control/migrations.ts'

/** Control tables of accounts. Instants are ISO text in UTC; what begins with `hash` is SHA-256 in hex. */
export type AccountTables = {
  /** What logs and other tables refer to. It stays when the person is erased. */
  account: {
    id: string
    /** `active`, `disabled`, `erased`. */
    status: string
    locale: string
    is_demo: number
    created_at: string
    modified_at: string
    last_login_at: string | null
  }
  /** The one place where a person has a name: erasing them is deleting this row. */
  account_name: {
    account_id: string
    name: string
    email: string
    /** Folded address by which a local account signs in; null for accounts of an identity provider. */
    login: string | null
  }
  account_password: { account_id: string; hash: string; changed_at: string }
  account_totp: {
    account_id: string
    secret: string
    /** Null until a first code proved that the device has it. */
    confirmed_at: string | null
    /** Last 30 s step whose code was taken: none is taken twice. */
    last_step: number
  }
  account_recovery_code: { account_id: string; hash: string; used_at: string | null }
  account_role: { account_id: string; role: string; granted_at: string; granted_by: string }
  account_link: {
    issuer: string
    subject: string
    account_id: string
    provider: string
    created_at: string
    last_login_at: string
  }
  account_session: {
    hash: string
    /** Names the session to its owner, and opens nothing. */
    id: string
    account_id: string
    organisation_id: string | null
    created_at: string
    seen_at: string
    expires_at: string
    address: string
    agent: string
    /** Provider id, or empty for a local sign-in. */
    provider: string
    /** `sid` of the provider, for its logout. */
    provider_session: string
    id_token: string
  }
  account_key: {
    prefix: string
    hash: string
    name: string
    account_id: string
    organisation_id: string | null
    scopes: string
    datasets: string
    cidrs: string
    created_at: string
    expires_at: string
    last_used_at: string | null
    revoked_at: string | null
    revoked_by: string | null
  }
  /** One-time tokens: set-up, password reset. */
  account_token: {
    hash: string
    purpose: string
    account_id: string | null
    expires_at: string
  }
  /** Failed sign-ins, by the hash of an account's address or of a network address. */
  account_throttle: { hash: string; failures: number; blocked_until: string; modified_at: string }
  /** Sign-ins at identity providers that are under way. */
  account_oidc_flow: {
    hash: string
    provider: string
    nonce: string
    verifier: string
    browser_hash: string
    return_to: string
    link_account_id: string | null
    expires_at: string
  }
  /** `jti` of logout tokens that were taken. */
  account_logout_token: { hash: string; expires_at: string }
  account_event: {
    id: string
    at: string
    kind: string
    account_id: string | null
    actor_id: string | null
    organisation_id: string | null
    detail: string
  }
}

const account = { kind: 'text', references: 'account.id', onDelete: 'cascade' } as const

export const accountMigrations = defineMigrations('accounts', [
  {
    name: 'account',
    up: (schema) =>
      schema.table('account', {
        id: { kind: 'text', primary: true },
        status: { kind: 'text' },
        locale: { kind: 'text' },
        is_demo: { kind: 'flag', default: 0 },
        created_at: { kind: 'instant' },
        modified_at: { kind: 'instant' },
        last_login_at: { kind: 'instant', optional: true },
      }),
  },
  {
    name: 'name',
    up: (schema) =>
      schema.table('account_name', {
        account_id: { ...account, primary: true },
        name: { kind: 'text' },
        email: { kind: 'text' },
        login: { kind: 'text', optional: true, unique: true },
      }),
  },
  {
    name: 'password',
    up: (schema) =>
      schema.table('account_password', {
        account_id: { ...account, primary: true },
        hash: { kind: 'text' },
        changed_at: { kind: 'instant' },
      }),
  },
  {
    name: 'one-time codes',
    up: (schema) =>
      schema.table('account_totp', {
        account_id: { ...account, primary: true },
        secret: { kind: 'text' },
        confirmed_at: { kind: 'instant', optional: true },
        last_step: { kind: 'integer', default: 0 },
      }),
  },
  {
    name: 'recovery codes',
    up: (schema) =>
      schema.table(
        'account_recovery_code',
        {
          account_id: account,
          hash: { kind: 'text' },
          used_at: { kind: 'instant', optional: true },
        },
        { primaryKey: ['account_id', 'hash'] },
      ),
  },
  {
    name: 'platform roles',
    up: (schema) =>
      schema.table(
        'account_role',
        {
          account_id: account,
          role: { kind: 'text' },
          granted_at: { kind: 'instant' },
          granted_by: { kind: 'text' },
        },
        { primaryKey: ['account_id', 'role'] },
      ),
  },
  {
    name: 'links',
    up: (schema) =>
      schema.table(
        'account_link',
        {
          issuer: { kind: 'text' },
          subject: { kind: 'text' },
          account_id: account,
          provider: { kind: 'text' },
          created_at: { kind: 'instant' },
          last_login_at: { kind: 'instant' },
        },
        { primaryKey: ['issuer', 'subject'] },
      ),
  },
  { name: 'links of an account', up: (schema) => schema.index('account_link', ['account_id']) },
  {
    name: 'sessions',
    up: (schema) =>
      schema.table('account_session', {
        hash: { kind: 'text', primary: true },
        id: { kind: 'text', unique: true },
        account_id: account,
        organisation_id: { kind: 'text', optional: true },
        created_at: { kind: 'instant' },
        seen_at: { kind: 'instant' },
        expires_at: { kind: 'instant' },
        address: { kind: 'text' },
        agent: { kind: 'text' },
        provider: { kind: 'text' },
        provider_session: { kind: 'text' },
        id_token: { kind: 'text' },
      }),
  },
  { name: 'sessions of an account', up: (schema) => schema.index('account_session', ['account_id']) },
  {
    name: 'sessions of an organisation',
    up: (schema) => schema.index('account_session', ['organisation_id']),
  },
  {
    name: 'keys',
    up: (schema) =>
      schema.table('account_key', {
        prefix: { kind: 'text', primary: true },
        hash: { kind: 'text' },
        name: { kind: 'text' },
        account_id: account,
        organisation_id: { kind: 'text', optional: true },
        scopes: { kind: 'json' },
        datasets: { kind: 'json' },
        cidrs: { kind: 'json' },
        created_at: { kind: 'instant' },
        expires_at: { kind: 'instant' },
        last_used_at: { kind: 'instant', optional: true },
        revoked_at: { kind: 'instant', optional: true },
        revoked_by: { kind: 'text', optional: true },
      }),
  },
  { name: 'keys of an account', up: (schema) => schema.index('account_key', ['account_id']) },
  { name: 'keys of an organisation', up: (schema) => schema.index('account_key', ['organisation_id']) },
  {
    name: 'tokens',
    up: (schema) =>
      schema.table('account_token', {
        hash: { kind: 'text', primary: true },
        purpose: { kind: 'text' },
        account_id: { ...account, optional: true },
        expires_at: { kind: 'instant' },
      }),
  },
  {
    name: 'throttle',
    up: (schema) =>
      schema.table('account_throttle', {
        hash: { kind: 'text', primary: true },
        failures: { kind: 'integer' },
        blocked_until: { kind: 'instant' },
        modified_at: { kind: 'instant' },
      }),
  },
  {
    name: 'sign-ins at providers',
    up: (schema) =>
      schema.table('account_oidc_flow', {
        hash: { kind: 'text', primary: true },
        provider: { kind: 'text' },
        nonce: { kind: 'text' },
        verifier: { kind: 'text' },
        browser_hash: { kind: 'text' },
        return_to: { kind: 'text' },
        link_account_id: { kind: 'text', optional: true },
        expires_at: { kind: 'instant' },
      }),
  },
  {
    name: 'logout tokens',
    up: (schema) =>
      schema.table('account_logout_token', {
        hash: { kind: 'text', primary: true },
        expires_at: { kind: 'instant' },
      }),
  },
  {
    name: 'events',
    up: (schema) =>
      schema.table('account_event', {
        id: { kind: 'text', primary: true },
        at: { kind: 'instant' },
        kind: { kind: 'text' },
        account_id: { kind: 'text', optional: true },
        actor_id: { kind: 'text', optional: true },
        organisation_id: { kind: 'text', optional: true },
        detail: { kind: 'text' },
      }),
  },
  { name: 'events of an account', up: (schema) => schema.index('account_event', ['account_id', 'at']) },
  { name: 'events by time', up: (schema) => schema.index('account_event', ['at']) },
])
