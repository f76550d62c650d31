const decimals = 1_000_000
const zero = 48
const maxNumberBytes = 32

/** Text as bytes that were never a string: the output of millions of messages is mostly names and numbers. */
export class Utf8Writer {
  #bytes = Buffer.allocUnsafe(1 << 18)
  #at = 0

  /** A copy of what was written since the last call. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#at))
    this.#at = 0
    return taken
  }

  /** HOT. Bytes as they are. */
  literal(bytes: Uint8Array): void {
    if (this.#at + bytes.length > this.#bytes.length) this.#grow(bytes.length)
    const target = this.#bytes
    let at = this.#at
    for (let i = 0; i < bytes.length; i++) target[at++] = bytes[i]!
    this.#at = at
  }

  /** Any text, in UTF-8. */
  text(text: string): void {
    if (this.#at + text.length * 3 > this.#bytes.length) this.#grow(text.length * 3)
    this.#at += this.#bytes.write(text, this.#at)
  }

  /**
   * HOT. A number as `String(value)` writes it, when it is a whole number below 2^50 or has at most six decimals and
   * is below 10^9, as all values of AIS messages are.
   */
  number(value: number): void {
    if (this.#at + maxNumberBytes > this.#bytes.length) this.#grow(maxNumberBytes)
    let rest = value
    if (rest < 0) {
      this.#bytes[this.#at++] = 45
      rest = -rest
    }
    const whole = Math.floor(rest)
    if (whole === rest) {
      this.#digits(whole, 1)
      return
    }
    let fraction = Math.round((rest - whole) * decimals)
    this.#digits(whole, 1)
    this.#bytes[this.#at++] = 46
    let width = 6
    while (fraction % 10 === 0) {
      fraction /= 10
      width--
    }
    this.#digits(fraction, width)
  }

  /** HOT. A whole number with zeros before it up to `width` digits. */
  padded(value: number, width: number): void {
    if (this.#at + maxNumberBytes > this.#bytes.length) this.#grow(maxNumberBytes)
    this.#digits(value, width)
  }

  /** Divisions of small whole numbers are cheap only as 32-bit integers. */
  #digits(value: number, width: number): void {
    if (value > 0x7fffffff) {
      const high = Math.floor(value / 1e9)
      this.#digits(high, Math.max(1, width - 9))
      this.#digits(value - high * 1e9, 9)
      return
    }
    let count = width
    for (let bound = 10 ** width; value >= bound; bound *= 10) count++
    const bytes = this.#bytes
    const from = this.#at
    let rest = value | 0
    for (let at = from + count - 1; at >= from; at--) {
      const tens = (rest / 10) | 0
      bytes[at] = zero + rest - tens * 10
      rest = tens
    }
    this.#at = from + count
  }

  #grow(count: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + count))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}
