/** The server's side of a load's worker thread. */
import type { Worker } from 'node:worker_threads'
import type { TableBatch, TableSpec } from '../../engines/columnar/columnar.ts'
import type { LoadInput, Reject } from '../../engines/columnar/snapshots.ts'
import { cancelled, LacydonError } from '../../errors.ts'
import { startWorker } from '../../worker-entry.ts'
import { tooLarge } from './refusal.ts'
import type { LoadPlan } from './schema.ts'
import type { Converted, FromWorker, Preview, SentError, ToWorker, Work } from './work.ts'

export interface ThreadProgress {
  stage: 'read' | 'scan' | 'convert'
  /** Part of the stage that is done, 0 to 1. */
  share: number
  rows: number
}

/** Memory of one load beyond the buffers of its blocks. */
const heapMb = 1_024

/**
 * Reads one file in a thread of its own. `close` ends it at any moment; whatever it made is in the folder given, for
 * the caller to delete.
 */
export class LoadThread {
  private readonly worker: Worker
  private readonly queue: FromWorker[] = []
  private wake: (() => void) | undefined
  private failure: Error | undefined
  private readonly onProgress: (progress: ThreadProgress) => void

  constructor(
    work: Work,
    options: { signal?: AbortSignal; onProgress?: (progress: ThreadProgress) => void } = {},
  ) {
    this.onProgress = options.onProgress ?? (() => {})
    this.worker = startWorker(import.meta.url, 'load-worker', {
      workerData: work,
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
    })
    this.worker.on('message', (message: FromWorker) => {
      if (message.kind === 'progress') this.onProgress(message)
      else this.receive(message)
    })
    this.worker.on('error', (error) => this.fail(outOfMemory(error)))
    this.worker.on('exit', () => this.fail(new Error('The thread of a load ended without an answer.')))
    const stop = () => {
      this.fail(cancelled('The load was cancelled.'))
      void this.close()
    }
    if (options.signal?.aborted) stop()
    else options.signal?.addEventListener('abort', stop, { once: true })
  }

  private receive(message: FromWorker): void {
    if (message.kind === 'failed') this.fail(received(message.error))
    else this.queue.push(message)
    this.wake?.()
  }

  private fail(error: Error): void {
    this.failure ??= error
    this.wake?.()
  }

  private async next(): Promise<FromWorker> {
    while (this.queue.length === 0) {
      if (this.failure) throw this.failure
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
    return this.queue.shift()!
  }

  private send(message: ToWorker): void {
    this.worker.postMessage(message)
  }

  /** The plan for the file. Throws the refusal of what it is instead. */
  async planned(): Promise<{ preview: Preview; input?: LoadInput }> {
    const message = await this.next()
    if (message.kind !== 'planned') throw new Error(`The thread of a load sent ${message.kind} first.`)
    return message
  }

  /** Writes down the rows of rejects that the engine told. */
  async writeRejectedRows(rejects: Reject[]): Promise<void> {
    this.send({ kind: 'reject-rows', rejects })
    await this.next()
  }

  /** The rows for a table, batch by batch; `outcome` is there once they ended. */
  convert(plan: LoadPlan, table: TableSpec): { batches: AsyncIterable<TableBatch>; outcome(): Converted } {
    let outcome: Converted | undefined
    const rows = async function* (thread: LoadThread) {
      thread.send({ kind: 'convert', plan, table })
      for (;;) {
        const message = await thread.next()
        if (message.kind === 'converted') {
          outcome = message.outcome
          return
        }
        if (message.kind !== 'batch') continue
        // The next one is made while this one is written.
        thread.send({ kind: 'more' })
        yield message.batch
      }
    }
    return {
      batches: rows(this),
      outcome: () => {
        if (!outcome) throw new Error('The rows of a load have not ended.')
        return outcome
      },
    }
  }

  async close(): Promise<void> {
    await this.worker.terminate()
  }
}

function received({ message, stack, known }: SentError): Error {
  if (!known) return Object.assign(new Error(message), { stack })
  const { code, status, help, details } = known
  return new LacydonError(code, status, message, {
    ...(help !== undefined && { help }),
    ...(details && { details }),
  })
}

const outOfMemory = (error: Error & { code?: string }): Error =>
  error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? tooLarge('This file needs more memory to read than a load may have.')
    : error
