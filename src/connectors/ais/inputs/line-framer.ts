import { type RefusalReason, sampleOf } from './input.ts'

const LF = 0x0a
const CR = 0x0d
const nothing = new Uint8Array(0)

/** AIS sentences have 82 characters, TAG blocks and suffixes a few hundred more. */
export const maxNmeaLineBytes = 1024

/**
 * Cuts a byte stream into whole lines ended by LF. Longer lines than the limit are refused and reading goes on
 * at the next LF, so memory stays bounded whatever arrives. A stream that ends its lines with CR alone (some
 * serial bridges) is recognised and its CR become LF.
 */
export class LineFramer {
  readonly #maxLineBytes: number
  readonly #refused: (reason: RefusalReason, sample: string) => void
  #held: Uint8Array = nothing
  #skipping = false
  #sawLf = false
  #crOnly = false

  constructor(maxLineBytes: number, refused: (reason: RefusalReason, sample: string) => void) {
    this.#maxLineBytes = maxLineBytes
    this.#refused = refused
  }

  /** Bytes of the unfinished line. */
  get heldBytes(): number {
    return this.#held.length
  }

  get isCrOnly(): boolean {
    return this.#crOnly
  }

  /** True while in a line that was found too long. */
  get isSkipping(): boolean {
    return this.#skipping
  }

  /** HOT: once per chunk. The whole lines that end in it, empty when none does; a view on `chunk` where possible. */
  push(chunk: Uint8Array): Uint8Array {
    let buffer = asBuffer(this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]))
    if (this.#crOnly) {
      // Binary noise before a CR LF stream looks like CR alone at first.
      if (buffer.includes('\r\n')) this.#crOnly = false
      else buffer = crToLf(buffer)
    }
    this.#held = nothing
    const limit = this.#maxLineBytes
    let kept: Uint8Array[] | undefined
    let blockStart = 0
    let at = 0
    if (this.#skipping) {
      const end = buffer.indexOf(LF)
      if (end < 0) return nothing
      this.#skipping = false
      blockStart = at = end + 1
    }
    while (at < buffer.length) {
      // One look back from the longest allowed end finds the last of several line ends at once.
      const end = buffer.lastIndexOf(LF, at + limit)
      if (end >= at) {
        this.#sawLf = true
        at = end + 1
        continue
      }
      if (buffer.length - at <= limit) break
      if (!this.#sawLf && !this.#crOnly && buffer.subarray(at, at + limit).includes(CR)) {
        this.#crOnly = true
        buffer = crToLf(buffer)
        continue
      }
      if (at > blockStart) {
        kept ??= []
        kept.push(buffer.subarray(blockStart, at))
      }
      this.#refused('line-too-long', sampleOf(buffer.subarray(at)))
      const next = buffer.indexOf(LF, at + limit)
      this.#skipping = next < 0
      blockStart = at = next < 0 ? buffer.length : next + 1
    }
    if (at < buffer.length) this.#held = Uint8Array.prototype.slice.call(buffer, at)
    const last = buffer.subarray(blockStart, at)
    return kept ? Buffer.concat([...kept, last]) : last
  }

  /** The end of a file: the last line counts without its LF, which is added. */
  end(): Uint8Array {
    let rest = asBuffer(this.#held)
    this.#held = nothing
    this.#skipping = false
    if (rest.length === 0) return nothing
    if (!this.#sawLf && rest.subarray(0, -1).includes(CR)) {
      this.#crOnly = true
      rest = crToLf(rest)
    }
    return rest[rest.length - 1] === LF ? rest : Buffer.concat([rest, Uint8Array.of(LF)])
  }

  /** The end of a connection: an unfinished line cannot be trusted and is counted. */
  drop(): void {
    if (this.#held.length > 0) this.#refused('cut-line', sampleOf(this.#held))
    this.#held = nothing
    this.#skipping = false
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function crToLf(buffer: Buffer): Buffer {
  if (!buffer.includes(CR)) return buffer
  const copy = Buffer.from(buffer)
  for (let i = copy.indexOf(CR); i >= 0; i = copy.indexOf(CR, i + 1)) copy[i] = LF
  return copy
}

/** Number of LF in the bytes. */
export function countLines(bytes: Uint8Array): number {
  let count = 0
  for (let i = 0; i < bytes.length; i += 1) if (bytes[i] === LF) count += 1
  return count
}
