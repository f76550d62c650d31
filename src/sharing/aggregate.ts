/**
 * Counts of distinct subjects on a fixed grid and in fixed UTC windows. Each window is counted once, under one grid, so
 * that no two figures speak of the same rows and nothing is learned by subtracting them. Pure.
 */
import type { Row } from '../engines/columnar/columnar.ts'
import { and, call, column, type Expression, instant, type Query, value } from '../engines/columnar/query.ts'
import type { AggregateRelease } from './schema.ts'

/** Where the rows that are counted are; columns of the table. */
export interface Counted {
  table: string
  where: Expression
  eventTime: string
  lon: string
  lat: string
}

/** What a platform demands at least of every release. */
export type AggregateFloor = Pick<AggregateRelease, 'gridDeg' | 'windowS' | 'k' | 'delayS'>

/** How a figure was made: equal for figures of one series, which share grid, window and threshold. */
export const methodOf = ({ gridDeg, windowS, k, subject, delayS }: AggregateRelease): string =>
  `distinct ${subject}; grid ${gridDeg}°; window ${windowS} s UTC; k ${k}; delay ${delayS} s; version 1`

/** The same with everything at least as coarse, long and late as the floor. */
export const atLeast = (wanted: AggregateRelease, floor: AggregateFloor): AggregateRelease => ({
  ...wanted,
  gridDeg: Math.max(wanted.gridDeg, floor.gridDeg),
  windowS: Math.max(wanted.windowS, floor.windowS),
  k: Math.max(wanted.k, floor.k),
  delayS: Math.max(wanted.delayS, floor.delayS),
})

/** Start of the window that holds an instant, and the first start at or after it; ms since 1970 UTC. */
export const windowStart = (ms: number, { windowS }: AggregateRelease): number =>
  Math.floor(ms / (windowS * 1_000)) * windowS * 1_000
export const nextWindowStart = (ms: number, { windowS }: AggregateRelease): number =>
  Math.ceil(ms / (windowS * 1_000)) * windowS * 1_000

/** End of the last window that may be told of at an instant. */
export const closedUntil = (nowMs: number, release: AggregateRelease): number =>
  windowStart(nowMs - release.delayS * 1_000, release)

/** The instant of the first row that is counted at or after `fromMs` and before `untilMs`, as `at`; NULL for none. */
export const firstRowQuery = (of: Counted, fromMs: number, untilMs: number): Query => ({
  from: { kind: 'table', table: of.table },
  where: between(of, fromMs, untilMs),
  select: [{ as: 'at', value: { kind: 'aggregate', fn: 'min', of: column(of.eventTime) } }],
})

/** Cells (`at`, `x`, `y`) with at least k subjects, and how many (`n`). Smaller figures do not leave the engine. */
export function countQuery(of: Counted, release: AggregateRelease, fromMs: number, untilMs: number): Query {
  const at: Expression = {
    kind: 'time-bucket',
    of: column(of.eventTime),
    unit: 'second',
    count: release.windowS,
  }
  const x: Expression = { kind: 'grid', of: column(of.lon), size: release.gridDeg }
  const y: Expression = { kind: 'grid', of: column(of.lat), size: release.gridDeg }
  return {
    from: { kind: 'table', table: of.table },
    where: between(of, fromMs, untilMs),
    select: [
      { as: 'at', value: at },
      { as: 'x', value: x },
      { as: 'y', value: y },
      { as: 'n', value: { kind: 'aggregate', fn: 'count-distinct', of: column(release.subject) } },
    ],
    groupBy: [at, x, y],
    having: call('>=', column('n'), value(release.k)),
  }
}

const between = ({ where, eventTime, lon, lat }: Counted, fromMs: number, untilMs: number): Expression =>
  and(
    where,
    call('>=', column(eventTime), instant(new Date(fromMs))),
    call('<', column(eventTime), instant(new Date(untilMs))),
    { kind: 'not', of: call('is-null', column(lon)) },
    { kind: 'not', of: call('is-null', column(lat)) },
  )

export const cellName = (x: number, y: number): string => `${x}:${y}`

/**
 * One row for each window and each cell that ever had a figure. A cell joins with its first figure: that a row is there
 * without one says that fewer than k were in it, perhaps nobody, and not that somebody was.
 */
export function releasedRows(
  figures: readonly Row[],
  cells: Set<string>,
  release: AggregateRelease,
  { fromMs, untilMs, releasedAt }: { fromMs: number; untilMs: number; releasedAt: Date },
): Row[] {
  const known = new Map(
    figures.map(({ at, x, y, n }) => [`${Date.parse(String(at))} ${cellName(Number(x), Number(y))}`, n]),
  )
  const method = methodOf(release)
  const rows: Row[] = []
  for (let ms = fromMs; ms < untilMs; ms += release.windowS * 1_000) {
    const at = new Date(ms).toISOString()
    for (const figure of figures)
      if (figure.at === at) cells.add(cellName(Number(figure.x), Number(figure.y)))
    for (const cell of cells) {
      const [x, y] = cell.split(':').map(Number) as [number, number]
      rows.push({
        at,
        cell,
        lon: centre(x, release.gridDeg),
        lat: centre(y, release.gridDeg),
        vessels: known.get(`${ms} ${cell}`) ?? null,
        method,
        releasedAt: releasedAt.toISOString(),
      })
    }
  }
  return rows
}

/** Degrees to a tenth of a metre: a cell has one centre, whatever the arithmetic. */
const centre = (index: number, gridDeg: number): number => Math.round((index + 0.5) * gridDeg * 1e6) / 1e6
