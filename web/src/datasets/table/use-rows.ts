import { useQueries } from '@tanstack/react-query'
import { type Question, recordsQuery } from '../api.ts'
import type { DataRecord } from '../explore-answers.ts'

const pageRows = 100
/** Further than this the API wants a walk: a table says so and offers the export. */
export const mostRows = 10_000

export interface Rows {
  /** Rows that fulfil the conditions; undefined before the first answer. */
  total: number | undefined
  row(index: number): DataRecord | undefined
  error: Error | null
  isFetching: boolean
}

/** The pages of an answer that hold the rows `first` to `last`, and its first page for the total. */
export function useRows(id: string, question: Question, first: number, last: number): Rows {
  const pages = new Set([0])
  for (let page = Math.floor(first / pageRows); page * pageRows <= last && page * pageRows < mostRows; page++)
    pages.add(page)
  const numbers = [...pages]
  const answers = useQueries({
    queries: numbers.map((page) =>
      recordsQuery(id, { ...question, limit: pageRows, offset: page * pageRows }),
    ),
  })
  return {
    total: answers[0]?.data?.total_count,
    row(index) {
      const at = numbers.indexOf(Math.floor(index / pageRows))
      return answers[at]?.data?.results[index % pageRows]
    },
    error: answers.find(({ error }) => error)?.error ?? null,
    isFetching: answers.some(({ isFetching }) => isFetching),
  }
}
