/** What a change of rights would give and take, before it is written: the same decision on what is not in force yet. */
import { invalidInput } from '../errors.ts'
import type { Action, Principal } from '../http/principal.ts'
import type { Decision, PolicySnapshot } from './decision.ts'
import { checkedGrant, checkedPolicy, checkedRestriction } from './policies.ts'
import { presetGrants } from './presets.ts'
import { effective } from './rules.ts'
import type { GrantBody, PolicyBody, RestrictionBody } from './schema.ts'
import { countSeen, principalOf, type SeeingEngines, type SeenRows } from './see-as.ts'
import type { DatasetAsked } from './service.ts'

/** One thing that somebody is about to do. */
export interface ProposedChange {
  policy?: PolicyBody
  /** `id`: the grant that is replaced; absent or null for a new one. */
  grant?: { id?: string | null; body: GrantBody }
  /** Id of a grant. */
  revoke?: string
  restriction?: RestrictionBody
  /** Id of a restriction. */
  lift?: string
}

/** What somebody gets. `changed`: fields that are rounded or replaced in at least some of their rows. */
export interface Extent {
  allow: boolean
  reason: string | null
  rowCount: number
  fields: string[]
  changed: string[]
}

export interface ChangeFor {
  principal: string
  before: Extent
  after: Extent
}

/** Before and after, for each principal (as `principalOf` reads them). Throws 400 and 422 as the change itself would. */
export async function previewChange(
  engines: SeeingEngines,
  asked: DatasetAsked,
  { principals, action, change }: { principals: readonly string[]; action: Action; change: ProposedChange },
  rows: SeenRows,
): Promise<ChangeFor[]> {
  const { sharing } = engines
  const now = sharing.now()
  const before = sharing.snapshotOf(asked)
  const after = changed(before, asked, change, now.toISOString())
  const { id, fields, eventTime } = asked.definition
  const decide = (principal: Principal, snapshot: PolicySnapshot) =>
    effective(principal, { id, fields, eventTime }, action, snapshot, now)
  const answers: ChangeFor[] = []
  for (const text of principals) {
    const principal = principalOf(text)
    const [was, becomes] = [decide(principal, before), decide(principal, after)]
    const seen = await extentOf(engines, asked, was, rows)
    const isSame = was.allow && becomes.allow && was.fingerprint === becomes.fingerprint
    answers.push({
      principal: text,
      before: seen,
      after: isSame ? seen : await extentOf(engines, asked, becomes, rows),
    })
  }
  return answers
}

function changed(
  before: PolicySnapshot,
  { definition }: DatasetAsked,
  change: ProposedChange,
  at: string,
): PolicySnapshot {
  if (Object.values(change).filter((part) => part !== undefined).length !== 1)
    throw invalidInput('A change is one thing at a time.')
  const { policy, grant, revoke, restriction, lift } = change
  if (policy) {
    const next = {
      ...before.policy,
      ...checkedPolicy(policy, definition),
      version: before.policy.version + 1,
    }
    const written = before.grants.filter(({ id }) => !id.startsWith('preset:'))
    return { ...before, policy: next, grants: [...presetGrants(next), ...written] }
  }
  if (grant) {
    const known = before.grants.find(({ id }) => id === grant.id)
    const next = {
      id: grant.id ?? 'proposed',
      dataset: definition.id,
      ...checkedGrant(grant.body, definition),
      version: (known?.version ?? 0) + 1,
      createdAt: at,
      revokedAt: null,
    }
    return { ...before, grants: [...before.grants.filter((one) => one !== known), next] }
  }
  if (restriction) {
    const next = {
      id: 'proposed',
      dataset: definition.id,
      ...checkedRestriction(restriction, definition),
      author: before.policy.owner,
      version: 1,
      createdAt: at,
      liftedAt: null,
    }
    return { ...before, restrictions: [...before.restrictions, next] }
  }
  return {
    ...before,
    grants: before.grants.filter(({ id }) => id !== revoke),
    restrictions: before.restrictions.filter(({ id }) => id !== lift),
  }
}

async function extentOf(
  engines: SeeingEngines,
  asked: DatasetAsked,
  decision: Decision,
  rows: SeenRows,
): Promise<Extent> {
  if (!decision.allow) return { allow: false, reason: decision.reason, rowCount: 0, fields: [], changed: [] }
  const { fields, rowCount } = await countSeen(engines, asked, decision, rows)
  return {
    allow: true,
    reason: null,
    rowCount,
    fields,
    changed: fields.filter((name) => decision.cells[name]?.some(({ transform }) => transform)),
  }
}
