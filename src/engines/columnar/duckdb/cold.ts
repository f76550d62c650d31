/** Closed days as Parquet files beside the database, and their removal. */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { invalidInput, LacydonError } from '../../../errors.ts'
import type { TableSpec } from '../columnar.ts'
import { type Catalogue, insertPart, inTransaction, type Part, readParts, tableOf } from './catalogue.ts'
import type { Database } from './database.ts'
import { identifier } from './dialect.ts'
import type { Note } from './protocol.ts'
import type { Reads } from './reads.ts'
import { rows } from './rows.ts'

/** Small groups let a reader skip all but the rows of one vessel; each has its own minimum and maximum. */
const rowGroupRows = 20_480
/** A day that gathers this many files is written anew as one. */
const maxPartsPerDay = 4
const dayMs = 86_400_000
const partName = /^part-[0-9a-f-]{36}\.parquet$/
const dayName = /^day=\d{4}-\d{2}-\d{2}$/

interface Dependencies {
  database: Database
  catalogue: Catalogue
  reads: Reads
  coldFolder: string
  note: Note
}

export function createColdStore({ database, catalogue, reads, coldFolder, note }: Dependencies) {
  let connection: DuckDBConnection | undefined
  let last: Promise<unknown> = Promise.resolve()
  let problem = ''

  /** Compactions and retentions one after the other, beside the appends. */
  function inTurn<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const begin = async () => {
      connection ??= await database.connect()
      return work(connection)
    }
    const mine = last.then(begin, begin)
    last = mine.catch(() => undefined)
    return mine
  }

  /** Files no longer listed are removed once the reads that may still open them have ended. */
  function removeLater(files: readonly string[]) {
    if (files.length === 0) return
    void reads
      .drained()
      .then(async () => {
        for (const file of files) {
          await rm(join(coldFolder, file), { force: true })
          await rmdir(dirname(join(coldFolder, file))).catch(() => undefined)
        }
      })
      .catch((error: unknown) => note('warn', `Old files stay until the next start: ${String(error)}`))
  }

  /** Writes the rows of `from` as one sorted file and returns its entry, or undefined when there is no row. */
  async function writePart(c: DuckDBConnection, table: TableSpec, day: string, from: string) {
    const file = join(table.name, `day=${day}`, `part-${randomUUID()}.parquet`)
    const at = identifier(table.dayOf!)
    const retain = table.retainBy ? identifier(table.retainBy) : 'CAST(NULL AS TIMESTAMP)'
    const [facts] = await rows(
      c,
      `SELECT count(*) AS n, epoch_ms(min(${at})) AS a, epoch_ms(max(${at})) AS b,
        epoch_ms(min(${retain})) AS ra, epoch_ms(max(${retain})) AS rb,
        count(*) - count(${retain}) AS nulls FROM ${from} AS q`,
    )
    const rowCount = Number(facts?.n)
    if (rowCount === 0) return undefined
    const path = join(coldFolder, file)
    await mkdir(dirname(path), { recursive: true })
    const order = table.sortBy.map((name) => `${identifier(name)} NULLS LAST`).join(', ')
    await c.run(
      `COPY (SELECT * FROM ${from} AS q${order && ` ORDER BY ${order}`}) TO '${path.replaceAll("'", "''")}'
        (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroupRows})`,
    )
    await syncFile(path)
    const number = (value: unknown) => (value === null || value === undefined ? null : Number(value))
    const part: Part = {
      table: table.name,
      day,
      file,
      columns: table.columns.map((column) => column.name),
      rowCount,
      sizeBytes: (await stat(path)).size,
      fromMs: Number(facts?.a),
      toMs: Number(facts?.b),
      retainFromMs: number(facts?.ra),
      retainToMs: number(facts?.rb),
      retainNullCount: Number(facts?.nulls),
    }
    return part
  }

  const partRows = (table: TableSpec, parts: readonly Part[]) =>
    parts.map((part) => {
      const list = table.columns
        .map(({ name }) => (part.columns.includes(name) ? identifier(name) : `NULL AS ${identifier(name)}`))
        .join(', ')
      return `SELECT ${list} FROM read_parquet('${join(coldFolder, part.file).replaceAll("'", "''")}', hive_partitioning = false)`
    })

  /** One day of one table: rows leave the native table and the file enters the list in one commit. */
  async function compactDay(c: DuckDBConnection, table: TableSpec, day: string): Promise<void> {
    const startUs = Date.parse(day) * 1000
    const at = identifier(table.dayOf!)
    const hot = `hot.${identifier(table.name)}`
    const ofDay = `${at} >= make_timestamp(${startUs}) AND ${at} < make_timestamp(${startUs + dayMs * 1000})`
    const columns = table.columns.map(({ name }) => identifier(name)).join(', ')
    let written: Part | undefined
    let replaced: Part[] = []
    try {
      await inTransaction(c, async () => {
        const known = (await readParts(c, table.name)).filter((part) => part.day === day)
        if (known.length + 1 >= maxPartsPerDay) replaced = known
        const sources = [`SELECT ${columns} FROM ${hot} WHERE ${ofDay}`, ...partRows(table, replaced)]
        written = await writePart(c, table, day, `(${sources.join(' UNION ALL ')})`)
        await c.run(`DELETE FROM ${hot} WHERE ${ofDay}`)
        for (const part of replaced) await c.run('DELETE FROM catalogue.parts WHERE file = $1', [part.file])
        if (written) await insertPart(c, written)
      })
    } catch (error) {
      if (written) removeLater([written.file])
      throw error
    }
    removeLater(replaced.map((part) => part.file))
  }

  async function compact(c: DuckDBConnection, name: string, beforeDay: string): Promise<string[]> {
    const table = tableOf(catalogue, name)
    if (!table.dayOf) throw invalidInput(`“${name}” has no day to compact by.`)
    const beforeMs = /^\d{4}-\d{2}-\d{2}$/.test(beforeDay) ? Date.parse(beforeDay) : Number.NaN
    if (Number.isNaN(beforeMs)) throw invalidInput(`“${beforeDay}” is not a day: write YYYY-MM-DD.`)
    const at = identifier(table.dayOf)
    const found = await rows(
      c,
      `SELECT DISTINCT strftime(${at}, '%Y-%m-%d') AS day FROM hot.${identifier(name)}
        WHERE ${at} < make_timestamp(${beforeMs * 1000}) ORDER BY day`,
    )
    const days = found.map((row) => String(row.day))
    for (const day of days) await compactDay(c, table, day)
    if (days.length > 0) await c.run('CHECKPOINT').catch((error: unknown) => note('info', String(error)))
    return days
  }

  async function retain(c: DuckDBConnection, name: string, beforeMs: number): Promise<number> {
    const table = tableOf(catalogue, name)
    if (!table.retainBy) throw invalidInput(`“${name}” has no column to retain by.`)
    if (!Number.isSafeInteger(beforeMs)) throw invalidInput('Retention needs an instant.')
    const by = identifier(table.retainBy)
    const old = `${by} < make_timestamp(${beforeMs * 1000})`
    const hot = `hot.${identifier(name)}`
    const gone: string[] = []
    const added: string[] = []
    let count = 0
    const cut = (await readParts(c, name)).filter((p) => p.retainFromMs !== null && p.retainFromMs < beforeMs)
    try {
      await inTransaction(c, async () => {
        count += (await c.run(`DELETE FROM ${hot} WHERE ${old}`)).rowsChanged
        for (const part of cut) {
          await c.run('DELETE FROM catalogue.parts WHERE file = $1', [part.file])
          gone.push(part.file)
          count += part.rowCount
          if (part.retainToMs! < beforeMs && part.retainNullCount === 0) continue
          const kept = `(SELECT * FROM (${partRows(table, [part])[0]}) AS p WHERE ${by} IS NULL OR NOT (${old}))`
          const rest = await writePart(c, table, part.day, kept)
          if (!rest) continue
          added.push(rest.file)
          count -= rest.rowCount
          await insertPart(c, rest)
        }
      })
    } catch (error) {
      removeLater(added)
      throw error
    }
    removeLater(gone)
    return count
  }

  return {
    compact: (table: string, beforeDay: string) => inTurn((c) => compact(c, table, beforeDay)),
    retain: (table: string, beforeMs: number) => inTurn((c) => retain(c, table, beforeMs)),

    /** Removes files that no list names: what a crash between writing and committing left. */
    async sweep(c: DuckDBConnection): Promise<void> {
      const listed = await readParts(c)
      const known = new Set(listed.map((part) => part.file))
      const found = new Set<string>()
      for (const table of await folders(coldFolder))
        for (const day of await folders(join(coldFolder, table))) {
          if (!dayName.test(day)) continue
          for (const name of await readdir(join(coldFolder, table, day))) {
            const file = join(table, day, name)
            if (known.has(file)) found.add(file)
            else if (partName.test(name)) await rm(join(coldFolder, file), { force: true })
          }
        }
      const missing = listed.filter((part) => !found.has(part.file))
      if (missing.length > 0) {
        problem = `${missing.length} files of past days are missing, first ${missing[0]!.file}: restore them from a backup.`
        note('error', problem)
      }
    },
    /** The files of a dropped table. */
    async forget(table: string): Promise<void> {
      await reads.drained()
      for (const day of await folders(join(coldFolder, table))) {
        if (!dayName.test(day)) continue
        for (const name of await readdir(join(coldFolder, table, day)))
          if (partName.test(name)) await rm(join(coldFolder, table, day, name), { force: true })
        await rmdir(join(coldFolder, table, day)).catch(() => undefined)
      }
    },
    get problem() {
      return problem
    },
    close() {
      connection?.closeSync()
    },
  }
}

async function folders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new LacydonError('unavailable', 503, `The folder ${path} cannot be read: ${error.message}`)
  })
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
}

/** The file and its name in the folder survive a power cut before the list says so. */
export async function syncFile(path: string): Promise<void> {
  for (const target of [path, dirname(path), dirname(dirname(path))]) {
    const handle = await open(target, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  }
}
