import type { Contribution } from '../../../src/organisations/schema.ts'

export interface ContributionFigures {
  datasets: number
  rows: number
  /** Of the dataset that changed last; null before the first version. */
  updatedAt: string | null
  late: number
  /** Rows taken of all rows sent, over every dataset, 0 to 1; null where nothing is known. */
  quality: number | null
}

/** What an organisation brings, in five numbers. */
export function figuresOf(datasets: Contribution['datasets']): ContributionFigures {
  let rows = 0
  let late = 0
  let updatedAt: string | null = null
  let taken = 0
  let sent = 0
  for (const dataset of datasets) {
    rows += dataset.rowCount
    if (dataset.isLate) late++
    if (dataset.updatedAt !== null && (updatedAt === null || dataset.updatedAt > updatedAt))
      updatedAt = dataset.updatedAt
    // A dataset of which every row was rejected has none that counts here.
    if (dataset.quality !== null && dataset.quality > 0) {
      taken += dataset.rowCount
      sent += dataset.rowCount / dataset.quality
    }
  }
  return { datasets: datasets.length, rows, updatedAt, late, quality: sent > 0 ? taken / sent : null }
}

/** Rows gained or lost since the month before the running one; undefined with less than two months. */
export function changeOf(months: Contribution['months']): number | undefined {
  const [before, now] = months.slice(-2)
  return before && now ? now.rows - before.rows : undefined
}

/** A round number at or above the largest bar, 1, 2 or 5 times a power of ten. */
export function scaleTop(largest: number): number {
  if (largest <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(largest))
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= largest) ?? 10 * power
}
