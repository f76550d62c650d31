/** The server's side of the thread that writes exports. */
import type { Worker } from 'node:worker_threads'
import { LacydonError, unavailable } from '../../errors.ts'
import { startWorker } from '../../worker-entry.ts'
import type { ExportQuestion } from './planned.ts'
import type { WriterOrder, WriterReply } from './writer-worker.ts'

/** Pieces the thread may be ahead of its reader. */
const piecesAhead = 4

interface Open {
  receive(reply: WriterReply): void
  fail(error: Error): void
}

/** A thread that ends fails its exports; the next export begins another one. */
export class ExportWriters {
  #worker: Worker | undefined
  readonly #open = new Map<number, Open>()
  #lastId = 0
  #isClosed = false

  /** The file as pieces, from the engine's rows. Throws what the format and `chunks` throw, and `unavailable`. */
  async *write(
    format: string,
    question: ExportQuestion,
    chunks: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array> {
    const id = ++this.#lastId
    const worker = this.#thread()
    const post = (order: WriterOrder, transfer: ArrayBuffer[] = []) => worker.postMessage(order, transfer)
    const rows = chunks[Symbol.asyncIterator]()
    const ready: Uint8Array[] = []
    let outcome: { error?: unknown } | undefined
    let failedRows: { error: unknown } | undefined
    let wake = () => {}
    const end = (how: { error?: unknown }) => {
      outcome ??= how
      wake()
    }
    const giveRows = async () => {
      try {
        const { value, done } = await rows.next()
        if (done) post({ id, rows: 'end' })
        else post({ id, chunk: value }, ownBuffers(value))
      } catch (error) {
        failedRows = { error }
        post({ id, rows: 'failed' })
      }
    }
    this.#open.set(id, {
      receive(reply) {
        if ('piece' in reply) {
          ready.push(reply.piece)
          wake()
        } else if ('want' in reply) void giveRows()
        else if ('done' in reply) end({})
        else {
          const { code, status, message, help, details } = reply.failure
          const why = { help, details: details as Record<string, unknown> | undefined }
          end(failedRows ?? { error: new LacydonError(code, status, message, why) })
        }
      },
      fail: (error) => end({ error }),
    })
    try {
      post({ id, begin: question, format })
      for (let i = 0; i < piecesAhead; i++) post({ id, pull: true })
      for (;;) {
        const piece = ready.shift()
        if (piece) {
          post({ id, pull: true })
          yield piece
        } else if (outcome) {
          if ('error' in outcome) throw outcome.error
          return
        } else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    } finally {
      this.#open.delete(id)
      if (!outcome) post({ id, stop: true })
      await rows.return?.()
    }
  }

  #thread(): Worker {
    if (this.#isClosed) throw unavailable('The server is stopping.')
    if (this.#worker) return this.#worker
    const worker = startWorker(import.meta.url, 'writer-worker')
    worker.unref()
    worker.on('message', (reply: WriterReply) => this.#open.get(reply.id)?.receive(reply))
    worker.on('error', (error) => this.#end(worker, error))
    worker.on('exit', () => this.#end(worker, unavailable('The thread that writes exports ended.')))
    this.#worker = worker
    return worker
  }

  #end(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    for (const open of this.#open.values()) open.fail(error)
    this.#open.clear()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#worker?.terminate()
  }
}

const ownBuffers = (view: Uint8Array): ArrayBuffer[] =>
  view.buffer instanceof ArrayBuffer && view.byteLength === view.buffer.byteLength ? [view.buffer] : []
