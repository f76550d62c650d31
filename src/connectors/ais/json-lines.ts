import { jsonText } from './json-text.ts'
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
    this.#text += jsonText(message, heard, position)
  }

  reject(reason: RejectReason, line: string): void {
    this.#onReject(reason, line)
  }
}
