/** A canary on loopback that counts who connects, and clients that reach it only where the guard lets them. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Outbound, type OutboundOptions } from './outbound.ts'

export interface Canary {
  port: number
  /** Connections so far. */
  connections: number
  /** Questions so far, as `METHOD path`, with their headers. */
  asked: { line: string; headers: IncomingMessage['headers'] }[]
  answer: (request: IncomingMessage, response: ServerResponse) => void
  close(): Promise<void>
}

export async function startCanary(): Promise<Canary> {
  const server: Server = createServer((request, response) => {
    canary.asked.push({ line: `${request.method} ${request.url}`, headers: request.headers })
    canary.answer(request, response)
  })
  server.on('connection', () => {
    canary.connections++
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const canary: Canary = {
    port: (server.address() as AddressInfo).port,
    connections: 0,
    asked: [],
    answer: (_, response) => response.end('canary'),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return canary
}

/** Names of the open internet in tests: documentation addresses, which lead to the canary. */
const publicNames: Record<string, string[]> = {
  'portal.example': ['203.0.113.10'],
  'other.example': ['203.0.113.20'],
  'six.example': ['2001:4860::10'],
}

/** A client whose public addresses lead to the canary and whose waits take no time but are written down. */
export function clientOf(canary: Canary, options: OutboundOptions = {}) {
  const pauses: number[] = []
  let wallMs = Date.parse('2026-03-01T08:00:00Z')
  const outbound = new Outbound({
    ...options,
    effects: {
      resolve: async (name) => {
        const known = publicNames[name]
        if (!known) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
        return known
      },
      // Only what is public is led to the canary: a private address that gets through is met as itself.
      route: (address, port) =>
        /^(203\.0\.113|2001:4860)/.test(address)
          ? { address: '127.0.0.1', port: canary.port }
          : { address, port },
      wallMs: () => wallMs,
      pause: async (ms) => {
        pauses.push(ms)
        wallMs += ms
      },
      random: () => 1,
      ...options.effects,
    },
  })
  return { outbound, pauses }
}
