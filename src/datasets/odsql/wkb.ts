/** Well-known binary in hexadecimal (also with an SRID and further dimensions) to GeoJSON. */
import { limits } from './limits.ts'
import type { GeoJson } from './wkt.ts'

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

/** Undefined when the text is no geometry. */
export function readWkb(hexadecimal: string): GeoJson | undefined {
  if (hexadecimal.length % 2 === 1) return undefined
  const bytes = Buffer.from(hexadecimal, 'hex')
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), at: 0 }
  try {
    const geometry = readGeometry(reader, 0)
    return geometry && reader.at === bytes.length ? geometry : undefined
  } catch (error) {
    // Reading past the end: the binary is cut short.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

interface Reader {
  view: DataView
  at: number
}

function readGeometry(reader: Reader, depth: number): GeoJson | undefined {
  const isLittle = reader.view.getUint8(reader.at) === 1
  const word = reader.view.getUint32(reader.at + 1, isLittle)
  reader.at += 5
  // ISO adds 1000 a dimension, PostGIS sets high bits.
  const iso = (word & 0x0fffffff) % 1000
  const dimensionCode = Math.floor((word & 0x0fffffff) / 1000)
  const hasZ = (word & 0x80000000) !== 0 || dimensionCode === 1 || dimensionCode === 3
  const hasM = (word & 0x40000000) !== 0 || dimensionCode === 2 || dimensionCode === 3
  if ((word & 0x20000000) !== 0) reader.at += 4
  const dimensions = 2 + (hasZ ? 1 : 0) + (hasM ? 1 : 0)
  const type = types[iso]
  if (!type || depth > maxNesting) return undefined

  const count = () => {
    const n = reader.view.getUint32(reader.at, isLittle)
    reader.at += 4
    // More than could ever be accepted: not worth reading, and never worth allocating.
    if (n > limits.geometryVertices) throw new RangeError('too many parts')
    return n
  }
  const position = () => {
    const lon = reader.view.getFloat64(reader.at, isLittle)
    const lat = reader.view.getFloat64(reader.at + 8, isLittle)
    reader.at += dimensions * 8
    return [lon, lat]
  }
  const positions = () => Array.from({ length: count() }, position)
  const rings = () => Array.from({ length: count() }, positions)

  if (type === 'Point') return { type, coordinates: position() }
  if (type === 'LineString') return { type, coordinates: positions() }
  if (type === 'Polygon') return { type, coordinates: rings() }
  const parts = Array.from({ length: count() }, () => readGeometry(reader, depth + 1))
  if (parts.includes(undefined)) return undefined
  if (type === 'GeometryCollection') return { type, geometries: parts as GeoJson[] }
  const member = type.slice('Multi'.length)
  if (!parts.every((part) => part!.type === member)) return undefined
  return { type, coordinates: parts.map((part) => part!.coordinates) }
}
