/** Cuts bytes of delimited text into records and cells without copying them. */

/** How a delimited text is written. Bytes, because delimiters of real files are ASCII in every encoding we read. */
export interface Dialect {
  delimiter: number
  /** Null: nothing is quoted. */
  quote: number | null
}

/** What a record is, beside its cells. */
export const recordFault = {
  none: 0,
  /** A quoted cell goes on after its closing quote: `"a"b`. */
  strayQuote: 1,
  /** A quote is never closed: the record ends with its first line, what follows is read as usual. */
  unbalancedQuote: 2,
} as const

const LF = 10
const CR = 13

/** Larger records are not data but a quote that is never closed. */
export const maxRecordBytes = 16 * 1024 * 1024

/**
 * The records of one block of bytes. Cell `i` is `bytes[starts[i], ends[i])` without its quotes; `escaped[i]` is 1 when
 * quotes inside are doubled. Record `r` has the cells from `firstCell[r]` to `firstCell[r + 1]`.
 */
export class Tokens {
  starts = new Int32Array(1 << 16)
  ends = new Int32Array(1 << 16)
  escaped = new Uint8Array(1 << 16)
  firstCell = new Int32Array(1 << 12)
  faults = new Uint8Array(1 << 12)
  /** Byte at which a record begins, and the lines that the block had before it. */
  recordStarts = new Int32Array(1 << 12)
  linesBefore = new Int32Array(1 << 12)
  cellCount = 0
  recordCount = 0
  /** Line ends within the bytes consumed. */
  lineCount = 0

  growCells(): void {
    const size = this.starts.length * 2
    this.starts = copyInt32(this.starts, size)
    this.ends = copyInt32(this.ends, size)
    const escaped = new Uint8Array(size)
    escaped.set(this.escaped)
    this.escaped = escaped
  }

  growRecords(): void {
    const size = this.firstCell.length * 2
    this.firstCell = copyInt32(this.firstCell, size)
    this.recordStarts = copyInt32(this.recordStarts, size)
    this.linesBefore = copyInt32(this.linesBefore, size)
    const faults = new Uint8Array(size)
    faults.set(this.faults)
    this.faults = faults
  }
}

function copyInt32(from: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(size)
  to.set(from)
  return to
}

/**
 * HOT: once per byte. Fills `tokens` with the whole records of `bytes[from, to)` and answers where the first record
 * that is not whole begins. With `isLast` the end of the bytes ends the last record. Blank lines are no records.
 * A quote that spans lines and then turns out wrong costs its own line only: reading goes on at the next one.
 */
export function tokenize(
  bytes: Uint8Array,
  from: number,
  to: number,
  isLast: boolean,
  { delimiter, quote }: Dialect,
  tokens: Tokens,
): number {
  tokens.cellCount = 0
  tokens.recordCount = 0
  tokens.lineCount = 0
  const quoteByte = quote ?? -1
  // Most bytes of data lie above the signs that end a cell: one comparison passes over them.
  const highestEnd = Math.max(delimiter, CR)
  let lines = 0
  let at = from
  while (at < to) {
    const first = bytes[at]!
    if (first === LF || first === CR) {
      if (first === CR && at + 1 === to && !isLast) break
      if (first === LF || bytes[at + 1] !== LF || at + 1 >= to) lines++
      at++
      continue
    }
    const recordStart = at
    const linesBefore = lines
    const firstCell = tokens.cellCount
    let cells = firstCell
    let fault: number = recordFault.none
    let isWhole = false
    let firstLineEnd = -1
    for (;;) {
      if (cells + 1 >= tokens.starts.length) tokens.growCells()
      if (at < to && bytes[at] === quoteByte) {
        const start = ++at
        let escaped = 0
        let isClosed = false
        while (at < to) {
          const byte = bytes[at]!
          if (byte === quoteByte) {
            if (at + 1 < to && bytes[at + 1] === quoteByte) {
              escaped = 1
              at += 2
              continue
            }
            isClosed = true
            break
          }
          if (byte === LF || byte === CR) {
            if (firstLineEnd < 0) firstLineEnd = at
            if (byte === LF || bytes[at + 1] !== LF) lines++
          }
          at++
        }
        if (!isClosed) {
          if (!isLast && to - recordStart < maxRecordBytes) break
          fault = recordFault.unbalancedQuote
        } else if (at + 1 >= to) {
          if (!isLast) break
        } else {
          const next = bytes[at + 1]!
          if (next !== delimiter && next !== LF && next !== CR)
            fault = firstLineEnd >= 0 ? recordFault.unbalancedQuote : recordFault.strayQuote
        }
        tokens.starts[cells] = start
        tokens.ends[cells] = at
        tokens.escaped[cells] = escaped
        cells++
        if (fault === recordFault.unbalancedQuote) {
          at = firstLineEnd < 0 ? at : firstLineEnd
          lines = linesBefore
          tokens.ends[cells - 1] = at
          isWhole = true
          break
        }
        at++
        if (fault === recordFault.strayQuote) {
          while (at < to && bytes[at] !== delimiter && bytes[at] !== LF && bytes[at] !== CR) at++
          tokens.ends[cells - 1] = at
        }
      } else {
        const start = at
        while (at < to) {
          const byte = bytes[at]!
          if (byte <= highestEnd && (byte === delimiter || byte === LF || byte === CR)) break
          at++
        }
        tokens.starts[cells] = start
        tokens.ends[cells] = at
        tokens.escaped[cells] = 0
        cells++
      }
      if (at >= to) {
        isWhole = isLast
        break
      }
      if (bytes[at] === delimiter) {
        at++
        continue
      }
      if (bytes[at] === CR && at + 1 === to && !isLast) break
      isWhole = true
      break
    }
    if (!isWhole) {
      lines = linesBefore
      at = recordStart
      break
    }
    if (tokens.recordCount + 2 >= tokens.firstCell.length) tokens.growRecords()
    const record = tokens.recordCount++
    tokens.firstCell[record] = firstCell
    tokens.firstCell[record + 1] = cells
    tokens.recordStarts[record] = recordStart
    tokens.linesBefore[record] = linesBefore
    tokens.faults[record] = fault
    tokens.cellCount = cells
    if (at < to) {
      if (bytes[at] === CR && at + 1 < to && bytes[at + 1] === LF) at++
      at++
      lines++
    }
  }
  tokens.lineCount = lines
  return at
}

/** Text of a cell; doubled quotes inside become one. */
export function cellText(
  bytes: Buffer,
  start: number,
  end: number,
  escaped: number,
  quote: number | null,
): string {
  const text = bytes.toString('utf8', start, end)
  if (escaped === 0 || quote === null) return text
  const mark = String.fromCharCode(quote)
  return text.replaceAll(mark + mark, mark)
}
