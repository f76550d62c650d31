import { useQueries } from '@tanstack/react-query'
import { type Question, recordsQuery } from '../api.ts'
import type { DataRecord } from '../explore-answers.ts'

const pageRows = 100
/** Up to here the API pages by offset; further on a walk begins at the page's first row. */
const offsetWall = 10_000

export interface Rows {
  row(index: number): DataRecord | undefined
  error: Error | null
  isFetching: boolean
}

/** What asks for one page of rows. */
export function pageQuestion(question: Question, page: number): Question {
  const paged = { ...question, limit: pageRows, offset: page * pageRows }
  return paged.offset + pageRows <= offsetWall ? paged : { ...paged, cursor: '*' }
}

/** The pages of an answer that hold the rows `first` to `last`. */
export function useRows(id: string, question: Question, first: number, last: number): Rows {
  const from = Math.floor(first / pageRows)
  const numbers = Array.from({ length: Math.floor(last / pageRows) - from + 1 }, (_, i) => from + i)
  const answers = useQueries({
    queries: numbers.map((page) => recordsQuery(id, pageQuestion(question, page))),
  })
  return {
    row: (index) => answers[Math.floor(index / pageRows) - from]?.data?.results[index % pageRows],
    error: answers.find(({ error }) => error)?.error ?? null,
    isFetching: answers.some(({ isFetching }) => isFetching),
  }
}
