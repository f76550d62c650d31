/** The embedded column store: append, the questions of a live map, compaction, start. Rows by BENCH_ROWS. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Columnar } from '../src/engines/columnar/columnar.ts'
import { openDuckDb } from '../src/engines/columnar/duckdb/open.ts'
import { silentLog } from '../src/engines/columnar/engine-log.ts'
import {
  and,
  call,
  column,
  type Expression,
  type Query,
  table,
  value,
} from '../src/engines/columnar/query.ts'
import { dayCount, firstDayMs, firstMmsi, positionBatches, positionsTable } from './position-rows.ts'
import type { BenchTable } from './table.ts'

export const name = 'columnar'

const dayMs = 86_400_000
const batchRows = 20_000
const runs = 5
/** Batches on their way at once, as the feed keeps them. */
const inFlight = 4

const from = table(positionsTable.name)
const at = (ms: number) => value(new Date(ms).toISOString())
const between = (name: string, low: Expression, high: Expression) =>
  and(call('>=', column(name), low), call('<', column(name), high))
const hours = (fromMs: number, n: number) => between('at', at(fromMs), at(fromMs + n * 3_600_000))
const inBox = and(between('lon', value(4.5), value(5.5)), between('lat', value(42.8), value(43.4)))
const cell = (name: string): Expression => ({ kind: 'grid', of: column(name), size: 0.005 })
const hour: Expression = { kind: 'time-bucket', of: column('at'), unit: 'hour', count: 1 }
const n = { as: 'n', value: { kind: 'aggregate', fn: 'count' } } as const

/** The day that is asked about: the last one stays hot, the first becomes a file. */
const questions = (dayStartMs: number): [string, Query][] => [
  [
    'track: one vessel, one day',
    {
      from,
      where: and(call('=', column('mmsi'), value(firstMmsi + 4_003)), hours(dayStartMs, 24)),
      orderBy: [{ by: column('at') }],
    },
  ],
  [
    'latest per vessel in a box, one hour',
    {
      from,
      where: and(inBox, hours(dayStartMs + 20 * 3_600_000, 1)),
      latestBy: { keys: ['mmsi'], by: 'at', tieBreak: '_seq' },
      select: ['mmsi', 'at', 'lon', 'lat', 'sogKn', 'cogDeg'].map((as) => ({ as, value: column(as) })),
    },
  ],
  [
    'density grid, box, all days',
    {
      from,
      where: inBox,
      groupBy: [cell('lon'), cell('lat')],
      select: [{ as: 'x', value: cell('lon') }, { as: 'y', value: cell('lat') }, n],
    },
  ],
  ['activity: count by hour, all days', { from, groupBy: [hour], select: [{ as: 'hour', value: hour }, n] }],
]

async function medianMs(columnar: Columnar, query: Query): Promise<{ ms: number; rows: number }> {
  const times: number[] = []
  let rows = 0
  for (let i = 0; i < runs; i++) {
    const began = performance.now()
    rows = (await columnar.query(query, { class: 'derivation' })).length
    times.push(performance.now() - began)
  }
  return { ms: times.sort((a, b) => a - b)[Math.floor(runs / 2)]!, rows }
}

async function megabytes(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size
  return Math.round(bytes / 1e6)
}

export async function run(): Promise<BenchTable> {
  const total = Number(process.env.BENCH_ROWS ?? 2_000_000)
  const root = await mkdtemp(join(tmpdir(), 'lacydon-bench-'))
  const open = () =>
    openDuckDb({ folder: join(root, 'columnar'), coldFolder: join(root, 'cold'), log: silentLog })
  const rows: BenchTable['rows'] = []
  const round = (x: number) => Math.round(x * 10) / 10
  try {
    let columnar = await open()
    await columnar.define(positionsTable)
    let lo = 0
    let beganMs = performance.now()
    const sent: Promise<unknown>[] = []
    for (const batch of positionBatches(total, batchRows)) {
      const hi = lo + batch.rowCount * 60
      sent.push(columnar.append([batch], { source: 'bench', lo, hi, resumeFrom: lo }))
      lo = hi
      if (sent.length >= inFlight) await sent.shift()
    }
    await Promise.all(sent)
    rows.push(['append, rows/s', Math.round((total / (performance.now() - beganMs)) * 1000), '', total])
    const lastDayMs = firstDayMs + (dayCount - 1) * dayMs
    const hot = questions(firstDayMs)
    const hotTimes: number[] = []
    for (const [, query] of hot) hotTimes.push((await medianMs(columnar, query)).ms)
    beganMs = performance.now()
    await columnar.compact(positionsTable.name, new Date(lastDayMs).toISOString().slice(0, 10))
    const compactRate = Math.round(
      ((total * (dayCount - 1)) / dayCount / (performance.now() - beganMs)) * 1000,
    )
    for (const [i, [label, query]] of hot.entries()) {
      const cold = await medianMs(columnar, query)
      rows.push([label, round(hotTimes[i]!), round(cold.ms), cold.rows])
    }
    rows.push(['compaction, rows/s', '', compactRate, ''])
    await columnar.close()
    rows.push([
      'disk, MB: database, files',
      await megabytes(join(root, 'columnar')),
      await megabytes(join(root, 'cold')),
      '',
    ])
    beganMs = performance.now()
    columnar = await open()
    await columnar.query({ from, select: [n] })
    rows.push(['start to first count, ms', '', Math.round(performance.now() - beganMs), ''])
    await columnar.close()
  } finally {
    await rm(root, { recursive: true, force: true })
  }
  return {
    title: 'Column store (DuckDB in its worker thread)',
    columns: ['work', 'native table', 'files', 'rows'],
    rows,
    notes: [
      `${total} synthetic positions of ${dayCount} days in order of time; median of ${runs}, milliseconds, rows turned into objects; BENCH_ROWS sets the size.`,
      'Native: all days in the native table; files: all but the last day as Parquet, sorted by vessel and time.',
    ],
  }
}
