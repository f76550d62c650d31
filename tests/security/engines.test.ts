/** A10: straight to the embedded engine, as if the compiler were broken. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/engines/columnar/duckdb/database.ts'
import { guardRead } from '../../src/engines/columnar/duckdb/sql-guard.ts'

let root: string
let database: Awaited<ReturnType<typeof openDatabase>>
let connection: DuckDBConnection
let canary: Server
let visits = 0
let canaryUrl = ''

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lacydon-engine-'))
  await mkdir(join(root, 'db'))
  await writeFile(join(root, 'outside.csv'), 'a,b\n1,2\n')
  database = await openDatabase({
    memoryLimitMb: 200,
    threads: 1,
    temporaryLimitMb: 10,
    folder: join(root, 'db'),
    coldFolder: join(root, 'cold'),
    inboxFolder: join(root, 'inbox'),
  })
  connection = await database.connect()
  await connection.run('CREATE TABLE ds (a VARCHAR)')
  canary = createServer((_request, response) => {
    visits++
    response.end('a\n1\n')
  })
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve))
  canaryUrl = `http://127.0.0.1:${(canary.address() as AddressInfo).port}/x.csv`
})
afterAll(async () => {
  connection.closeSync()
  database.close()
  canary.close()
  await rm(root, { recursive: true, force: true })
})

const outside: [what: string, sql: (root: string, url: string) => string][] = [
  ['reads a file', () => `SELECT * FROM read_csv('/etc/passwd')`],
  ['reads a file by its name alone', () => `SELECT * FROM '/etc/hostname'`],
  ['reads its own environment', () => `SELECT * FROM read_blob('/proc/self/environ')`],
  ['reads text', () => `SELECT * FROM read_text('/etc/passwd')`],
  ['lists a folder', () => `SELECT * FROM glob('/etc/*')`],
  ['climbs out of an allowed folder', (at) => `SELECT * FROM read_csv('${at}/cold/../outside.csv')`],
  ['copies a file in', () => `COPY ds FROM '/etc/passwd'`],
  ['copies out', (at) => `COPY (SELECT 1) TO '${at}/out.parquet'`],
  ['exports everything', (at) => `EXPORT DATABASE '${at}/all'`],
  ['attaches a file', (at) => `ATTACH '${at}/other.duckdb'`],
  ['asks the network', (_, url) => `SELECT * FROM read_csv('${url}')`],
  ['asks the network for JSON', (_, url) => `SELECT * FROM read_json('${url}')`],
  ['installs', () => 'INSTALL httpfs'],
  ['loads', () => 'LOAD spatial'],
  ['opens itself again', () => 'SET enable_external_access = true'],
  ['allows itself all', () => `SET allowed_directories = ['/']`],
  ['unlocks itself', () => 'SET lock_configuration = false'],
  ['raises its memory', () => `SET memory_limit = '900GB'`],
  ['reads a variable of the environment', () => `SELECT getenv('PATH')`],
  ['imports', (at) => `IMPORT DATABASE '${at}'`],
]

/** What the engine itself would do, and the check in front of it does not let come so far. */
const inside = [
  `SELECT * FROM query_table($1)`,
  `SELECT * FROM query($1)`,
  'SELECT * FROM duckdb_tables()',
  'SELECT * FROM duckdb_secrets()',
  'SELECT * FROM duckdb_settings()',
  'SELECT * FROM information_schema.tables()',
  'DROP TABLE ds',
  'DELETE FROM ds',
  'INSERT INTO ds SELECT 1',
  'SELECT 1; SELECT 2',
  `ATTACH ':memory:'`,
  'PRAGMA enable_profiling',
  'CALL pragma_version()',
  'SELECT "read_text"($1)',
  'SELECT read_text /* */ ($1)',
  'SELECT $$/etc/passwd$$',
  'SELECT 1 INTO x',
  'FROM ds',
  'EXPLAIN SELECT 1',
  'VALUES (1)',
  'WITH RECURSIVE r AS (SELECT 1) SELECT * FROM r',
  'SELECT * FROM ds WHERE exists(COPY ds TO $1)',
  'SELECT repeat($1, 1000000000)',
  'SELECT * FROM range(1000000000000)',
  'SELECT write_log($1)',
]

describe('A10: the embedded engine', () => {
  it.each(outside)('never %s', async (_, sql) => {
    await expect(connection.run(sql(root, canaryUrl))).rejects.toThrow()
    expect(visits).toBe(0)
    expect((await readdir(root)).sort()).toEqual(
      expect.not.arrayContaining(['out.parquet', 'all', 'other.duckdb']),
    )
  })

  it.each(inside)('is never asked %s', (sql) => {
    expect(() => guardRead(sql)).toThrow('refused')
  })

  it('answers on', async () => {
    expect((await connection.runAndReadAll('SELECT count(*) FROM ds')).getRows()).toEqual([[0n]])
  })
})
