/** The one connection that defines, appends and replaces: its calls run one after the other. */
import {
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  type DuckDBAppender,
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBType,
  FLOAT,
  INTEGER,
  SMALLINT,
  TIMESTAMP,
  TINYINT,
  VARCHAR,
} from '@duckdb/node-api'
import { checkBatch, isNewRange } from '../batch.ts'
import type { ColumnType, SpoolRange, TableBatch, TableSpec } from '../columnar.ts'
import { addedColumns, checkTableSpec, grownTable } from '../table-spec.ts'
import { type Catalogue, inTransaction, tableOf } from './catalogue.ts'
import { type ChunkPool, fillChunks } from './chunks.ts'
import { identifier } from './dialect.ts'

const types: Record<ColumnType, DuckDBType> = {
  text: VARCHAR,
  json: VARCHAR,
  boolean: BOOLEAN,
  tinyint: TINYINT,
  smallint: SMALLINT,
  integer: INTEGER,
  bigint: BIGINT,
  real: FLOAT,
  double: DOUBLE,
  timestamp: TIMESTAMP,
  date: DATE,
}

export const typesOf = (table: TableSpec) => table.columns.map((column) => types[column.type])
const maxPooledChunks = 64

export const columnList = (table: TableSpec) =>
  table.columns.map(({ name, type }) => `${identifier(name)} ${types[type]}`).join(', ')

/** A slash cannot be in the name of a table: no collision. */
const incoming = 'hot."/incoming"'

export interface Writer {
  define(table: TableSpec): Promise<void>
  append(batches: readonly TableBatch[], range: SpoolRange): Promise<boolean>
  replace(batch: TableBatch): Promise<void>
  drop(table: string): Promise<void>
  /** Runs other work in turn with the writes. */
  inTurn<T>(work: () => Promise<T>): Promise<T>
}

export function createWriter(connection: DuckDBConnection, catalogue: Catalogue): Writer {
  let last: Promise<unknown> = Promise.resolve()
  const appenders = new Map<string, DuckDBAppender>()

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work, work)
    last = mine.catch(() => undefined)
    return mine
  }

  /** An appender that failed keeps its rows: it is thrown away with them. */
  function forgetAppenders() {
    for (const appender of appenders.values()) {
      try {
        appender.clear()
        appender.closeSync()
      } catch {
        // Closing flushes, which is what failed.
      }
    }
    appenders.clear()
  }

  const pools = new Map<string, { table: TableSpec; chunks: ChunkPool }>()

  interface Filled {
    table: TableSpec
    batch: TableBatch
    chunks: DuckDBDataChunk[]
  }

  function fill(batch: TableBatch): Filled {
    const table = tableOf(catalogue, batch.table)
    checkBatch(batch, table)
    let pool = pools.get(table.name)
    if (pool?.table !== table) {
      pool = { table, chunks: [] }
      pools.set(table.name, pool)
    }
    return { table, batch, chunks: fillChunks(typesOf(table), table, batch, pool.chunks) }
  }

  async function appendFilled({ table, chunks }: Filled) {
    let appender = appenders.get(table.name)
    if (!appender) {
      appender = await connection.createAppender(table.name, 'hot')
      appenders.set(table.name, appender)
    }
    for (const chunk of chunks) appender.appendDataChunk(chunk)
    appender.flushSync()
    const pool = pools.get(table.name)
    if (pool?.table === table && pool.chunks.length < maxPooledChunks) pool.chunks.push(...chunks)
  }

  async function define(next: TableSpec) {
    checkTableSpec(next)
    const known = catalogue.tables.get(next.name)
    const spec = known ? grownTable(known, next) : next
    if (known && JSON.stringify(known) === JSON.stringify(spec)) return
    const name = `hot.${identifier(next.name)}`
    forgetAppenders()
    await inTransaction(connection, async () => {
      if (known) {
        for (const column of addedColumns(known, next))
          await connection.run(
            `ALTER TABLE ${name} ADD COLUMN ${identifier(column.name)} ${types[column.type]}`,
          )
        await connection.run('DELETE FROM catalogue.tables WHERE name = $1', [next.name])
      } else await connection.run(`CREATE TABLE ${name} (${columnList(next)})`)
      await connection.run('INSERT INTO catalogue.tables VALUES ($1, $2)', [next.name, JSON.stringify(spec)])
    })
    catalogue.tables.set(next.name, spec)
  }

  async function append(filled: Filled[], range: SpoolRange) {
    const recorded = catalogue.ranges.get(range.source)
    if (!isNewRange(range, recorded?.hi)) return false
    try {
      await inTransaction(connection, async () => {
        for (const one of filled) {
          if (one.batch.rowCount === 0) continue
          // The table may have grown while the rows waited for their turn.
          const isCurrent = one.table === catalogue.tables.get(one.table.name)
          await appendFilled(isCurrent ? one : fill(one.batch))
        }
        await connection.run(
          recorded
            ? 'UPDATE catalogue.ranges SET hi = $2, resume_from = $3 WHERE source = $1'
            : 'INSERT INTO catalogue.ranges VALUES ($1, $2, $3)',
          [range.source, BigInt(range.hi), BigInt(range.resumeFrom)],
        )
      })
    } catch (error) {
      forgetAppenders()
      throw error
    }
    catalogue.ranges.set(range.source, { source: range.source, hi: range.hi, resumeFrom: range.resumeFrom })
    return true
  }

  async function replace(batch: TableBatch) {
    const table = tableOf(catalogue, batch.table)
    forgetAppenders()
    const name = `hot.${identifier(table.name)}`
    const order = table.sortBy.map((column) => `${identifier(column)} NULLS LAST`).join(', ')
    await inTransaction(connection, async () => {
      await connection.run(`CREATE TABLE ${incoming} (${columnList(table)})`)
      const appender = await connection.createAppender('/incoming', 'hot')
      try {
        for (const chunk of fill(batch).chunks) appender.appendDataChunk(chunk)
        appender.flushSync()
      } finally {
        appender.closeSync()
      }
      await connection.run(`DROP TABLE ${name}`)
      await connection.run(
        order
          ? `CREATE TABLE ${name} AS SELECT * FROM ${incoming} ORDER BY ${order}`
          : `ALTER TABLE ${incoming} RENAME TO ${identifier(table.name)}`,
      )
      if (order) await connection.run(`DROP TABLE ${incoming}`)
      await connection.run('DELETE FROM catalogue.parts WHERE table_name = $1', [table.name])
    })
  }

  async function drop(table: string) {
    if (!catalogue.tables.has(table)) return
    forgetAppenders()
    await inTransaction(connection, async () => {
      await connection.run(`DROP TABLE hot.${identifier(table)}`)
      await connection.run('DELETE FROM catalogue.tables WHERE name = $1', [table])
      await connection.run('DELETE FROM catalogue.parts WHERE table_name = $1', [table])
    })
    catalogue.tables.delete(table)
  }

  return {
    define: (table) => inTurn(() => define(table)),
    // Rows become chunks while the batch before is being committed on another core.
    append: async (batches, range) => {
      const filled = batches.map(fill)
      return inTurn(() => append(filled, range))
    },
    replace: (batch) => inTurn(() => replace(batch)),
    drop: (table) => inTurn(() => drop(table)),
    inTurn,
  }
}
