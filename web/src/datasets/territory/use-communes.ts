import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { datasetPath, exploreRoot, questionText, useDataset } from '../api.ts'
import type { Records } from '../explore-answers.ts'
import { nameText } from '../odsql-text.ts'
import { readJson } from '../requests.ts'
import { type Area, communesId, isCode, isInseeCode, type Reference, referenceOf } from './reference.ts'

export interface Commune {
  code: string
  name: string
}

const mostCommunes = 5_000
const none: Commune[] = []

/** Whether this instance knows communes: asked for in the catalogue, so that a missing one is no error. */
function useReference(isAsked: boolean) {
  const listed = useQuery({
    queryKey: ['communes', 'is-there'],
    queryFn: ({ signal }) =>
      readJson<Records>(
        `${exploreRoot}/datasets?${questionText({ where: `dataset_id = "${communesId}"`, select: 'dataset_id', limit: 1 })}`,
        { signal },
      ),
    staleTime: 300_000,
    retry: false,
    enabled: isAsked,
  })
  const isThere = (listed.data?.results.length ?? 0) > 0
  const { data } = useDataset(isThere ? communesId : undefined, undefined)
  return {
    isAbsent: listed.data !== undefined && !isThere,
    dataset: data,
    reference: data && referenceOf(data),
  }
}

async function readCommunes({ code, name }: Reference, signal: AbortSignal): Promise<Commune[]> {
  const question = {
    select: `${nameText(code)} as code, ${nameText(name)} as name`,
    order_by: nameText(name),
    cursor: '*',
    limit: mostCommunes,
  }
  const { results } = await readJson<Records>(
    `${datasetPath(communesId)}/records?${questionText(question)}`,
    {
      signal,
    },
  )
  return results.map((row) => ({ code: String(row.code), name: String(row.name) }))
}

/** The communes that can be chosen; `isAbsent` when the reference dataset is not loaded or says too little. */
export function useCommunes(isAsked: boolean): { communes: Commune[]; isAbsent: boolean } {
  const { isAbsent, dataset, reference } = useReference(isAsked)
  const { data } = useQuery({
    queryKey: ['communes', 'list', reference],
    queryFn: ({ signal }) => readCommunes(reference!, signal),
    staleTime: 300_000,
    retry: false,
    enabled: reference !== undefined,
  })
  return { communes: data ?? none, isAbsent: isAbsent || (dataset !== undefined && !reference) }
}

/**
 * What territories are called: the name of a commune for its INSEE code where the reference dataset tells it, else the
 * word itself. Asked for only where `words` holds a code.
 */
export function useTerritoryNames(words: readonly string[]): (word: string) => string {
  const { communes } = useCommunes(words.some(isInseeCode))
  return useMemo(() => {
    const names = new Map(communes.map(({ code, name }) => [code, name]))
    return (word: string) => (isInseeCode(word) ? names.get(word) : undefined) ?? word
  }, [communes])
}

const areaOf = (value: unknown): Area | null =>
  (value as { geometry?: Area } | null)?.geometry ?? (value as Area | null) ?? null

/** The outline of a commune: undefined until it is known, null when nothing tells it. */
export function useArea(code: string | undefined): Area | null | undefined {
  const { isAbsent, dataset, reference } = useReference(code !== undefined)
  const { data, error } = useQuery({
    queryKey: ['communes', 'area', code, reference],
    queryFn: async ({ signal }) => {
      const question = { where: isCode(reference!, code!), select: nameText(reference!.shape), limit: 1 }
      const { results } = await readJson<Records>(
        `${datasetPath(communesId)}/records?${questionText(question)}`,
        { signal },
      )
      return areaOf(results[0]?.[reference!.shape])
    },
    staleTime: 300_000,
    retry: false,
    enabled: code !== undefined && reference !== undefined,
  })
  if (code === undefined) return undefined
  return isAbsent || error || (dataset && !reference) ? null : data
}
