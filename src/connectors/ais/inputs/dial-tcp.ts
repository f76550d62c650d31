import { connect } from 'node:net'
import type { Dial } from './reconnecting-input.ts'

const reasons: Record<string, string> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'broke the connection',
  EPIPE: 'broke the connection',
  ETIMEDOUT: 'did not answer',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  ENOTFOUND: 'has a name that does not resolve',
  EAI_AGAIN: 'has a name that does not resolve now',
}

/** What a network error means, to complete “<address> …”. */
export function reasonOf(error: NodeJS.ErrnoException): string {
  return reasons[error.code ?? ''] ?? `failed (${error.code ?? error.message})`
}

/** Dials a receiver that serves lines over TCP. A peer that vanished is noticed by keep-alive within a minute. */
export function dialTcp(host: string, port: number): Dial {
  return (events) => {
    const socket = connect({ host, port, keepAlive: true, keepAliveInitialDelay: 30_000 })
    let reason = 'closed the connection'
    socket.on('connect', events.opened)
    socket.on('data', events.data)
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // Several addresses tried at once fail as one aggregate.
      const first = error instanceof AggregateError ? (error.errors[0] ?? error) : error
      reason = reasonOf(first)
    })
    socket.on('close', () => events.ended(reason))
    return {
      pause: () => void socket.pause(),
      resume: () => void socket.resume(),
      close: () => void socket.destroy(),
    }
  }
}
