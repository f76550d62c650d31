import { createServer, type Server, type Socket } from 'node:net'
import type { ServerAddress } from './address.ts'
import { Backoff } from './backoff.ts'
import type { Timer } from './clock.ts'
import type { Input, InputEffects, InputEvents, RefusalReason, SenderReport } from './input.ts'
import { LineFramer, maxNmeaLineBytes } from './line-framer.ts'
import { bindFailure, boundAddress } from './listening.ts'
import { PartHold } from './part-hold.ts'
import { plainAddress, type Sender, SenderLedger } from './sender-ledger.ts'
import { SilenceAlarm } from './silence-alarm.ts'

export interface ServerLimits {
  maxConnections: number
  maxConnectionsPerSender: number
  /** A line begun and not ended for so long ends the connection. */
  lineWithinMs: number
  /** A connection without a whole line for so long is closed. */
  idleMs: number
  silentAfterMs: number
}

export const serverLimits: ServerLimits = {
  maxConnections: 256,
  maxConnectionsPerSender: 16,
  lineWithinMs: 30_000,
  idleMs: 600_000,
  silentAfterMs: 60_000,
}

interface Connection {
  socket: Socket
  sender: Sender
  framer: LineFramer
  hold: PartHold
  /** When the unfinished line began, 0 when there is none. */
  lineBeganMs: number
  lastLineMs: number
  /** Set while the sender waits for its allowance. */
  wait: Timer | undefined
}

/**
 * Listens for receivers that send lines. Each sender has its own framing, limits and allowance: one that floods is
 * slowed down by TCP itself while the others are read in turn; one that dawdles is closed.
 */
export class TcpServerInput implements Input {
  readonly #address: ServerAddress
  readonly #events: InputEvents
  readonly #effects: InputEffects
  readonly #limits: ServerLimits
  readonly #ledger: SenderLedger
  readonly #connections = new Set<Connection>()
  readonly #backoff: Backoff
  readonly #alarm: SilenceAlarm
  #server: Server | undefined
  #timer: Timer | undefined
  #sweep: Timer | undefined
  #isFull = false
  #isLive = false
  #isStopped = false

  constructor(address: ServerAddress, events: InputEvents, effects: InputEffects, limits = serverLimits) {
    this.#address = address
    this.#events = events
    this.#effects = effects
    this.#limits = limits
    this.#ledger = new SenderLedger(address.maxLinesPerS)
    this.#backoff = new Backoff(effects.random)
    this.#alarm = new SilenceAlarm(effects.clock, limits.silentAfterMs, (silentMs) => this.#silent(silentMs))
  }

  get describe(): string {
    return boundAddress('tcp-server', this.#address, this.#server?.address())
  }

  senders(): SenderReport[] {
    return this.#ledger.reports()
  }

  start(): void {
    this.#events.state('connecting')
    const server = createServer({ keepAlive: true, keepAliveInitialDelay: 30_000 }, (socket) =>
      this.#accept(socket),
    )
    this.#server = server
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#isStopped) return
      const waitMs = this.#backoff.next()
      const sentence = bindFailure(this.describe, error, waitMs)
      this.#effects.log.warn(sentence)
      this.#events.state('failed', sentence)
      this.#timer = this.#effects.clock.after(waitMs, () => this.start())
    })
    const { host, port } = this.#address
    server.listen({ ...(host !== '' && { host }), port }, () => {
      if (this.#isStopped) return
      this.#backoff.reset()
      this.#alarm.start()
      this.#armSweep()
      this.#events.state('connecting', `listening on ${this.describe}, no line yet`)
    })
  }

  resume(): void {
    if (!this.#isFull) return
    this.#isFull = false
    this.#alarm.heard()
    for (const { socket, wait } of this.#connections) if (!wait) socket.resume()
  }

  async stop(): Promise<void> {
    for (const { hold } of this.#connections) this.#hand(hold.release())
    this.#isStopped = true
    this.#timer?.cancel()
    this.#sweep?.cancel()
    this.#alarm.stop()
    const server = this.#server
    for (const connection of this.#connections) {
      connection.wait?.cancel()
      connection.socket.destroy()
    }
    if (server?.listening) await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  #accept(socket: Socket): void {
    const nowMs = this.#effects.clock.nowMs()
    const sender = this.#ledger.sender(plainAddress(socket.remoteAddress), nowMs)
    socket.on('error', () => {})
    const isTooMany =
      this.#connections.size >= this.#limits.maxConnections ||
      sender.connections >= this.#limits.maxConnectionsPerSender
    if (isTooMany || this.#isStopped) {
      this.#refuse(sender, 'connections', sender.address)
      socket.destroy()
      return
    }
    sender.connections += 1
    const connection: Connection = {
      socket,
      sender,
      framer: new LineFramer(maxNmeaLineBytes, (reason, sample) => this.#refuse(sender, reason, sample)),
      hold: new PartHold(this.#effects.clock, (lines) => this.#hand(lines)),
      lineBeganMs: 0,
      lastLineMs: nowMs,
      wait: undefined,
    }
    this.#connections.add(connection)
    socket.on('data', (chunk) => this.#data(connection, chunk))
    socket.on('close', () => {
      sender.connections -= 1
      this.#connections.delete(connection)
      connection.wait?.cancel()
      this.#hand(connection.hold.release())
      if (!this.#isStopped) connection.framer.drop()
    })
    if (this.#isFull) socket.pause()
  }

  /** HOT: once per chunk. */
  #data(connection: Connection, chunk: Uint8Array): void {
    if (this.#isStopped) return
    const { framer, sender, socket } = connection
    const nowMs = this.#effects.clock.nowMs()
    const lines = framer.push(chunk)
    const isUnfinished = framer.heldBytes > 0 || framer.isSkipping
    if (lines.length === 0) {
      if (connection.lineBeganMs === 0 && isUnfinished) connection.lineBeganMs = nowMs
      return
    }
    connection.lineBeganMs = isUnfinished ? nowMs : 0
    connection.lastLineMs = nowMs
    this.#alarm.heard()
    if (!this.#isLive) {
      this.#isLive = true
      this.#events.state('live')
    }
    const waitMs = this.#ledger.heard(sender, lines, nowMs)
    if (waitMs > 0) {
      socket.pause()
      connection.wait?.cancel()
      connection.wait = this.#effects.clock.after(waitMs, () => {
        connection.wait = undefined
        if (!this.#isFull) socket.resume()
      })
    }
    this.#hand(connection.hold.take(lines))
  }

  #hand(lines: Uint8Array | undefined): void {
    if (!lines || lines.length === 0 || this.#isStopped) return
    if (this.#events.lines(lines, this.#effects.clock.nowMs())) return
    this.#isFull = true
    for (const { socket } of this.#connections) socket.pause()
  }

  /** Closes connections that hold a line open or say nothing: they cost a descriptor each. */
  #armSweep(): void {
    this.#sweep = this.#effects.clock.after(this.#limits.lineWithinMs / 2, () => {
      const nowMs = this.#effects.clock.nowMs()
      for (const { socket, sender, lineBeganMs, lastLineMs, wait } of this.#connections) {
        // Who is held back by us is not slow.
        if (this.#isFull || wait) continue
        const isSlow = lineBeganMs !== 0 && nowMs - lineBeganMs >= this.#limits.lineWithinMs
        if (!isSlow && nowMs - lastLineMs < this.#limits.idleMs) continue
        this.#refuse(sender, 'slow-sender', sender.address)
        socket.destroy()
      }
      this.#armSweep()
    })
  }

  #refuse(sender: Sender, reason: RefusalReason, sample: string): void {
    sender.refused += 1
    this.#events.refused(reason, sample)
  }

  #silent(silentMs: number): void {
    if (this.#isFull) {
      this.#alarm.heard()
      return
    }
    this.#isLive = false
    const senders =
      this.#connections.size === 0 ? 'no sender connected' : `${this.#connections.size} connected`
    this.#events.state('silent', `no line for ${Math.round(silentMs / 1000)} s, ${senders}`)
  }
}
