import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { pino } from 'pino'
import { accountMigrations } from '../../src/accounts/tables.ts'
import { type ControlDb, openControl } from '../../src/engines/control/control.ts'
import { type App, buildApp } from '../../src/http/app.ts'
import { type Identity, type IdentityConfig, openIdentity } from '../../src/identity.ts'
import { mailMigrations } from '../../src/mail/tables.ts'
import { organisationMigrations } from '../../src/organisations/tables.ts'

export const good = 'corde neuve au quai sud'
export const other = 'vent de terre et brume'

/** Accounts, organisations and mail behind the real web server, on a control database of their own. */
export interface Instance extends Identity {
  app: App
  control: ControlDb
  /** Everything that was logged. */
  logged: string[]
  /** Moves the clock. */
  later(seconds: number): void
  now(): Date
  browser(options?: { address?: string; host?: string; agent?: string }): Browser
  /** An organisation with an administrator and further members, all with the password `good`. */
  organisation(name: string, members?: Record<string, string>): Promise<string>
  person(email: string, roles?: ('platform-admin' | 'auditor' | 'curator')[]): Promise<string>
  /** The link of the last mail, as far as it is a token. */
  lastToken(): Promise<string>
  close(): Promise<void>
}

export const atHome: IdentityConfig = {
  demo: false,
  demoAccounts: true,
  host: '127.0.0.1',
  publicUrl: undefined,
  trustedProxies: [],
  smtpUrl: undefined,
  mailFrom: 'Lacydon <lacydon@port.example>',
  oidcFile: undefined,
  keysInAddress: true,
  databaseUrl: undefined,
  clickhouseUrl: undefined,
  natsUrl: undefined,
}

export async function openInstance(
  change: Partial<IdentityConfig> = {},
  { databaseUrl, startMs = Date.now() }: { databaseUrl?: string; startMs?: number } = {},
): Promise<Instance> {
  const config = { ...atHome, ...change }
  const folder = mkdtempSync(join(tmpdir(), 'lacydon-accounts-'))
  const logged: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) })
  const control = await openControl({
    ...(databaseUrl !== undefined && { url: databaseUrl }),
    file: join(folder, 'control.sqlite'),
    log,
  })
  await control.migrate([mailMigrations, accountMigrations, organisationMigrations])
  let nowMs = startMs
  const now = () => new Date(nowMs)
  const identity = await openIdentity({ config, control, now, fetch, log })
  const { accounts, organisations } = identity
  const app = await buildApp({
    trustedProxies: config.trustedProxies,
    publicUrl: config.publicUrl,
    logger: log,
    identify: identity.identify,
    hasAccounts: identity.hasAccounts,
  })
  identity.reachedAt(config.publicUrl ?? 'http://127.0.0.1:8787')
  identity.routes(app, { datasets: undefined as never, ownedBy: () => [] })
  // What stands for every route that changes datasets.
  app.post('/api/v1/datasets/:id/versions', { config: { door: { public: 'a test' } } }, async (request) => ({
    by: request.principal.kind,
  }))
  await app.ready()
  return {
    ...identity,
    app,
    control,
    logged,
    now,
    later: (seconds) => {
      nowMs += seconds * 1000
    },
    browser: (options) => new Browser(app, options),
    async organisation(name, members = {}) {
      const id = await organisations.make({ name, kind: 'public' }, { status: 'active' })
      for (const [email, role] of Object.entries(members)) {
        const user = await accounts.create({ name: `Personne ${email.split('@')[0]}`, email, password: good })
        await organisations.members.ensure(user, id, role as 'admin')
      }
      return id
    },
    async person(email, roles = []) {
      const id = await accounts.create({ name: `Personne ${email.split('@')[0]}`, email, password: good })
      if (roles.length > 0)
        await control.transaction<never, void>((trx) =>
          accounts.people.grantRoles(trx as never, id, roles, id),
        )
      return id
    },
    async lastToken() {
      await identity.mailer.flush()
      const administrator = { kind: 'service', name: 'local' } as const
      const { mails } = await identity.mailer.outbox(administrator)
      return /#([\w-]{43})/.exec(mails[0]?.text ?? '')?.[1] ?? ''
    },
    async close() {
      await app.close()
      await identity.close()
      await control.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** A browser on the page of an instance: keeps cookies, names its origin, sends JSON. */
export class Browser {
  readonly cookies = new Map<string, string>()
  readonly #app: App
  readonly #address: string
  readonly #host: string
  readonly #agent: string

  constructor(
    app: App,
    {
      address = '203.0.113.7',
      host = 'port.example',
      agent = 'Firefox',
    }: Parameters<Instance['browser']>[0] = {},
  ) {
    this.#app = app
    this.#address = address
    this.#host = host
    this.#agent = agent
  }

  async ask(
    method: string,
    url: string,
    body?: unknown,
    headers: Record<string, string | undefined> = {},
  ): Promise<LightMyRequestResponse> {
    const given: Record<string, string | undefined> = {
      host: this.#host,
      'user-agent': this.#agent,
      ...(method !== 'GET' && { origin: `http://${this.#host}` }),
      ...(body !== undefined && typeof body !== 'string' && { 'content-type': 'application/json' }),
      ...(this.cookies.size > 0 && {
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      }),
      ...headers,
    }
    const response = await this.#app.inject({
      method: method as NonNullable<InjectOptions['method']>,
      url,
      remoteAddress: this.#address,
      headers: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    for (const { name, value, maxAge } of response.cookies) {
      if (maxAge === 0 || value === '') this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return response
  }

  get(url: string, headers?: Record<string, string | undefined>) {
    return this.ask('GET', url, undefined, headers)
  }

  signIn(email: string, password = good, more: Record<string, unknown> = {}) {
    return this.ask('POST', '/api/v1/session', { email, password, ...more })
  }

  async who(): Promise<{ kind: string; organisation: string | null; role: string | null }> {
    return (await this.get('/api/v1/session')).json()
  }

  get sessionCookie(): string | undefined {
    return this.cookies.get('lacydon-session') ?? this.cookies.get('__Host-lacydon-session')
  }
}
