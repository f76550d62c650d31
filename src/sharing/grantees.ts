/** Whom a grant is for, and whether it is in force. Pure. */
import type { Action, PlatformRole, Principal } from '../http/principal.ts'
import type { DenialReason, PolicySnapshot } from './decision.ts'
import type { Agreement, Grant, Grantee, Parties, Policy } from './schema.ts'

/** The principal as rights see it: a session or key past its end is nobody. */
export interface Asking {
  isSignedIn: boolean
  /** Account of a person; null for keys and nobody. */
  user: string | null
  organisation: string | null
  role: string | null
  endsAt: string | null
  /** It has an organisation whose rights are suspended. */
  isSuspended: boolean
  /** People only: a key has none. */
  platformRoles: readonly PlatformRole[]
}

export function askingOf(principal: Principal, parties: Parties, now: string): Asking {
  const nobody = {
    isSignedIn: false,
    user: null,
    organisation: null,
    role: null,
    endsAt: null,
    isSuspended: false,
    platformRoles: [],
  }
  if (principal.kind === 'anonymous' || principal.kind === 'service') return nobody
  const { organisation, role, endsAt } = principal
  const platformRoles = principal.kind === 'user' ? principal.platformRoles : []
  const user = principal.kind === 'user' ? principal.user : null
  if (endsAt !== null && endsAt <= now) return nobody
  if (organisation === null) return { ...nobody, isSignedIn: true, user, endsAt, platformRoles }
  const status = parties.organisations.get(organisation)?.status
  // Whose organisation is not active keeps what everybody has.
  if (status !== 'active') return { ...nobody, isSuspended: true }
  return { isSignedIn: true, user, organisation, role, endsAt, isSuspended: false, platformRoles }
}

/** Ends of what a right rests on; `null` for none. */
export type Ends = (string | null)[]

/** The ends that being a member of the grantee has; undefined for who is none. */
export function membership(
  grantee: Grantee,
  asking: Asking,
  parties: Parties,
  now: string,
): Ends | undefined {
  switch (grantee.kind) {
    case 'everyone':
      return []
    case 'authenticated':
      return asking.isSignedIn ? [asking.endsAt] : undefined
    case 'organisation':
      return asking.organisation === grantee.organisation ? [asking.endsAt] : undefined
    case 'role':
      return asking.organisation === grantee.organisation && asking.role === grantee.role
        ? [asking.endsAt]
        : undefined
    case 'platform-role':
      return asking.platformRoles.includes(grantee.role) ? [asking.endsAt] : undefined
    case 'person':
      return asking.user === grantee.user && asking.platformRoles.includes('platform-admin')
        ? [asking.endsAt]
        : undefined
    case 'consortium': {
      const consortium = parties.consortia.get(grantee.consortium)
      if (!consortium || asking.organisation === null || !isWithin(consortium, now)) return undefined
      const member = consortium.members.find(
        (one) => one.organisation === asking.organisation && isWithin(one, now),
      )
      return member && [asking.endsAt, consortium.until, member.until]
    }
  }
}

/** From the first instant, up to but without the last. */
export const isWithin = (
  { from, until }: { from: string | null; until: string | null },
  now: string,
): boolean => (from === null || from <= now) && (until === null || now < until)

/** The instants at which a grant of a member begins or ends to be in force, and what is missing for it now. */
export function standing(
  grant: Grant,
  asking: Asking,
  snapshot: PolicySnapshot,
  now: string,
): { missing: DenialReason | undefined; agreement: Agreement | undefined; ends: Ends } {
  const none = { agreement: undefined, ends: [] }
  if (grant.revokedAt !== null && grant.revokedAt <= now) return { ...none, missing: 'not_granted' }
  if (grant.until !== null && grant.until <= now) return { ...none, missing: 'expired' }
  if (grant.from !== null && now < grant.from) return { ...none, missing: 'not_granted', ends: [grant.from] }
  if (grant.agreementTemplate === null) return { ...none, missing: undefined, ends: [grant.until] }
  return underAgreement(grant, grant.agreementTemplate, asking, snapshot, now)
}

function underAgreement(
  grant: Grant,
  templateId: string,
  asking: Asking,
  { agreements, templates }: PolicySnapshot,
  now: string,
): ReturnType<typeof standing> {
  const template = templates.get(templateId)
  const none = { agreement: undefined, ends: [] }
  const signed = agreements.filter(
    (one) =>
      one.template === templateId &&
      one.dataset === grant.dataset &&
      one.organisation === asking.organisation &&
      one.state === 'FINALIZED',
  )
  const graceEnd = (one: Agreement): string | null | undefined =>
    one.templateVersion === template?.version
      ? null
      : template?.previous.find(({ version, until }) => version === one.templateVersion && now < until)?.until
  const inForce = signed.find(
    (one) =>
      one.validity === 'active' &&
      (one.expiresAt === null || now < one.expiresAt) &&
      graceEnd(one) !== undefined,
  )
  if (inForce)
    return {
      missing: undefined,
      agreement: inForce,
      ends: [grant.until, inForce.expiresAt, graceEnd(inForce) ?? null],
    }
  if (signed.some(({ validity }) => validity === 'suspended')) return { ...none, missing: 'suspended' }
  return { ...none, missing: 'agreement_required' }
}

/** Members of the organisation that owns the dataset. */
export const isOwner = (policy: Policy, asking: Asking): boolean =>
  policy.owner !== null && asking.organisation === policy.owner

export const mayAsOwner = (
  { policy, ownerActions }: PolicySnapshot,
  asking: Asking,
  action: Action,
): boolean =>
  isOwner(policy, asking) &&
  asking.role !== null &&
  (ownerActions[asking.role as keyof typeof ownerActions] ?? []).includes(action)

/** Grants that somebody may know of: those that name them, in force or waiting for an agreement; all for the owner. */
export function knownGrants(principal: Principal, snapshot: PolicySnapshot, now: string): Grant[] {
  const asking = askingOf(principal, snapshot.parties, now)
  const isLive = ({ revokedAt, until }: Grant) =>
    (revokedAt === null || revokedAt > now) && (until === null || until > now)
  if (isOwner(snapshot.policy, asking)) return snapshot.grants.filter(isLive)
  return snapshot.grants.filter((grant) => {
    if (!membership(grant.grantee, asking, snapshot.parties, now)) return false
    const { missing } = standing(grant, asking, snapshot, now)
    return missing === undefined || missing === 'agreement_required' || missing === 'suspended'
  })
}
