/** Reads a whole CSV once and gathers what its columns hold and where its records are broken. */
import type { Reject } from '../../../engines/columnar/snapshots.ts'
import { type ColumnEvidence, ColumnWitness, joinEvidence, WholeRecords } from './evidence.ts'
import { recordBlocks } from './record-blocks.ts'
import { cellText, type Dialect, recordFault } from './tokenizer.ts'

export interface CsvScan {
  recordCount: number
  columns: ColumnEvidence[]
  /** Records that will be rejected whatever their values are: how many, and the first ones. */
  brokenCount: number
  broken: Reject[]
  /** Where its first record began; where the next part has to begin, and at which line. */
  startOffset: number
  endOffset: number
  endLine: number
}

export interface ScanRange {
  start: number
  line: number
  /** Records that begin from here on belong to the next part. */
  end?: number
}

const keptRejects = 100

/** What each kind of broken record is called in reports. */
export const ruleOfFault: Record<number, string> = {
  [recordFault.strayQuote]: 'stray-quote',
  [recordFault.unbalancedQuote]: 'unbalanced-quote',
}

/** Evidence of the records of a part of a file. Synchronous: for worker threads. */
export function scanCsv(
  path: string,
  dialect: Dialect,
  columnCount: number,
  range: ScanRange,
  expectedRows: number,
  onProgress: (bytes: number) => void = () => {},
): CsvScan {
  const witnesses = Array.from({ length: columnCount }, () => new ColumnWitness(expectedRows, dialect.quote))
  const scan: CsvScan = {
    recordCount: 0,
    columns: [],
    brokenCount: 0,
    broken: [],
    startOffset: -1,
    endOffset: range.start,
    endLine: range.line,
  }
  const whole = new WholeRecords()
  for (const block of recordBlocks(path, dialect, range)) {
    const { bytes, tokens } = block
    if (scan.startOffset < 0 && tokens.recordCount > 0)
      scan.startOffset = block.offset + tokens.recordStarts[0]!
    whole.begin(tokens.recordCount)
    for (let r = 0; r < tokens.recordCount; r++) {
      const first = tokens.firstCell[r]!
      const width = tokens.firstCell[r + 1]! - first
      const line = block.line + tokens.linesBefore[r]!
      if (width !== columnCount || tokens.faults[r] !== recordFault.none) {
        const rule =
          ruleOfFault[tokens.faults[r]!] ?? (width > columnCount ? 'too-many-cells' : 'too-few-cells')
        scan.brokenCount++
        if (scan.broken.length < keptRejects) {
          const start = tokens.starts[first]!
          const value = cellText(
            bytes,
            start,
            Math.min(start + 200, tokens.ends[first + width - 1]!),
            0,
            null,
          )
          scan.broken.push({ line, column: null, rule, value })
        }
        continue
      }
      whole.add(first, line)
    }
    // Column by column: what the engine of JavaScript learnt of a column's cells holds for the next one.
    for (const [place, witness] of witnesses.entries()) witness.see(bytes, tokens, whole, place)
    scan.recordCount += tokens.recordCount
    scan.endOffset = block.bytesRead
    scan.endLine = block.nextLine
    onProgress(block.bytesRead - range.start)
  }
  scan.columns = witnesses.map((witness) => witness.evidence())
  return scan
}

/** The same scan with its lines counted from further down the file. */
export function shiftLines(scan: CsvScan, lines: number): CsvScan {
  for (const { shapes } of scan.columns) for (const shape of shapes) shape.firstLine += lines
  for (const reject of scan.broken) reject.line += lines
  return { ...scan, endLine: scan.endLine + lines }
}

/** The scan of two parts of one file, the first one before the second. */
export function joinScans(a: CsvScan, b: CsvScan): CsvScan {
  return {
    recordCount: a.recordCount + b.recordCount,
    columns: a.columns.map((column, i) => joinEvidence(column, b.columns[i]!)),
    brokenCount: a.brokenCount + b.brokenCount,
    broken: [...a.broken, ...b.broken].slice(0, keptRejects),
    startOffset: a.startOffset,
    endOffset: b.endOffset,
    endLine: b.endLine,
  }
}
