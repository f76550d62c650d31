/** Well-known text, with or without an SRID and further dimensions, to GeoJSON. */

export type GeoJson = { type: string; coordinates?: unknown; geometries?: GeoJson[] }
type Position = [number, number]

const names: Record<string, string> = {
  POINT: 'Point',
  LINESTRING: 'LineString',
  POLYGON: 'Polygon',
  MULTIPOINT: 'MultiPoint',
  MULTILINESTRING: 'MultiLineString',
  MULTIPOLYGON: 'MultiPolygon',
  GEOMETRYCOLLECTION: 'GeometryCollection',
}
/** Parentheses around lists of positions. */
const levels: Record<string, number> = {
  Point: 0,
  LineString: 1,
  MultiPoint: 1,
  Polygon: 2,
  MultiLineString: 2,
  MultiPolygon: 3,
}
const maxNesting = 8

/** Undefined when the text is no geometry. */
export function readWkt(text: string): GeoJson | undefined {
  const tokens = text
    .replace(/^\s*SRID\s*=\s*\d+\s*;/i, '')
    .match(/[A-Za-z]+|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[(),]|\S/g)
  if (!tokens) return undefined
  const reader = new Reader(tokens)
  const geometry = reader.geometry(0)
  return geometry && reader.isAtEnd ? geometry : undefined
}

class Reader {
  readonly #tokens: readonly string[]
  #at = 0

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length
  }

  #takes(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false
    this.#at++
    return true
  }

  geometry(depth: number): GeoJson | undefined {
    const word = (this.#tokens[this.#at++] ?? '').toUpperCase()
    const plain = word.replace(/(ZM|Z|M)$/, '')
    const type = names[word] ?? names[plain]
    if (!type || depth > maxNesting) return undefined
    if (/^(ZM?|M)$/i.test(this.#tokens[this.#at] ?? '')) this.#at++
    if (type === 'GeometryCollection') {
      const geometries = this.#list(() => this.geometry(depth + 1))
      return geometries && { type, geometries }
    }
    const level = levels[type]!
    if (type === 'Point') {
      if (!this.#takes('(')) return undefined
      const coordinates = this.#position()
      return coordinates && this.#takes(')') ? { type, coordinates } : undefined
    }
    const coordinates = this.#nested(level, type === 'MultiPoint')
    return coordinates && { type, coordinates }
  }

  #nested(level: number, mayWrap: boolean): unknown[] | undefined {
    return this.#list(() => {
      if (level > 1) return this.#nested(level - 1, false)
      // MULTIPOINT((1 2), (3 4)) and MULTIPOINT(1 2, 3 4) are both in use.
      const isWrapped = mayWrap && this.#takes('(')
      const position = this.#position()
      return isWrapped && !this.#takes(')') ? undefined : position
    })
  }

  #list<T>(read: () => T | undefined): T[] | undefined {
    if (!this.#takes('(')) return undefined
    const items: T[] = []
    do {
      const item = read()
      if (item === undefined) return undefined
      items.push(item)
    } while (this.#takes(','))
    return this.#takes(')') ? items : undefined
  }

  /** Longitude and latitude; height and measure are passed over. */
  #position(): Position | undefined {
    const numbers: number[] = []
    while (/^[-+.\d]/.test(this.#tokens[this.#at] ?? '')) numbers.push(Number(this.#tokens[this.#at++]))
    if (numbers.length < 2 || numbers.length > 4 || !numbers.every(Number.isFinite)) return undefined
    return [numbers[0]!, numbers[1]!]
  }
}
