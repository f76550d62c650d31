import { useQuery } from '@tanstack/react-query'
import type { Quality } from '../../../../src/datasets/quality/schema.ts'
import { platformPath } from '../api.ts'
import { readJson } from '../requests.ts'

export const useQuality = (id: string) =>
  useQuery({
    queryKey: ['quality', id],
    queryFn: ({ signal }) => readJson<Quality>(`${platformPath(id)}/quality`, { signal }),
    retry: false,
    staleTime: 60_000,
  })

/** Scores by dataset. The catalogue stands without them while they are counted. */
export function useScores(): ReadonlyMap<string, number> | undefined {
  const { data } = useQuery({
    queryKey: ['quality'],
    queryFn: async ({ signal }) => {
      const { qualities } = await readJson<{ qualities: Quality[] }>('/api/v1/quality', { signal })
      return new Map(qualities.map(({ datasetId, score }) => [datasetId, score]))
    },
    retry: false,
    staleTime: 60_000,
  })
  return data
}
