import { WebSocket } from 'ws'
import type { AisStreamAddress } from './address.ts'
import type { Clock, Timer } from './clock.ts'
import { reasonOf } from './dial-tcp.ts'
import { sampleOf } from './input.ts'
import type { Dial } from './reconnecting-input.ts'

const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const pingEveryMs = 30_000

/**
 * Dials aisstream.io: subscribes as soon as the socket opens (it closes after 3 s without a subscription) and gives
 * each JSON message as one line. Line breaks inside a JSON text can only be white space, so they become spaces.
 */
export function dialAisStream(address: AisStreamAddress, clock: Clock): Dial {
  return (events) => {
    const socket = new WebSocket(address.url, {
      // Its frames are small: compression costs more than it saves and opens the door to bombs.
      perMessageDeflate: false,
      maxPayload: 1 << 20,
      followRedirects: false,
    })
    let reason = 'closed the connection'
    let isAlive = true
    let pingTimer: Timer
    const ping = () => {
      if (!isAlive) {
        reason = 'stopped answering'
        socket.terminate()
        return
      }
      pingTimer = clock.after(pingEveryMs, ping)
      // While paused no pong is read either.
      if (socket.readyState !== WebSocket.OPEN || socket.isPaused) return
      isAlive = false
      socket.ping()
    }
    pingTimer = clock.after(pingEveryMs, ping)
    socket.on('pong', () => {
      isAlive = true
    })
    socket.on('open', () => {
      socket.send(JSON.stringify(subscription(address)))
      events.opened()
    })
    socket.on('message', (data) => {
      isAlive = true
      const bytes = data as Buffer
      const own = ownWords(bytes)
      if (own === 'confirmation') return
      if (own) {
        const text = sampleOf(Buffer.from(own.error.replaceAll(address.key, '[key]')))
        reason = `answered “${text}”`
        events.notice(text)
        socket.close()
        return
      }
      events.data(asLine(bytes))
    })
    socket.on('unexpected-response', (_request, response) => {
      reason = `answered HTTP ${response.statusCode} instead of opening the stream`
      socket.terminate()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (reason === 'closed the connection') reason = reasonOf(error)
    })
    socket.on('close', () => {
      pingTimer.cancel()
      events.ended(reason)
    })
    return {
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      close: () => socket.terminate(),
    }
  }
}

/** Bounding boxes are pairs of corners, latitude first. */
function subscription(address: AisStreamAddress): Record<string, unknown> {
  return {
    APIKey: address.key,
    BoundingBoxes: address.boxes.map(({ west, south, east, north }) => [
      [south, west],
      [north, east],
    ]),
    ...(address.mmsis.length > 0 && { FiltersShipMMSI: address.mmsis }),
  }
}

/** The provider confirms a subscription, or answers a wrong one with `{"error": "…"}` and closes. */
function ownWords(bytes: Buffer): 'confirmation' | { error: string } | undefined {
  if (bytes.length > 1024) return undefined
  const head = bytes.subarray(0, 80)
  if (head.includes('"SubscriptionConfirmation"')) return 'confirmation'
  if (!head.includes('"error"')) return undefined
  try {
    const { error } = JSON.parse(bytes.toString('utf8')) as { error?: unknown }
    return typeof error === 'string' ? { error } : undefined
  } catch {
    return undefined
  }
}

function asLine(bytes: Buffer): Buffer {
  const line = Buffer.allocUnsafe(bytes.length + 1)
  bytes.copy(line)
  for (let i = 0; i < bytes.length; i += 1) if (line[i] === LF || line[i] === CR) line[i] = SPACE
  line[bytes.length] = LF
  return line
}
