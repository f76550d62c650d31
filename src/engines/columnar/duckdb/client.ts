import type { Worker } from 'node:worker_threads'
import { cancelled, type LacydonError, unavailable } from '../../../errors.ts'
import type { EngineLog } from '../engine-log.ts'
import {
  type CallName,
  type ReadRequest,
  type Reply,
  type Request,
  receiveError,
  type WorkerCalls,
} from './protocol.ts'

interface Pending {
  resolve(value: unknown): void
  reject(error: Error): void
  chunk?(bytes: Uint8Array): void
}

/** Chunks a stream keeps ahead of its reader. */
const chunksAhead = 4

/** Calls into the worker and their answers. */
export class WorkerClient {
  private readonly worker: Worker
  private readonly pending = new Map<number, Pending>()
  private lastId = 0
  private failure: LacydonError | undefined

  constructor(worker: Worker, log: EngineLog) {
    this.worker = worker
    worker.on('message', (reply: Reply) => {
      if ('note' in reply) log[reply.note](reply.details ?? {}, reply.text)
      else this.receive(reply)
    })
    worker.on('error', (error) => this.fail(unavailable(`The column store stopped: ${error.message}`)))
    worker.on('exit', () => this.fail(unavailable('The column store has stopped.')))
  }

  private receive(reply: Exclude<Reply, { note: unknown }>) {
    const pending = this.pending.get(reply.id)
    if (!pending) return
    if ('chunk' in reply) {
      pending.chunk?.(reply.chunk)
      return
    }
    this.pending.delete(reply.id)
    if ('error' in reply) pending.reject(receiveError(reply.error))
    else pending.resolve(reply.value)
  }

  /** Every call, now and later, fails with this. */
  fail(error: LacydonError) {
    this.failure ??= error
    for (const pending of this.pending.values()) pending.reject(this.failure)
    this.pending.clear()
  }

  private send(request: Request, transfer: readonly ArrayBuffer[] = []) {
    this.worker.postMessage(request, transfer)
  }

  private begin(call: CallName, args: unknown[], transfer: ArrayBuffer[], chunk?: Pending['chunk']) {
    const id = ++this.lastId
    const answer = new Promise<unknown>((resolve, reject) => {
      if (this.failure) reject(this.failure)
      else this.pending.set(id, { resolve, reject, chunk })
    })
    if (!this.failure) {
      try {
        this.send({ id, call, args }, transfer)
      } catch (error) {
        this.pending.get(id)?.reject(error as Error)
        this.pending.delete(id)
      }
    }
    return { id, answer }
  }

  call<Name extends CallName>(
    name: Name,
    args: Parameters<WorkerCalls[Name]>,
    transfer: ArrayBuffer[] = [],
  ): ReturnType<WorkerCalls[Name]> {
    return this.begin(name, args, transfer).answer as ReturnType<WorkerCalls[Name]>
  }

  read(call: 'query', read: ReadRequest, signal: AbortSignal | undefined): Promise<Uint8Array[]> {
    return this.long(call, [read], signal)
  }

  /** A call that the signal cancels. `began` gets its id. */
  async long<Name extends 'query' | 'load'>(
    name: Name,
    args: unknown[],
    signal: AbortSignal | undefined,
    began?: (id: number) => void,
  ): Promise<Awaited<ReturnType<WorkerCalls[Name]>>> {
    const { id, answer } = this.begin(name, args, [])
    began?.(id)
    const cancel = () => this.send({ id, cancel: true })
    signal?.addEventListener('abort', cancel, { once: true })
    if (signal?.aborted) cancel()
    try {
      return (await answer) as Awaited<ReturnType<WorkerCalls[Name]>>
    } finally {
      signal?.removeEventListener('abort', cancel)
    }
  }

  /** Chunks as they come, a few ahead of the reader. Leaving the loop early stops the query. */
  async *stream(read: ReadRequest, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    const ready: Uint8Array[] = []
    let wake = () => {}
    let outcome: { error?: Error } | undefined
    const { id, answer } = this.begin('stream', [read], [], (chunk) => {
      ready.push(chunk)
      wake()
    })
    const ended = answer.then(
      () => {
        outcome = {}
        wake()
      },
      (error: Error) => {
        outcome = { error }
        wake()
      },
    )
    const cancel = () => this.send({ id, cancel: true })
    signal?.addEventListener('abort', cancel, { once: true })
    if (signal?.aborted) cancel()
    for (let i = 0; i < chunksAhead; i++) this.send({ id, pull: true })
    try {
      for (;;) {
        const chunk = ready.shift()
        if (chunk) {
          this.send({ id, pull: true })
          yield chunk
        } else if (outcome) {
          if (outcome.error) throw signal?.aborted ? cancelled() : outcome.error
          return
        } else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    } finally {
      signal?.removeEventListener('abort', cancel)
      if (!outcome) cancel()
      await ended
    }
  }
}
