/** Loads in the worker: each has its own connection, and leaves a whole staging table or nothing. */
import { copyFile, link, mkdir, rm } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'
import {
  cancelled,
  conflict,
  invalidInput,
  LacydonError,
  tooExpensive,
  unavailable,
} from '../../../errors.ts'
import { checkBatch } from '../batch.ts'
import type { ColumnSpec, TableBatch, TableSpec } from '../columnar.ts'
import type { LoadInput, LoadOutcome } from '../snapshots.ts'
import { checkTableSpec } from '../table-spec.ts'
import { type Catalogue, inTransaction } from './catalogue.ts'
import { type ChunkPool, fillChunks } from './chunks.ts'
import { syncFile } from './cold.ts'
import { type Database, firstLine, literal } from './database.ts'
import { identifier } from './dialect.ts'
import { rows } from './rows.ts'
import { givenColumns, stagedFile } from './snapshots.ts'
import { versionFile, versionSpec } from './snapshots-catalogue.ts'
import {
  type CsvInput,
  csvConversions,
  distrusting,
  maxRejects,
  notPlain,
  OpenQuote,
  openQuoteError,
  readCsv,
  readerRejects,
  withLines,
} from './snapshots-csv.ts'
import { parquetConversions, readParquet } from './snapshots-parquet.ts'
import { stageRows } from './snapshots-stage.ts'
import { columnList, typesOf } from './writer.ts'

export type FileInput = Exclude<LoadInput, { kind: 'batches' }>

interface BatchLoad {
  spec: TableSpec
  connection: DuckDBConnection
  appender: DuckDBAppender
  pool: ChunkPool
  rowCount: number
}

interface Running {
  /** Undefined while it waits for its turn. */
  step: 'read' | 'store' | undefined
  isStopped: boolean
}

interface Dependencies {
  database: Database
  catalogue: Catalogue
  coldFolder: string
  inboxFolder: string
}

const rowNumber: ColumnSpec = { name: '_n', type: 'bigint' }
/** The reader makes them on its connection. */
const rejectTables = ['reject_errors', 'reject_scans']
const maxPooledChunks = 64

export function createLoads({ database, catalogue, coldFolder, inboxFolder }: Dependencies) {
  const { snapshots } = catalogue
  const running = new Map<number, Running>()
  const batchLoads = new Map<string, BatchLoad>()
  const taken = new Set<string>()
  const connection = database.loading
  let last: Promise<unknown> = Promise.resolve()

  /** One file at a time: each takes all cores and its share of the memory. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work, work)
    last = mine.catch(() => undefined)
    return mine
  }

  /** Takes the name and gives the table its row number. Throws `conflict` when the name is in use. */
  function stagingSpec(given: TableSpec): TableSpec {
    const spec: TableSpec = { name: given.name, columns: [...given.columns, rowNumber], sortBy: [] }
    checkTableSpec(spec)
    if (catalogue.tables.has(spec.name) || taken.has(spec.name))
      throw conflict(`There is a table “${spec.name}” already.`)
    taken.add(spec.name)
    return spec
  }

  async function list(c: DuckDBConnection, spec: TableSpec) {
    await c.run('INSERT INTO catalogue.tables VALUES ($1, $2)', [spec.name, JSON.stringify(spec)])
    await c.run('INSERT INTO catalogue.staging VALUES ($1)', [spec.name])
  }
  function noteListed(spec: TableSpec) {
    catalogue.tables.set(spec.name, spec)
    snapshots.staging.add(spec.name)
  }

  const inInbox = (path: string) => {
    const absolute = resolve(inboxFolder, path)
    if (!absolute.startsWith(inboxFolder + sep))
      throw invalidInput(`${path} is not in the folder of uploads.`)
    return absolute
  }

  async function stageCsv(c: DuckDBConnection, spec: TableSpec, input: CsvInput, rawFile: string) {
    const file = stagedFile(coldFolder, spec.name)
    const stage = async (from: CsvInput, isStrict: boolean): Promise<LoadOutcome> => {
      for (const table of rejectTables) await c.run(`DROP TABLE IF EXISTS ${table}`)
      const options = { file, rawFile, limit: maxRejects }
      const checks = await stageRows(c, readCsv(from, isStrict), csvConversions(from), options)
      const reader = await readerRejects(c, from)
      const rejects = await withLines(from, reader, checks.first)
      return { rowCount: 0, rejectedCount: reader.count + checks.count, rejects }
    }
    let from = input
    let isStrict = true
    for (;;) {
      try {
        return await stage(from, isStrict)
      } catch (error) {
        if (error instanceof OpenQuote) throw await openQuoteError(input, error)
        const text = String(error)
        // Line ends of two kinds in one file stop the strict reader.
        if (isStrict && text.includes('state machine reached an invalid state')) isStrict = false
        else if (from === input && text.includes(notPlain)) from = distrusting(input)
        else throw error
      }
    }
  }

  async function stageParquet(
    c: DuckDBConnection,
    spec: TableSpec,
    input: LoadInput & { kind: 'parquet' },
    rawFile: string,
    mayLack = false,
  ): Promise<LoadOutcome> {
    const conversions = await parquetConversions(c, givenColumns(spec), input, mayLack)
    const file = stagedFile(coldFolder, spec.name)
    const checks = await stageRows(c, readParquet(input.path), conversions, {
      file,
      rawFile,
      limit: maxRejects,
    })
    const rejects = checks.first.map(({ row, ...reject }) => ({ ...reject, line: row + 1 }))
    return { rowCount: 0, rejectedCount: checks.count, rejects }
  }

  async function stageVersion(
    c: DuckDBConnection,
    spec: TableSpec,
    { table, version }: LoadInput & { kind: 'version' },
    rawFile: string,
  ): Promise<LoadOutcome> {
    const known = givenColumns(versionSpec(snapshots, table, version))
    const from = join(coldFolder, versionFile(table, version))
    if (JSON.stringify(known) !== JSON.stringify(givenColumns(spec)))
      return stageParquet(c, spec, { kind: 'parquet', path: from }, rawFile, true)
    const to = stagedFile(coldFolder, spec.name)
    await link(from, to).catch(() => copyFile(from, to))
    return { rowCount: 0, rejectedCount: 0, rejects: [] }
  }

  async function load(given: TableSpec, input: FileInput, id: number): Promise<LoadOutcome> {
    const spec = stagingSpec(given)
    const state: Running = { step: undefined, isStopped: false }
    running.set(id, state)
    return inTurn(() => loadInTurn(spec, given, input, id, state))
  }

  async function loadInTurn(
    spec: TableSpec,
    given: TableSpec,
    input: FileInput,
    id: number,
    state: Running,
  ): Promise<LoadOutcome> {
    state.step = 'read'
    const file = stagedFile(coldFolder, spec.name)
    const rawFile = `${file}.raw`
    try {
      if (state.isStopped) throw cancelled()
      await mkdir(dirname(file), { recursive: true })
      const outcome =
        input.kind === 'csv'
          ? await stageCsv(
              connection,
              spec,
              checkedCsv(given, { ...input, path: inInbox(input.path) }),
              rawFile,
            )
          : input.kind === 'parquet'
            ? await stageParquet(connection, spec, { ...input, path: inInbox(input.path) }, rawFile)
            : await stageVersion(connection, spec, input, rawFile)
      if (state.isStopped) throw cancelled()
      state.step = 'store'
      await syncFile(file)
      const columns = givenColumns(spec).map(({ name }) => identifier(name))
      await inTransaction(connection, async () => {
        await connection.run(`CREATE TABLE hot.${identifier(spec.name)} (${columnList(spec)})`)
        await connection.run(
          `INSERT INTO hot.${identifier(spec.name)} SELECT ${columns.join(', ')}, file_row_number + 1
            FROM read_parquet(${literal(file)}, file_row_number = true)`,
        )
        await list(connection, spec)
        if (state.isStopped) throw cancelled()
      })
      noteListed(spec)
      const [counted] = await rows(connection, `SELECT count(*) AS n FROM hot.${identifier(spec.name)}`)
      return { ...outcome, rowCount: Number(counted?.n) }
    } catch (error) {
      await rm(file, { force: true })
      throw loadError(error, state.isStopped)
    } finally {
      running.delete(id)
      taken.delete(spec.name)
      for (const table of rejectTables) await connection.run(`DROP TABLE IF EXISTS ${table}`)
      await rm(rawFile, { force: true })
    }
  }

  async function end(name: string) {
    const load = batchLoads.get(name)
    batchLoads.delete(name)
    taken.delete(name)
    if (!load) return
    try {
      load.appender.closeSync()
    } catch {
      // Closing flushes what failed before.
    }
    await load.connection.run('ROLLBACK').catch(() => undefined)
    load.connection.closeSync()
  }

  return {
    load,
    cancel(id: number) {
      const state = running.get(id)
      if (!state || state.isStopped) return
      state.isStopped = true
      const interrupt = () => {
        if (running.get(id) !== state) clearInterval(repeat)
        else if (state.step) connection.interrupt()
      }
      // One that comes between two statements is lost.
      const repeat = setInterval(interrupt, 20)
      interrupt()
    },
    async progress(id: number) {
      const step = running.get(id)?.step
      const { percentage, rows_processed } = connection.progress
      if (step === undefined) return { share: 0, rows: 0 }
      if (step === 'store') return { share: 1, rows: Number(rows_processed) }
      return { share: Math.min(1, Math.max(0, percentage / 100)), rows: 0 }
    },

    async beginBatches(given: TableSpec): Promise<void> {
      const spec = stagingSpec(given)
      const connection = await database.connect()
      try {
        await connection.run('BEGIN TRANSACTION')
        await connection.run(`CREATE TABLE hot.${identifier(spec.name)} (${columnList(spec)})`)
        const appender = await connection.createAppender(spec.name, 'hot')
        batchLoads.set(spec.name, { spec, connection, appender, pool: [], rowCount: 0 })
      } catch (error) {
        taken.delete(spec.name)
        connection.closeSync()
        throw loadError(error, false)
      }
    },
    async addBatch(name: string, batch: TableBatch): Promise<void> {
      const load = batchLoads.get(name)
      if (!load) throw conflict(`No load of “${name}” is under way.`)
      const numbers = Float64Array.from({ length: batch.rowCount }, (_, i) => load.rowCount + i + 1)
      const whole: TableBatch = {
        ...batch,
        columns: { ...batch.columns, _n: { kind: 'float64-integer', values: numbers } },
      }
      checkBatch(whole, load.spec)
      const chunks = fillChunks(typesOf(load.spec), load.spec, whole, load.pool)
      for (const chunk of chunks) load.appender.appendDataChunk(chunk)
      load.appender.flushSync()
      load.rowCount += batch.rowCount
      if (load.pool.length < maxPooledChunks) load.pool.push(...chunks)
    },
    async endBatches(name: string): Promise<LoadOutcome> {
      const load = batchLoads.get(name)
      if (!load) throw conflict(`No load of “${name}” is under way.`)
      try {
        load.appender.flushSync()
        await list(load.connection, load.spec)
        await load.connection.run('COMMIT')
        noteListed(load.spec)
        return { rowCount: load.rowCount, rejectedCount: 0, rejects: [] }
      } catch (error) {
        throw loadError(error, false)
      } finally {
        await end(name)
      }
    },
    abortBatches: end,
  }
}

/** The columns of the file are those of the table, each with its type. Throws `invalid_input`. */
function checkedCsv(spec: TableSpec, input: CsvInput): CsvInput {
  const columns = spec.columns.map(({ name, type }) => {
    const column = input.columns.find((candidate) => candidate.name === name)
    if (column?.type !== type) throw invalidInput(`No column of the file gives “${name}” as ${type}.`)
    return column
  })
  const indexes = new Set(columns.map((column) => column.index))
  if (indexes.size < columns.length || columns.some(({ index }) => !Number.isInteger(index) || index < 0))
    throw invalidInput('Each column has a place of its own in the file.')
  if (input.delimiter === '' || /[\r\n"]/.test(input.delimiter) || input.delimiter === input.quote)
    throw invalidInput(`“${input.delimiter}” cannot part cells.`)
  const width = Math.max(input.width ?? 0, ...input.columns.map((column) => column.index + 1))
  return { ...input, columns, width }
}

/** What the failure of a load means to the one who asked. */
function loadError(error: unknown, isStopped: boolean): LacydonError {
  if (isStopped) return cancelled()
  if (error instanceof LacydonError) return error
  const message = firstLine(error)
  if (/^Out of Memory/i.test(message))
    return tooExpensive(
      'The load needs more memory than it may use.',
      'Load fewer columns, or give it more memory.',
    )
  if (/No space left|max_temp_directory_size/i.test(message))
    return unavailable('There is no space left to load this.', 'Make room on the disk of the data folder.')
  if (/^(Invalid Input|IO|Conversion|Invalid|TProtocolException|Parser) ?Error/i.test(message))
    return invalidInput(
      `The file cannot be read: ${message.replace(/^[\w ]+Error: /, '').replace(/'?\/\S+\//g, '')}`,
    )
  return new LacydonError('engine_failed', 500, `The column store failed: ${message}`, { cause: error })
}
