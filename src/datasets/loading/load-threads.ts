/** The threads that read files. Starting one costs more than a small file does: it stays a while for the next. */
import { statSync } from 'node:fs'
import type { Worker } from 'node:worker_threads'
import { startWorker } from '../../worker-entry.ts'
import { LoadThread, type ThreadProgress } from './load-thread.ts'
import type { Work } from './work.ts'

/** Memory of one load beyond the buffers of its blocks. */
const heapMb = 1_024
/** A thread that read more than this goes with the memory it took. */
const smallBytes = 4 * 1024 * 1024
/** Long enough for a portal's next file, too short to weigh on a server that loads once a day. */
const idleMs = 10_000
/** What threads keep from file to file is bounded by their age. */
const filesPerThread = 500

export class LoadThreads {
  private readonly filesOf = new WeakMap<Worker, number>()
  private idle: { worker: Worker; timer: NodeJS.Timeout; forget: () => void } | undefined
  private isClosed = false

  /** Begins to read one file. Close what it answers. */
  read(
    work: Work,
    options: { signal?: AbortSignal; onProgress?: (progress: ThreadProgress) => void },
  ): LoadThread {
    const worker = this.takeIdle() ?? this.start()
    this.filesOf.set(worker, (this.filesOf.get(worker) ?? 0) + 1)
    const isSmall = (statSync(work.path, { throwIfNoEntry: false })?.size ?? 0) <= smallBytes
    return new LoadThread(worker, work, options, (rested) => {
      if (isSmall && this.filesOf.get(rested)! < filesPerThread) this.keep(rested)
      else void rested.terminate()
    })
  }

  /** Ends the thread that waits; those that read are their readers' to close. */
  async close(): Promise<void> {
    this.isClosed = true
    await this.takeIdle()?.terminate()
  }

  private start(): Worker {
    const worker = startWorker(import.meta.url, 'load-worker', {
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
    })
    // Whoever reads listens too; a thread that dies while nobody reads takes nothing with it.
    return worker.on('error', () => undefined)
  }

  private takeIdle(): Worker | undefined {
    const idle = this.idle
    if (!idle) return undefined
    this.idle = undefined
    clearTimeout(idle.timer)
    idle.worker.off('error', idle.forget).off('exit', idle.forget)
    idle.worker.ref()
    return idle.worker
  }

  private keep(worker: Worker): void {
    if (this.idle || this.isClosed) {
      void worker.terminate()
      return
    }
    const forget = () => {
      if (this.idle?.worker === worker) void this.takeIdle()?.terminate()
    }
    // A thread at rest keeps no process alive, and one that dies is not handed out.
    worker.on('error', forget).on('exit', forget)
    worker.unref()
    this.idle = { worker, forget, timer: setTimeout(forget, idleMs).unref() }
  }
}
