/** Whom a change may concern, as the server names principals. Pure. */
import type { ConsortiumView, OrganisationView } from '../../../src/organisations/schema.ts'
import type { Grantee } from '../../../src/sharing/schema.ts'

export const mostPrincipals = 30

/**
 * The public, and every active organisation but the owner, those that a grant names first; with a role where only
 * that role is named.
 */
export function audienceOf(
  owner: string | null,
  grantees: readonly Grantee[],
  organisations: readonly Pick<OrganisationView, 'id' | 'status'>[],
  consortia: readonly Pick<ConsortiumView, 'id' | 'members'>[],
): string[] {
  const named = grantees.flatMap((grantee) => {
    if (grantee.kind === 'organisation') return [`organisation:${grantee.organisation}`]
    if (grantee.kind === 'role') return [`organisation:${grantee.organisation}:${grantee.role}`]
    if (grantee.kind !== 'consortium') return []
    const members = consortia.find(({ id }) => id === grantee.consortium)?.members ?? []
    return members.map(({ organisation }) => `organisation:${organisation}`)
  })
  const others = organisations.flatMap(({ id, status }) =>
    status === 'active' ? [`organisation:${id}`] : [],
  )
  const all = new Set(['anonymous', ...named, ...others])
  return [...all].filter((one) => one.split(':')[1] !== owner).slice(0, mostPrincipals)
}

/** The parts of a principal's name. */
export function readPrincipal(text: string): {
  kind: 'anonymous' | 'authenticated' | 'organisation'
  organisation?: string
  role?: string
  scopes?: string[]
} {
  const [kind, organisation, role, scopes] = text.split(':')
  if (kind !== 'organisation') return { kind: kind === 'authenticated' ? kind : 'anonymous' }
  return { kind, organisation, role, scopes: scopes?.split('+') }
}
