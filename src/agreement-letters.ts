/** Letters about agreements put together: who of an organisation is written to, and what. */
import type { Identity } from './identity.ts'
import { letter } from './mail/letters.ts'
import type { ExpiryNotice } from './sharing/expiry-letters.ts'

/** Writes to the administrators and stewards of the organisation. `home`: address of the platform. */
export async function sendExpiryNotice(
  { organisations, accounts, mailer }: Pick<Identity, 'organisations' | 'accounts' | 'mailer'>,
  { agreement, organisation, days }: ExpiryNotice,
  home: string,
): Promise<void> {
  const platform = { kind: 'service', name: 'local' } as const
  const members = await organisations.members.list(platform, organisation)
  const users = members
    .filter(({ role, isInForce }) => isInForce && (role === 'admin' || role === 'steward'))
    .map(({ user }) => user)
  const grantee = await organisations.get(agreement.organisation)
  const names = await accounts.people.names(users)
  for (const { name, email } of names.values())
    mailer.send({
      to: email,
      ...letter('expiry', {
        name,
        organisation: grantee.name,
        dataset: agreement.dataset,
        until: agreement.expiresAt!.slice(0, 10),
        days: String(days),
        link: `${home.replace(/\/$/, '')}/datasets/${encodeURIComponent(agreement.dataset)}`,
      }),
    })
}
