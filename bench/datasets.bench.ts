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

type Line = [string, number | string, number | string, string]

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
      lines.push(['file sent → in map and API', round(totalMs / 1_000), '', 's'])
      await measureProduct(address, product.child.pid as number, bare, lines)
    } finally {
      await product.stop()
    }
    return {
      title: `A dataset of ${rows.toLocaleString('en')} rows and 12 columns`,
      columns: ['work', 'Lacydon', 'DuckDB bare', 'unit'],
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

interface Bare {
  listPerSecond: number
  facetsMs: number
  groupMs: number
  tileMs: number
}

async function measureProduct(address: string, pid: number, bare: Bare, lines: Line[]): Promise<void> {
  const list = (i: number) =>
    `${records}/records?limit=20&where=${encodeURIComponent(`category = "tanker" and draught_m > ${(i % 1_000) / 100}`)}`
  const uncached = await readHttp(address, list, { seconds })
  lines.push([
    'list of 20 rows, filtered, 10 connections',
    round(uncached.perSecond),
    round(bare.listPerSecond),
    'requests/s',
  ])
  const cached = await readHttp(address, () => list(1), { seconds })
  lines.push(['the same, unchanged', round(cached.perSecond), '', 'requests/s'])
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
  lines.push([
    'facets of two fields',
    round(await medianOf((i) => `${records}/facets?facet=category&facet=terminal&${where(i)}`)),
    round(bare.facetsMs),
    'ms',
  ])
  lines.push([
    'group by month and category',
    round(
      await medianOf(
        (i) =>
          `${records}/records?select=count(*)%20as%20n,avg(length_m)%20as%20m&group_by=year(arrival)%20as%20y,month(arrival)%20as%20mo,category&limit=1000&${where(i)}`,
      ),
    ),
    round(bare.groupMs),
    'ms',
  ])
  const search = (i: number) =>
    `${records}/records?limit=20&where=${encodeURIComponent(`search("tramontan ${i}")`)}`
  lines.push(['misspelt search, no index yet or texts read', round(await medianOf(search)), '', 'ms'])
  const tile = (i: number) => `/api/v1/datasets/calls/tiles/8/131/93.mvt?${where(i)}`
  await fetch(`${address}/api/v1/datasets/calls/tiles/8/0/0.mvt`)
  lines.push(['z8 tile, cold', round(await medianOf((i) => tile(i + 1))), round(bare.tileMs), 'ms'])
  lines.push(['z8 tile, warm', round(await medianOf(() => tile(1))), '', 'ms'])
  for (const format of ['csv', 'jsonl']) lines.push(...(await measureExport(address, pid, format)))
  // The index of words is made in the background after a load.
  await wait(Math.min(60_000, 10_000 + rows / 50))
  lines.push(['misspelt search, words indexed', round(await medianOf((i) => search(i + 100))), '', 'ms'])
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
    [`export ${format}: first byte`, round(firstMs), '', 'ms'],
    [`export ${format}`, round(bytes / 1e3 / ms), '', 'MB/s'],
    [`export ${format}: memory gained at most`, round(after - before), '', 'MB'],
  ]
}

async function measureBare(path: string): Promise<Bare> {
  const instance = await DuckDBInstance.create(':memory:')
  const connections = await Promise.all(Array.from({ length: 10 }, () => instance.connect()))
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
          const where = `category = 'tanker' AND draught_m > ${(asked++ % 1_000) / 100}`
          await read(connection, `SELECT * FROM calls WHERE ${where} ORDER BY call LIMIT 20`)
          await read(connection, `SELECT count(*) FROM calls WHERE ${where}`)
        }
      }),
    )
    const listPerSecond = asked / ((performance.now() - beganMs) / 1_000)
    const medianOf = async (queries: string[]) => {
      const times: number[] = []
      for (let i = 0; i < runs; i++) {
        const at = performance.now()
        for (const sql of queries) await read(first, sql)
        times.push(performance.now() - at)
      }
      return quantile(times, 0.5)
    }
    const facet = (field: string) =>
      `SELECT ${field}, count(*) AS n FROM calls GROUP BY ALL ORDER BY n DESC LIMIT 100`
    return {
      listPerSecond,
      facetsMs: await medianOf([facet('category'), facet('terminal')]),
      groupMs: await medianOf([
        'SELECT year(arrival), month(arrival), category, count(*), avg(length_m) FROM calls GROUP BY ALL ORDER BY ALL LIMIT 1000',
      ]),
      tileMs: await medianOf([cellsSql]),
    }
  } finally {
    for (const connection of connections) connection.closeSync()
    instance.closeSync()
  }
}

/** The cells of tile 8/131/93 and nothing more: no rows, no encoding. */
const cellsSql = `SELECT floor((lon - 4.21875) / 0.02197265625) AS x,
    floor((128 - 93 - ln(tan(pi() / 4 + lat * pi() / 360)) * 128 / pi()) * 64) AS y,
    count(*), avg(lon), avg(lat), min(call)
  FROM calls WHERE lon >= 4.21875 AND lon < 5.625 AND lat <= 43.5803908 AND lat > 42.5530802 AND call >= 3
  GROUP BY ALL`
