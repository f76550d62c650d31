/** Records of a .shp as GeoJSON geometries (ESRI Shapefile Technical Description, 1998); heights and measures are left out. */
import { damaged } from '../refusal.ts'

type Position = [number, number]

interface Geometry {
  type: string
  coordinates: unknown
}

/** The geometry of a record's content; undefined for a null shape. */
export function geometryOfShape(content: Buffer): Geometry | undefined {
  try {
    return read(content)
  } catch (error) {
    if (error instanceof RangeError) throw damaged('Shapefile', 'a shape is cut short')
    throw error
  }
}

function read(content: Buffer): Geometry | undefined {
  const kind = content.readInt32LE(0)
  switch (kind % 10) {
    case 0:
      return undefined
    case 1:
      return { type: 'Point', coordinates: positionAt(content, 4) }
    case 3:
      return lines(parts(content))
    case 5:
      return polygons(parts(content))
    case 8: {
      const count = content.readInt32LE(36)
      checkCount(count, content, 16)
      return {
        type: 'MultiPoint',
        coordinates: Array.from({ length: count }, (_, i) => positionAt(content, 40 + i * 16)),
      }
    }
    default:
      throw damaged('Shapefile', `it has shapes of the unknown kind ${kind}`)
  }
}

const positionAt = (content: Buffer, at: number): Position => [
  content.readDoubleLE(at),
  content.readDoubleLE(at + 8),
]

/** A count that lies ends here, before anything is allocated for it. */
function checkCount(count: number, content: Buffer, bytesEach: number): void {
  if (count < 0 || count * bytesEach > content.length)
    throw new RangeError('a count is larger than the shape')
}

function parts(content: Buffer): Position[][] {
  const partCount = content.readInt32LE(36)
  const pointCount = content.readInt32LE(40)
  checkCount(partCount, content, 4)
  checkCount(pointCount, content, 16)
  const first = 44 + partCount * 4
  const starts = Array.from({ length: partCount }, (_, i) => content.readInt32LE(44 + i * 4))
  return starts.map((start, i) => {
    const end = starts[i + 1] ?? pointCount
    if (start < 0 || end < start || end > pointCount) throw new RangeError('a part is outside its shape')
    return Array.from({ length: end - start }, (_, p) => positionAt(content, first + (start + p) * 16))
  })
}

const lines = (all: Position[][]): Geometry | undefined => {
  const drawn = all.filter((line) => line.length > 1)
  if (drawn.length === 0) return undefined
  return drawn.length === 1
    ? { type: 'LineString', coordinates: drawn[0] }
    : { type: 'MultiLineString', coordinates: drawn }
}

/** Outer rings turn clockwise, holes the other way; a hole belongs to the smallest outer ring around it. */
function polygons(rings: Position[][]): Geometry | undefined {
  const outers: { rings: Position[][]; area: number }[] = []
  const holes: Position[][] = []
  for (const ring of rings) {
    if (ring.length < 4) continue
    const area = signedArea(ring)
    if (area <= 0) outers.push({ rings: [ring], area: -area })
    else holes.push(ring)
  }
  // Some programs write every ring the other way round.
  if (outers.length === 0)
    for (const ring of holes.splice(0)) outers.push({ rings: [ring], area: signedArea(ring) })
  for (const hole of holes) {
    const around = outers
      .filter(({ rings: [outer] }) => isInside(hole[0]!, outer!))
      .sort((a, b) => a.area - b.area)[0]
    if (around) around.rings.push(hole)
    else outers.push({ rings: [hole], area: signedArea(hole) })
  }
  if (outers.length === 0) return undefined
  return outers.length === 1
    ? { type: 'Polygon', coordinates: outers[0]!.rings }
    : { type: 'MultiPolygon', coordinates: outers.map((outer) => outer.rings) }
}

/** Positive when the ring turns counter-clockwise (shoelace formula). */
function signedArea(ring: Position[]): number {
  let sum = 0
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++)
    sum += ring[j]![0] * ring[i]![1] - ring[i]![0] * ring[j]![1]
  return sum / 2
}

/** Even-odd rule. */
function isInside([x, y]: Position, ring: Position[]): boolean {
  let inside = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i]!
    const [xj, yj] = ring[j]!
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside
  }
  return inside
}
