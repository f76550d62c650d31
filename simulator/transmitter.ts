import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { DemoFeed } from './feed.ts'

export interface TransmitterOptions {
  feed: DemoFeed
  host: string
  /** 0 takes a free one. */
  port: number
  startAtMs: number
  /** 1 is real time; the past is told as fast as it is read. */
  speed: number
  now: () => number
}

/** At most this much simulated past between two looks at the sockets. */
const stepS = 60

/**
 * A receiver on the network: whoever connects by TCP hears the feed. Without anybody listening time stands still, so
 * the first client gets all of the past; a slow one holds the past up, and misses nothing.
 */
export class Transmitter {
  readonly #options: TransmitterOptions
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #nextMs: number
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: TransmitterOptions) {
    this.#options = options
    this.#nextMs = Math.floor(options.startAtMs / 1000) * 1000
    this.#server = createServer((socket) => this.#join(socket))
  }

  /** Resolves to the port. */
  async listen(): Promise<number> {
    const { host, port } = this.#options
    this.#server.listen(port, host)
    await once(this.#server, 'listening')
    const address = this.#server.address()
    return typeof address === 'object' && address ? address.port : port
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#sockets.delete(socket))
    socket.resume()
    if (this.#sockets.size === 1) void this.#run()
  }

  #running = false

  async #run(): Promise<void> {
    if (this.#running) return
    this.#running = true
    while (!this.#closed && this.#sockets.size > 0) {
      const { feed, now } = this.#options
      const behindMs = now() - this.#nextMs
      if (behindMs < 0) {
        await new Promise<void>((resolve) => {
          this.#timer = setTimeout(resolve, -behindMs / this.#options.speed)
        })
        continue
      }
      const seconds = Math.min(stepS, Math.floor(behindMs / 1000) + 1)
      let text = ''
      for (let s = 0; s < seconds; s++) text += feed.second(this.#nextMs + s * 1000)
      this.#nextMs += seconds * 1000
      await Promise.all([...this.#sockets].map((socket) => send(socket, text)))
    }
    this.#running = false
  }
}

/** Resolves when the socket has room for more, or is gone. */
async function send(socket: Socket, text: string): Promise<void> {
  if (socket.destroyed || socket.write(text, 'latin1')) return
  await new Promise<void>((resolve) => {
    const done = () => {
      socket.off('drain', done)
      socket.off('close', done)
      resolve()
    }
    socket.on('drain', done)
    socket.on('close', done)
  })
}
