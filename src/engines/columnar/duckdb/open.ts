/** The server's side of the embedded column store: admission here, everything else in the worker thread. */

import { once } from 'node:events'
import { availableParallelism, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { cancelled, unavailable } from '../../../errors.ts'
import { startWorker } from '../../../worker-entry.ts'
import type { Columnar, QueryOptions, TableBatch } from '../columnar.ts'
import type { EngineLog } from '../engine-log.ts'
import { parseRows } from '../ndjson.ts'
import type { Query } from '../query.ts'
import { QueryQueue } from '../query-queue.ts'
import type { Snapshots } from '../snapshots.ts'
import { WorkerClient } from './client.ts'
import type { ReadRequest, WorkerSettings } from './protocol.ts'
import { clientSnapshots } from './snapshots-client.ts'

export interface DuckDbOptions {
  /** Where the database lives; made when missing. */
  folder: string
  /** Where closed days go as Parquet; default `<folder>/../files/datasets`. */
  coldFolder?: string
  /** Files here may be loaded; default `<coldFolder>/../uploads`. */
  inboxFolder?: string
  /** Default: 1024, or a quarter of the memory when that is less. */
  memoryLimitMb?: number
  /** Default: the number of cores. */
  threads?: number
  /** Disk that large sorts may use; default 20,000. */
  temporaryLimitMb?: number
  log: EngineLog
}

const defaultMaxRows = 100_000

/**
 * Opens the column store of a folder. Throws `unavailable` when the folder is in use or cannot be read. A worker
 * thread owns the database; each running query occupies one thread of libuv's pool, so the process should start with
 * UV_THREADPOOL_SIZE=16.
 */
export async function openDuckDb(options: DuckDbOptions): Promise<Columnar & Snapshots> {
  const folder = resolve(options.folder)
  const coldFolder = resolve(options.coldFolder ?? join(folder, '..', 'files', 'datasets'))
  const settings: WorkerSettings = {
    folder,
    coldFolder,
    inboxFolder: resolve(options.inboxFolder ?? join(coldFolder, '..', 'uploads')),
    memoryLimitMb: options.memoryLimitMb ?? Math.min(1024, Math.floor(totalmem() / 4_194_304)),
    threads: options.threads ?? availableParallelism(),
    temporaryLimitMb: options.temporaryLimitMb ?? 20_000,
  }
  const worker = startWorker(import.meta.url, 'worker', { workerData: settings })
  const client = new WorkerClient(worker, options.log)
  const queue = new QueryQueue()
  try {
    await client.call('ranges', [])
  } catch (error) {
    await worker.terminate()
    throw error
  }
  let closing: Promise<void> | undefined

  const readRequest = (
    query: Query,
    { maxRows }: QueryOptions,
    deadlineMs: number,
    fallback: number,
  ): ReadRequest => ({
    query,
    deadlineMs,
    maxRows: maxRows ?? fallback,
  })

  return {
    define: (table) => client.call('define', [table]),
    append: (batches, range) => client.call('append', [batches, range], buffersOf(batches)),
    ranges: () => client.call('ranges', []),
    replace: (batch) => client.call('replace', [batch], buffersOf([batch])),

    async query(query, queryOptions = {}) {
      const { leave, leftMs } = await queue.enter(queryOptions)
      try {
        const read = readRequest(query, queryOptions, leftMs, defaultMaxRows)
        return await parseRows(await client.read('query', read, queryOptions.signal))
      } finally {
        leave()
      }
    },

    async *stream(query, queryOptions = {}) {
      const { leave, leftMs } = await queue.enter({ class: 'export', ...queryOptions })
      try {
        yield* client.stream(readRequest(query, queryOptions, leftMs, 0), queryOptions.signal)
        if (queryOptions.signal?.aborted) throw cancelled()
      } finally {
        leave()
      }
    },

    ...clientSnapshots(client, settings.inboxFolder, buffersOf),

    compact: (table, beforeDay) => client.call('compact', [table, beforeDay]),
    retain: (table, before) => client.call('retain', [table, before.getTime()]),
    drop: (table) => client.call('drop', [table]),

    async health() {
      const running = queue.runningCount
      const queued = queue.queuedCount
      const state = await client
        .call('health', [])
        .catch((error: Error) => ({ ok: false, version: '', message: error.message }))
      return { engine: 'duckdb', ...state, queued, running }
    },

    close() {
      closing ??= (async () => {
        await client.call('close', []).catch((error: Error) => options.log.warn({}, error.message))
        client.fail(unavailable('The column store is closed.'))
        if (worker.threadId !== -1) await once(worker, 'exit')
      })()
      return closing
    },
  }
}

/** Node serves small buffers from one block of this size, which cannot be transferred. */
const sharedBlockBytes = 8192

/** Every buffer once; those that other views may share stay here and are copied. */
function buffersOf(batches: readonly TableBatch[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  const add = (view: ArrayBufferView | undefined) => {
    if (!(view?.buffer instanceof ArrayBuffer)) return
    if (view.byteLength === view.buffer.byteLength || view.buffer.byteLength > sharedBlockBytes)
      buffers.add(view.buffer)
  }
  for (const batch of batches)
    for (const data of Object.values(batch.columns)) {
      if (data?.kind === 'dictionary') add(data.codes)
      else if (data && data.kind !== 'text') {
        add(data.values)
        add(data.nulls)
      }
    }
  return [...buffers]
}

export type { EngineLog }
