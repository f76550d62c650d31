/** One piece of work for everybody who asks for the same thing at the same time. */
import { cancelled } from '../../errors.ts'

interface Running<T> {
  result: Promise<T>
  abort: AbortController
  waiting: number
}

/** Work goes on while anybody waits for it, and is aborted when the last one has left. */
export class SharedWork<T> {
  readonly #running = new Map<string, Running<T>>()

  /** Throws what the work throws, `cancelled` when this caller leaves before. */
  async do(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (signal.aborted) throw cancelled()
    const running = this.#running.get(key) ?? this.#begin(key, work)
    running.waiting++
    let leave = () => {}
    const left = new Promise<never>((_, reject) => {
      leave = () => {
        reject(cancelled())
        if (--running.waiting > 0) return
        this.#forget(key, running)
        running.abort.abort()
      }
    })
    signal.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.race([running.result, left])
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  #begin(key: string, work: (signal: AbortSignal) => Promise<T>): Running<T> {
    const abort = new AbortController()
    const running: Running<T> = { result: work(abort.signal), abort, waiting: 0 }
    this.#running.set(key, running)
    const done = () => this.#forget(key, running)
    running.result.then(done, done)
    return running
  }

  #forget(key: string, running: Running<T>): void {
    if (this.#running.get(key) === running) this.#running.delete(key)
  }
}
