import { LacydonError } from '../../errors.ts'

export type Clause =
  | 'select'
  | 'where'
  | 'group_by'
  | 'order_by'
  | 'facet'
  | 'refine'
  | 'exclude'
  | 'timezone'
  | 'lang'

/** Where in a clause: offsets in UTF-16 units, `end` excluded. */
export interface Span {
  start: number
  end: number
}

/** What an answer of the Explore API says of a query that cannot be run. */
export interface MalformedBody {
  error_code: 'ODSQLError'
  message: string
  clause: Clause
  /** Offset in the clause's text, from 0. */
  position: number
  /** What would have been understood there; empty when only the meaning was wrong. */
  expected: string[]
}

/** Thrown inside one clause; `inClause` says which. */
export class Malformed extends Error {
  readonly position: number
  readonly expected: string[]

  constructor(message: string, at: Span, expected: string[] = []) {
    super(message)
    this.position = at.start
    this.expected = expected
  }
}

/** Runs work on one clause. Throws `odsql_error` (400) whose details are a `MalformedBody`. */
export function inClause<T>(clause: Clause, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    const { position, expected } = error
    const message = `The ${clause} clause cannot be understood at position ${position}: ${error.message}`
    const body: MalformedBody = { error_code: 'ODSQLError', message, clause, position, expected }
    throw new LacydonError('odsql_error', 400, message, { details: { ...body } })
  }
}
