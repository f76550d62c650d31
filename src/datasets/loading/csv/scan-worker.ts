/** The thread that scans one part of a file. */
import { parentPort, workerData } from 'node:worker_threads'
import { type ScanRange, scanCsv } from './scan.ts'
import type { Dialect } from './tokenizer.ts'

export interface PartWork {
  path: string
  dialect: Dialect
  columnCount: number
  range: ScanRange
  expectedRows: number
}

const { path, dialect, columnCount, range, expectedRows } = workerData as PartWork
parentPort!.postMessage(scanCsv(path, dialect, columnCount, range, expectedRows))
