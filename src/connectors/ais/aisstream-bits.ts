/** Six bits → armoured character (IEC 61162-1, encapsulation). */
const armour = Array.from({ length: 64 }, (_, six) => (six < 40 ? six + 48 : six + 56))
const unknownCharacter = 0x3f

/** Writes the bits of an AIS payload, as `SixBits` reads them. One instance is reused for every message. */
export class SixBitWriter {
  length = 0
  readonly #sextets = new Uint8Array(512)

  clear(): void {
    this.#sextets.fill(0, 0, Math.ceil(this.length / 6))
    this.length = 0
  }

  /** Whole number from 0 to 2^width − 1; at most 30 bits. What does not fit in 512 characters is left out. */
  unsigned(value: number, width: number): void {
    for (let bit = width - 1; bit >= 0; bit -= 1) {
      const at = this.length++
      if (((value >>> bit) & 1) === 1) this.#sextets[(at / 6) | 0]! |= 32 >> (at % 6)
    }
  }

  signed(value: number, width: number): void {
    this.unsigned(value & (2 ** width - 1), width)
  }

  /** Six-bit text of exactly so many characters, filled with `@`; characters without code become `?`. */
  text(text: string, characters: number): void {
    const upper = text.toUpperCase()
    for (let i = 0; i < characters; i += 1) {
      if (i >= upper.length) {
        this.unsigned(0, 6)
        continue
      }
      const code = upper.charCodeAt(i)
      const six = code >= 64 && code < 96 ? code - 64 : code >= 32 && code < 64 ? code : unknownCharacter
      this.unsigned(six, 6)
    }
  }

  /** Fill bits of the last character. */
  get fillBits(): number {
    return (6 - (this.length % 6)) % 6
  }

  /** The payload in armoured characters, in memory of its own. */
  armoured(): Uint8Array {
    const characters = new Uint8Array(Math.ceil(this.length / 6))
    for (let i = 0; i < characters.length; i += 1) characters[i] = armour[this.#sextets[i]!]!
    return characters
  }
}
