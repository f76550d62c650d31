/** Definitions, inserts and deletions on ClickHouse: idempotent, because nothing there is one transaction. */
import { Readable } from 'node:stream'
import type { ClickHouseClient } from '@clickhouse/client'
import { invalidInput, notFound } from '../../../errors.ts'
import { checkBatch, isNewRange } from '../batch.ts'
import type { Columnar, RecordedRange, SpoolRange, TableBatch, TableSpec } from '../columnar.ts'
import type { EngineLog } from '../engine-log.ts'
import { addedColumns, checkTableSpec, grownTable } from '../table-spec.ts'
import { identifier } from './dialect.ts'
import { toLacydonError } from './failures.ts'
import { columnDefinition, commentOf, createTable } from './layout.ts'
import { nativeBlock } from './native.ts'

/** A larger insert is not atomic. */
const maxInsertRows = 100_000

interface Dependencies {
  client: ClickHouseClient
  database: string
  /** Filled here: what the server holds, then what is defined. */
  tables: Map<string, TableSpec>
  log: EngineLog
}

/** Statements and inserts on one database. */
export interface Connection {
  qualified(name: string): string
  command(query: string, query_params?: Record<string, unknown>): Promise<unknown>
  rows<T>(query: string, query_params?: Record<string, unknown>): Promise<T[]>
  /** Adds a block to a table; one with a token that the table knows is left out. */
  insert(into: string, block: Buffer, token: string): Promise<void>
}

export async function createWriter({ client, database, tables, log }: Dependencies) {
  const qualified = (name: string) => `${identifier(database)}.${identifier(name)}`
  const rangeTable = qualified('_ranges')
  const recorded = new Map<string, RecordedRange>()
  /** Sources whose next range may be on the server in part: after a start and after a failure. */
  const settled = new Set<string>()
  let last: Promise<unknown> = Promise.resolve()

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const begin = () =>
      work().catch((error: unknown) => {
        throw toLacydonError(error)
      })
    const mine = last.then(begin, begin)
    last = mine.catch(() => undefined)
    return mine
  }
  const command = (query: string, query_params?: Record<string, unknown>) =>
    client.command({ query, query_params })
  const rows = async <T>(query: string, query_params?: Record<string, unknown>) => {
    const answer = await client.query({
      query,
      query_params,
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    })
    return answer.json<T>()
  }
  const tableOf = (name: string) => {
    const table = tables.get(name)
    if (!table) throw notFound('table', name)
    return table
  }

  async function insert(into: string, block: Buffer, token: string) {
    const { stream } = await client.exec({
      query: `INSERT INTO ${qualified(into)} FORMAT Native`,
      values: Readable.from([block]),
      clickhouse_settings: {
        // Without a token two batches that happen to be equal would become one.
        insert_deduplication_token: token,
        insert_deduplicate: 1,
        max_partitions_per_insert_block: '0' as never,
        async_insert: 0,
      },
    })
    for await (const _ of stream) {
      // The answer is empty; reading it frees the connection.
    }
  }

  async function define(next: TableSpec) {
    checkTableSpec(next)
    const known = tables.get(next.name)
    if (!known) {
      await command(createTable(database, next))
      tables.set(next.name, next)
      return
    }
    const spec = grownTable(known, next)
    if (JSON.stringify(spec) === JSON.stringify(known)) return
    for (const column of addedColumns(known, next))
      await command(
        `ALTER TABLE ${qualified(next.name)} ADD COLUMN IF NOT EXISTS ${columnDefinition(next, column)}`,
      )
    await command(`ALTER TABLE ${qualified(next.name)} MODIFY COMMENT ${commentOf(spec)}`)
    tables.set(next.name, spec)
  }

  /** Rows of the batch whose `_seq` the table does not have yet; undefined when that is all of them. */
  async function missingRows(batch: TableBatch, table: TableSpec, range: SpoolRange) {
    const seq = batch.columns._seq
    const isOfRecord = table.columns.some((column) => column.name === '_src')
    if (seq?.kind !== 'float64-integer' || !isOfRecord) return undefined
    const found = await rows<{ seq: number }>(
      `SELECT DISTINCT _seq AS seq FROM ${qualified(table.name)}
        WHERE _src = {src:String} AND _seq >= {lo:Int64} AND _seq < {hi:Int64}`,
      { src: range.source, lo: range.lo, hi: range.hi },
    )
    if (found.length === 0) return undefined
    const known = new Set(found.map((row) => row.seq))
    const missing: number[] = []
    for (let i = 0; i < batch.rowCount; i++) if (!known.has(seq.values[i]!)) missing.push(i)
    log.info({ table: table.name, source: range.source, found: found.length }, 'A batch was there in part.')
    return Int32Array.from(missing)
  }

  async function appendTable(batch: TableBatch, range: SpoolRange) {
    const table = tableOf(batch.table)
    const only = settled.has(range.source) ? undefined : await missingRows(batch, table, range)
    const count = only ? only.length : batch.rowCount
    for (let start = 0, n = 0; start < count; start += maxInsertRows, n++) {
      const end = Math.min(count, start + maxInsertRows)
      const isWhole = !only && start === 0 && end === count
      const part = isWhole
        ? undefined
        : Int32Array.from({ length: end - start }, (_, i) => (only ? only[start + i]! : start + i))
      const token = `${range.source}:${range.lo}-${range.hi}${n > 0 ? `:${n}` : ''}`
      await insert(table.name, nativeBlock(table, batch, part), token)
    }
  }

  const append: Columnar['append'] = (batches, range) =>
    inTurn(async () => {
      if (!isNewRange(range, recorded.get(range.source)?.hi)) return false
      for (const batch of batches) checkBatch(batch, tableOf(batch.table))
      try {
        for (const batch of batches) if (batch.rowCount > 0) await appendTable(batch, range)
        await command(
          `INSERT INTO ${rangeTable} (source, hi, resume_from)
            SELECT {source:String}, {hi:Int64}, {from:Int64}`,
          { source: range.source, hi: range.hi, from: range.resumeFrom },
        )
      } catch (error) {
        settled.delete(range.source)
        throw error
      }
      settled.add(range.source)
      recorded.set(range.source, { source: range.source, hi: range.hi, resumeFrom: range.resumeFrom })
      return true
    })

  async function replace(batch: TableBatch) {
    const table = tableOf(batch.table)
    checkBatch(batch, table)
    const incoming = `${table.name}/incoming`
    await command(`DROP TABLE IF EXISTS ${qualified(incoming)} SYNC`)
    await command(createTable(database, table, incoming))
    for (let start = 0; start < batch.rowCount; start += maxInsertRows) {
      const length = Math.min(maxInsertRows, batch.rowCount - start)
      const part = Int32Array.from({ length }, (_, i) => start + i)
      await insert(incoming, nativeBlock(table, batch, part), `${Date.now()}:${start}`)
    }
    await command(`EXCHANGE TABLES ${qualified(table.name)} AND ${qualified(incoming)}`)
    await command(`DROP TABLE IF EXISTS ${qualified(incoming)} SYNC`)
  }

  async function retain(name: string, before: Date): Promise<number> {
    const { retainBy } = tableOf(name)
    if (!retainBy) throw invalidInput(`“${name}” has no column to retain by.`)
    const old = `${identifier(retainBy)} < fromUnixTimestamp64Milli({ms:Int64}, 'UTC')`
    const params = { ms: before.getTime() }
    const [found] = await rows<{ n: number }>(
      `SELECT count() AS n FROM ${qualified(name)} WHERE ${old}`,
      params,
    )
    if (!found?.n) return 0
    // Mutations keep no parameters: the number is written out.
    await client.command({
      query: `ALTER TABLE ${qualified(name)} DELETE WHERE ${old.replace('{ms:Int64}', `toInt64(${before.getTime()})`)}`,
      clickhouse_settings: { mutations_sync: '1' },
    })
    return found.n
  }

  await inTurn(async () => {
    await command(`CREATE TABLE IF NOT EXISTS ${rangeTable} (source String, hi Int64, resume_from Int64)
      ENGINE = ReplacingMergeTree(hi) ORDER BY source`)
    for (const { source, last_hi, last_from } of await rows<{
      source: string
      last_hi: number
      last_from: number
    }>(
      `SELECT source, max(hi) AS last_hi, argMax(resume_from, hi) AS last_from FROM ${rangeTable} GROUP BY source`,
    ))
      recorded.set(source, { source, hi: last_hi, resumeFrom: last_from })
    const described = await rows<{ comment: string }>(
      `SELECT comment FROM system.tables WHERE database = {db:String} AND startsWith(comment, '{') AND position(name, '/') = 0`,
      { db: database },
    )
    for (const { comment } of described) {
      const spec = JSON.parse(comment) as TableSpec
      tables.set(spec.name, spec)
    }
  })

  const connection: Connection = { qualified, command, rows, insert }
  return {
    connection,
    define: (table: TableSpec) => inTurn(() => define(table)),
    append,
    ranges: async () => [...recorded.values()],
    replace: (batch: TableBatch) => inTurn(() => replace(batch)),
    retain: (name: string, before: Date) => inTurn(() => retain(name, before)),
    drop: (name: string) =>
      inTurn(async () => {
        await command(`DROP TABLE IF EXISTS ${qualified(name)} SYNC`)
        tables.delete(name)
      }),
  }
}
