/** Accounts, organisations and mail put together: who asks, and their doors. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { accountRoutes } from './accounts/account-routes.ts'
import { AccountAdministration } from './accounts/administration.ts'
import { administrationRoutes } from './accounts/administration-routes.ts'
import { identifier } from './accounts/identify.ts'
import { keyRoutes } from './accounts/key-routes.ts'
import { Linking } from './accounts/oidc/linking.ts'
import { readProviders } from './accounts/oidc/providers.ts'
import { oidcRoutes } from './accounts/oidc/routes.ts'
import { OidcSignIn } from './accounts/oidc/sign-in.ts'
import { checkExposure } from './accounts/public-exposure.ts'
import { AccountRecovery } from './accounts/recovery.ts'
import { recoveryRoutes } from './accounts/recovery-routes.ts'
import { newSecret } from './accounts/secrets.ts'
import { Accounts } from './accounts/service.ts'
import { SessionCookie } from './accounts/session-cookie.ts'
import { sessionRoutes } from './accounts/session-routes.ts'
import type { Config } from './config.ts'
import type { Datasets } from './datasets/service.ts'
import type { ControlDb } from './engines/control/control.ts'
import type { App } from './http/app.ts'
import type { Principal } from './http/principal.ts'
import { letter } from './mail/letters.ts'
import { mailRoutes } from './mail/routes.ts'
import { Mailer } from './mail/service.ts'
import { Charters } from './organisations/charters.ts'
import { Consortia } from './organisations/consortia.ts'
import { consortiumRoutes } from './organisations/consortium-routes.ts'
import type { ContributionsOptions } from './organisations/contributions.ts'
import { type DemoAccount, openDemoAccounts } from './organisations/demo.ts'
import { invitationRoutes } from './organisations/invitation-routes.ts'
import { Invitations } from './organisations/invitations.ts'
import { organisationRoutes } from './organisations/organisation-routes.ts'
import { Organisations } from './organisations/service.ts'

export type IdentityConfig = Pick<
  Config,
  | 'demo'
  | 'demoAccounts'
  | 'host'
  | 'publicUrl'
  | 'trustedProxies'
  | 'smtpUrl'
  | 'mailFrom'
  | 'oidcFile'
  | 'keysInAddress'
  | 'databaseUrl'
  | 'clickhouseUrl'
  | 'natsUrl'
>

export interface IdentityOptions {
  config: IdentityConfig
  control: ControlDb
  now: () => Date
  fetch: typeof fetch
  log: { warn(details: Record<string, unknown>, message: string): void }
}

export interface Identity {
  accounts: Accounts
  organisations: Organisations
  consortia: Consortia
  mailer: Mailer
  /** For the command line of this machine. */
  localToken: string
  /** What the start prints once: how to make the administrator, or to sign in to the demo. */
  setupToken: string | undefined
  demoAccounts: DemoAccount[]
  /** For `buildApp`. */
  identify(request: FastifyRequest, reply: FastifyReply): Promise<Principal>
  hasAccounts(): boolean
  /** Where people reach this instance, as links in mails say it, once it listens. */
  reachedAt(address: string): void
  /** That address, without a slash at its end. */
  home(): string
  routes(app: App, data: { datasets: Datasets; ownedBy: ContributionsOptions['ownedBy'] }): void
  close(): Promise<void>
}

/** Throws `invalid_setting` before anything is made when a setting must not be. Migrations have run. */
export async function openIdentity(options: IdentityOptions): Promise<Identity> {
  const { config, control, now, log } = options
  const hasDemoAccounts = config.demo && config.demoAccounts
  checkExposure({ ...config, hasDemoAccounts })
  const providers = readProviders(config.oidcFile)
  const mailer = new Mailer({ control, smtpUrl: config.smtpUrl, from: config.mailFrom, now, log })
  let home = config.publicUrl?.replace(/\/$/, '') ?? ''

  const organisations = new Organisations({ control, now, log })
  const memberships = { membershipsOf: (user: string) => organisations.members.inForce(user) }
  const accounts = await Accounts.open({ control, memberships, now, allowsDemo: hasDemoAccounts })
  organisations.onAccessEnded(({ organisation, user }) => accounts.endActing(organisation, user))
  accounts.addPersonalData({
    name: 'memberships',
    export: (user) => organisations.members.historyOf(user),
    mayErase: (user) => organisations.members.mayLeaveAll(user),
    erase: (user) => organisations.members.leaveAll(user),
  })
  accounts.addPersonalData({
    name: 'mails',
    export: async (_user, email) => mailer.keptFor(email),
    erase: async (_user, email) => {
      await invitations.forget(email)
      await mailer.forget(email)
    },
  })
  const recovery = new AccountRecovery({
    accounts,
    control,
    now,
    // In the fragment, which no server and no log gets to see.
    mailReset: ({ email, name }, token) =>
      mailer.send({ to: email, ...letter('reset', { name, link: `${home}/reset#${token}` }) }),
  })
  const charters = new Charters({ control, organisations, now })
  const consortia = new Consortia({ control, organisations, charters, now })
  const invitations = new Invitations({
    control,
    organisations,
    accounts,
    now,
    mail: ({ email, organisationName, role, token, expiresAt }) =>
      mailer.send({
        to: email,
        ...letter('invitation', {
          organisation: organisationName,
          role,
          until: expiresAt.slice(0, 10),
          link: `${home}/invitation#${token}`,
        }),
      }),
  })
  const signIn = new OidcSignIn({ control, providers, now, fetch: options.fetch })
  const linking = new Linking({
    control,
    accounts,
    now,
    applyGroups: (user, provider, wanted) => organisations.members.applyGroups(user, provider, wanted),
  })

  const cookie = new SessionCookie(config.publicUrl)
  const localToken = newSecret()
  const identify = identifier({
    accounts,
    cookie,
    localToken,
    takesKeysInAddress: config.keysInAddress,
    trustsProxies: config.trustedProxies.length > 0,
  })
  if (!hasDemoAccounts) await accounts.closeDemo()
  const demoAccounts = hasDemoAccounts ? await openDemoAccounts(organisations, accounts) : []
  const baseOf = (request: FastifyRequest) =>
    config.publicUrl?.replace(/\/$/, '') ?? `${request.protocol}://${request.host}`

  return {
    accounts,
    organisations,
    consortia,
    mailer,
    localToken,
    setupToken: await recovery.setupToken(),
    demoAccounts,
    identify,
    hasAccounts: () => accounts.hasAccounts,
    home: () => home,
    reachedAt: (address) => {
      home = address.replace(/\/$/, '')
    },
    routes(app, { datasets, ownedBy }) {
      sessionRoutes(app, {
        accounts,
        memberships,
        cookie,
        providers: () =>
          providers.map(({ id, name, preset }) => ({
            id,
            name,
            preset,
            startUrl: `/api/v1/session/oidc/${id}/start`,
          })),
        logoutAddress: (session, request) => signIn.logoutAddress(session, `${baseOf(request)}/`),
      })
      accountRoutes(app, accounts, cookie)
      keyRoutes(app, accounts)
      recoveryRoutes(app, recovery)
      administrationRoutes(app, new AccountAdministration(accounts, control), recovery)
      oidcRoutes(app, { control, signIn, linking, cookie, now, fetch: options.fetch, baseOf, log })
      organisationRoutes(app, {
        organisations,
        accounts,
        contributions: { organisations, datasets, ownedBy, now },
      })
      invitationRoutes(app, invitations)
      consortiumRoutes(app, consortia, charters)
      mailRoutes(app, mailer)
    },
    close: () => mailer.close(),
  }
}
