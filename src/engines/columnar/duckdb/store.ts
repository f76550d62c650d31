/** Everything the worker thread can be asked, over one open database. */
import { readCatalogue } from './catalogue.ts'
import { createColdStore } from './cold.ts'
import { openDatabase } from './database.ts'
import type { Note, WorkerCalls, WorkerSettings } from './protocol.ts'
import { createReads, type Reads } from './reads.ts'
import { createWriter } from './writer.ts'

export interface Store extends Omit<WorkerCalls, 'query' | 'stream'> {
  reads: Reads
}

/** Opens the database and sweeps what a crash left. Throws `unavailable` when it cannot be opened. */
export async function openStore(settings: WorkerSettings, note: Note): Promise<Store> {
  const database = await openDatabase(settings)
  const connection = await database.connect()
  const catalogue = await readCatalogue(connection)
  const writer = createWriter(connection, catalogue)
  const reads = createReads(database, catalogue, settings.coldFolder)
  const cold = createColdStore({ database, catalogue, reads, coldFolder: settings.coldFolder, note })
  await cold.sweep(connection)
  return {
    reads,
    define: writer.define,
    append: writer.append,
    replace: async (batch) => {
      await writer.replace(batch)
    },
    drop: async (table) => {
      await writer.drop(table)
      await cold.forget(table)
    },
    ranges: async () => [...catalogue.ranges.values()],
    compact: cold.compact,
    retain: cold.retain,
    async health() {
      try {
        await writer.inTurn(() => connection.run('SELECT 1'))
        return { ok: cold.problem === '', version: database.version, message: cold.problem }
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
      await writer.inTurn(() => reads.drained())
      await writer
        .inTurn(() => connection.run('CHECKPOINT'))
        .catch((error: unknown) => note('warn', String(error)))
      reads.close()
      cold.close()
      connection.closeSync()
      database.close()
    },
  }
}
