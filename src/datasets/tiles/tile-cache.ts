import type { Tile } from './encoder.ts'

/** What an empty tile counts: its key is kept too. */
const emptyBytes = 256

/** Tiles kept while the rows they were made from stay the same; least recently used first out, by bytes. */
export class TileCache {
  readonly #limitBytes: number
  readonly #tiles = new Map<string, Tile | null>()
  #bytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** Null for a tile known to be empty, undefined for one that is not known. */
  get(key: string): Tile | null | undefined {
    const tile = this.#tiles.get(key)
    if (tile === undefined) return undefined
    this.#tiles.delete(key)
    this.#tiles.set(key, tile)
    return tile
  }

  keep(key: string, tile: Tile | null): void {
    if (this.#tiles.has(key)) return
    this.#tiles.set(key, tile)
    this.#bytes += sizeOf(tile)
    for (const [oldest, known] of this.#tiles) {
      if (this.#bytes <= this.#limitBytes) break
      this.#tiles.delete(oldest)
      this.#bytes -= sizeOf(known)
    }
  }

  get byteLength(): number {
    return this.#bytes
  }
}

const sizeOf = (tile: Tile | null) => emptyBytes + (tile ? tile.bytes.length + tile.gzip.length : 0)
