import { writeJsonLine } from './json-line.ts'
import type { AisMessage, AisSink, Heard, PositionReport, RejectReason } from './message.ts'
import { Utf8Writer } from './utf8-writer.ts'

/** Collects messages as JSON lines in UTF-8. A type 19 becomes one object: position and static half together. */
export class JsonLines implements AisSink {
  readonly #writer = new Utf8Writer()
  #position: PositionReport | undefined
  readonly #onReject: (reason: RejectReason, line: string) => void

  constructor(onReject: (reason: RejectReason, line: string) => void = () => {}) {
    this.#onReject = onReject
  }

  /** The lines since the last call. */
  take(): Buffer {
    return this.#writer.take()
  }

  /** HOT. */
  message(message: AisMessage, heard: Heard): void {
    if (message.type === 19 && message.group === 'position') {
      this.#position = message
      return
    }
    const position = message.type === 19 ? this.#position : undefined
    writeJsonLine(this.#writer, message, heard, position)
  }

  reject(reason: RejectReason, line: string): void {
    this.#onReject(reason, line)
  }
}
