/** How everybody stands to a dataset, for the log of accesses and for the doors that change something. */
import { LacydonError, notFound } from '../errors.ts'
import type { LoggedAction, StandingOf } from '../http/access-log.ts'
import type { Principal } from '../http/principal.ts'
import type { Policy } from './schema.ts'
import { type DatasetAsked, refusal, type Sharing } from './service.ts'

/** `describe` throws `not_found`. */
export function decidedStanding(sharing: Sharing, describe: (id: string) => DatasetAsked): StandingOf {
  return (principal, datasetId, action: LoggedAction) => {
    let asked: DatasetAsked
    try {
      asked = describe(datasetId)
    } catch {
      return undefined
    }
    const policy = sharing.policyOf(asked)
    const { owner } = policy
    if (action === 'manage') {
      const knows = sharing.decide(principal, asked, 'discover').allow
      const denial = managesDataset(principal, policy)
        ? null
        : knows
          ? new LacydonError('forbidden', 403, 'Stewards of the organisation that owns these data do this.')
          : notFound('dataset', datasetId)
      return { owner, isPublic: false, grants: [], agreements: [], denial }
    }
    const decision = sharing.decide(principal, asked, action)
    if (!decision.allow)
      return { owner, isPublic: false, grants: [], agreements: [], denial: refusal(decision, datasetId) }
    const { grants, agreements, isPublic } = decision
    return { owner, isPublic, grants, agreements, denial: null }
  }
}

/** Stewards of the owner; what has no owner is the platform's. Who is nobody was let in, or not, by the guard of writes. */
export function managesDataset(principal: Principal, { owner, dataset }: Policy): boolean {
  if (principal.kind === 'service') return true
  if (principal.kind === 'anonymous') return owner === null
  if (principal.kind === 'key' && principal.datasets && !principal.datasets.includes(dataset)) return false
  if (owner === null) return principal.kind === 'user' && principal.platformRoles.includes('platform-admin')
  return principal.organisation === owner && (principal.role === 'steward' || principal.role === 'admin')
}
