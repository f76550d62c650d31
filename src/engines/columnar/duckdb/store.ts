/** Everything the worker thread can be asked, over one open database. */
import { readCatalogue } from './catalogue.ts'
import { createColdStore } from './cold.ts'
import { openDatabase } from './database.ts'
import type { Note, WorkerCalls, WorkerSettings } from './protocol.ts'
import { createReads, type Reads } from './reads.ts'
import { createSnapshots } from './snapshots.ts'
import { createLoads } from './snapshots-load.ts'
import { createWriter } from './writer.ts'

export interface Store extends Omit<WorkerCalls, 'query' | 'stream'> {
  reads: Reads
  cancelLoad(id: number): void
}

/** Opens the database and sweeps what a crash left. Throws `unavailable` when it cannot be opened. */
export async function openStore(settings: WorkerSettings, note: Note): Promise<Store> {
  const database = await openDatabase(settings)
  const connection = await database.connect()
  const probe = await database.connect()
  const catalogue = await readCatalogue(connection)
  const writer = createWriter(connection, catalogue)
  const reads = createReads(database, catalogue, settings.coldFolder)
  const cold = createColdStore({ database, catalogue, reads, coldFolder: settings.coldFolder, note })
  await cold.sweep(connection)
  const { coldFolder, inboxFolder } = settings
  const snapshots = createSnapshots({ database, catalogue, writer, connection, reads, coldFolder, note })
  const missingVersions = await snapshots.sweep()
  const loads = createLoads({ database, catalogue, coldFolder, inboxFolder })
  return {
    reads,
    define: writer.define,
    append: writer.append,
    replace: async (batch) => {
      await writer.replace(batch)
    },
    drop: async (table) => {
      if (await snapshots.drop(table)) return
      await writer.drop(table)
      await cold.forget(table)
    },
    ranges: async () => [...catalogue.ranges.values()],
    compact: cold.compact,
    retain: cold.retain,
    load: (staging, input, id = 0) => loads.load(staging, input, id),
    cancelLoad: loads.cancel,
    loadProgress: loads.progress,
    beginBatches: loads.beginBatches,
    addBatch: loads.addBatch,
    endBatches: loads.endBatches,
    abortBatches: loads.abortBatches,
    archive: snapshots.archive,
    publish: snapshots.publish,
    publishedVersion: snapshots.publishedVersion,
    publishedTables: snapshots.publishedTables,
    archivedVersions: snapshots.archivedVersions,
    stagingTables: snapshots.stagingTables,
    purge: snapshots.purge,
    async health() {
      try {
        // On a connection of its own: a long write is no illness.
        await probe.run('SELECT 1')
        const message = cold.problem || missingVersions
        return { ok: message === '', version: database.version, message }
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        return {
          ok: false,
          version: database.version,
          message: `The column store does not answer: ${message}`,
        }
      }
    },
    async close() {
      reads.stopAll()
      await writer.inTurn(() => reads.drained())
      await writer
        .inTurn(() => connection.run('CHECKPOINT'))
        .catch((error: unknown) => note('warn', String(error)))
      reads.close()
      cold.close()
      probe.closeSync()
      connection.closeSync()
      database.close()
    },
  }
}
