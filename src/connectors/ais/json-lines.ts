import { flatten } from './json-fields.ts'
import type { AisMessage, AisSink, Heard, PositionReport, RejectReason } from './message.ts'

/** Collects messages as JSON lines. A type 19 becomes one object: position and static half together. */
export class JsonLines implements AisSink {
  #text = ''
  #position: PositionReport | undefined
  readonly #onReject: (reason: RejectReason, line: string) => void

  constructor(onReject: (reason: RejectReason, line: string) => void = () => {}) {
    this.#onReject = onReject
  }

  /** The lines since the last call. */
  take(): string {
    const text = this.#text
    this.#text = ''
    return text
  }

  /** HOT. */
  message(message: AisMessage, heard: Heard): void {
    if (message.type === 19 && message.group === 'position') {
      this.#position = message
      return
    }
    const position = message.type === 19 ? this.#position : undefined
    this.#text += `${JSON.stringify(describe(message, heard, position))}\n`
  }

  reject(reason: RejectReason, line: string): void {
    this.#onReject(reason, line)
  }
}

/** HOT. The message and, when known, time, station and channel. */
function describe(message: AisMessage, heard: Heard, position: PositionReport | undefined): object {
  const flat = flatten(message, position)
  const isTimed = heard.timeSource !== 'receiver'
  flat.time = isTimed ? new Date(heard.atMs).toISOString() : null
  flat.timeSource = isTimed ? heard.timeSource : null
  flat.station = heard.station
  flat.channel = heard.channel
  flat.signalDbm = heard.signalDbm
  flat.own = heard.own
  flat.truncated = heard.truncated
  flat.outOfRange = heard.outOfRange ?? false
  return flat
}
