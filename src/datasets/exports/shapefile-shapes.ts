/** The .shp and .shx parts of a shapefile. */
import { tooExpensive } from '../../errors.ts'
import { type Geometry, type Position, shapesOf } from './geometry.ts'
import { type TemporaryFile, temporaryFile } from './temporary-file.ts'

export type ShapeKind = 'point' | 'points' | 'line' | 'polygon' | 'none'

const shapeTypes: Record<ShapeKind, number> = { none: 0, point: 1, line: 3, polygon: 5, points: 8 }
const fileCode = 9994
const fileVersion = 1000
const headerBytes = 100
const maxBytes = 2 ** 31 - 1

export interface KindParts {
  kind: ShapeKind
  parts: Position[][]
}

/** The parts of each kind; a row without a place is a null shape among points. */
export function partsOf(geometry: Geometry | null): KindParts[] {
  if (!geometry) return [{ kind: 'point', parts: [] }]
  const { points, lines, polygons } = shapesOf(geometry)
  const found: KindParts[] = []
  if (points.length > 0) found.push({ kind: points.length > 1 ? 'points' : 'point', parts: [points] })
  if (lines.length > 0) found.push({ kind: 'line', parts: lines })
  if (polygons.length > 0) found.push({ kind: 'polygon', parts: polygons.flatMap(wound) })
  return found.length > 0 ? found : [{ kind: 'point', parts: [] }]
}

/** Outer rings run clockwise and holes the other way: it is how readers tell them apart. */
const wound = (rings: Position[][]): Position[][] =>
  rings.map((ring, i) => (area(ring) > 0 === i > 0 ? ring : [...ring].reverse()))

/** Twice the signed area; positive when the ring runs against the clock. */
function area(ring: readonly Position[]): number {
  let sum = 0
  for (let i = 1; i < ring.length; i++) sum += ring[i - 1]![0] * ring[i]![1] - ring[i]![0] * ring[i - 1]![1]
  return sum
}

export class ShapeWriter {
  readonly #kind: ShapeKind
  readonly #shapes: TemporaryFile
  readonly #index: TemporaryFile
  #waiting: Buffer[] = []
  #waitingIndex: Buffer[] = []
  #waitingBytes = 0
  #at = headerBytes
  #count = 0
  readonly #box = emptyBox()
  readonly #type: number

  static async open(kind: ShapeKind): Promise<ShapeWriter> {
    const writer = new ShapeWriter(kind, await temporaryFile(), await temporaryFile())
    const header = Buffer.alloc(headerBytes)
    await writer.#shapes.append(header)
    await writer.#index.append(header)
    return writer
  }

  private constructor(kind: ShapeKind, shapes: TemporaryFile, index: TemporaryFile) {
    this.#kind = kind
    this.#type = shapeTypes[kind]
    this.#shapes = shapes
    this.#index = index
  }

  async add(parts: Position[][]): Promise<void> {
    const content = this.#content(parts)
    const head = Buffer.alloc(8)
    head.writeInt32BE(++this.#count, 0)
    head.writeInt32BE(content.length / 2, 4)
    const place = Buffer.alloc(8)
    place.writeInt32BE(this.#at / 2, 0)
    place.writeInt32BE(content.length / 2, 4)
    this.#at += 8 + content.length
    if (this.#at > maxBytes)
      throw tooExpensive('A shapefile holds 2 GB.', 'Use GeoJSON, FlatGeobuf or Parquet, or ask for less.')
    this.#waiting.push(head, content)
    this.#waitingIndex.push(place)
    this.#waitingBytes += 8 + content.length
    if (this.#waitingBytes > 1 << 18) await this.#flush()
  }

  async #flush(): Promise<void> {
    await this.#shapes.append(Buffer.concat(this.#waiting.splice(0)))
    await this.#index.append(Buffer.concat(this.#waitingIndex.splice(0)))
    this.#waitingBytes = 0
  }

  #content(parts: Position[][]): Buffer {
    if (parts.length === 0) return Buffer.alloc(4)
    for (const part of parts) for (const position of part) extend(this.#box, position)
    if (this.#kind === 'point') {
      const [x, y] = parts[0]![0]!
      const point = Buffer.alloc(20)
      point.writeInt32LE(shapeTypes.point, 0)
      point.writeDoubleLE(x, 4)
      point.writeDoubleLE(y, 12)
      return point
    }
    return this.#many(parts)
  }

  /** Box, then for lines and polygons where each part begins, then all positions. */
  #many(parts: Position[][]): Buffer {
    const points = parts.flat()
    const startsAt = 44
    const pointsAt = this.#kind === 'points' ? 40 : startsAt + parts.length * 4
    const content = Buffer.alloc(pointsAt + points.length * 16)
    content.writeInt32LE(this.#type, 0)
    const box = emptyBox()
    for (const position of points) extend(box, position)
    for (const [i, side] of box.entries()) content.writeDoubleLE(side, 4 + i * 8)
    if (this.#kind === 'points') content.writeInt32LE(points.length, 36)
    else {
      content.writeInt32LE(parts.length, 36)
      content.writeInt32LE(points.length, 40)
      let start = 0
      for (const [i, part] of parts.entries()) {
        content.writeInt32LE(start, startsAt + i * 4)
        start += part.length
      }
    }
    for (const [i, [x, y]] of points.entries()) {
      content.writeDoubleLE(x, pointsAt + i * 16)
      content.writeDoubleLE(y, pointsAt + 8 + i * 16)
    }
    return content
  }

  async finish(): Promise<void> {
    await this.#flush()
    for (const file of [this.#shapes, this.#index]) await file.patch(this.#header(file.length), 0)
  }

  #header(length: number): Buffer {
    const header = Buffer.alloc(headerBytes)
    header.writeInt32BE(fileCode, 0)
    header.writeInt32BE(length / 2, 24)
    header.writeInt32LE(fileVersion, 28)
    header.writeInt32LE(this.#type, 32)
    const isEmpty = this.#box[0]! > this.#box[2]!
    for (const [i, side] of this.#box.entries()) header.writeDoubleLE(isEmpty ? 0 : side, 36 + i * 8)
    return header
  }

  shapes = () => this.#shapes.read()
  index = () => this.#index.read()

  async remove(): Promise<void> {
    await this.#shapes.remove()
    await this.#index.remove()
  }
}

const emptyBox = (): number[] => [
  Number.POSITIVE_INFINITY,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
]

function extend(box: number[], [x, y]: Position): void {
  box[0] = Math.min(box[0]!, x)
  box[1] = Math.min(box[1]!, y)
  box[2] = Math.max(box[2]!, x)
  box[3] = Math.max(box[3]!, y)
}
