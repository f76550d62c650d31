/** What engines.md asks of the embedded store beyond the contract: R1 to R9, by number. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchOfRows } from '../batch-of-rows.ts'
import type { Columnar, Row, TableSpec } from '../columnar.ts'
import { silentLog } from '../engine-log.ts'
import { call, column, type Query, table, value } from '../query.ts'
import { openDatabase } from './database.ts'
import { openDuckDb } from './open.ts'
import { guardRead } from './sql-guard.ts'

const tracks: TableSpec = {
  name: 'tracks',
  sortBy: ['mmsi', 'at'],
  dayOf: 'at',
  retainBy: 'at',
  columns: [
    { name: 'at', type: 'timestamp' },
    { name: 'mmsi', type: 'integer' },
    { name: 'text', type: 'text' },
    { name: 'x', type: 'double' },
  ],
}
const dayMs = 86_400_000
const firstDayMs = Date.UTC(2025, 0, 1)
const rowAt = (i: number, days: number, total: number): Row => ({
  at: new Date(firstDayMs + Math.floor((i * days * dayMs) / total)).toISOString(),
  mmsi: 1_000 - (i % 97),
  text: i % 3 === 0 ? null : `text number ${i} of many`,
  x: i / 7,
})
const rows = (total: number, days: number) => Array.from({ length: total }, (_, i) => rowAt(i, days, total))
const from = table(tracks.name)
const count: Query = { from, select: [{ as: 'n', value: { kind: 'aggregate', fn: 'count' } }] }

let root: string
let folder: string
let coldFolder: string
let db: Columnar
const total = 30_000

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lacydon-requirements-'))
  folder = join(root, 'columnar')
  coldFolder = join(root, 'files', 'datasets')
  db = await openDuckDb({ folder, log: silentLog, memoryLimitMb: 128, temporaryLimitMb: 20 })
  await db.define(tracks)
  await db.append([batchOfRows(tracks, rows(total, 5))], { source: 's', lo: 0, hi: 1, resumeFrom: 0 })
})
afterAll(async () => {
  await db.close()
  await rm(root, { recursive: true })
})

/** Work without end: every row with every other, three times over. */
const endless: Query = (() => {
  const keyed = (from: Query['from'], as: string): Query => ({
    from,
    select: [
      { as: 'k', value: value(1) },
      { as, value: column('x') },
    ],
  })
  const pairs = (left: Query): Query => ({
    from: { kind: 'query', query: left },
    join: {
      kind: 'inner',
      from: { kind: 'query', query: keyed(from, 'y') },
      on: [['k', 'k']],
      take: [{ column: 'y', as: 'y' }],
    },
    select: [
      { as: 'k', value: column('k') },
      { as: 'x', value: call('+', column('x'), column('y')) },
    ],
  })
  return {
    from: { kind: 'query', query: pairs(pairs(pairs(keyed(from, 'x')))) },
    select: [{ as: 's', value: { kind: 'aggregate', fn: 'avg', of: call('sin', column('x')) } }],
  }
})()

describe('DuckDB, embedded', () => {
  it('R1, R3: leaves the event loop and small queries free while a heavy query runs', async () => {
    const controller = new AbortController()
    let isOver = false
    const heavy = db.query(endless, { class: 'derivation', signal: controller.signal })
    heavy
      .catch(() => undefined)
      .finally(() => {
        isOver = true
      })
    const before = performance.eventLoopUtilization()
    for (let i = 0; i < 20; i++) expect(await db.query(count)).toEqual([{ n: total }])
    await db.append([batchOfRows(tracks, [])], { source: 'empty', lo: 0, hi: 1, resumeFrom: 0 })
    // The share of its time this thread was busy: the heavy query is none of it.
    expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.9)
    expect(isOver).toBe(false)
    controller.abort()
    await expect(heavy).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('R2: reads and writes nothing outside its folders, and cannot be unlocked', async () => {
    const other = join(root, 'locked')
    await mkdir(other)
    const settings = { memoryLimitMb: 200, threads: 1, temporaryLimitMb: 10 }
    const database = await openDatabase({
      ...settings,
      folder: other,
      coldFolder: join(root, 'locked-cold'),
      inboxFolder: join(root, 'locked-inbox'),
    })
    const connection = await database.connect()
    const outside = join(root, 'outside.csv')
    await writeFile(outside, 'a,b\n1,2\n')
    for (const sql of [
      `SELECT * FROM read_csv('${outside}')`,
      `SELECT * FROM '${outside}'`,
      `SELECT * FROM read_text('/etc/passwd')`,
      `SELECT * FROM read_csv('${join(root, 'locked-cold', '..', 'outside.csv')}')`,
      `COPY (SELECT 1) TO '${join(root, 'out.parquet')}'`,
      `ATTACH '${join(root, 'other.duckdb')}'`,
      'INSTALL httpfs',
      'LOAD httpfs',
      `SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')`,
      'SET enable_external_access = true',
      'SET lock_configuration = false',
      `SET allowed_directories = ['/']`,
      'SET threads = 64',
      `SELECT getenv('HOME')`,
    ])
      await expect(connection.run(sql), sql).rejects.toThrow()
    connection.closeSync()
    database.close()
  })

  it('R2: accepts only one SELECT of known functions without literal text', () => {
    for (const sql of [
      'SELECT 1; SELECT 2',
      'DROP TABLE x',
      `SELECT 'text'`,
      'SELECT $$text$$',
      'SELECT 1 -- comment',
      'SELECT 1 /* comment */',
      'SELECT duckdb_settings()',
      'SELECT * FROM duckdb_tables()',
      'SELECT * FROM query($1)',
      'SELECT * FROM query_table($1)',
      'SELECT * FROM "read_text"($1)',
      'SELECT * FROM main.read_csv($1)',
      'SELECT * FROM pragma_database_list()',
      'SELECT 1 FROM (DELETE FROM hot.x)',
      'WITH x AS (SELECT 1) SELECT * FROM x',
      'SELECT getvariable($1)',
      'ATTACH $1',
    ])
      expect(() => guardRead(sql), sql).toThrow('refused')
    expect(() => guardRead('SELECT max("a b") AS x FROM hot."t" AS t1 WHERE (t1."c" >= $1)')).not.toThrow()
  })

  it('R3: limits memory, and says so', async () => {
    const wide: Query = {
      from: {
        kind: 'query',
        query: {
          from,
          join: { kind: 'inner', from, on: [['mmsi', 'mmsi']], take: [{ column: 'text', as: 'text2' }] },
        },
      },
      distinct: true,
      select: [{ as: 'both', value: call('md5', call('concat', column('text'), column('text2'))) }],
      orderBy: [{ by: column('both') }],
      limit: 1,
    }
    const failure = await db.query(wide, { class: 'derivation', deadlineMs: 20_000 }).catch((error) => error)
    expect(failure).toMatchObject({ code: 'query_too_expensive', status: 422 })
    expect(await db.query(count)).toEqual([{ n: total }])
  })

  it('R5: has one owner: another process is refused, even to read', async () => {
    const child = `
      import { DuckDBInstance } from ${JSON.stringify(import.meta.resolve?.('@duckdb/node-api') ?? '@duckdb/node-api')}
      try { await DuckDBInstance.create(process.argv[1], { access_mode: 'READ_ONLY' }); console.log('opened') }
      catch (error) { console.log('refused', error.message.includes('lock')) }`
    const output = await new Promise<string>((resolve, reject) =>
      execFile(
        process.execPath,
        ['--input-type=module', '-e', child, join(folder, 'rows.duckdb')],
        { cwd: process.cwd() },
        (error, stdout) => (error ? reject(error) : resolve(stdout)),
      ),
    )
    expect(output.trim()).toBe('refused true')
  })

  it('R6: moves closed days to Parquet that others read as it is, sorted by vessel and time', async () => {
    expect(await db.compact(tracks.name, '2025-01-04')).toEqual(['2025-01-01', '2025-01-02', '2025-01-03'])
    expect(await db.query(count)).toEqual([{ n: total }])
    expect(await readdir(join(coldFolder, tracks.name))).toEqual([
      'day=2025-01-01',
      'day=2025-01-02',
      'day=2025-01-03',
    ])
    const reader = await DuckDBInstance.create(':memory:')
    const connection = await reader.connect()
    const files = `read_parquet('${coldFolder}/${tracks.name}/*/*.parquet', hive_partitioning = true)`
    const facts = await connection.runAndReadAll(
      `SELECT count(*)::INT, count(DISTINCT day)::INT, bool_and(CAST("at" AS DATE) = CAST(day AS DATE)) FROM ${files}`,
    )
    expect(facts.getRows()).toEqual([[18_000, 3, true]])
    const one = await connection.runAndReadAll(
      `SELECT mmsi, epoch_ms("at")::DOUBLE FROM read_parquet('${coldFolder}/${tracks.name}/day=2025-01-02/*.parquet')`,
    )
    const keys = one.getRows().map(([mmsi, at]) => Number(mmsi) * 1e14 + Number(at))
    expect(keys).toEqual([...keys].sort((a, b) => a - b))
    const codecs = await connection.runAndReadAll(
      `SELECT DISTINCT compression FROM parquet_metadata('${coldFolder}/${tracks.name}/*/*.parquet')`,
    )
    expect(codecs.getRows()).toEqual([['ZSTD']])
    connection.closeSync()
    reader.closeSync()
  })

  it('R6: takes late rows of a closed day, at once and at the next compaction', async () => {
    for (let late = 0; late < 6; late++) {
      const row = { ...rowAt(late, 1, 100), text: `late ${late}` }
      await db.append([batchOfRows(tracks, [row])], {
        source: 's',
        lo: late + 1,
        hi: late + 2,
        resumeFrom: 0,
      })
      expect(await db.query(count)).toEqual([{ n: total + late + 1 }])
      expect(await db.compact(tracks.name, '2025-01-04')).toEqual(['2025-01-01'])
      expect(await db.query(count)).toEqual([{ n: total + late + 1 }])
    }
    const lateRows = await db.query({ from, where: call('starts-with', column('text'), value('late ')) })
    expect(lateRows).toHaveLength(6)
    const names = await readdir(join(coldFolder, tracks.name, 'day=2025-01-01'))
    // Small files are merged: a day never gathers many. Replaced ones go once no read needs them.
    expect(names.length).toBeLessThanOrEqual(6)
    await db.close()
    db = await openDuckDb({ folder, log: silentLog, memoryLimitMb: 128, temporaryLimitMb: 20 })
    expect((await readdir(join(coldFolder, tracks.name, 'day=2025-01-01'))).length).toBeLessThan(4)
    expect(await db.query(count)).toEqual([{ n: total + 6 }])
  })

  it('R6: sweeps files no list names, and only those of its own making', async () => {
    const day = join(coldFolder, tracks.name, 'day=2025-01-02')
    const before = await readdir(day)
    const orphan = 'part-00000000-0000-4000-8000-000000000000.parquet'
    await writeFile(join(day, orphan), 'torn')
    await writeFile(join(day, 'notes.txt'), 'mine')
    await writeFile(join(coldFolder, 'other.parquet'), 'another slice')
    await db.close()
    db = await openDuckDb({ folder, log: silentLog, memoryLimitMb: 128, temporaryLimitMb: 20 })
    expect(await readdir(day)).toEqual(['notes.txt', ...before])
    expect((await stat(join(coldFolder, 'other.parquet'))).isFile()).toBe(true)
    await rm(join(day, 'notes.txt'))
  })

  it('R6: says on health that a file of a past day is missing', async () => {
    const day = join(coldFolder, tracks.name, 'day=2025-01-03')
    const name = (await readdir(day))[0]!
    await db.close()
    await rename(join(day, name), join(root, name))
    db = await openDuckDb({ folder, log: silentLog, memoryLimitMb: 128, temporaryLimitMb: 20 })
    expect(await db.health()).toMatchObject({ ok: false, message: expect.stringContaining('missing') })
    await expect(db.query({ ...count, where: call('!=', column('x'), value(-1)) })).rejects.toMatchObject({
      code: 'engine_failed',
    })
    await db.close()
    await rename(join(root, name), join(day, name))
    db = await openDuckDb({ folder, log: silentLog, memoryLimitMb: 128, temporaryLimitMb: 20 })
    expect((await db.health()).ok).toBe(true)
  })

  it('R6: reads a moment: rows are neither lost nor doubled while days move', async () => {
    const moving: TableSpec = { ...tracks, name: 'moving' }
    await db.define(moving)
    await db.append([batchOfRows(moving, rows(20_000, 8))], { source: 'moving', lo: 0, hi: 1, resumeFrom: 0 })
    let isOver = false
    const moved = db.compact(moving.name, '2025-01-08').finally(() => {
      isOver = true
    })
    let reads = 0
    do {
      expect(await db.query({ ...count, from: table(moving.name) })).toEqual([{ n: 20_000 }])
      reads++
    } while (!isOver)
    expect(await moved).toHaveLength(7)
    expect(reads).toBeGreaterThan(1)
    await db.drop(moving.name)
    expect(await readdir(join(coldFolder, moving.name))).toEqual([])
  })

  it('R8: a stream that was stopped fails; it never ends as if it were whole', async () => {
    const pairs: Query = {
      from,
      join: { kind: 'inner', from, on: [['mmsi', 'mmsi']], take: [{ column: 'x', as: 'y' }] },
    }
    const read = async (options: { signal?: AbortSignal; deadlineMs?: number }, onChunk: () => void) => {
      for await (const _ of db.stream(pairs, options)) onChunk()
    }
    const controller = new AbortController()
    await expect(read({ signal: controller.signal }, () => controller.abort())).rejects.toMatchObject({
      code: 'cancelled',
    })
    await expect(read({ deadlineMs: 300 }, () => undefined)).rejects.toMatchObject({
      code: 'query_too_expensive',
    })
  })

  it('R9: values keep their types through parameters', async () => {
    for (const literal of [
      0,
      -1,
      2 ** 53 - 1,
      -(2 ** 53 - 1),
      1.5,
      1e300,
      5e-324,
      true,
      false,
      '',
      'x',
      null,
    ]) {
      const answer = await db.query({ from, select: [{ as: 'v', value: value(literal) }], limit: 1 })
      expect(answer).toEqual([{ v: literal }])
    }
    await expect(
      db.query({ from, where: call('>', column('x'), value(Number.POSITIVE_INFINITY)) }),
    ).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(
      db.query({ from, where: call('>', column('x'), value(undefined as never)) }),
    ).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('closes at once, and answers every call after with an error', async () => {
    const other = await openDuckDb({
      folder: join(root, 'closed'),
      coldFolder: join(root, 'closed-cold'),
      log: silentLog,
    })
    // Closing does not wait for what nobody will read.
    await other.define(tracks)
    await other.append([batchOfRows(tracks, rows(20_000, 1))], { source: 's', lo: 0, hi: 1, resumeFrom: 0 })
    const running = other.query(endless, { class: 'load' })
    const stopped = expect(running).rejects.toMatchObject({ code: 'cancelled' })
    expect(await other.query(count)).toEqual([{ n: 20_000 }])
    await other.close()
    await stopped
    await other.close()
    await expect(other.query(count)).rejects.toMatchObject({ code: 'unavailable' })
    await expect(other.append([], { source: 's', lo: 0, hi: 1, resumeFrom: 0 })).rejects.toMatchObject({
      code: 'unavailable',
    })
    expect((await other.health()).ok).toBe(false)
  })

  it('refuses a folder that is none', async () => {
    const file = join(root, 'a-file')
    await writeFile(file, '')
    await expect(openDuckDb({ folder: join(file, 'columnar'), log: silentLog })).rejects.toMatchObject({
      code: 'unavailable',
    })
  })
})
