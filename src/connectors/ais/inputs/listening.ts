import type { AddressInfo } from 'node:net'
import type { ServerAddress } from './address.ts'

const bindReasons: Record<string, string> = {
  EADDRINUSE: 'the port is in use by another program: choose another one or stop that program',
  EACCES: 'ports below 1024 need more rights: choose a higher one',
  EADDRNOTAVAIL: 'this machine has no such address: leave the host out to listen on all of them',
  ENOTFOUND: 'this host name does not resolve',
}

/** One sentence on why a server cannot listen, and what to do. */
export function bindFailure(describe: string, error: NodeJS.ErrnoException, waitMs: number): string {
  const reason = bindReasons[error.code ?? ''] ?? error.message
  return `Cannot listen on ${describe}: ${reason}; next attempt in ${Math.ceil(waitMs / 1000)} s`
}

/** `udp://127.0.0.1:10110`, with the port in use once there is one. */
export function boundAddress(
  kind: string,
  { host, port }: ServerAddress,
  bound: AddressInfo | string | null | undefined,
): string {
  const actual = typeof bound === 'object' && bound ? bound.port : port
  return `${kind}://${bracketed(host)}:${actual}`
}

/** A host as it stands before `:port`. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
