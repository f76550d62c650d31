/** Snapshots in the worker: staging tables, archived versions as Parquet, and the version each table shows. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { conflict, notFound } from '../../../errors.ts'
import type { TableSpec } from '../columnar.ts'
import type { ArchivedVersion } from '../snapshots.ts'
import { type Catalogue, inTransaction, tableOf } from './catalogue.ts'
import { syncFile } from './cold.ts'
import { type Database, literal } from './database.ts'
import { identifier } from './dialect.ts'
import type { Note } from './protocol.ts'
import type { Reads } from './reads.ts'
import { rows } from './rows.ts'
import { noteVersion, physicalTable, versionFile, versionSpec } from './snapshots-catalogue.ts'
import { parquetOptions } from './snapshots-stage.ts'
import type { Writer } from './writer.ts'

export interface SnapshotDependencies {
  database: Database
  catalogue: Catalogue
  writer: Writer
  /** The connection of the writer: used in its turn only. */
  connection: DuckDBConnection
  reads: Reads
  coldFolder: string
  note: Note
}

const versionName = /^v(\d+)\.parquet$/

/** Folder of what is being loaded, beside those of the tables. */
export const stagingFolder = '.staging'
export const stagedFile = (coldFolder: string, staging: string) =>
  join(coldFolder, stagingFolder, `${staging}.parquet`)

/** The columns of a staging table without the row number it gained. */
export const givenColumns = ({ columns }: TableSpec) => columns.filter(({ name }) => name !== '_n')

export function createSnapshots({
  database,
  catalogue,
  writer,
  connection,
  reads,
  coldFolder,
  note,
}: SnapshotDependencies) {
  const { snapshots } = catalogue
  const pathOf = (table: string, version: number) => join(coldFolder, versionFile(table, version))
  const stagingSpec = (staging: string) => {
    if (!snapshots.staging.has(staging)) throw notFound('staging table', staging)
    return tableOf(catalogue, staging)
  }

  /** Native tables and files that nothing names any more go when no read can be using them. */
  function removeLater(physical: string | undefined, files: readonly string[]) {
    void reads
      .drained()
      .then(async () => {
        if (physical !== undefined)
          await writer.inTurn(() => connection.run(`DROP TABLE IF EXISTS hot.${identifier(physical)}`))
        for (const file of files) {
          await rm(file, { force: true })
          // The folder of staged files stays: a load may be about to write there.
          if (dirname(file) === join(coldFolder, stagingFolder)) continue
          await rmdir(dirname(file)).catch(() => undefined)
          await rmdir(dirname(dirname(file))).catch(() => undefined)
        }
      })
      .catch((error: unknown) => note('warn', `Old rows stay until the next start: ${String(error)}`))
  }

  /** Reads are many and loads last: each has a connection of its own. */
  async function onConnection<T>(work: (c: DuckDBConnection) => Promise<T>): Promise<T> {
    const c = await database.connect()
    try {
      return await work(c)
    } finally {
      c.closeSync()
    }
  }

  async function archive(table: string, staging: string, version: number): Promise<ArchivedVersion> {
    const spec = stagingSpec(staging)
    if (snapshots.versions.get(table)?.has(version))
      throw conflict(`Version ${version} of “${table}” is archived already.`)
    const staged = stagedFile(coldFolder, staging)
    const path = pathOf(table, version)
    return onConnection(async (c) => {
      const isStaged = await stat(staged).catch(() => undefined)
      if (!isStaged) {
        const list = givenColumns(spec).map(({ name }) => identifier(name))
        const from = `hot.${identifier(staging)}`
        await mkdir(dirname(staged), { recursive: true })
        await c.run(
          `COPY (SELECT ${list.join(', ')} FROM ${from}) TO ${literal(staged)} ${parquetOptions(list.length)}`,
        )
      }
      await moveIntoPlace(staged, path)
      await chmod(path, 0o444)
      await syncFile(path)
      const [counted] = await rows(c, `SELECT count(*) AS n FROM hot.${identifier(staging)}`)
      const archived = {
        rowCount: Number(counted?.n),
        byteCount: (await stat(path)).size,
        checksum: await sha256(path),
      }
      const versionOf = { ...spec, name: table }
      await c.run('INSERT INTO catalogue.versions VALUES ($1, $2, $3, $4, $5, $6)', [
        table,
        BigInt(version),
        JSON.stringify(versionOf),
        BigInt(archived.rowCount),
        BigInt(archived.byteCount),
        archived.checksum,
      ])
      noteVersion(snapshots, table, version, versionOf)
      return archived
    })
  }

  async function publish(table: string, staging: string, version: number): Promise<void> {
    stagingSpec(staging)
    const spec = versionSpec(snapshots, table, version)
    const before = catalogue.tables.has(table) ? physicalTable(snapshots, table, undefined) : undefined
    await inTransaction(connection, async () => {
      for (const statement of [
        'DELETE FROM catalogue.snapshots WHERE table_name = $1',
        'DELETE FROM catalogue.tables WHERE name = $1',
      ])
        await connection.run(statement, [table])
      await connection.run('DELETE FROM catalogue.tables WHERE name = $1', [staging])
      await connection.run('DELETE FROM catalogue.staging WHERE name = $1', [staging])
      await connection.run('INSERT INTO catalogue.tables VALUES ($1, $2)', [table, JSON.stringify(spec)])
      await connection.run('INSERT INTO catalogue.snapshots VALUES ($1, $2, $3)', [
        table,
        BigInt(version),
        staging,
      ])
    })
    snapshots.staging.delete(staging)
    catalogue.tables.delete(staging)
    catalogue.tables.set(table, spec)
    snapshots.published.set(table, { version, physical: staging })
    removeLater(before, [])
  }

  async function purge(table: string, version: number): Promise<void> {
    versionSpec(snapshots, table, version)
    if (snapshots.published.get(table)?.version === version)
      throw conflict(`Version ${version} of “${table}” is the one it shows.`)
    await connection.run('DELETE FROM catalogue.versions WHERE table_name = $1 AND version = $2', [
      table,
      BigInt(version),
    ])
    snapshots.versions.get(table)?.delete(version)
    removeLater(undefined, [pathOf(table, version)])
  }

  /** A staging table, or a table with its versions. False when it is neither. */
  async function drop(table: string): Promise<boolean> {
    const versions = [...(snapshots.versions.get(table)?.keys() ?? [])]
    const shown = snapshots.published.get(table)
    if (!snapshots.staging.has(table) && versions.length === 0 && !shown) return false
    const physical = catalogue.tables.has(table) ? physicalTable(snapshots, table, undefined) : undefined
    await inTransaction(connection, async () => {
      for (const column of ['tables WHERE name', 'staging WHERE name'])
        await connection.run(`DELETE FROM catalogue.${column} = $1`, [table])
      for (const name of ['snapshots', 'versions'])
        await connection.run(`DELETE FROM catalogue.${name} WHERE table_name = $1`, [table])
    })
    catalogue.tables.delete(table)
    snapshots.published.delete(table)
    snapshots.versions.delete(table)
    const wasStaging = snapshots.staging.delete(table)
    removeLater(physical, [
      ...(wasStaging ? [stagedFile(coldFolder, table)] : []),
      ...versions.map((version) => pathOf(table, version)),
    ])
    return true
  }

  return {
    archive,
    publish: (table: string, staging: string, version: number) =>
      writer.inTurn(() => publish(table, staging, version)),
    purge: (table: string, version: number) => writer.inTurn(() => purge(table, version)),
    drop: (table: string) => writer.inTurn(() => drop(table)),
    publishedVersion: async (table: string) => snapshots.published.get(table)?.version ?? null,
    publishedTables: async () => [...snapshots.published].map(([table, { version }]) => ({ table, version })),
    archivedVersions: async (table: string) =>
      [...(snapshots.versions.get(table)?.keys() ?? [])].sort((a, b) => a - b),
    stagingTables: async () => [...snapshots.staging],

    /** Removes what a crash left: tables and files that no list names. Answers what is missing, empty when nothing. */
    async sweep(): Promise<string> {
      const named = new Set([...snapshots.published.values()].map(({ physical }) => physical))
      for (const table of catalogue.tables.keys()) if (!snapshots.published.has(table)) named.add(table)
      const found = await rows(
        connection,
        `SELECT table_name FROM duckdb_tables() WHERE schema_name = 'hot' AND NOT internal`,
      )
      for (const { table_name } of found)
        if (!named.has(String(table_name)))
          await connection.run(`DROP TABLE hot.${identifier(String(table_name))}`)
      for (const name of await namesIn(join(coldFolder, stagingFolder)))
        if (!snapshots.staging.has(name.replace(/\.parquet$/, '')))
          await rm(join(coldFolder, stagingFolder, name), { force: true })
      const missing: string[] = []
      for (const table of await namesIn(coldFolder))
        for (const name of await namesIn(join(coldFolder, table, 'versions'))) {
          const version = Number(versionName.exec(name)?.[1])
          if (Number.isInteger(version) && !snapshots.versions.get(table)?.has(version))
            await rm(join(coldFolder, table, 'versions', name), { force: true })
        }
      for (const [table, versions] of snapshots.versions)
        for (const version of versions.keys())
          if (!(await stat(pathOf(table, version)).catch(() => undefined)))
            missing.push(versionFile(table, version))
      if (missing.length === 0) return ''
      const problem = `${missing.length} files of versions are missing, first ${missing[0]}: restore them from a backup.`
      note('error', problem)
      return problem
    },
  }
}

/** A purge of the last other version may remove the folder in between. */
async function moveIntoPlace(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await mkdir(dirname(to), { recursive: true })
    try {
      return await rename(from, to)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === 10) throw error
    }
  }
}

const namesIn = (folder: string) =>
  readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
