import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { Reuse, ReuseProposal, Reuses } from '../../../../src/datasets/reuses/schema.ts'
import { platformPath } from '../api.ts'
import { readJson } from '../requests.ts'

export const reuseKinds = [
  'application',
  'visualisation',
  'article',
  'study',
  'service',
  'notebook',
  'other',
] as const satisfies readonly Reuse['kind'][]

const reusesPath = (dataset: string) => `${platformPath(dataset)}/reuses`
const reusePath = ({ datasetId, id }: Reuse) => `${reusesPath(datasetId)}/${encodeURIComponent(id)}`

export function useReuses(dataset: string) {
  const queries = useQueryClient()
  const key = ['reuses', dataset]
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => readJson<Reuses>(reusesPath(dataset), { signal }),
    retry: 1,
  })
  return { ...query, again: () => queries.invalidateQueries({ queryKey: key }) }
}

export const proposeReuse = (dataset: string, body: ReuseProposal) =>
  readJson<Reuse>(reusesPath(dataset), { method: 'POST', body })
export const acceptReuse = (reuse: Reuse) => readJson<Reuse>(`${reusePath(reuse)}/accept`, { method: 'POST' })
export const removeReuse = (reuse: Reuse) => readJson<undefined>(reusePath(reuse), { method: 'DELETE' })
