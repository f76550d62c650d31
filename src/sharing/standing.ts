/** How everybody stands to a dataset, for the log of accesses and for the doors that change something. */
import { LacydonError, notFound } from '../errors.ts'
import type { LoggedAction, Standing, StandingOf } from '../http/access-log.ts'
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
      return action === 'manage' ? toBeMade(principal, sharing.state.policies.get(datasetId)) : undefined
    }
    const policy = sharing.policyOf(asked)
    const { owner } = policy
    if (action === 'manage') {
      const knows = sharing.decide(principal, asked, 'discover').allow
      const denial =
        managesDataset(principal, policy) && (knows || principal.kind !== 'anonymous')
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

/** A dataset whose first rows are still being loaded is already its owner's; what is nobody's may be made by anybody. */
function toBeMade(principal: Principal, policy: Policy | undefined): Standing | undefined {
  if (!policy) return undefined
  const isOwn = managesDataset(principal, policy)
  if (!isOwn && policy.owner === null) return undefined
  const denial = isOwn ? null : notFound('dataset', policy.dataset)
  return { owner: policy.owner, isPublic: false, grants: [], agreements: [], denial }
}

/** Stewards of the owner; what has no owner is the platform's. Who is nobody was let in, or not, by the guard of writes. */
export function managesDataset(principal: Principal, { owner, dataset }: Policy): boolean {
  if (principal.kind === 'service') return true
  if (principal.kind === 'anonymous') return owner === null
  if (principal.kind === 'key') {
    const { datasets, scopes } = principal
    if (!scopes.includes('load') || (datasets && !datasets.includes(dataset))) return false
  }
  if (owner === null) return principal.kind === 'user' && principal.platformRoles.includes('platform-admin')
  return principal.organisation === owner && (principal.role === 'steward' || principal.role === 'admin')
}
