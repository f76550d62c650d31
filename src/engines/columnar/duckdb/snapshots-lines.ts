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
  if (rows.length === 0 && (await hasLineFeeds(shape.path)))
    return { ofRow: new Map(), ofOffset: await linesOfOffsets(shape, offsets) }
  const ofRow = new Map<number, number>()
  const ofOffset = new Map<number, number>()
  const wanted = new Set(rows)
  const lastRow = rows.reduce((a, b) => Math.max(a, b), -1)
  const scan = new RecordScan(shape)
  let row = 0
  let nextOffset = 0
  const isDone = () => row > lastRow && nextOffset >= offsets.length
  for await (const chunk of readChunks(shape.path)) {
    scan.read(chunk, (start, line) => {
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

const readChunks = (path: string): AsyncIterable<Buffer> => createReadStream(path, { highWaterMark: 1 << 20 })

async function hasLineFeeds(path: string): Promise<boolean> {
  for await (const chunk of readChunks(path)) return chunk.includes(newline)
  return false
}

/** Lines of positions alone: counting line feeds is ten times as fast as following records. */
async function linesOfOffsets(shape: CsvShape, offsets: Float64Array): Promise<Map<number, number>> {
  const ofOffset = new Map<number, number>()
  let chunkStart = 0
  let line = 1
  let next = 0
  /** Counted so far, from the start of the chunk. */
  let at = 0
  let last = 0
  for await (const chunk of readChunks(shape.path)) {
    at = 0
    const countTo = (end: number) => {
      for (
        let feed = chunk.indexOf(newline, at);
        feed >= 0 && feed < end;
        feed = chunk.indexOf(newline, feed + 1)
      ) {
        line++
        at = feed + 1
      }
      at = Math.max(at, end)
    }
    while (next < offsets.length) {
      let position = Math.max(at, offsets[next]! - chunkStart)
      if (position >= chunk.length) break
      countTo(position)
      // What stands between the place the engine tells and the record itself: a line end, or blank lines.
      const isSecond =
        chunk[position] === newline && (position > 0 ? chunk[position - 1] : last) === carriageReturn
      if (isSecond) countTo(++position)
      if (!shape.blankLineIsRow)
        while (position < chunk.length && (chunk[position] === newline || chunk[position] === carriageReturn))
          countTo(++position)
      // The record begins in the next chunk: there it is looked at again.
      if (position >= chunk.length) break
      ofOffset.set(offsets[next]!, line)
      next++
    }
    if (next >= offsets.length) break
    countTo(chunk.length)
    last = chunk[chunk.length - 1]!
    chunkStart += chunk.length
  }
  for (; next < offsets.length; next++) ofOffset.set(offsets[next]!, line)
  return ofOffset
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
