import { createServer, type Socket } from 'node:net'
import { type Box, FeedFleet } from './feed-fleet.ts'

/**
 * A receiver for measuring, run as a child process: accepts one TCP client and sends it a steady rate of distinct
 * reports. It takes orders and answers over the channel to its parent.
 */
export type Order = { rate: number; vessels: number } | { probe: number }
export type Answer =
  | { port: number }
  | { connected: true }
  | { sent: number }
  | { probed: number; atMs: number }

const tickMs = 10
/** Open water of the western Mediterranean. */
const fleetBox: Box = [3.5, 39.6, 8.5, 42.2]
const fleetMmsi = 227_000_000

/** What one reader looks at: probes appear here, among the vessels of the fleet. */
export const viewport: Box = [5, 40.5, 5.4, 40.8]
/** A probe is a vessel that was never heard before. */
const firstProbeMmsi = 228_000_000
const maxProbes = 100_000
export const probeMmsi = (probe: number): number => firstProbeMmsi + probe

/** Milliseconds since 1970 with the resolution of the high-resolution clock, comparable between processes. */
export const preciseNowMs = (): number => performance.timeOrigin + performance.now()

function transmit(tell: (answer: Answer) => void): void {
  let fleet = new FeedFleet(1, fleetMmsi, fleetBox)
  const probes = new FeedFleet(maxProbes, firstProbeMmsi, viewport)
  let client: Socket | undefined
  let rate = 0
  let owed = 0
  let sent = 0
  let lastTickMs = preciseNowMs()

  const tick = () => {
    const nowMs = preciseNowMs()
    owed += ((nowMs - lastTickMs) / 1000) * rate
    lastTickMs = nowMs
    // A reader that cannot keep up is seen in what was sent, not in a growing buffer here.
    if (!client?.writable || client.writableNeedDrain) return
    const lines = Math.floor(owed)
    let text = ''
    for (let i = 0; i < lines; i++) text += fleet.report(sent + i, nowMs)
    sent += lines
    owed -= lines
    if (text !== '') client.write(text, 'latin1')
  }
  setInterval(tick, tickMs)

  const server = createServer((socket) => {
    client = socket
    socket.on('error', () => {})
    tell({ connected: true })
  })
  server.listen(0, '127.0.0.1', () => tell({ port: (server.address() as { port: number }).port }))

  process.on('message', (order: Order) => {
    if ('probe' in order) {
      client?.write(probes.report(order.probe, preciseNowMs()), 'latin1')
      tell({ probed: order.probe, atMs: preciseNowMs() })
      return
    }
    tell({ sent })
    if (order.vessels > 0) fleet = new FeedFleet(order.vessels, fleetMmsi, fleetBox)
    rate = order.rate
    owed = 0
    sent = 0
  })
  process.on('disconnect', () => process.exit())
}

if (process.send) transmit((answer) => process.send?.(answer))
