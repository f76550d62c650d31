/**
 * Text of short runs of bytes (station names) without making a new string each time: a feed has few stations and
 * names one on every line.
 */
export class StationNames {
  readonly #slots: (string | undefined)[] = new Array(512)

  /** The Latin-1 text of `bytes` from `from` to `to`; null when empty. */
  of(bytes: Uint8Array, from: number, to: number): string | null {
    if (to <= from) return null
    let hash = 0
    for (let at = from; at < to; at++) hash = (hash * 31 + bytes[at]!) | 0
    const slot = hash & 511
    const known = this.#slots[slot]
    if (known !== undefined && isSame(known, bytes, from, to)) return known
    const name = String.fromCharCode(...bytes.subarray(from, to))
    this.#slots[slot] = name
    return name
  }
}

function isSame(text: string, bytes: Uint8Array, from: number, to: number): boolean {
  if (text.length !== to - from) return false
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[from + i]) return false
  return true
}
