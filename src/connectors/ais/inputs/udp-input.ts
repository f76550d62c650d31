import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { ServerAddress } from './address.ts'
import { Backoff } from './backoff.ts'
import type { Timer } from './clock.ts'
import { type Input, type InputEffects, type InputEvents, type SenderReport, sampleOf } from './input.ts'
import { LineFramer, maxNmeaLineBytes } from './line-framer.ts'
import { bindFailure, boundAddress } from './listening.ts'
import { openPartsAt, PartHold } from './part-hold.ts'
import { plainAddress, SenderLedger } from './sender-ledger.ts'
import { SilenceAlarm } from './silence-alarm.ts'

/** What waits while the spool is full: UDP cannot be slowed down, some seconds of a port can be kept. */
const maxWaitingBytes = 4 << 20
const kernelBufferBytes = 4 << 20
const silentAfterMs = 60_000
/** Stations that may have an unfinished message at one moment. */
const maxHolds = 1_000

/** Listens for datagrams of one or more whole lines, from any number of stations. */
export class UdpInput implements Input {
  readonly #address: ServerAddress
  readonly #events: InputEvents
  readonly #effects: InputEffects
  readonly #ledger: SenderLedger
  readonly #backoff: Backoff
  readonly #alarm: SilenceAlarm
  #socket: Socket | undefined
  #family: 'udp4' | 'udp6'
  #isBound = false
  #timer: Timer | undefined
  /** Whole lines of the datagrams read in one turn of the event loop, or of a full spool. */
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #flush: NodeJS.Immediate | undefined
  /** First parts that wait for the rest of their message, by station (address and port). */
  readonly #holds = new Map<string, PartHold>()
  #isFull = false
  #isLive = false
  #isStopped = false

  constructor(address: ServerAddress, events: InputEvents, effects: InputEffects) {
    this.#address = address
    this.#events = events
    this.#effects = effects
    // An IPv6 socket hears IPv4 too.
    this.#family = address.host === '' || isIPv6(address.host) ? 'udp6' : 'udp4'
    this.#ledger = new SenderLedger(address.maxLinesPerS)
    this.#backoff = new Backoff(effects.random)
    this.#alarm = new SilenceAlarm(effects.clock, silentAfterMs, (silentMs) => {
      this.#isLive = false
      this.#events.state('silent', `no line for ${Math.round(silentMs / 1000)} s`)
    })
  }

  get describe(): string {
    return boundAddress('udp', this.#address, this.#isBound ? this.#socket?.address() : undefined)
  }

  senders(): SenderReport[] {
    return this.#ledger.reports()
  }

  start(): void {
    this.#events.state('connecting')
    const { host, port } = this.#address
    const socket = createSocket({ type: this.#family })
    this.#socket = socket
    socket.on('message', (datagram, from) => this.#datagram(datagram, from))
    socket.on('error', (error: NodeJS.ErrnoException) => this.#failed(socket, error))
    socket.bind({ ...(host !== '' && { address: host }), port, exclusive: true }, () => {
      this.#isBound = true
      this.#backoff.reset()
      try {
        socket.setRecvBufferSize(kernelBufferBytes)
      } catch {
        // Some systems refuse instead of giving what they allow; their default is used.
      }
      this.#alarm.start()
      this.#events.state('connecting', `listening on ${this.describe}, no line yet`)
    })
  }

  resume(): void {
    this.#isFull = false
    this.#hand()
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return
    for (const hold of this.#holds.values()) this.#keep(hold.release() ?? new Uint8Array(0))
    // Even to a full spool: nobody else has these lines.
    this.#hand()
    this.#isStopped = true
    this.#timer?.cancel()
    this.#alarm.stop()
    const socket = this.#socket
    if (socket) await new Promise<void>((resolve) => socket.close(() => resolve()))
  }

  /** HOT: once per datagram. */
  #datagram(datagram: Buffer, from: RemoteInfo): void {
    const nowMs = this.#effects.clock.nowMs()
    const sender = this.#ledger.sender(plainAddress(from.address), nowMs)
    if (this.#ledger.isOverRate(sender, nowMs)) {
      sender.refused += 1
      this.#events.refused('rate', sampleOf(datagram))
      return
    }
    const framer = new LineFramer(maxNmeaLineBytes, (reason, sample) => {
      sender.refused += 1
      this.#events.refused(reason, sample)
    })
    const head = framer.push(datagram)
    const tail = framer.end()
    const size = head.length + tail.length
    if (size === 0) return
    if (this.#waitingBytes + size > maxWaitingBytes) {
      sender.refused += 1
      this.#events.refused('overflow', sampleOf(datagram))
      return
    }
    const lines = tail.length > 0 ? Buffer.concat([head, tail]) : head
    this.#ledger.heard(sender, lines, nowMs)
    this.#keep(this.#joined(`${from.address} ${from.port}`, lines))
    this.#alarm.heard()
    if (!this.#isLive) {
      this.#isLive = true
      this.#events.state('live')
    }
  }

  /** The lines of a station with the first parts it sent before; without those that wait for the rest. */
  #joined(station: string, lines: Uint8Array): Uint8Array {
    let hold = this.#holds.get(station)
    if (!hold) {
      if (openPartsAt(lines) === lines.length || this.#holds.size >= maxHolds) return lines
      hold = new PartHold(this.#effects.clock, (late) => {
        this.#holds.delete(station)
        this.#keep(late)
      })
      this.#holds.set(station, hold)
    }
    const ready = hold.take(lines)
    if (!hold.isHolding) this.#holds.delete(station)
    return ready
  }

  #keep(lines: Uint8Array): void {
    if (lines.length === 0) return
    this.#waiting.push(lines)
    this.#waitingBytes += lines.length
    if (!this.#isFull) this.#flush ??= setImmediate(() => this.#hand())
  }

  #hand(): void {
    this.#flush = undefined
    if (this.#waiting.length === 0 || this.#isStopped) return
    const lines = this.#waiting.length === 1 ? this.#waiting[0]! : Buffer.concat(this.#waiting)
    this.#waiting = []
    this.#waitingBytes = 0
    this.#isFull = !this.#events.lines(lines, this.#effects.clock.nowMs())
  }

  #failed(socket: Socket, error: NodeJS.ErrnoException): void {
    if (this.#isStopped) return
    this.#isBound = false
    this.#alarm.stop()
    this.#socket = undefined
    socket.close()
    if (error.code === 'EAFNOSUPPORT' && this.#address.host === '' && this.#family === 'udp6') {
      this.#family = 'udp4'
      this.start()
      return
    }
    const waitMs = this.#backoff.next()
    const sentence = bindFailure(this.describe, error, waitMs)
    this.#effects.log.warn(sentence)
    this.#events.state('failed', sentence)
    this.#timer = this.#effects.clock.after(waitMs, () => this.start())
  }
}
