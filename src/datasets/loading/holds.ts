/** When a load waits for a person: it differs too much from what was expected. Pure. */
import type { LoadResult, LoadView } from './schema.ts'

export interface Thresholds {
  /** Part of the rows that may be rejected. */
  rejectedShare: number
  /** Part of the rows of the last version that may be missing. */
  lostShare: number
}

export const defaultThresholds: Thresholds = { rejectedShare: 0.01, lostShare: 0.3 }

export interface Comparison {
  result: Pick<LoadResult, 'rowCount' | 'rejectedCount'>
  /** Rows of the version before; null when there is none. */
  lastRowCount: number | null
  missingFields: readonly string[]
  thresholds: Thresholds
}

/** What a person should look at, a sentence each; empty when the version may be published. */
export function holdsOf({ result, lastRowCount, missingFields, thresholds }: Comparison): LoadView['holds'] {
  const { rowCount, rejectedCount } = result
  const holds: string[] = []
  const all = rowCount + rejectedCount
  if (rejectedCount > all * thresholds.rejectedShare)
    holds.push(
      `${rejectedCount} of ${all} rows were rejected, more than ${percent(thresholds.rejectedShare)}.`,
    )
  if (lastRowCount !== null && rowCount < lastRowCount * (1 - thresholds.lostShare))
    holds.push(
      `It has ${rowCount} rows, the version before had ${lastRowCount}: more than ${percent(thresholds.lostShare)} are missing.`,
    )
  if (missingFields.length > 0)
    holds.push(`Columns of the version before are missing: ${missingFields.join(', ')}.`)
  return holds
}

const percent = (share: number) => `${Math.round(share * 1000) / 10} %`
