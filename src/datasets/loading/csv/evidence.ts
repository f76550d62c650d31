/** What the cells of a column look like, gathered from the bytes of a whole file. */
import { classifyCell, type Kind } from '../inference/kinds.ts'
import { cellText, type Tokens } from './tokenizer.ts'

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

/** In the second half of `fold`: what stands after a digit. */
const afterDigit = 256
/**
 * What a byte counts as. Letters become lower case: `OUI` and `oui` are one shape. A zero that begins a number is told
 * from other digits: 007 is no integer.
 */
const fold = new Uint8Array(512)
const placeAfter = new Uint16Array(256)
for (let byte = 0; byte < 256; byte++) {
  const isDigit = byte >= ZERO && byte <= NINE
  const folded = isDigit ? NINE : byte >= 65 && byte <= 90 ? byte + 32 : byte
  fold[byte] = byte === ZERO ? 1 : folded
  fold[afterDigit + byte] = folded
  placeAfter[byte] = isDigit ? afterDigit : 0
}

/**
 * A shape while its cells are counted. Numbers of one shape have their digits at the same places: the order of their
 * bytes is the order of their sizes, so that the bytes of the extremes are enough until the end.
 */
interface Tally {
  shape: Shape
  isNumber: boolean
  /** Empty where cells of several shapes are counted together, and where an exponent decides. */
  low: Uint8Array
  high: Uint8Array
}

const noBytes = new Uint8Array(0)

/** The well-formed records of a block: their first cells and their lines. */
export class WholeRecords {
  count = 0
  firstCells = new Int32Array(1 << 12)
  lines = new Float64Array(1 << 12)

  /** Empties it and makes room. */
  begin(recordCount: number): void {
    this.count = 0
    if (recordCount <= this.firstCells.length) return
    this.firstCells = new Int32Array(recordCount * 2)
    this.lines = new Float64Array(recordCount * 2)
  }

  add(firstCell: number, line: number): void {
    this.firstCells[this.count] = firstCell
    this.lines[this.count++] = line
  }
}

/**
 * Gathers the evidence of one column. Once so many cells are text that nothing else can win, their shapes are no
 * longer looked at; `expectedRows` says when that is.
 */
export class ColumnWitness {
  private seenCount = 0
  private filledCount = 0
  private maxBytes = 0
  private hasBlanks = false
  private isText = false
  private readonly tallyByHash = new Map<number, Tally>()
  private readonly tallyByKind = new Map<Kind, Tally>()
  private readonly tallies: Tally[] = []
  private lastHash = 0
  private lastTally: Tally | undefined
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

  /** The cells of this column, the `place`-th of its records, in all whole records of a block. */
  see(bytes: Buffer, tokens: Tokens, { count, firstCells, lines }: WholeRecords, place: number): void {
    const { starts, ends, escaped } = tokens
    let r = 0
    // HOT: once per cell.
    for (; r < count && !this.isText; r++) {
      const cell = firstCells[r]! + place
      let start = starts[cell]!
      let end = ends[cell]!
      const width = end - start
      while (start < end && bytes[start]! <= 32) start++
      while (end > start && bytes[end - 1]! <= 32) end--
      if (end - start !== width) this.hasBlanks = true
      if (start === end) continue
      this.filledCount++
      if (end - start > this.maxBytes) this.maxBytes = end - start
      if (this.sampledCount < sampleCells && this.values.size < sampleDistinct)
        this.sample(bytes, start, end, escaped[cell]!)
      // Long cells are texts or geometries: their beginning tells which.
      const stop = end - start > 64 ? start + 16 : end
      let hash = hashSeed
      let after = 0
      for (let i = start; i < stop; i++) {
        const byte = bytes[i]!
        hash = Math.imul(hash ^ fold[after + byte]!, 0x01000193)
        after = placeAfter[byte]!
      }
      let tally = this.lastTally
      if (hash !== this.lastHash || tally === undefined) {
        tally = this.tallyOf(hash, bytes, start, end, escaped[cell]!, lines[r]!)
        this.lastHash = hash
        this.lastTally = tally
      }
      const { shape } = tally
      shape.count++
      if (tally.isNumber) {
        if (tally.high.length === end - start) compare(tally, bytes, start)
        else weigh(shape, bytes, start, end)
      } else if (shape.kind === 'text') {
        if (++this.textCount > this.textLimit) this.isText = true
      } else if (shape.kind === 'date-day-month') weighDate(shape, bytes, start, end)
    }
    for (; r < count; r++) {
      const cell = firstCells[r]! + place
      this.seeText(bytes, starts[cell]!, ends[cell]!, escaped[cell]!)
    }
    this.seenCount += count
  }

  /** HOT: once per cell of a column that is text. */
  private seeText(bytes: Buffer, start: number, end: number, escaped: number): void {
    const width = end - start
    while (start < end && bytes[start]! <= 32) start++
    while (end > start && bytes[end - 1]! <= 32) end--
    if (end - start !== width) this.hasBlanks = true
    if (start === end) return
    this.filledCount++
    if (end - start > this.maxBytes) this.maxBytes = end - start
    if (this.sampledCount < sampleCells && this.values.size < sampleDistinct)
      this.sample(bytes, start, end, escaped)
  }

  private sample(bytes: Buffer, start: number, end: number, escaped: number): void {
    this.sampledCount++
    this.values.add(this.text(bytes, start, Math.min(end, start + 400), escaped))
  }

  private tallyOf(
    hash: number,
    bytes: Buffer,
    start: number,
    end: number,
    escaped: number,
    line: number,
  ): Tally {
    const known = this.tallyByHash.get(hash)
    if (known) return known
    const example = this.text(bytes, start, Math.min(end, start + 4_000), escaped)
    const kind = classifyCell(example)
    const isCrowded = this.tallyByHash.size >= maxShapes
    const crowd = isCrowded ? this.tallyByKind.get(kind) : undefined
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
    const isNumber = numberKinds.has(kind)
    const isOrdered = isNumber && !isCrowded && !/e/i.test(example)
    const cell = isOrdered ? bytes.subarray(start, end) : noBytes
    const tally: Tally = { shape, isNumber, low: Uint8Array.from(cell), high: Uint8Array.from(cell) }
    this.tallies.push(tally)
    if (isCrowded) this.tallyByKind.set(kind, tally)
    else this.tallyByHash.set(hash, tally)
    return tally
  }

  evidence(): ColumnEvidence {
    for (const { shape, low, high } of this.tallies) {
      if (high.length === 0) continue
      weigh(shape, low, 0, low.length)
      weigh(shape, high, 0, high.length)
    }
    return {
      filledCount: this.filledCount,
      emptyCount: this.seenCount - this.filledCount,
      shapes: this.tallies.map(({ shape }) => shape),
      maxBytes: this.maxBytes,
      hasBlanks: this.hasBlanks,
      sample: [...this.values],
      sampledCount: this.sampledCount,
    }
  }
}

const numberKinds: ReadonlySet<Kind> = new Set<Kind>(['integer', 'decimal', 'decimal-comma'])

/** HOT: whether a number is an extreme of those written like it. */
function compare({ low, high }: Tally, bytes: Buffer, start: number): void {
  const width = high.length
  let i = 0
  while (i < width && bytes[start + i] === high[i]) i++
  if (i < width && bytes[start + i]! > high[i]!) {
    for (; i < width; i++) high[i] = bytes[start + i]!
    return
  }
  i = 0
  while (i < width && bytes[start + i] === low[i]) i++
  if (i < width && bytes[start + i]! < low[i]!) for (; i < width; i++) low[i] = bytes[start + i]!
}

/** The value of a number, near enough for ranges. */
function weigh(shape: Shape, bytes: Uint8Array, start: number, end: number): void {
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
      value = Number(Buffer.from(bytes.subarray(start, end)).toString('latin1'))
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
