/**
 * The bits of an AIS payload, read from armoured characters (`0`–`W`, `` ` ``–`w`, six bits each).
 * One instance is reused for every message; it also carries what decoding found odd about the payload.
 */

/** Armoured character code → six bits; 255 = not a payload character (IEC 61162-1, encapsulation). */
const sextetOf = new Uint8Array(256).fill(255)
for (let code = 48; code <= 87; code++) sextetOf[code] = code - 48
for (let code = 96; code <= 119; code++) sextetOf[code] = code - 56

/** Six bits → text character of ITU-R M.1371 table 47: `@`–`_`, then space–`?`. */
const characterOf = Array.from({ length: 64 }, (_, six) => String.fromCharCode(six < 32 ? six + 64 : six))

const capacity = 16_384

/** Bits of one word: five characters, so that a field of 30 bits lies in two words at most. */
const wordBits = 30

export class SixBits {
  /** Whole bits in the payload: six a character, less the fill bits. */
  length = 0
  /** A field held an impossible value, such as a latitude beyond 90°. */
  outOfRange = false
  /** Keep impossible values as they were sent instead of giving null. */
  keepImpossible = false
  readonly #words = new Int32Array(Math.ceil(capacity / 5) + 2)

  /**
   * HOT. Loads the characters `from`–`to` of `bytes`. False when one of them is not a payload character.
   * Bits beyond `capacity` characters are dropped: no radio message has them.
   */
  load(bytes: Uint8Array, from: number, to: number, fillBits: number): boolean {
    const words = this.#words
    const count = Math.min(to - from, capacity)
    const end = from + count
    let seen = 0
    let at = from
    let index = 0
    for (; at + 5 <= end; at += 5) {
      const a = sextetOf[bytes[at]!]!
      const b = sextetOf[bytes[at + 1]!]!
      const c = sextetOf[bytes[at + 2]!]!
      const d = sextetOf[bytes[at + 3]!]!
      const e = sextetOf[bytes[at + 4]!]!
      seen |= a | b | c | d | e
      words[index++] = (a << 24) | (b << 18) | (c << 12) | (d << 6) | e
    }
    let word = 0
    for (let shift = 24; at < end; shift -= 6) {
      const six = sextetOf[bytes[at++]!]!
      seen |= six
      word |= six << shift
    }
    words[index] = word
    this.length = Math.max(0, count * 6 - fillBits)
    this.outOfRange = false
    return seen < 64
  }

  /** HOT. Unsigned integer of at most 30 bits; `missing` when the payload ends before the field does. */
  unsigned(at: number, width: number, missing: number): number {
    if (at + width > this.length) return missing
    const words = this.#words
    const index = (at / wordBits) | 0
    const left = wordBits - (at - index * wordBits)
    const first = words[index]! & ((1 << left) - 1)
    if (width <= left) return first >> (left - width)
    const rest = width - left
    return (first << rest) | (words[index + 1]! >> (wordBits - rest))
  }

  /** HOT. Two's complement integer of at most 30 bits. */
  signed(at: number, width: number, missing: number): number {
    if (at + width > this.length) return missing
    const shift = 32 - width
    return (this.unsigned(at, width, 0) << shift) >> shift
  }

  /** One bit; false when the payload ends before it. */
  flag(at: number): boolean {
    return this.unsigned(at, 1, 0) === 1
  }

  /** One bit, null when the payload ends before it. */
  flagOrNull(at: number): boolean | null {
    const bit = this.unsigned(at, 1, -1)
    return bit < 0 ? null : bit === 1
  }

  /** Six-bit text up to the first `@`, trimmed on the right; null when nothing is left. */
  text(at: number, width: number): string | null {
    const text = this.rawText(at, width).trimEnd()
    return text === '' ? null : text
  }

  /** Six-bit text up to the first `@`, of the whole characters that are there. */
  rawText(at: number, width: number): string {
    const end = Math.min(at + width, this.length)
    let text = ''
    for (let bit = at; bit + 6 <= end; bit += 6) {
      const six = this.unsigned(bit, 6, 0)
      if (six === 0) break
      text += characterOf[six]
    }
    return text
  }

  /** The bits from `at` to `end` as hexadecimal, the last digits filled with zero bits to a whole byte. */
  hex(at: number, end = this.length): string {
    let digits = ''
    for (let bit = at; bit < end; bit += 8) {
      const width = Math.min(8, end - bit)
      digits += (this.unsigned(bit, width, 0) << (8 - width)).toString(16).padStart(2, '0')
    }
    return digits
  }
}
