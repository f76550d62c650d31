/** What the cells of a column look like, gathered from the bytes of a whole file. */
import { classifyCell, type Kind } from '../inference/kinds.ts'
import { cellText } from './tokenizer.ts'

/** Cells written alike: the same digits, letters and signs at the same places, whatever the digits are. */
export interface Shape {
  kind: Kind
  example: string
  count: number
  /** Line of its first cell. */
  firstLine: number
  /** Of numbers; of dates with day and month in doubt, the largest first (`max`) and second (`max2`) number. */
  min: number
  max: number
  max2: number
}

export interface ColumnEvidence {
  /** Cells that are not empty. */
  filledCount: number
  emptyCount: number
  shapes: Shape[]
  /** Longest cell in bytes. */
  maxBytes: number
  /** Some cells have blanks around their value. */
  hasBlanks: boolean
  /** Distinct values among the first cells, at most `sampleDistinct`. */
  sample: string[]
  /** Cells from which the sample was taken. */
  sampledCount: number
}

const sampleDistinct = 1_000
const sampleCells = 20_000
/** Further shapes are counted by what they are only. */
const maxShapes = 1_000
const hashSeed = 0x811c9dc5 | 0

const ZERO = 48
const NINE = 57

/** Letters become lower case: `OUI` and `oui` are one shape. */
const fold = new Uint8Array(256)
for (let byte = 0; byte < 256; byte++) fold[byte] = byte >= 65 && byte <= 90 ? byte + 32 : byte
for (let byte = ZERO; byte <= NINE; byte++) fold[byte] = NINE

/**
 * Gathers the evidence of one column. Once so many cells are text that nothing else can win, their shapes are no
 * longer looked at; `expectedRows` says when that is.
 */
export class ColumnWitness {
  filledCount = 0
  emptyCount = 0
  maxBytes = 0
  hasBlanks = false
  isText = false
  private readonly shapeByHash = new Map<number, Shape>()
  private readonly shapeByKind = new Map<Kind, Shape>()
  private readonly shapes: Shape[] = []
  private lastHash = 0
  private lastShape: Shape | undefined
  private textCount = 0
  private readonly textLimit: number
  private readonly values = new Set<string>()
  private sampledCount = 0

  private readonly quote: number | null

  constructor(expectedRows: number, quote: number | null) {
    this.textLimit = 1_000 + expectedRows / 100
    this.quote = quote
  }

  private text(bytes: Buffer, start: number, end: number, escaped: number): string {
    return cellText(bytes, start, end, escaped, this.quote)
  }

  /** HOT: once per cell. The cell is `bytes[start, end)`, trimmed here. */
  see(bytes: Buffer, start: number, end: number, escaped: number, line: number): void {
    const width = end - start
    while (start < end && bytes[start]! <= 32) start++
    while (end > start && bytes[end - 1]! <= 32) end--
    if (end - start !== width) this.hasBlanks = true
    if (start === end) {
      this.emptyCount++
      return
    }
    this.filledCount++
    if (end - start > this.maxBytes) this.maxBytes = end - start
    if (this.sampledCount < sampleCells && this.values.size < sampleDistinct) {
      this.sampledCount++
      this.values.add(this.text(bytes, start, Math.min(end, start + 400), escaped))
    }
    if (this.isText) return
    // Long cells are texts or geometries: their beginning tells which.
    const stop = end - start > 64 ? start + 16 : end
    let hash = hashSeed
    let wasDigit = false
    for (let i = start; i < stop; i++) {
      const byte = bytes[i]!
      const isDigit = byte >= ZERO && byte <= NINE
      // A zero that begins a number is told from other digits: 007 is no integer.
      hash = Math.imul(hash ^ (isDigit && !wasDigit && byte === ZERO ? 1 : fold[byte]!), 0x01000193)
      wasDigit = isDigit
    }
    const shape =
      hash === this.lastHash && this.lastShape !== undefined
        ? this.lastShape
        : this.shapeOf(hash, bytes, start, end, escaped, line)
    this.lastHash = hash
    this.lastShape = shape
    shape.count++
    switch (shape.kind) {
      case 'integer':
      case 'decimal':
      case 'decimal-comma':
        this.weigh(shape, bytes, start, end)
        break
      case 'date-day-month':
        weighDate(shape, bytes, start, end)
        break
      case 'text':
        if (++this.textCount > this.textLimit) this.isText = true
        break
      default:
    }
  }

  private shapeOf(
    hash: number,
    bytes: Buffer,
    start: number,
    end: number,
    escaped: number,
    line: number,
  ): Shape {
    const known = this.shapeByHash.get(hash)
    if (known) return known
    const example = this.text(bytes, start, Math.min(end, start + 4_000), escaped)
    const kind = classifyCell(example)
    const isCrowded = this.shapeByHash.size >= maxShapes
    const crowd = isCrowded ? this.shapeByKind.get(kind) : undefined
    if (crowd) return crowd
    const shape: Shape = {
      kind,
      example,
      count: 0,
      firstLine: line,
      min: Number.POSITIVE_INFINITY,
      max: Number.NEGATIVE_INFINITY,
      max2: Number.NEGATIVE_INFINITY,
    }
    this.shapes.push(shape)
    if (isCrowded) this.shapeByKind.set(kind, shape)
    else this.shapeByHash.set(hash, shape)
    return shape
  }

  /** HOT: the value of a number without exponent, near enough for ranges. */
  private weigh(shape: Shape, bytes: Buffer, start: number, end: number): void {
    let value = 0
    let scale = 0
    let isNegative = false
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!
      if (byte >= ZERO && byte <= NINE) {
        value = value * 10 + (byte - ZERO)
        scale *= 10
      } else if (byte === 45) isNegative = true
      else if (byte === 46 || byte === 44) scale = 1
      else if (byte === 101 || byte === 69) {
        value = Number(bytes.toString('latin1', start, end))
        isNegative = false
        scale = 0
        break
      }
    }
    if (scale > 1) value /= scale
    if (isNegative) value = -value
    if (value < shape.min) shape.min = value
    if (value > shape.max) shape.max = value
  }

  evidence(): ColumnEvidence {
    return {
      filledCount: this.filledCount,
      emptyCount: this.emptyCount,
      shapes: this.shapes,
      maxBytes: this.maxBytes,
      hasBlanks: this.hasBlanks,
      sample: [...this.values],
      sampledCount: this.sampledCount,
    }
  }
}

/** HOT: the first two numbers of a date whose day and month could be either. */
function weighDate(shape: Shape, bytes: Buffer, start: number, end: number): void {
  let first = 0
  let i = start
  for (; i < end && bytes[i]! >= ZERO && bytes[i]! <= NINE; i++) first = first * 10 + (bytes[i]! - ZERO)
  let second = 0
  for (i++; i < end && bytes[i]! >= ZERO && bytes[i]! <= NINE; i++) second = second * 10 + (bytes[i]! - ZERO)
  if (first > shape.max) shape.max = first
  if (second > shape.max2) shape.max2 = second
}

/** Evidence of two parts of one column, the first one before the second. */
export function joinEvidence(a: ColumnEvidence, b: ColumnEvidence): ColumnEvidence {
  const shapes = a.shapes.map((shape) => ({ ...shape }))
  const byKey = new Map(shapes.map((shape) => [shapeKey(shape), shape]))
  for (const shape of b.shapes) {
    const same = byKey.get(shapeKey(shape))
    if (!same) {
      shapes.push({ ...shape })
      continue
    }
    same.count += shape.count
    same.min = Math.min(same.min, shape.min)
    same.max = Math.max(same.max, shape.max)
    same.max2 = Math.max(same.max2, shape.max2)
  }
  return {
    filledCount: a.filledCount + b.filledCount,
    emptyCount: a.emptyCount + b.emptyCount,
    shapes,
    maxBytes: Math.max(a.maxBytes, b.maxBytes),
    hasBlanks: a.hasBlanks || b.hasBlanks,
    sample: a.sample,
    sampledCount: a.sampledCount,
  }
}

const shapeKey = ({ kind, example }: Shape) => `${kind} ${example.toLowerCase().replace(/\d/g, '9')}`
