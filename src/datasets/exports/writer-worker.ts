/** The thread that writes the formats which take long: the server's own stays free. */
import { parentPort } from 'node:worker_threads'
import { LacydonError } from '../../errors.ts'
import { formatNamed } from './formats.ts'
import { type ExportQuestion, plannedExport } from './planned.ts'

/** To the thread, each with the number of its export. */
export type WriterOrder =
  | { id: number; begin: ExportQuestion; format: string }
  | { id: number; chunk: Uint8Array }
  | { id: number; rows: 'end' | 'failed' }
  /** One more piece may be sent. */
  | { id: number; pull: true }
  | { id: number; stop: true }

export type WriterReply =
  | { id: number; piece: Uint8Array }
  /** The next rows are wanted. */
  | { id: number; want: true }
  | { id: number; done: true }
  | {
      id: number
      failure: { code: string; status: number; message: string; help?: string; details?: object }
    }

const port = parentPort!
const send = (reply: WriterReply, transfer: ArrayBuffer[] = []) => port.postMessage(reply, transfer)

class Writing {
  readonly #id: number
  #credit = 0
  #isStopped = false
  #resume = () => {}
  #receive: (order: WriterOrder) => void = () => {}

  constructor(id: number) {
    this.#id = id
  }

  take(order: WriterOrder): void {
    if ('pull' in order) this.#credit++
    else if ('stop' in order) {
      this.#isStopped = true
      this.#receive({ id: this.#id, rows: 'failed' })
    } else this.#receive(order)
    this.#resume()
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (this.#isStopped) throw new Error('nobody reads this export')
      const next = new Promise<WriterOrder>((resolve) => {
        this.#receive = resolve
      })
      send({ id: this.#id, want: true })
      const order = await next
      if ('chunk' in order) yield order.chunk
      else if ('rows' in order && order.rows === 'end') return
      else throw new Error('the rows ended early')
    }
  }

  async run(question: ExportQuestion, format: string): Promise<void> {
    const id = this.#id
    const { plan, context, describe } = plannedExport(question)
    const stream = { ...describe(plan), chunks: this.#chunks() }
    for await (const piece of formatNamed(format).write(stream, context)) {
      while (this.#credit === 0 && !this.#isStopped)
        await new Promise<void>((resolve) => {
          this.#resume = resolve
        })
      if (this.#isStopped) return
      this.#credit--
      // Copied even where it fills its buffer: who made it may still hold that (zlib does, and aborts the process).
      const own = Uint8Array.from(piece)
      send({ id, piece: own }, [own.buffer as ArrayBuffer])
    }
  }
}

const writings = new Map<number, Writing>()

port.on('message', (order: WriterOrder) => {
  const { id } = order
  if (!('begin' in order)) {
    writings.get(id)?.take(order)
    return
  }
  const writing = new Writing(id)
  writings.set(id, writing)
  writing
    .run(order.begin, order.format)
    .then(
      () => send({ id, done: true }),
      (error: unknown) => {
        const { code, status, message, help, details } =
          error instanceof LacydonError ? error : new LacydonError('export_failed', 500, String(error))
        send({ id, failure: { code, status, message, ...(help && { help }), ...(details && { details }) } })
      },
    )
    .finally(() => writings.delete(id))
})
