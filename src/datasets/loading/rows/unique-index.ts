/**
 * Remembers which values were seen, 64 bits each: of ten million distinct ones two are taken for equal with a chance
 * of three in a million. Ten million take 170 MB at most.
 */
export class UniqueIndex {
  private high = new Uint32Array(1 << 12)
  private low = new Uint32Array(1 << 12)
  private count = 0

  /** HOT. False when the text was seen before. */
  add(text: string): boolean {
    if (this.count * 10 > this.high.length * 7) this.grow()
    let a = 0x9e3779b9
    let b = 0x85ebca6b
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      a = Math.imul(a ^ code, 0x01000193)
      b = Math.imul(b ^ code, 0xc2b2ae35)
      b ^= b >>> 13
    }
    a ^= a >>> 16
    a = Math.imul(a, 0x7feb352d)
    a ^= a >>> 15
    b ^= b >>> 16
    b = Math.imul(b, 0x27d4eb2f)
    b ^= b >>> 15
    // Zero in both words marks a free place.
    if ((a | b) === 0) b = 1
    return this.place(a >>> 0, b >>> 0)
  }

  private place(high: number, low: number): boolean {
    const mask = this.high.length - 1
    let at = (high ^ low) & mask
    while (this.high[at] !== 0 || this.low[at] !== 0) {
      if (this.high[at] === high && this.low[at] === low) return false
      at = (at + 1) & mask
    }
    this.high[at] = high
    this.low[at] = low
    this.count++
    return true
  }

  private grow(): void {
    const { high, low } = this
    this.high = new Uint32Array(high.length * 2)
    this.low = new Uint32Array(low.length * 2)
    this.count = 0
    for (let i = 0; i < high.length; i++) if (high[i] !== 0 || low[i] !== 0) this.place(high[i]!, low[i]!)
  }
}
