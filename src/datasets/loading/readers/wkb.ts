/** Well-known binary to GeoJSON, of any size: geometries of GeoPackage, GeoParquet and GeoArrow. */

export interface BinaryGeometry {
  type: string
  coordinates?: unknown
  geometries?: BinaryGeometry[]
}

const types = [
  '',
  'Point',
  'LineString',
  'Polygon',
  'MultiPoint',
  'MultiLineString',
  'MultiPolygon',
  'GeometryCollection',
]
const maxNesting = 8

/** Undefined for an empty geometry; throws a RangeError when the bytes end too early or are no geometry. */
export function geometryOfWkb(bytes: Uint8Array): BinaryGeometry | undefined {
  return new Reader(bytes).geometry(0)
}

class Reader {
  private readonly view: DataView
  private at = 0

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  geometry(depth: number): BinaryGeometry | undefined {
    const isLittle = this.view.getUint8(this.at++) === 1
    const word = this.uint32(isLittle)
    // ISO adds a thousand for each dimension, PostGIS sets high bits.
    const code = word & 0x0fffffff
    const dimensions = Math.floor(code / 1000)
    const hasZ = (word & 0x80000000) !== 0 || dimensions === 1 || dimensions === 3
    const hasM = (word & 0x40000000) !== 0 || dimensions === 2 || dimensions === 3
    if ((word & 0x20000000) !== 0) this.at += 4
    const extra = (hasZ ? 8 : 0) + (hasM ? 8 : 0)
    const type = types[code % 1000]
    if (!type || depth > maxNesting) throw new RangeError('no geometry')
    if (type === 'Point') {
      const position = this.position(isLittle, extra)
      return position.every(Number.isFinite) ? { type, coordinates: position } : undefined
    }
    if (type === 'LineString') {
      const coordinates = this.positions(isLittle, extra)
      return coordinates.length > 0 ? { type, coordinates } : undefined
    }
    if (type === 'Polygon') {
      const rings = this.list(isLittle, () => this.positions(isLittle, extra))
      return rings.length > 0 ? { type, coordinates: rings } : undefined
    }
    const parts = this.list(isLittle, () => this.geometry(depth + 1)).filter((part) => part !== undefined)
    if (parts.length === 0) return undefined
    return type === 'GeometryCollection'
      ? { type, geometries: parts }
      : { type, coordinates: parts.map(({ coordinates }) => coordinates) }
  }

  private uint32(isLittle: boolean): number {
    this.at += 4
    return this.view.getUint32(this.at - 4, isLittle)
  }

  private position(isLittle: boolean, extra: number): [number, number] {
    const x = this.view.getFloat64(this.at, isLittle)
    const y = this.view.getFloat64(this.at + 8, isLittle)
    this.at += 16 + extra
    return [x, y]
  }

  private positions(isLittle: boolean, extra: number): [number, number][] {
    return this.list(isLittle, () => this.position(isLittle, extra))
  }

  private list<T>(isLittle: boolean, read: () => T): T[] {
    const count = this.uint32(isLittle)
    // Each part takes bytes: a count that lies ends here, before anything is allocated for it.
    if (count > (this.view.byteLength - this.at) / 5)
      throw new RangeError('a count is larger than the geometry')
    const list: T[] = []
    for (let i = 0; i < count; i++) list.push(read())
    return list
  }
}
