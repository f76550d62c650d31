import type { Heard } from './message.ts'

/** The one `Heard` of a reader, overwritten for every message. */
export class HeardMessage implements Heard {
  seq = 0
  receivedAtMs = 0
  atMs = 0
  timeSource: Heard['timeSource'] = 'receiver'
  station: string | null = null
  channel: 'A' | 'B' | null = null
  signalDbm: number | null = null
  own = false
  truncated = false
  outOfRange = false
  #payload: Uint8Array = new Uint8Array()
  #from = 0
  #to = 0

  /** HOT. Where the armoured payload is while the message is handed on. */
  keep(payload: Uint8Array, from: number, to: number): void {
    this.#payload = payload
    this.#from = from
    this.#to = to
  }

  payloadKey(): string {
    const { buffer, byteOffset } = this.#payload
    return Buffer.from(buffer, byteOffset + this.#from, this.#to - this.#from).toString('latin1')
  }
}

/** Radio channel from its character; some receivers number the two channels. */
export function channelOf(code: number): 'A' | 'B' | null {
  if (code === 65 || code === 97 || code === 49) return 'A'
  if (code === 66 || code === 98 || code === 50) return 'B'
  return null
}
