/** Questions to a dataset of 1 M rows × BENCH_SCALE: lists, facets, groups, words, tiles, exports, against the bare engine. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { startProduct } from '../tests/start/started-product.ts'
import { callsColumns, writeCalls } from './calls-file.ts'
import { readHttp } from './http-load.ts'
import { loadCalls } from './loaded-calls.ts'
import { quantile, residentMb } from './process-usage.ts'
import type { BenchTable } from './table.ts'

export const name = 'datasets'

const scale = Number(process.env.BENCH_SCALE ?? 1)
const rows = Math.round(1_000_000 * scale)
const seconds = Number(process.env.BENCH_SECONDS ?? 3)
const runs = 7

const records = '/api/explore/v2.1/catalog/datasets/calls'
const round = (x: number) => Math.round(x * 10) / 10

type Line = [string, number | string, number | string, string, string, string]

const line = (work: string, figure: number, unit: string): Line => [work, round(figure), '', unit, '', '']

/** Times as long as the bare engine at most, measured in the same run. */
const ratioLine = (work: string, ms: number, bareMs: number, goal: number): Line => [
  work,
  round(ms),
  round(bareMs),
  'ms',
  `× ${goal}`,
  `× ${Math.round((ms / bareMs) * 100) / 100}`,
]
const goalLine = (work: string, figure: number, unit: string, goal: number, isLeast = false): Line => [
  work,
  round(figure),
  '',
  unit,
  `${isLeast ? '≥' : '≤'} ${goal}`,
  (isLeast ? figure >= goal : figure <= goal) ? 'yes' : 'no',
]

export async function run(): Promise<BenchTable> {
  const folder = mkdtempSync(join(tmpdir(), 'lacydon-bench-'))
  try {
    const path = join(folder, 'calls.csv')
    await writeCalls(path, rows)
    const bare = await measureBare(path)
    const lines: Line[] = []
    const product = startProduct(['--port', '0', '--data-dir', join(folder, 'data'), '--no-demo'])
    try {
      const address = await product.address
      const { totalMs } = await loadCalls(address, 'calls', path)
      lines.push(goalLine('file sent → in map and API', totalMs / 1_000, 's', 10))
      await measureProduct(address, product.child.pid as number, bare, lines)
    } finally {
      await product.stop()
      bare.close()
    }
    return {
      title: `A dataset of ${rows.toLocaleString('en')} rows and 12 columns`,
      columns: ['work', 'Lacydon', 'DuckDB bare', 'unit', 'goal', 'reached'],
      rows: lines,
      notes: [
        `Product over HTTP on loopback, reader and server on the same cores; medians of ${runs} or rates over ${seconds} s. Bare: the same question as hand-written SQL on 10 connections or one, rows read as objects.`,
        'BENCH_SCALE sets the size: 1 is 1 million rows. Each uncached request asks for another value.',
      ],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Another value for each request, so that no answer was made before; draughts are from 1 to 16. */
const thresholdOf = (i: number) => 1 + ((i * 7_919) % 1_000_003) / 100_000

interface Bare {
  listPerSecond: number
  facetsMs(): Promise<number>
  groupMs(): Promise<number>
  tileMs(): Promise<number>
  close(): void
}

async function measureProduct(address: string, pid: number, bare: Bare, lines: Line[]): Promise<void> {
  const list = (i: number) =>
    `${records}/records?limit=20&where=${encodeURIComponent(`category = "tanker" and draught_m > ${thresholdOf(i)}`)}`
  const uncached = await readHttp(address, list, { seconds })
  const work = 'list of 20 rows, filtered, 10 connections'
  lines.push(
    goalLine(work, uncached.perSecond, 'requests/s', 500, true),
    ratioLine('the same, time of one of ten', 10_000 / uncached.perSecond, 10_000 / bare.listPerSecond, 1.5),
  )
  const cached = await readHttp(address, () => list(1), { seconds })
  lines.push(goalLine('the same, unchanged', cached.perSecond, 'requests/s', 8_000, true))
  const gzip = { headers: { 'accept-encoding': 'gzip' }, seconds }
  const compressed = await readHttp(address, () => list(1), gzip)
  lines.push(goalLine('the same, unchanged, gzip', compressed.perSecond, 'requests/s', 8_000, true))
  const medianOf = async (pathOf: (i: number) => string) => {
    const times: number[] = []
    for (let i = 0; i < runs; i++) {
      const beganMs = performance.now()
      const answer = await fetch(`${address}${pathOf(i)}`)
      await answer.arrayBuffer()
      if (!answer.ok && answer.status !== 204) throw new Error(`${pathOf(i)} answered ${answer.status}`)
      times.push(performance.now() - beganMs)
    }
    return quantile(times, 0.5)
  }
  const where = (i: number) => `where=${encodeURIComponent(`call >= ${i}`)}`
  const facets = (i: number) => `${records}/facets?facet=category&facet=terminal&${where(i)}`
  const groups = (i: number) =>
    `${records}/records?select=count(*)%20as%20n,avg(length_m)%20as%20m&group_by=year(arrival)%20as%20y,month(arrival)%20as%20mo,category&limit=1000&${where(i)}`
  // In turn with the bare engine: what else the machine does weighs on both.
  const [facetsMs, bareFacetsMs] = [await medianOf(facets), await bare.facetsMs()]
  lines.push(ratioLine('facets of two fields', facetsMs, bareFacetsMs, 1.3))
  const [groupMs, bareGroupMs] = [await medianOf(groups), await bare.groupMs()]
  lines.push(ratioLine('group by month and category', groupMs, bareGroupMs, 1.3))
  const search = (i: number) =>
    `${records}/records?limit=20&where=${encodeURIComponent(`search("tramontan ${i}")`)}`
  const tile = (i: number) => `/api/v1/datasets/calls/tiles/8/131/93.mvt?${where(i)}`
  await fetch(`${address}/api/v1/datasets/calls/tiles/8/0/0.mvt`)
  lines.push(goalLine('z8 tile, cold', await medianOf((i) => tile(i + 1)), 'ms', 60))
  lines.push(line('its cells alone, DuckDB bare', await bare.tileMs(), 'ms'))
  lines.push(goalLine('z8 tile, warm', await medianOf(() => tile(1)), 'ms', 3))
  for (const format of ['csv', 'jsonl']) lines.push(...(await measureExport(address, pid, format)))
  // The index of words is made in the background after a load.
  await wait(Math.min(60_000, 10_000 + rows / 50))
  lines.push(goalLine('misspelt search, words indexed', await medianOf((i) => search(i + 100)), 'ms', 50))
}

async function measureExport(address: string, pid: number, format: string): Promise<Line[]> {
  const before = residentMb(pid)
  let after = before
  const beganMs = performance.now()
  const { body } = await fetch(`${address}${records}/exports/${format}`, {
    headers: { 'accept-encoding': 'identity' },
  })
  let firstMs = 0
  let bytes = 0
  for await (const chunk of body!) {
    firstMs ||= performance.now() - beganMs
    bytes += (chunk as Uint8Array).length
    after = Math.max(after, residentMb(pid))
  }
  const ms = performance.now() - beganMs
  return [
    goalLine(`export ${format}: first byte`, firstMs, 'ms', 150),
    goalLine(`export ${format}`, bytes / 1e3 / ms, 'MB/s', 30, true),
    line(`export ${format}: memory gained at most`, after - before, 'MB'),
  ]
}

async function measureBare(path: string): Promise<Bare> {
  const instance = await DuckDBInstance.create(':memory:')
  const connections = await Promise.all(Array.from({ length: 10 }, () => instance.connect()))
  const close = () => {
    for (const connection of connections) connection.closeSync()
    instance.closeSync()
  }
  try {
    const [first] = connections as [DuckDBConnection]
    const types = callsColumns.map(([column, type]) => `'${column}': '${type}'`).join(', ')
    await first.run(
      `CREATE TABLE calls AS SELECT * FROM read_csv('${path}', header = true, columns = {${types}})`,
    )
    const read = async (connection: DuckDBConnection, sql: string) =>
      (await connection.runAndReadAll(sql)).getRowObjectsJson()
    const endMs = performance.now() + seconds * 1_000
    const beganMs = performance.now()
    let asked = 0
    await Promise.all(
      connections.map(async (connection) => {
        while (performance.now() < endMs) {
          const where = `category = 'tanker' AND draught_m > ${thresholdOf(asked++)}`
          await read(connection, `SELECT * FROM calls WHERE ${where} ORDER BY call LIMIT 20`)
          await read(connection, `SELECT count(*) FROM calls WHERE ${where}`)
        }
      }),
    )
    const listPerSecond = asked / ((performance.now() - beganMs) / 1_000)
    const medianOf = async (queriesOf: (i: number) => string[]) => {
      const times: number[] = []
      for (let i = 0; i < runs; i++) {
        const at = performance.now()
        for (const sql of queriesOf(i)) await read(first, sql)
        times.push(performance.now() - at)
      }
      return quantile(times, 0.5)
    }
    const facet = (field: string, i: number) =>
      `SELECT ${field}, count(*) AS n FROM calls WHERE call >= ${i} GROUP BY ALL ORDER BY n DESC, ${field} LIMIT 100`
    return {
      listPerSecond,
      facetsMs: () => medianOf((i) => [facet('category', i), facet('terminal', i)]),
      groupMs: () =>
        medianOf((i) => [
          `SELECT year(arrival), month(arrival), category, count(*), avg(length_m) FROM calls WHERE call >= ${i} GROUP BY ALL ORDER BY ALL LIMIT 1000`,
        ]),
      tileMs: () => medianOf(() => [cellsSql]),
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}

/** The cells of tile 8/131/93 and nothing more: no rows, no encoding. */
const cellsSql = `SELECT floor((lon - 4.21875) / 0.02197265625) AS x,
    floor((128 - 93 - ln(tan(pi() / 4 + lat * pi() / 360)) * 128 / pi()) * 64) AS y,
    count(*), avg(lon), avg(lat), min(call)
  FROM calls WHERE lon >= 4.21875 AND lon < 5.625 AND lat <= 43.5803908 AND lat > 42.5530802 AND call >= 3
  GROUP BY ALL`
