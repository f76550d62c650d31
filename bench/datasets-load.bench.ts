/** A CSV file into a dataset: the product, its engine bare, PostgreSQL. 10 M rows × BENCH_SCALE. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'
import { postgresMissing, startPostgres } from '../tests/servers/postgres.ts'
import { startProduct } from '../tests/start/started-product.ts'
import { callsColumns, writeCalls } from './calls-file.ts'
import { loadCalls } from './loaded-calls.ts'
import { residentMb } from './process-usage.ts'
import type { BenchTable } from './table.ts'

export const name = 'datasets-load'

const scale = Number(process.env.BENCH_SCALE ?? 1)
const rows = Math.round(10_000_000 * scale)
/** PostgreSQL takes minutes a million: it gets a part of the file. */
const peerRows = Math.min(rows, 200_000)
const residentEveryMs = 200

export async function run(): Promise<BenchTable> {
  const folder = mkdtempSync(join(tmpdir(), 'lacydon-bench-'))
  // PostgreSQL reads the file as another user.
  chmodSync(folder, 0o755)
  try {
    const path = join(folder, 'calls.csv')
    const megabytes = (await writeCalls(path, rows)) / 1e6
    const bareMs = await loadBare(path, join(folder, 'bare.duckdb'))
    const product = await loadProduct(folder, path)
    const peer = postgresMissing ? undefined : await loadPostgres(folder)
    const line = (what: string, ms: number, count: number): BenchTable['rows'][number] => [
      what,
      Math.round((count / ms) * 1_000),
      Math.round((ms / count / (bareMs / rows)) * 100) / 100,
    ]
    return {
      title: `CSV of ${rows.toLocaleString('en')} rows and 12 columns (${Math.round(megabytes)} MB) into a dataset`,
      columns: ['loader', 'rows/s', 'time per row, DuckDB bare = 1'],
      rows: [
        line('DuckDB bare: CREATE TABLE FROM read_csv, types given', bareMs, rows),
        line('Lacydon: types found, rejects reported, archived, published', product.loadMs, rows),
        line('Lacydon, with the upload', product.totalMs, rows),
        peer === undefined
          ? [`PostgreSQL: not run (${postgresMissing})`, '', '']
          : line(
              `PostgreSQL: COPY, tsvector, GIN as CKAN's xloader (${peerRows.toLocaleString('en')} rows)`,
              peer,
              peerRows,
            ),
        ['Lacydon: resident at most, MB', Math.round(product.residentMb), ''],
      ],
      notes: ['One run on this machine. BENCH_SCALE sets the size: 1 is 10 million rows.'],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function loadBare(path: string, database: string): Promise<number> {
  const instance = await DuckDBInstance.create(database)
  const connection = await instance.connect()
  const types = callsColumns.map(([column, type]) => `'${column}': '${type}'`).join(', ')
  const beganMs = performance.now()
  await connection.run(
    `CREATE TABLE calls AS SELECT * FROM read_csv('${path}', header = true, columns = {${types}})`,
  )
  const ms = performance.now() - beganMs
  connection.closeSync()
  instance.closeSync()
  return ms
}

async function loadProduct(folder: string, path: string) {
  const product = startProduct(['--port', '0', '--data-dir', join(folder, 'data'), '--no-demo'])
  let residentAtMost = 0
  const watch = setInterval(() => {
    residentAtMost = Math.max(residentAtMost, residentMb(product.child.pid as number))
  }, residentEveryMs)
  try {
    const figures = await loadCalls(await product.address, 'calls', path)
    if (figures.rows !== rows) throw new Error(`${figures.rows} of ${rows} rows were loaded`)
    return { ...figures, residentMb: residentAtMost }
  } finally {
    clearInterval(watch)
    await product.stop()
  }
}

async function loadPostgres(folder: string): Promise<number> {
  const path = join(folder, 'part.csv')
  await writeCalls(path, peerRows)
  const server = await startPostgres()
  try {
    const client = new pg.Client(await server.createDatabase('bench'))
    await client.connect()
    const types: Record<string, string> = { VARCHAR: 'text', DOUBLE: 'double precision' }
    const columns = callsColumns.map(([column, type]) => `"${column}" ${types[type] ?? type}`)
    await client.query(
      `CREATE TABLE calls (_id serial PRIMARY KEY, ${columns.join(', ')}, _full_text tsvector)`,
    )
    const beganMs = performance.now()
    const list = callsColumns.map(([column]) => `"${column}"`)
    await client.query(`COPY calls (${list.join(', ')}) FROM '${path}' CSV HEADER`)
    const text = list.map((column) => `coalesce(${column}::text, '')`).join(` || ' ' || `)
    await client.query(`UPDATE calls SET _full_text = to_tsvector(${text})`)
    await client.query('CREATE INDEX ON calls USING gin (_full_text)')
    const ms = performance.now() - beganMs
    await client.end()
    return ms
  } finally {
    await server.stop()
  }
}
