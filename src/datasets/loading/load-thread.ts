/** The server's side of a load's worker thread. */
import type { Worker } from 'node:worker_threads'
import type { TableBatch, TableSpec } from '../../engines/columnar/columnar.ts'
import type { LoadInput, Reject } from '../../engines/columnar/snapshots.ts'
import { cancelled, LacydonError } from '../../errors.ts'
import { tooLarge } from './refusal.ts'
import type { LoadPlan } from './schema.ts'
import type { Converted, FromWorker, Preview, SentError, ToWorker, Work } from './work.ts'

export interface ThreadProgress {
  stage: 'read' | 'scan' | 'convert'
  /** Part of the stage that is done, 0 to 1. */
  share: number
  rows: number
}

interface ThreadOptions {
  signal?: AbortSignal
  onProgress?: (progress: ThreadProgress) => void
}

/**
 * Reads one file in a thread that reads nothing else meanwhile. `close` ends it at any moment; whatever it made is in
 * the folder given, for the caller to delete.
 */
export class LoadThread {
  private readonly worker: Worker
  private readonly queue: FromWorker[] = []
  private readonly leave: () => void
  private readonly giveBack: (worker: Worker) => void
  private wake: (() => void) | undefined
  private failure: Error | undefined
  /** The thread waits for a word from here: it can read another file. */
  private isResting = false
  private isClosed = false

  /** `giveBack` gets the thread when it is fit to read another file; else it is ended here. */
  constructor(
    worker: Worker,
    work: Work,
    { signal, onProgress = () => {} }: ThreadOptions,
    giveBack: (worker: Worker) => void,
  ) {
    this.worker = worker
    this.giveBack = giveBack
    const onMessage = (message: FromWorker) => {
      if (message.kind === 'progress') onProgress(message)
      else this.receive(message)
    }
    const onError = (error: Error) => this.fail(outOfMemory(error))
    const onExit = () => this.fail(new Error('The thread of a load ended without an answer.'))
    const stop = () => {
      this.fail(cancelled('The load was cancelled.'))
      void this.close()
    }
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
    this.leave = () => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      signal?.removeEventListener('abort', stop)
    }
    this.send({ kind: 'work', work })
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  }

  private receive(message: FromWorker): void {
    // A refusal is an answer like another; after anything else nobody knows in what state the thread is.
    this.isResting = message.kind === 'failed' ? message.error.known !== undefined : message.kind !== 'batch'
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
    this.isResting = false
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
    if (this.isClosed) return
    this.isClosed = true
    if (!this.isResting) {
      await this.worker.terminate()
      return this.leave()
    }
    this.send({ kind: 'end' })
    this.leave()
    this.giveBack(this.worker)
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
