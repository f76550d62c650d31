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

export class SixBits {
  /** Whole bits in the payload: six a character, less the fill bits. */
  length = 0
  /** A field held an impossible value, such as a latitude beyond 90°. */
  outOfRange = false
  /** Keep impossible values as they were sent instead of giving null. */
  keepImpossible = false
  readonly #sextets = new Uint8Array(capacity + 8)

  /**
   * HOT. Loads the characters `from`–`to` of `bytes`. False when one of them is not a payload character.
   * Bits beyond `capacity` characters are dropped: no radio message has them.
   */
  load(bytes: Uint8Array, from: number, to: number, fillBits: number): boolean {
    const sextets = this.#sextets
    const count = Math.min(to - from, capacity)
    let seen = 0
    for (let i = 0; i < count; i++) {
      const six = sextetOf[bytes[from + i]!]!
      sextets[i] = six
      seen |= six
    }
    this.length = Math.max(0, count * 6 - fillBits)
    this.outOfRange = false
    return seen < 64
  }

  /** HOT. Unsigned integer of at most 30 bits; `missing` when the payload ends before the field does. */
  unsigned(at: number, width: number, missing: number): number {
    if (at + width > this.length) return missing
    const sextets = this.#sextets
    let index = (at / 6) | 0
    let have = 6 - (at - index * 6)
    let value = sextets[index]! & ((1 << have) - 1)
    if (have >= width) return value >> (have - width)
    while (have + 6 <= width) {
      value = (value << 6) | sextets[++index]!
      have += 6
    }
    const rest = width - have
    return rest === 0 ? value : (value << rest) | (sextets[index + 1]! >> (6 - rest))
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
