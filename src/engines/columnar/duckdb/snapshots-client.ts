/** The server's side of snapshots: calls into the worker. */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { cancelled } from '../../../errors.ts'
import type { TableBatch, TableSpec } from '../columnar.ts'
import type { LoadInput, LoadOptions, LoadOutcome, Snapshots } from '../snapshots.ts'
import type { WorkerClient } from './client.ts'
import type { FileInput } from './snapshots-load.ts'

const progressEveryMs = 250

export function clientSnapshots(
  client: WorkerClient,
  inboxFolder: string,
  buffersOf: (batches: readonly TableBatch[]) => ArrayBuffer[],
): Snapshots {
  async function loadFile(staging: TableSpec, input: FileInput, options: LoadOptions): Promise<LoadOutcome> {
    const bytes =
      input.kind === 'version'
        ? 0
        : await stat(resolve(inboxFolder, input.path)).then(
            ({ size }) => size,
            () => 0,
          )
    let timer: NodeJS.Timeout | undefined
    try {
      return await client.long('load', [staging, input], options.signal, (id) => {
        if (!options.onProgress) return
        timer = setInterval(() => {
          client.call('loadProgress', [id]).then(
            ({ share, rows }) => options.onProgress?.({ rows, bytes: Math.round(share * bytes) }),
            () => undefined,
          )
        }, progressEveryMs)
      })
    } finally {
      clearInterval(timer)
    }
  }

  /** One batch is written while the next one is made. */
  async function loadBatches(
    staging: TableSpec,
    { batches }: LoadInput & { kind: 'batches' },
    { signal, onProgress }: LoadOptions,
  ): Promise<LoadOutcome> {
    if (signal?.aborted) throw cancelled()
    await client.call('beginBatches', [staging])
    let writing: Promise<void> = Promise.resolve()
    const progress = { rows: 0, bytes: 0 }
    try {
      for await (const batch of batches) {
        await writing
        if (signal?.aborted) throw cancelled()
        const buffers = buffersOf([batch])
        progress.rows += batch.rowCount
        progress.bytes += buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0)
        writing = client.call('addBatch', [staging.name, batch], buffers)
        // Awaited above or below; this one only says that somebody will.
        writing.catch(() => undefined)
        onProgress?.({ ...progress })
      }
      await writing
      if (signal?.aborted) throw cancelled()
    } catch (error) {
      await writing.catch(() => undefined)
      await client.call('abortBatches', [staging.name])
      throw error
    }
    return client.call('endBatches', [staging.name])
  }

  return {
    inboxFolder,
    load: (staging, input, options = {}) =>
      input.kind === 'batches' ? loadBatches(staging, input, options) : loadFile(staging, input, options),
    archive: (...args) => client.call('archive', args),
    publish: (...args) => client.call('publish', args),
    publishedVersion: (...args) => client.call('publishedVersion', args),
    publishedTables: () => client.call('publishedTables', []),
    archivedVersions: (...args) => client.call('archivedVersions', args),
    stagingTables: () => client.call('stagingTables', []),
    purge: (...args) => client.call('purge', args),
  }
}
