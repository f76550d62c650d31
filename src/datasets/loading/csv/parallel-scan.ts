/** Scans a large file with several threads. */
import { closeSync, openSync, readSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { startWorker } from '../../../worker-entry.ts'
import { type CsvScan, joinScans, type ScanRange, scanCsv, shiftLines } from './scan.ts'
import type { PartWork } from './scan-worker.ts'
import type { Dialect } from './tokenizer.ts'

/** Below this a second thread costs more than it gains. */
const partBytes = 32 * 1024 * 1024
const maxParts = 4

export interface ParallelScan {
  path: string
  dialect: Dialect
  columnCount: number
  start: number
  line: number
  size: number
  expectedRows: number
  onProgress: (bytes: number) => void
  /** Parts at most; by default as many as there are cores, four at most. */
  parts?: number
}

/**
 * Equal to `scanCsv` of the whole file. Each part but the first begins after a line end, as if no quote were open
 * there. Reading is the same from any place where a record begins: so when a part began exactly where the one before it
 * ended, the guess was right; where it did not, the part is read again.
 */
export async function scanParallel(input: ParallelScan): Promise<CsvScan> {
  const { path, dialect, columnCount, start, line, size, expectedRows, onProgress } = input
  const wanted =
    input.parts ?? Math.min(availableParallelism(), maxParts, Math.floor((size - start) / partBytes))
  const bounds = boundaries(path, start, size, Math.max(1, wanted))
  const rangeOf = (part: number): ScanRange => ({
    start: part === 0 ? start : bounds[part - 1]!,
    line: part === 0 ? line : 1,
    ...(bounds[part] !== undefined && { end: bounds[part] }),
  })
  const others = bounds.map((_, i) =>
    scanPart({ path, dialect, columnCount, range: rangeOf(i + 1), expectedRows }),
  )
  for (const { done } of others) done.catch(() => undefined)
  try {
    let whole = scanCsv(path, dialect, columnCount, rangeOf(0), expectedRows, (bytes) =>
      onProgress(bytes * (others.length + 1)),
    )
    for (const [i, { done }] of others.entries()) {
      const part = await done
      const isRight =
        part.startOffset === whole.endOffset || (part.recordCount === 0 && whole.endOffset >= size)
      const next = isRight
        ? shiftLines(part, whole.endLine - 1)
        : scanCsv(
            path,
            dialect,
            columnCount,
            { ...rangeOf(i + 1), start: whole.endOffset, line: whole.endLine },
            expectedRows,
          )
      whole = joinScans(whole, next)
    }
    return whole
  } finally {
    for (const { stop } of others) stop()
  }
}

function scanPart(work: PartWork): { done: Promise<CsvScan>; stop: () => void } {
  const worker = startWorker(import.meta.url, 'scan-worker', { workerData: work })
  const done = new Promise<CsvScan>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('The thread of a scan ended without an answer.')))
  })
  return { done, stop: () => void worker.terminate() }
}

/** Bytes after a line end near the even parts of [start, size). */
function boundaries(path: string, start: number, size: number, parts: number): number[] {
  const file = openSync(path, 'r')
  try {
    const found: number[] = []
    const window = Buffer.alloc(1 << 16)
    for (let part = 1; part < parts; part++) {
      const from = start + Math.floor(((size - start) * part) / parts)
      const at = window.subarray(0, readSync(file, window, 0, window.length, from)).indexOf(10)
      const bound = from + at + 1
      if (at >= 0 && bound < size && bound > (found.at(-1) ?? start)) found.push(bound)
    }
    return found
  } finally {
    closeSync(file)
  }
}
