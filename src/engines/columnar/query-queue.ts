/** Admission of queries: each class has its own slots and its own queue, so that a heavy one never delays a light one. */
import { cancelled, overloaded, tooExpensive } from '../../errors.ts'
import type { QueryClass, QueryOptions } from './columnar.ts'

const minuteMs = 60_000

export interface ClassLimits {
  /** Queries of the class that run at once. */
  slots: number
  deadlineMs: number
}

export const classLimits: Record<QueryClass, ClassLimits> = {
  interactive: { slots: 3, deadlineMs: 5_000 },
  tile: { slots: 2, deadlineMs: 5_000 },
  export: { slots: 2, deadlineMs: 10 * minuteMs },
  load: { slots: 1, deadlineMs: 60 * minuteMs },
  derivation: { slots: 1, deadlineMs: 60 * minuteMs },
}
/** Waiting queries a class holds before it refuses. */
export const maxWaiting = 100

interface Waiter {
  start(): void
}

export class QueryQueue {
  private readonly running: Record<QueryClass, number> = {
    interactive: 0,
    tile: 0,
    export: 0,
    load: 0,
    derivation: 0,
  }
  private readonly waiting: Record<QueryClass, Waiter[]> = {
    interactive: [],
    tile: [],
    export: [],
    load: [],
    derivation: [],
  }

  /**
   * Waits for a slot. Returns what frees it and the time left. Throws `overloaded` when the queue is full, `cancelled` on
   * abort, `query_too_expensive` when the deadline passes in the queue.
   */
  async enter(options: QueryOptions): Promise<{ leave: () => void; leftMs: number }> {
    const cls = options.class ?? 'interactive'
    const { slots, deadlineMs: ofClass } = classLimits[cls]
    const deadlineMs = options.deadlineMs ?? ofClass
    const beganMs = performance.now()
    if (options.signal?.aborted) throw cancelled()
    if (this.running[cls] < slots) this.running[cls]++
    else await this.wait(cls, deadlineMs, options.signal)
    let hasLeft = false
    return {
      leftMs: Math.max(1, deadlineMs - (performance.now() - beganMs)),
      leave: () => {
        if (hasLeft) return
        hasLeft = true
        const next = this.waiting[cls].shift()
        // The slot goes straight to the next one: `running` does not change.
        if (next) next.start()
        else this.running[cls]--
      },
    }
  }

  private wait(cls: QueryClass, deadlineMs: number, signal: AbortSignal | undefined): Promise<void> {
    const queue = this.waiting[cls]
    if (queue.length >= maxWaiting)
      throw overloaded(`${maxWaiting} ${cls} queries wait already: try again in a few seconds.`, 5)
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
        const at = queue.indexOf(waiter)
        if (at >= 0) queue.splice(at, 1)
        done()
      }
      const waiter: Waiter = { start: () => settle(resolve) }
      const onAbort = () => settle(() => reject(cancelled()))
      const timer = setTimeout(
        () =>
          settle(() => reject(tooExpensive('The query waited too long behind others.', 'Try again later.'))),
        deadlineMs,
      )
      signal?.addEventListener('abort', onAbort, { once: true })
      queue.push(waiter)
    })
  }

  get runningCount(): number {
    return Object.values(this.running).reduce((sum, n) => sum + n, 0)
  }
  get queuedCount(): number {
    return Object.values(this.waiting).reduce((sum, queue) => sum + queue.length, 0)
  }
}
