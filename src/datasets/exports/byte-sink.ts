/** Bytes of an export as they grow. */
const encoder = new TextEncoder()
/** Pieces are handed on when they reach this size. */
const pieceBytes = 128 * 1024

export class ByteSink {
  bytes = new Uint8Array(pieceBytes * 2)
  length = 0

  /** Room for so many more bytes. */
  reserve(extra: number): void {
    if (this.length + extra <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + extra))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
  }

  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.length++] = value
  }

  text(text: string): void {
    this.reserve(text.length * 3)
    this.length += encoder.encodeInto(text, this.bytes.subarray(this.length)).written
  }

  /** HOT: short runs are copied faster by hand than by a call. */
  copy(from: Uint8Array, start: number, end: number): void {
    this.reserve(end - start)
    const { bytes } = this
    let at = this.length
    for (let i = start; i < end; i++) bytes[at++] = from[i]!
    this.length = at
  }

  get isFull(): boolean {
    return this.length >= pieceBytes
  }

  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.length)
    this.length = 0
    return taken
  }
}
