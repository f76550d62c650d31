import { once } from 'node:events'
import { startWorker } from '../src/worker-entry.ts'

export interface DemoPortOptions {
  seed: number
  /** Beginning of the feed; what is past of it is told at once. */
  startAt: Date
  /** 1 is real time, 60 a minute a second. */
  speed: number
  host: string
  /** 0 takes a free one. */
  port: number
}

/** Starts the simulated port in a thread of its own; a client on the port hears it as it would a receiver. */
export async function startDemoPort(
  options: DemoPortOptions,
): Promise<{ port: number; close(): Promise<void> }> {
  const worker = startWorker(import.meta.url, 'transmitter-worker', { workerData: options })
  const [{ port }] = (await once(worker, 'message')) as [{ port: number }]
  return {
    port,
    async close() {
      const ended = once(worker, 'exit')
      worker.postMessage('close')
      await ended
    },
  }
}
