import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { DatasetUsage, JournalHead, JournalKey } from '../../../src/journal/schema.ts'
import { ask } from '../accounts/ask.ts'
import { datasetPath, questionText } from '../datasets/api.ts'
import type { Facet } from '../datasets/explore-answers.ts'

const log = datasetPath('access-log')
const pageRows = 50

/** One end of an access, or a count of those of the public. */
export interface JournalEntry {
  at: string
  kind: string
  node: string
  seq: number
  organisation: string | null
  actor: string | null
  dataset: string | null
  owner: string | null
  action: string | null
  outcome: string | null
  status: number | null
  accesses: number | null
  rows: number | null
  bytes: number | null
  columns: string[] | null
}

interface Page {
  total_count: number
  results: JournalEntry[]
}

export const useEntries = (where: string) =>
  useInfiniteQuery({
    queryKey: ['journal', 'entries', where],
    queryFn: ({ pageParam, signal }) =>
      ask<Page>(
        `${log}/records?${questionText({ where, order_by: 'at desc', limit: pageRows, offset: pageParam })}`,
        {
          signal,
        },
      ),
    initialPageParam: 0,
    getNextPageParam: (_last: Page, pages: Page[]) => {
      const shown = pages.reduce((sum, { results }) => sum + results.length, 0)
      return shown < (pages[0]?.total_count ?? 0) ? shown : undefined
    },
  })

export interface OutcomeSum {
  outcome: string | null
  uses: number | null
  given: number | null
  size: number | null
}

export const useSums = (where: string) =>
  useQuery({
    queryKey: ['journal', 'sums', where],
    queryFn: async ({ signal }) => {
      const select = 'outcome, sum(accesses) as uses, sum(rows) as given, sum(bytes) as size'
      const question = questionText({ where, select, group_by: 'outcome', limit: 100 })
      return (await ask<{ results: OutcomeSum[] }>(`${log}/records?${question}`, { signal })).results
    },
  })

/** What there is to narrow by, whatever is chosen. */
export const useChoices = (facets: readonly string[]) =>
  useQuery({
    queryKey: ['journal', 'choices', facets],
    queryFn: async ({ signal }) =>
      (await ask<{ facets: Facet[] }>(`${log}/facets?${questionText({ facet: facets })}`, { signal })).facets,
  })

export const entriesAsCsv = (where: string) =>
  `${log}/exports/csv?${questionText({ where, order_by: 'at desc' })}`

export const useHeads = () =>
  useQuery({
    queryKey: ['journal', 'heads'],
    queryFn: async ({ signal }) => {
      const [{ heads }, { keys }] = await Promise.all([
        ask<{ heads: JournalHead[] }>('/api/v1/journal/heads', { signal }),
        ask<{ keys: JournalKey[] }>('/api/v1/journal/keys', { signal }),
      ])
      return { heads, keys }
    },
  })

export const useUsage = (dataset: string) =>
  useQuery({
    queryKey: ['usage', dataset],
    queryFn: ({ signal }) =>
      ask<DatasetUsage>(`/api/v1/datasets/${encodeURIComponent(dataset)}/usage`, { signal }),
  })
