/** Letters about exceptional access by administrators put together: who of the owner is written to, and what. */
import type { Identity } from './identity.ts'
import { letter } from './mail/letters.ts'
import type { GlassBroken } from './sharing/break-glass.ts'

/**
 * Writes to the administrators and stewards of the owner, and answers to how many. Rejects when the mail server takes
 * none of the letters: whoever waits for it gives nothing then.
 */
export async function tellOfBrokenGlass(
  { organisations, accounts, mailer, home }: Pick<Identity, 'organisations' | 'accounts' | 'mailer' | 'home'>,
  { dataset, owner, user, reason, until }: GlassBroken,
): Promise<number> {
  const platform = { kind: 'service', name: 'local' } as const
  const members = await organisations.members.list(platform, owner)
  const stewards = members
    .filter(({ role, isInForce }) => isInForce && (role === 'admin' || role === 'steward'))
    .map((member) => member.user)
    // Who breaks the glass knows already.
    .filter((steward) => steward !== user)
  const names = await accounts.people.names([user, ...stewards])
  const administrator = names.get(user)?.name ?? user
  const sent = await Promise.allSettled(
    stewards.flatMap((steward) => {
      const person = names.get(steward)
      if (!person) return []
      const link = `${home()}/datasets/${encodeURIComponent(dataset)}`
      const values = { name: person.name, administrator, dataset, reason, until, link }
      return mailer.deliver({ to: person.email, ...letter('break-glass', values) })
    }),
  )
  const failed = sent.find(({ status }) => status === 'rejected')
  const count = sent.filter(({ status }) => status === 'fulfilled').length
  if (failed?.status === 'rejected' && count === 0) throw failed.reason
  return count
}
