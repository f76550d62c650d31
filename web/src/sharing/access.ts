import { useQuery } from '@tanstack/react-query'
import type { GrantBody, Quota } from '../../../src/sharing/schema.ts'
import { ask, Denied } from '../accounts/ask.ts'

export interface OwnAccess {
  owner: string | null
  mayManage: boolean
  actions: {
    action: GrantBody['actions'][number]
    allow: boolean
    reason: string | null
    template: string | null
  }[]
  quota: Quota | null
  agreements: string[]
  endsAt: string | null
  isPublic: boolean
}

/** What the reader may do with a dataset, and why not the rest. */
export const useOwnAccess = (dataset: string) =>
  useQuery({
    queryKey: ['access', dataset],
    queryFn: ({ signal }) =>
      ask<OwnAccess>(`/api/v1/datasets/${encodeURIComponent(dataset)}/access`, { signal }),
    retry: (count, error) => count < 1 && !(error instanceof Denied),
  })

const reasons = ['login_required', 'not_granted', 'agreement_required', 'expired', 'suspended'] as const

export interface RowsDenied {
  reason: (typeof reasons)[number]
  /** What has to be accepted, for `agreement_required`. */
  template: string | null
}

/** Why the reader does not get the rows of a dataset that they may know of; undefined when they do. */
export function rowsDenied(access: OwnAccess | undefined): RowsDenied | undefined {
  const query = access?.actions.find(({ action }) => action === 'query')
  const reason = reasons.find((known) => known === query?.reason)
  return query && reason && { reason, template: query.template }
}
