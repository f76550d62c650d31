/** The server's side of the thread that makes tiles. */
import type { Worker } from 'node:worker_threads'
import { unavailable } from '../../errors.ts'
import { startWorker } from '../../worker-entry.ts'
import type { TileLayers } from './encode.ts'
import type { EncodeAnswer } from './encoder-worker.ts'

/** A tile as it is sent. */
export interface Tile {
  bytes: Uint8Array
  gzip: Uint8Array
  /** Rows it was made from, those that are only counted too. */
  rowCount?: number
}

interface Waiting {
  resolve(tile: Tile | undefined): void
  reject(error: Error): void
}

/** A thread that ends takes its tiles with it and the next one begins another. */
export class TileEncoder {
  #worker: Worker | undefined
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #isClosed = false

  /** Undefined for a tile with nothing in it. The buffers given are gone afterwards. Throws `unavailable`. */
  encode(layers: TileLayers): Promise<Tile | undefined> {
    if (this.#isClosed) return Promise.reject(unavailable('The server is stopping.'))
    const id = ++this.#lastId
    const buffers = [...layers.cells, ...layers.places, ...layers.shapes].map(ownBuffer)
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#thread().postMessage({ id, layers }, [
        ...new Set(buffers.filter((buffer) => buffer !== undefined)),
      ])
    })
  }

  /** Starts the thread, so that the first tile need not wait for it. */
  begin(): void {
    this.#thread()
  }

  #thread(): Worker {
    if (this.#worker) return this.#worker
    const worker = startWorker(import.meta.url, 'encoder-worker')
    worker.unref()
    worker.on('message', ({ id, bytes, gzip, failure }: EncodeAnswer) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (failure !== undefined) waiting?.reject(new Error(failure))
      else waiting?.resolve(bytes && gzip ? { bytes, gzip } : undefined)
    })
    worker.on('error', (error) => this.#end(worker, error))
    worker.on('exit', () => this.#end(worker, unavailable('The thread that makes tiles ended.')))
    this.#worker = worker
    return worker
  }

  #end(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#worker?.terminate()
  }
}

/** Buffers that other views share are copied. */
const ownBuffer = (view: Uint8Array): ArrayBuffer | undefined =>
  view.buffer instanceof ArrayBuffer && view.byteLength === view.buffer.byteLength ? view.buffer : undefined
