/** What the asker may do with a dataset: for pages that say so before anything is refused. */
import Type, { type Static } from 'typebox'
import { actions, type Principal } from '../http/principal.ts'
import { ActionName, Quota } from './schema.ts'
import type { DatasetAsked, Sharing } from './service.ts'
import { managesDataset } from './standing.ts'

const Text = Type.Union([Type.String(), Type.Null()])

export const OwnAccess = Type.Object({
  /** The organisation that owns it; null for the platform. */
  owner: Text,
  /** The asker is a steward of the owner. */
  mayManage: Type.Boolean(),
  actions: Type.Array(
    Type.Object({
      action: ActionName,
      allow: Type.Boolean(),
      /** Why not; null when allowed. */
      reason: Text,
      /** For `agreement_required`: the template whose terms have to be accepted. */
      template: Text,
    }),
  ),
  /** Of asking for rows; null for no limit. */
  quota: Type.Union([Quota, Type.Null()]),
  agreements: Type.Array(Type.String()),
  /** When the right to ask for rows ends or has to be decided again; null when nothing ends by itself. */
  endsAt: Text,
  /** Everybody gets the same. */
  isPublic: Type.Boolean(),
})
export type OwnAccess = Static<typeof OwnAccess>

/** Throws `not_found` for who may not know that the dataset exists. */
export function ownAccess(sharing: Sharing, principal: Principal, asked: DatasetAsked): OwnAccess {
  sharing.require(principal, asked, 'discover')
  const policy = sharing.policyOf(asked)
  const query = sharing.decide(principal, asked, 'query')
  return {
    owner: policy.owner,
    // Whoever is nobody manages what is nobody's only as long as there are no accounts: no page offers that.
    mayManage: principal.kind !== 'anonymous' && managesDataset(principal, policy),
    actions: actions.map((action) => {
      const decision = action === 'query' ? query : sharing.decide(principal, asked, action)
      return decision.allow
        ? { action, allow: true, reason: null, template: null }
        : { action, allow: false, reason: decision.reason, template: decision.template }
    }),
    quota: query.allow ? query.quota : null,
    agreements: query.allow ? [...query.agreements] : [],
    endsAt: query.allow ? query.recheckAt : null,
    isPublic: query.allow && query.isPublic,
  }
}
