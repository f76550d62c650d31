/** The column store on a ClickHouse server: for loads one machine cannot carry, or several web nodes. */
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type ClickHouseClient, createClient } from '@clickhouse/client'
import { invalidSetting, LacydonError, notFound, unavailable } from '../../../errors.ts'
import type { Columnar, QueryOptions, Row, TableSpec } from '../columnar.ts'
import { type Emitted, emitQuery } from '../emit/emit.ts'
import type { EngineLog } from '../engine-log.ts'
import { parseRows } from '../ndjson.ts'
import type { Query } from '../query.ts'
import { QueryQueue } from '../query-queue.ts'
import type { Snapshots } from '../snapshots.ts'
import { clickHouseDialect, identifier } from './dialect.ts'
import { toLacydonError } from './failures.ts'
import { readChunks, readSettings } from './read.ts'
import { createSnapshots } from './snapshots.ts'
import { emptyCatalogue, physicalName } from './snapshots-catalogue.ts'
import { lazyScratch } from './snapshots-load.ts'
import { createWriter } from './writer.ts'

export interface ClickHouseOptions {
  /** `http://user:password@host:8123/database`; the database is `lacydon` when the path is empty. */
  url: string
  /** Where files are read before their rows go to the server; default: a folder of the system's temporary one. */
  scratchFolder?: string
  /** Files here may be loaded; default `<scratchFolder>/uploads`. */
  inboxFolder?: string
  log: EngineLog
}

const defaultMaxRows = 100_000
/** Queries in one HTTP answer at once; above the slots of all classes together. */
const maxConnections = 32

/**
 * Connects and makes the database when it is missing. Throws `invalid_setting` for a URL that is none, `unavailable`
 * when no server answers.
 */
export async function openClickHouse(options: ClickHouseOptions): Promise<Columnar & Snapshots> {
  const { url, log } = options
  const { address, database, username, password } = parseUrl(url)
  const client = createClient({
    url: address,
    username,
    password,
    application: 'lacydon',
    max_open_connections: maxConnections,
    request_timeout: 3_700_000,
    keep_alive: { enabled: true },
    compression: { response: false, request: false },
    log: { level: 127 as never },
  })
  const catalogue = emptyCatalogue()
  const dialect = clickHouseDialect(database, (name, version) => physicalName(catalogue, name, version))
  const queue = new QueryQueue()
  const version = await connect(client, database, address)
  const tables = new Map<string, TableSpec>()
  const writer = await createWriter({ client, database, tables, log })
  const scratchFolder = resolve(options.scratchFolder ?? join(tmpdir(), `lacydon-scratch-${process.pid}`))
  const inboxFolder = resolve(options.inboxFolder ?? join(scratchFolder, 'uploads'))
  await mkdir(inboxFolder, { recursive: true })
  const scratch = lazyScratch(scratchFolder, inboxFolder, log)
  const { forget, refresh, ...snapshots } = await createSnapshots({
    connection: writer.connection,
    database,
    tables,
    catalogue,
    scratch,
    inboxFolder,
    reads: () => store,
  })
  const tableOf = (name: string, version?: number) => {
    const table = version === undefined ? tables.get(name) : catalogue.versions.get(name)?.get(version)
    if (table) return table
    if (version === undefined) throw notFound('table', name)
    throw notFound(`version of “${name}”`, `v${version}`)
  }

  async function* chunks(query: Query, options: QueryOptions, leftMs: number, maxRows: number) {
    const emit = () => emitQuery(query, tableOf, dialect, maxRows > 0 ? maxRows + 1 : undefined)
    let emitted: Emitted
    try {
      emitted = emit()
    } catch (error) {
      if (!(error instanceof LacydonError) || error.code !== 'not_found') throw error
      // Another node may have made the table or the version.
      await refresh()
      emitted = emit()
    }
    yield* readChunks(client, emitted, {
      signal: options.signal,
      deadlineMs: leftMs,
      maxRows,
      settings: readSettings(leftMs),
    })
  }

  const store: Columnar & Snapshots = {
    ...snapshots,
    define: writer.define,
    append: writer.append,
    ranges: writer.ranges,
    replace: writer.replace,

    async query(query, options = {}) {
      const { leave, leftMs } = await queue.enter(options)
      try {
        const all: Uint8Array[] = []
        for await (const chunk of chunks(query, options, leftMs, options.maxRows ?? defaultMaxRows))
          all.push(chunk)
        return (await parseRows(all)) as Row[]
      } finally {
        leave()
      }
    },

    async *stream(query, options = {}) {
      const { leave, leftMs } = await queue.enter({ class: 'export', ...options })
      try {
        yield* chunks(query, options, leftMs, options.maxRows ?? 0)
      } finally {
        leave()
      }
    },

    // Every day is a partition of its own, compressed from the start: nothing moves.
    compact: async (table) => {
      tableOf(table)
      return []
    },
    retain: writer.retain,
    drop: async (table) => {
      await forget(table)
      await writer.drop(table)
    },

    async health() {
      const counts = { queued: queue.queuedCount, running: queue.runningCount }
      const ping = await client.ping()
      const message = ping.success
        ? ''
        : `The ClickHouse server ${address} does not answer: ${ping.error.message}`
      return { engine: 'clickhouse', ok: ping.success, version, message, ...counts }
    },
    async close() {
      await scratch.close()
      await client.close()
    },
  }
  return store

  async function connect(on: ClickHouseClient, name: string, where: string): Promise<string> {
    try {
      await on.command({ query: `CREATE DATABASE IF NOT EXISTS ${identifier(name)}` })
      const answer = await on.query({ query: 'SELECT version() AS version', format: 'JSONEachRow' })
      return (await answer.json<{ version: string }>())[0]?.version ?? ''
    } catch (error) {
      await on.close()
      const failure = toLacydonError(error)
      throw unavailable(
        `The ClickHouse server ${where} cannot be used: ${failure.message}`,
        'Check CLICKHOUSE_URL, the server, and the rights of its user.',
      )
    }
  }
}

function parseUrl(text: string) {
  const expected = 'an address such as http://user:password@host:8123/lacydon'
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw invalidSetting('CLICKHOUSE_URL', redacted(text), expected)
  }
  const database = decodeURIComponent(url.pathname.slice(1)) || 'lacydon'
  if (!/^https?:$/.test(url.protocol) || !/^[A-Za-z_]\w{0,63}$/.test(database))
    throw invalidSetting('CLICKHOUSE_URL', redacted(text), expected)
  return {
    address: url.origin,
    database,
    username: decodeURIComponent(url.username) || 'default',
    password: decodeURIComponent(url.password),
  }
}

/** Never a password in a message. */
const redacted = (text: string) => text.replace(/\/\/[^@/]*@/, '//…@')
