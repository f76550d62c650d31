/** Snapshots on ClickHouse: every version is a table, and a pointer tells which one is shown. */
import { cancelled, conflict, notFound } from '../../../errors.ts'
import type { Columnar, TableBatch, TableSpec } from '../columnar.ts'
import { column, table as fromTable } from '../query.ts'
import type { ArchivedVersion, LoadInput, LoadOptions, LoadOutcome, Snapshots } from '../snapshots.ts'
import { checkTableSpec } from '../table-spec.ts'
import { identifier } from './dialect.ts'
import { toLacydonError } from './failures.ts'
import { commentOf, createTable } from './layout.ts'
import { nativeBlock } from './native.ts'
import {
  type ClickHouseSnapshotCatalogue,
  noteTable,
  stagingName,
  versionName,
} from './snapshots-catalogue.ts'
import { batchesOf, type lazyScratch, numberedBatches, throughScratch } from './snapshots-load.ts'
import type { Connection } from './writer.ts'

interface Dependencies {
  connection: Connection
  database: string
  tables: Map<string, TableSpec>
  catalogue: ClickHouseSnapshotCatalogue
  scratch: ReturnType<typeof lazyScratch>
  inboxFolder: string
  /** Reads of this store: the rows of a version whose columns change go through the scratch store. */
  reads: () => Columnar
}

export interface ServerSnapshots extends Snapshots {
  /** Drops what stands under the name: a staging table, or the versions of a table. */
  forget(table: string): Promise<void>
  /** Takes note of what other nodes loaded and published. */
  refresh(): Promise<void>
}

const rowNumber = { name: '_n', type: 'bigint' } as const
const maxInsertRows = 100_000

export async function createSnapshots({
  connection,
  database,
  tables,
  catalogue,
  scratch,
  inboxFolder,
  reads,
}: Dependencies): Promise<ServerSnapshots> {
  const { command, rows, insert, qualified } = connection
  const pointers = qualified('_published')
  const taken = new Set<string>()
  /** Number of the last publication of each table that ever was: a later one must be greater. */
  const sequences = new Map<string, number>()

  /** On ClickHouse the order of the rows is that of their numbers. */
  function stagingSpec(given: TableSpec): TableSpec {
    const spec: TableSpec = { name: given.name, columns: [...given.columns, rowNumber], sortBy: ['_n'] }
    checkTableSpec(spec)
    if (tables.has(spec.name) || taken.has(spec.name))
      throw conflict(`There is a table “${spec.name}” already.`)
    taken.add(spec.name)
    return spec
  }

  async function send(
    spec: TableSpec,
    batches: AsyncIterable<TableBatch>,
    options: LoadOptions,
  ): Promise<number> {
    let rowCount = 0
    let block = 0
    for await (const batch of numberedBatches(spec, batches, options)) {
      for (let start = 0; start < batch.rowCount; start += maxInsertRows) {
        const length = Math.min(maxInsertRows, batch.rowCount - start)
        const part = length === batch.rowCount ? undefined : Int32Array.from({ length }, (_, i) => start + i)
        await insert(stagingName(spec.name), nativeBlock(spec, batch, part), `load:${block++}`)
      }
      rowCount += batch.rowCount
    }
    return rowCount
  }

  async function copyVersion(
    spec: TableSpec,
    given: TableSpec,
    input: LoadInput & { kind: 'version' },
    options: LoadOptions,
  ) {
    const from = versionSpec(input.table, input.version)
    const names = spec.columns.map(({ name }) => identifier(name)).join(', ')
    if (JSON.stringify(from.columns) === JSON.stringify(spec.columns)) {
      await command(
        `INSERT INTO ${qualified(stagingName(spec.name))} (${names}) SELECT ${names} FROM ${qualified(versionName(input.table, input.version))}`,
      )
      const [counted] = await rows<{ n: number }>(
        `SELECT count() AS n FROM ${qualified(stagingName(spec.name))}`,
      )
      return { rowCount: counted?.n ?? 0, rejectedCount: 0, rejects: [] }
    }
    const local = await scratch.get()
    const old = {
      ...from,
      name: given.name,
      columns: from.columns.filter(({ name }) => name !== '_n'),
      sortBy: [],
    }
    const query = { from: fromTable(input.table, input.version), orderBy: [{ by: column('_n') }] }
    const batches = batchesOf(reads(), query, old, options.signal)
    await local.load(old, { kind: 'batches', batches }, options)
    try {
      await local.archive(given.name, given.name, 1)
      const converted = { ...given, name: `${given.name}-converted` }
      return await throughScratch(
        local,
        converted,
        given,
        { kind: 'version', table: given.name, version: 1 },
        options,
        (batches) => send(spec, batches, options).then(() => undefined),
      )
    } finally {
      await local.drop(given.name)
    }
  }

  async function load(given: TableSpec, input: LoadInput, options: LoadOptions = {}): Promise<LoadOutcome> {
    if (options.signal?.aborted) throw cancelled()
    const spec = stagingSpec(given)
    try {
      await command(createTable(database, spec, stagingName(spec.name)))
      let outcome: LoadOutcome
      if (input.kind === 'batches')
        outcome = { rowCount: await send(spec, input.batches, options), rejectedCount: 0, rejects: [] }
      else if (input.kind === 'version') outcome = await copyVersion(spec, given, input, options)
      else
        outcome = await throughScratch(await scratch.get(), given, given, input, options, (batches) =>
          send(spec, batches, { signal: options.signal }).then(() => undefined),
        )
      catalogue.staging.set(spec.name, undefined)
      tables.set(spec.name, spec)
      return outcome
    } catch (error) {
      await command(`DROP TABLE IF EXISTS ${qualified(stagingName(spec.name))} SYNC`)
      throw toLacydonError(error, options.signal)
    } finally {
      taken.delete(spec.name)
    }
  }

  function versionSpec(table: string, version: number): TableSpec {
    const spec = catalogue.versions.get(table)?.get(version)
    if (!spec) throw notFound(`version of “${table}”`, `v${version}`)
    return spec
  }

  async function archive(table: string, staging: string, version: number): Promise<ArchivedVersion> {
    const spec = tables.get(staging)
    if (!catalogue.staging.has(staging) || !spec) throw notFound('staging table', staging)
    if (catalogue.versions.get(table)?.has(version))
      throw conflict(`Version ${version} of “${table}” is archived already.`)
    const name = versionName(table, version)
    const versionOf = { ...spec, name: table }
    await command(`RENAME TABLE ${qualified(stagingName(staging))} TO ${qualified(name)}`)
    await command(`ALTER TABLE ${qualified(name)} MODIFY COMMENT ${commentOf(versionOf)}`)
    noteTable(catalogue, name, versionOf)
    catalogue.staging.set(staging, { table, version })
    return measure(name, versionOf)
  }

  /** The checksum is of every row with its number: equal rows in equal order have an equal one. */
  async function measure(name: string, spec: TableSpec): Promise<ArchivedVersion> {
    const values = spec.columns.map((column) => identifier(column.name)).join(', ')
    const hashes = `groupBitXor(reinterpretAsUInt128(sipHash128(toString(tuple(${values})))))`
    const [facts] = await rows<{ n: number; checksum: string }>(
      `SELECT count() AS n, lower(hex(SHA256(concat(toString(n), ':', toString(${hashes}))))) AS checksum
        FROM ${qualified(name)}`,
    )
    const [size] = await rows<{ bytes: number }>(
      'SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE database = {db:String} AND table = {name:String} AND active',
      { db: database, name },
    )
    return { rowCount: facts?.n ?? 0, byteCount: Number(size?.bytes ?? 0), checksum: facts?.checksum ?? '' }
  }

  async function point(table: string, version: number) {
    const sequence = (sequences.get(table) ?? 0) + 1
    sequences.set(table, sequence)
    await command(
      `INSERT INTO ${pointers} (table_name, version, sequence) SELECT {table:String}, {version:Int64}, {sequence:Int64}`,
      { table, version, sequence },
    )
  }

  async function publish(table: string, staging: string, version: number): Promise<void> {
    if (!catalogue.staging.has(staging)) throw notFound('staging table', staging)
    const spec = versionSpec(table, version)
    await point(table, version)
    catalogue.published.set(table, version)
    tables.set(table, spec)
    // Its rows are the version's own table; what was loaded once more to be shown again is not needed.
    if (!catalogue.staging.get(staging))
      await command(`DROP TABLE IF EXISTS ${qualified(stagingName(staging))} SYNC`)
    catalogue.staging.delete(staging)
    tables.delete(staging)
  }

  async function purge(table: string, version: number): Promise<void> {
    versionSpec(table, version)
    if (catalogue.published.get(table) === version)
      throw conflict(`Version ${version} of “${table}” is the one it shows.`)
    await command(`DROP TABLE IF EXISTS ${qualified(versionName(table, version))} SYNC`)
    catalogue.versions.get(table)?.delete(version)
    for (const [staging, archived] of catalogue.staging)
      if (archived?.table === table && archived.version === version) {
        catalogue.staging.delete(staging)
        tables.delete(staging)
      }
  }

  /** What stands under the name: a staging table, or the versions of a table. */
  async function forget(table: string): Promise<void> {
    const archived = catalogue.staging.get(table)
    if (catalogue.staging.delete(table)) {
      tables.delete(table)
      if (!archived) await command(`DROP TABLE IF EXISTS ${qualified(stagingName(table))} SYNC`)
    }
    if (catalogue.published.has(table)) await point(table, 0)
    catalogue.published.delete(table)
    for (const version of catalogue.versions.get(table)?.keys() ?? [])
      await command(`DROP TABLE IF EXISTS ${qualified(versionName(table, version))} SYNC`)
    catalogue.versions.delete(table)
  }

  const versionsOf = (table: string) =>
    [...(catalogue.versions.get(table)?.keys() ?? [])].sort((a, b) => a - b)

  async function readServer(): Promise<void> {
    await command(`CREATE TABLE IF NOT EXISTS ${pointers} (table_name String, version Int64, sequence Int64)
      ENGINE = ReplacingMergeTree(sequence) ORDER BY table_name`)
    const described = await rows<{ name: string; comment: string }>(
      `SELECT name, comment FROM system.tables WHERE database = {db:String} AND startsWith(comment, '{') AND position(name, '/') > 0`,
      { db: database },
    )
    for (const { name, comment } of described) {
      const spec = JSON.parse(comment) as TableSpec
      if (noteTable(catalogue, name, spec) && name.startsWith('staging/')) tables.set(spec.name, spec)
    }
    const shown = await rows<{ table_name: string; last_version: number; last_sequence: number }>(
      `SELECT table_name, argMax(version, sequence) AS last_version, max(sequence) AS last_sequence FROM ${pointers} GROUP BY table_name`,
    )
    for (const { table_name, last_version, last_sequence } of shown) {
      // What was published here since the answer was made is newer.
      if (last_sequence < (sequences.get(table_name) ?? 0)) continue
      sequences.set(table_name, last_sequence)
      const spec = catalogue.versions.get(table_name)?.get(last_version)
      if (!spec) {
        catalogue.published.delete(table_name)
        continue
      }
      catalogue.published.set(table_name, last_version)
      tables.set(table_name, spec)
    }
  }
  await readServer()

  const failing =
    <A extends unknown[], T>(work: (...args: A) => Promise<T>) =>
    (...args: A) =>
      work(...args).catch((error: unknown) => {
        throw toLacydonError(error)
      })

  return {
    inboxFolder,
    load,
    archive: failing(archive),
    publish: failing(publish),
    publishedVersion: async (table) => catalogue.published.get(table) ?? null,
    publishedTables: async () => [...catalogue.published].map(([table, version]) => ({ table, version })),
    archivedVersions: async (table) => versionsOf(table),
    stagingTables: async () => [...catalogue.staging.keys()],
    purge: failing(purge),
    forget: failing(forget),
    refresh: failing(readServer),
  }
}
