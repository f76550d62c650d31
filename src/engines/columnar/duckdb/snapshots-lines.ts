/** Where records of a CSV file begin, in lines. The engine tells byte positions and row numbers only. */
import { createReadStream } from 'node:fs'

export interface CsvShape {
  path: string
  delimiter: string
  quote: string | null
  skipLines: number
  /** A blank line is a row of one empty cell where rows have one cell, else nothing. */
  blankLineIsRow: boolean
}

/**
 * The lines, from 1, where the wanted records begin. `rows` are numbers from 0 of the rows the engine took, `offsets`
 * the positions in bytes of records it did not take, ascending: every one of them, so that rows are counted right.
 */
export async function linesOf(
  shape: CsvShape,
  rows: readonly number[],
  offsets: Float64Array,
): Promise<{ ofRow: Map<number, number>; ofOffset: Map<number, number> }> {
  const ofRow = new Map<number, number>()
  const ofOffset = new Map<number, number>()
  const wanted = new Set(rows)
  const lastRow = rows.reduce((a, b) => Math.max(a, b), -1)
  const scan = new RecordScan(shape)
  let row = 0
  let nextOffset = 0
  const isDone = () => row > lastRow && nextOffset >= offsets.length
  for await (const chunk of createReadStream(shape.path, { highWaterMark: 1 << 20 })) {
    scan.read(chunk as Buffer, (start, line) => {
      // The engine takes a line end or a blank line before a record for its beginning now and then.
      let isRejected = false
      while (nextOffset < offsets.length && offsets[nextOffset]! <= start + 1) {
        ofOffset.set(offsets[nextOffset]!, line)
        isRejected = true
        nextOffset++
      }
      if (isRejected) return
      if (wanted.has(row)) ofRow.set(row, line)
      row++
    })
    if (isDone()) break
  }
  return { ofRow, ofOffset }
}

const newline = 10
const carriageReturn = 13

/** Finds the beginnings of records byte by byte. */
class RecordScan {
  readonly #shape: CsvShape
  readonly #quote: number
  readonly #delimiterEnd: number
  #offset = 0
  #line = 1
  #isCellStart = true
  #isQuoted = false
  /** The byte before closed a quote: another one opens it again, as a doubled quote. */
  #wasQuoted = false
  #last = 0
  #hasBegun = false

  constructor(shape: CsvShape) {
    this.#shape = shape
    this.#quote = shape.quote === null ? -1 : shape.quote.charCodeAt(0)
    this.#delimiterEnd = Buffer.from(shape.delimiter).at(-1)!
  }

  /** HOT: once per byte. */
  read(chunk: Buffer, begin: (start: number, line: number) => void): void {
    for (let i = 0; i < chunk.length; i++, this.#offset++) {
      const byte = chunk[i]!
      const isSecond = byte === newline && this.#last === carriageReturn
      const endsLine = (byte === newline && !isSecond) || byte === carriageReturn
      this.#last = byte
      if (isSecond) continue
      if (this.#line <= this.#shape.skipLines) {
        if (endsLine) this.#line++
        continue
      }
      if (!this.#hasBegun && (!endsLine || this.#shape.blankLineIsRow)) {
        this.#hasBegun = true
        begin(this.#offset, this.#line)
      }
      if (endsLine) this.#line++
      if (this.#isQuoted) {
        if (byte === this.#quote) {
          this.#isQuoted = false
          this.#wasQuoted = true
          this.#isCellStart = false
        }
        continue
      }
      if (endsLine) {
        this.#hasBegun = false
        this.#isCellStart = true
      } else if (byte === this.#quote && (this.#isCellStart || this.#wasQuoted)) this.#isQuoted = true
      else this.#isCellStart = byte === this.#delimiterEnd
      this.#wasQuoted = false
    }
  }
}
