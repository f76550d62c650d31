import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import type { DescribedDataset, SeenVersion } from '../../../src/datasets/schema.ts'
import { useLanguage } from '../ui/use-language.ts'
import type { CatalogueEntry, Dataset, Facet, Records } from './explore-answers.ts'
import { Refusal, readJson } from './requests.ts'

export const exploreRoot = '/api/explore/v2.1/catalog'
export const datasetPath = (id: string) => `${exploreRoot}/datasets/${encodeURIComponent(id)}`
export const platformPath = (id: string) => `/api/v1/datasets/${encodeURIComponent(id)}`

export const readerZone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'

/** Parameters of a question; a list repeats its name, what is empty is left out. */
export type Question = Record<string, string | number | readonly string[] | undefined>

export function questionText(question: Question): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(question))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== '') parameters.append(name, String(one))
  return parameters.toString()
}

const listed =
  'dataset_id,title,description,modified,publisher,license,theme,keyword,features,sector,territory,records_count,kind,simulated'
const catalogueLimit = 10_000

/** Every dataset that the reader may know of, by title. */
async function readCatalogue(lang: string, signal: AbortSignal): Promise<CatalogueEntry[]> {
  const entries: CatalogueEntry[] = []
  for (let total = 1; entries.length < Math.min(total, catalogueLimit); ) {
    const question = { select: listed, order_by: 'title', limit: 100, offset: entries.length, lang }
    const page = await readJson<Records>(`${exploreRoot}/datasets?${questionText(question)}`, { signal })
    if (page.results.length === 0) break
    entries.push(...(page.results as unknown as CatalogueEntry[]))
    total = page.total_count
  }
  return entries
}

export function useCatalogue() {
  const { language } = useLanguage()
  return useQuery({
    queryKey: ['catalogue', language],
    queryFn: ({ signal }) => readCatalogue(language, signal),
    placeholderData: keepPreviousData,
    retry: 1,
  })
}

/** Undefined asks nothing. */
export function useDataset(id: string | undefined, at: string | undefined) {
  const { language } = useLanguage()
  return useQuery({
    queryKey: ['dataset', id, at, language],
    queryFn: ({ signal }) =>
      readJson<Dataset>(`${datasetPath(id!)}?${questionText({ lang: language, at })}`, { signal }),
    placeholderData: (previous) => (previous?.dataset_id === id ? previous : undefined),
    retry: (count, error) => count < 1 && !(error instanceof Refusal),
    enabled: id !== undefined,
  })
}

/** Rows as asked for; `question` without paging is the same for all pages of a table. */
export const recordsQuery = (id: string, question: Question) =>
  queryOptions({
    queryKey: ['records', id, question],
    queryFn: ({ signal }) =>
      readJson<Records>(`${datasetPath(id)}/records?${questionText(question)}`, { signal }),
    retry: false,
    staleTime: 30_000,
  })

/** A dataset as the platform keeps it: texts in both languages, roles of its fields. Undefined asks nothing. */
export const useDescribed = (id: string | undefined) =>
  useQuery({
    queryKey: ['described', id],
    queryFn: ({ signal }) => readJson<DescribedDataset>(platformPath(id!), { signal }),
    enabled: id !== undefined,
    retry: false,
  })

export const useRecords = (id: string, question: Question, isEnabled = true) =>
  useQuery({ ...recordsQuery(id, question), placeholderData: keepPreviousData, enabled: isEnabled })

export const useFacets = (id: string, question: Question, isEnabled: boolean) =>
  useQuery({
    queryKey: ['facets', id, question],
    queryFn: ({ signal }) =>
      readJson<{ facets: Facet[] }>(`${datasetPath(id)}/facets?${questionText(question)}`, { signal }),
    placeholderData: keepPreviousData,
    retry: false,
    enabled: isEnabled,
  })

export const useVersions = (id: string) =>
  useQuery({
    queryKey: ['versions', id],
    queryFn: ({ signal }) =>
      readJson<{ versions: SeenVersion[] }>(`${platformPath(id)}/versions`, { signal }),
    retry: false,
  })
