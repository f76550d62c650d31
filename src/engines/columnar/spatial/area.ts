/** One polygon, ready to be asked where a point lies. */
import { Edges } from './edges.ts'
import type { Position } from './geojson.ts'

/** Degrees within which a computed point counts as on an edge: about a tenth of a millimetre. */
const onEdgeDegrees = 1e-9

export class Area {
  readonly edges: Edges
  readonly rings: readonly (readonly Position[])[]

  constructor(rings: readonly (readonly Position[])[]) {
    this.rings = rings
    this.edges = new Edges(rings)
  }

  /** Inside, or on an edge. Exact for given points. */
  covers(x: number, y: number): boolean {
    return this.#locate(x, y, 0) >= 0
  }

  /** As `covers`, for points that were computed and may be a hair off the edge they lie on. */
  coversNearly(x: number, y: number): boolean {
    return this.#locate(x, y, onEdgeDegrees) >= 0
  }

  /** Inside, off every edge. */
  hasInside(x: number, y: number): boolean {
    return this.#locate(x, y, onEdgeDegrees) > 0
  }

  /** HOT: once per row. −1 outside, 0 on an edge, 1 inside (rule of even crossings, so holes are outside). */
  #locate(x: number, y: number, tolerance: number): number {
    const { edges } = this
    let isInside = false
    for (const edge of edges.near(y)) {
      const [x1, y1, x2, y2] = edges.at(edge)
      if (isOnSegment(x, y, x1, y1, x2, y2, tolerance)) return 0
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) isInside = !isInside
    }
    return isInside ? 1 : -1
  }
}

export function isOnSegment(
  x: number,
  y: number,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  tolerance: number,
): boolean {
  if (x < Math.min(x1, x2) - tolerance || x > Math.max(x1, x2) + tolerance) return false
  if (y < Math.min(y1, y2) - tolerance || y > Math.max(y1, y2) + tolerance) return false
  const cross = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
  return tolerance === 0 ? cross === 0 : Math.abs(cross) <= tolerance * Math.hypot(x2 - x1, y2 - y1) + 1e-18
}
