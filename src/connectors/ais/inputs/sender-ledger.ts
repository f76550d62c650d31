import type { SenderReport } from './input.ts'

const maxSenders = 1_000
const maxStations = 16
const BACKSLASH = 0x5c
const LF = 0x0a

/** What is known of one sender; addresses are the identity because a port changes with each connection. */
export interface Sender extends SenderReport {
  /** Lines it may still send at once; negative = it owes waiting time. */
  credit: number
  creditAtMs: number
}

/**
 * The senders of a server input: their counters, station names and allowance. Bounded: the sender silent for
 * longest is forgotten when there are too many.
 */
export class SenderLedger {
  readonly #maxLinesPerS: number
  readonly #senders = new Map<string, Sender>()

  constructor(maxLinesPerS: number) {
    this.#maxLinesPerS = maxLinesPerS
  }

  sender(address: string, nowMs: number): Sender {
    let sender = this.#senders.get(address)
    if (sender) return sender
    if (this.#senders.size >= maxSenders) this.#forgetOne()
    sender = {
      address,
      stations: [],
      connections: 0,
      lines: 0,
      bytes: 0,
      refused: 0,
      lastHeardAtMs: nowMs,
      credit: 2 * this.#maxLinesPerS,
      creditAtMs: nowMs,
    }
    this.#senders.set(address, sender)
    return sender
  }

  /**
   * HOT: once per chunk or datagram. Counts whole lines and takes them off the sender's allowance (two seconds' worth
   * at once); returns the milliseconds it must wait now, 0 when it is within its rate.
   */
  heard(sender: Sender, lines: Uint8Array, nowMs: number): number {
    const count = scanLines(lines, sender.stations)
    sender.lines += count
    sender.bytes += lines.length
    sender.lastHeardAtMs = nowMs
    this.#refill(sender, nowMs)
    sender.credit -= count
    return sender.credit >= 0 ? 0 : Math.ceil((-sender.credit / this.#maxLinesPerS) * 1000)
  }

  isOverRate(sender: Sender, nowMs: number): boolean {
    this.#refill(sender, nowMs)
    return sender.credit < 0
  }

  reports(): SenderReport[] {
    return [...this.#senders.values()].map(({ credit: _, creditAtMs: __, ...report }) => ({
      ...report,
      stations: [...report.stations],
    }))
  }

  #refill(sender: Sender, nowMs: number): void {
    // A clock set back gives nothing and takes nothing.
    const elapsedS = Math.max(0, nowMs - sender.creditAtMs) / 1000
    sender.credit = Math.min(2 * this.#maxLinesPerS, sender.credit + elapsedS * this.#maxLinesPerS)
    sender.creditAtMs = nowMs
  }

  #forgetOne(): void {
    let oldest: Sender | undefined
    for (const sender of this.#senders.values())
      if (sender.connections === 0 && (!oldest || sender.lastHeardAtMs < oldest.lastHeardAtMs))
        oldest = sender
    if (oldest) this.#senders.delete(oldest.address)
  }
}

/** Counts lines and notes the TAG `s:` station of each line that begins with a TAG block. */
function scanLines(lines: Uint8Array, stations: string[]): number {
  let count = 0
  let start = 0
  for (let i = 0; i < lines.length; i += 1) {
    if (lines[i] !== LF) continue
    count += 1
    if (lines[start] === BACKSLASH && stations.length < maxStations) {
      const station = stationOf(lines.subarray(start + 1, i))
      if (station !== undefined && !stations.includes(station)) stations.push(station)
    }
    start = i + 1
  }
  return count
}

function stationOf(afterBackslash: Uint8Array): string | undefined {
  const end = afterBackslash.indexOf(BACKSLASH)
  if (end < 0) return undefined
  const tag = Buffer.from(afterBackslash.buffer, afterBackslash.byteOffset, end).toString('latin1')
  return /(?:^|,)s:([\w.-]{1,32})[,*]/.exec(tag)?.[1]
}

/** One spelling per address: IPv4 seen through an IPv6 socket is IPv4. */
export function plainAddress(address: string | undefined): string {
  return (address ?? 'unknown').replace(/^::ffff:(?=\d+\.)/i, '')
}
