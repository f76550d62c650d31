import { type QueryKey, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type {
  Agreement,
  AgreementTemplate,
  DataRequest,
  Grant,
  GrantBody,
  HistoryStep,
  Policy,
  PolicyBody,
  Restriction,
  RestrictionBody,
} from '../../../src/sharing/schema.ts'
import { ask, Denied } from '../accounts/ask.ts'

export type ActionName = GrantBody['actions'][number]
/** In the order of what they let out. */
export const actionNames = [
  'discover',
  'preview',
  'query',
  'tiles',
  'stream',
  'export',
  'reshare',
] as const satisfies readonly ActionName[]

export interface PolicyView {
  policy: Policy
  grants: Grant[]
  restrictions: Restriction[]
}

type Transform = { kind: 'round'; steps: number[] } | { kind: 'pseudonym'; period: 'day' | 'month' }

/** What somebody else gets: `ways` are those to a cell, the best first. */
export interface SeenAs {
  allow: boolean
  reason: string | null
  fields: { name: string; type: string; ways: { grant: number; transform?: Transform }[] }[]
  grants: string[]
  rowCount: number
  sample: Record<string, unknown>[]
}

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
export interface ProposedChange {
  policy?: PolicyBody
  grant?: { id?: string; body: GrantBody }
  revoke?: string
  restriction?: RestrictionBody
  lift?: string
}

const root = '/api/v1/sharing'
export const sharedPath = (dataset: string) => `${root}/datasets/${encodeURIComponent(dataset)}`
const seeAsPath = (dataset: string) => `/api/v1/datasets/${encodeURIComponent(dataset)}/see-as`
/** What was refused will be again; what was lost on the way may not. */
const retry = (count: number, error: Error) => count < 1 && !(error instanceof Denied)

export const usePolicy = (dataset: string, isAsked = true) =>
  useQuery({
    queryKey: ['policy', dataset],
    queryFn: ({ signal }) => ask<PolicyView>(`${sharedPath(dataset)}/policy`, { signal }),
    enabled: isAsked,
    retry,
  })

export const useSeeAs = (dataset: string, principal: string, action: ActionName) =>
  useQuery({
    queryKey: ['policy', dataset, 'see-as', principal, action],
    queryFn: ({ signal }) =>
      ask<SeenAs>(`${seeAsPath(dataset)}?${new URLSearchParams({ principal, action })}`, { signal }),
    retry,
  })

/** What a change would do, asked again whenever it is another one; null asks nothing. */
export const usePreview = (dataset: string, principals: readonly string[], change: ProposedChange | null) =>
  useQuery({
    queryKey: ['policy', dataset, 'preview', principals, change],
    queryFn: async ({ signal }) =>
      (
        await ask<{ changes: ChangeFor[] }>(seeAsPath(dataset), {
          method: 'POST',
          body: { principals, change },
          signal,
        })
      ).changes,
    enabled: change !== null && principals.length > 0,
    placeholderData: (previous) => previous,
    retry,
  })

export const useTemplates = () =>
  useQuery({
    queryKey: ['templates'],
    queryFn: async ({ signal }) =>
      (await ask<{ templates: AgreementTemplate[] }>(`${root}/templates`, { signal })).templates,
    retry,
  })

export const useAgreements = (isAsked = true) =>
  useQuery({
    queryKey: ['agreements'],
    queryFn: async ({ signal }) =>
      (await ask<{ agreements: Agreement[] }>(`${root}/agreements`, { signal })).agreements,
    enabled: isAsked,
    retry,
  })

export const useHistory = (agreement: string) =>
  useQuery({
    queryKey: ['agreements', agreement, 'history'],
    queryFn: async ({ signal }) =>
      (
        await ask<{ history: HistoryStep[] }>(`${root}/agreements/${encodeURIComponent(agreement)}/history`, {
          signal,
        })
      ).history,
    retry,
  })

export const useRequests = (isAsked = true) =>
  useQuery({
    queryKey: ['requests'],
    queryFn: async ({ signal }) =>
      (await ask<{ requests: DataRequest[] }>(`${root}/requests`, { signal })).requests,
    enabled: isAsked,
    retry,
  })

/** A change on the server, after which what it touches is read again. */
export function useChange<Wanted, Answer>(
  run: (wanted: Wanted) => Promise<Answer>,
  ...touched: readonly QueryKey[]
) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: run,
    onSuccess: () => Promise.all(touched.map((queryKey) => queries.invalidateQueries({ queryKey }))),
  })
}

export const requestPath = (id?: string) =>
  id === undefined ? `${root}/requests` : `${root}/requests/${encodeURIComponent(id)}/steps`
export const agreementPath = (id?: string, what = '') =>
  id === undefined ? `${root}/agreements` : `${root}/agreements/${encodeURIComponent(id)}/${what}`
export const templatePath = (id?: string) =>
  id === undefined ? `${root}/templates` : `${root}/templates?${new URLSearchParams({ template: id })}`
