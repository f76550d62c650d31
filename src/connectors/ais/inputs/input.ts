import type { Clock } from './clock.ts'

export type InputState = 'connecting' | 'live' | 'silent' | 'reconnecting' | 'finished' | 'failed'

/** Why something was lost or turned away before the spool. */
export type RefusalReason =
  /** Longer than the limit; reading went on at the next LF. */
  | 'line-too-long'
  /** The connection ended in the middle of a line. */
  | 'cut-line'
  /** A UDP sender was over its rate (TCP senders are slowed down instead). */
  | 'rate'
  /** Too many connections, in all or from one address. */
  | 'connections'
  /** A sender kept a line unfinished, or said nothing, for too long. */
  | 'slow-sender'
  /** Datagrams that arrived while the spool was full and the waiting room too. */
  | 'overflow'
  /** A message of the provider that is no AIS message, such as an error. */
  | 'provider'

/** What an input tells its owner. Nothing is called after `stop()`. */
export interface InputEvents {
  /**
   * Whole lines, each ended by LF, unaltered but for that LF. They are taken whatever the answer; false says the
   * spool is full: the input stops reading until `resume`. The bytes are never written again by the input.
   * `inputOffset`: position in the input after these lines, for inputs that can go on from there (files).
   */
  lines(data: Uint8Array, receivedAtMs: number, inputOffset?: number): boolean
  /** `live` means lines arrive. `finished` and, for a file, `failed` are final; other inputs try again by themselves. */
  state(state: InputState, message?: string): void
  /** Something lost or refused at the door: to be counted by reason, `sample` is printable and at most 120 characters. */
  refused(reason: RefusalReason, sample: string): void
}

/** Counters of one sender of a TCP or UDP server. */
export interface SenderReport {
  /** Address without port: several connections of one host are one sender. */
  address: string
  /** Names from TAG `s:` in its lines, at most 16. */
  stations: string[]
  connections: number
  lines: number
  bytes: number
  refused: number
  lastHeardAtMs: number
}

export interface Input {
  start(): void
  /** The spool has room again. */
  resume(): void
  /** Resolves once every socket, file and timer is released. */
  stop(): Promise<void>
  /** The address as it is used, with the port the system chose and without secrets. */
  readonly describe: string
  /** For inputs with many senders. */
  senders?(): SenderReport[]
}

export interface InputEffects {
  clock: Clock
  log: { info(text: string): void; warn(text: string): void }
  /** Uniform in [0, 1): jitter of the back-off. */
  random(): number
}

/** Printable beginning of refused bytes. */
export function sampleOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 120)).toString('latin1')
  return text.replace(/[^\x20-\x7e]/g, '·')
}
