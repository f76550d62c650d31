import { readCodeTable } from '../package-root.ts'

export type AisClass = 'A' | 'B'
export type Motion = 'under-way' | 'anchored' | 'moored' | 'unknown'

const limits = new Map(
  readCodeTable('ais/staleness.csv').map((row) => [
    `${row.aisClass} ${row.state}`,
    { staleAfterMs: Number(row.staleAfterS) * 1000, forgetAfterMs: Number(row.forgetAfterS) * 1000 },
  ]),
)

/**
 * How old a position may be, by class and motion, ms: before the vessel counts as “last seen”, and before the
 * live map leaves it out (data/ais/staleness.csv). An unknown class counts as A.
 */
export const ageLimitsOf = (
  aisClass: AisClass | null,
  motion: Motion,
): { staleAfterMs: number; forgetAfterMs: number } => limits.get(`${aisClass ?? 'A'} ${motion}`)!
