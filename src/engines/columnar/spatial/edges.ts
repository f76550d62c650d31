/** Edges of a geometry, found by latitude: what keeps a test against 10,000 vertices short. */
import type { Position } from './geojson.ts'

const edgesPerSlab = 8
const maxSlabs = 1024

export class Edges {
  readonly count: number
  readonly #ends: Float64Array
  readonly #south: number
  readonly #slabHeight: number
  readonly #slabs: number[][]

  constructor(parts: readonly (readonly Position[])[]) {
    const ends: number[] = []
    let south = Number.POSITIVE_INFINITY
    let north = Number.NEGATIVE_INFINITY
    for (const part of parts)
      for (let i = 1; i < part.length; i++) {
        const [x1, y1] = part[i - 1]!
        const [x2, y2] = part[i]!
        ends.push(x1, y1, x2, y2)
        south = Math.min(south, y1, y2)
        north = Math.max(north, y1, y2)
      }
    this.#ends = Float64Array.from(ends)
    this.count = ends.length / 4
    const slabCount = Math.max(1, Math.min(maxSlabs, Math.ceil(this.count / edgesPerSlab)))
    this.#south = south
    this.#slabHeight = (north - south) / slabCount || 1
    this.#slabs = Array.from({ length: slabCount }, () => [])
    for (let edge = 0; edge < this.count; edge++) {
      const [, y1, , y2] = this.at(edge)
      const last = this.#slabOf(Math.max(y1, y2))
      for (let slab = this.#slabOf(Math.min(y1, y2)); slab <= last; slab++) this.#slabs[slab]!.push(edge)
    }
  }

  at(edge: number): [x1: number, y1: number, x2: number, y2: number] {
    const at = edge * 4
    const ends = this.#ends
    return [ends[at]!, ends[at + 1]!, ends[at + 2]!, ends[at + 3]!]
  }

  /** Edges that may touch the latitude. */
  near(y: number): readonly number[] {
    return this.#slabs[this.#slabOf(y)]!
  }

  /** Edges that may touch latitudes from `south` to `north`, each once. */
  between(south: number, north: number): Iterable<number> {
    const first = this.#slabOf(south)
    const last = this.#slabOf(north)
    if (first === last) return this.#slabs[first]!
    return new Set(this.#slabs.slice(first, last + 1).flat())
  }

  #slabOf(y: number): number {
    const slab = Math.floor((y - this.#south) / this.#slabHeight)
    return Math.max(0, Math.min(this.#slabs.length - 1, slab))
  }
}
