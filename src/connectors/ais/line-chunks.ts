import { maxLineBytes } from './reader.ts'

const LF = 10

/**
 * Cuts a stream of bytes into runs of whole lines. Of a line without end only the first few thousand bytes are
 * kept, enough for the reader to see that it is too long.
 */
export class LineChunks {
  #carry: Uint8Array[] = []
  #carried = 0

  /** The whole lines that `chunk` completes, or null. */
  push(chunk: Uint8Array): Uint8Array | null {
    const last = chunk.lastIndexOf(LF)
    if (last < 0) {
      this.#keep(chunk)
      return null
    }
    const head = chunk.subarray(0, last + 1)
    const whole = this.#carried === 0 ? head : Buffer.concat([...this.#carry, head])
    this.#carry = []
    this.#carried = 0
    this.#keep(chunk.subarray(last + 1))
    return whole
  }

  /** What is left at the end of the input: a last line without LF, or null. */
  rest(): Uint8Array | null {
    const rest = this.#carried === 0 ? null : Buffer.concat(this.#carry)
    this.#carry = []
    this.#carried = 0
    return rest
  }

  #keep(bytes: Uint8Array): void {
    const room = 4 * maxLineBytes - this.#carried
    if (bytes.length === 0 || room <= 0) return
    this.#carry.push(bytes.slice(0, room))
    this.#carried += Math.min(bytes.length, room)
  }
}
