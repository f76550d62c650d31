/** Writes the table that a reader finds as UTF-8 text, the one form from which every file is loaded. */
import { closeSync, openSync, renameSync, writeSync } from 'node:fs'
import { recordBlocks } from '../csv/record-blocks.ts'
import type { Dialect } from '../csv/tokenizer.ts'
import type { DeclaredType } from '../inference/column-type.ts'
import type { LoadLimits } from '../limits.ts'
import { tooLarge } from '../refusal.ts'

/** How normalised tables are written. */
export const tableDialect: Dialect = { delimiter: 44, quote: 34 }

/** A value as a reader finds it. */
export type CellValue = string | number | boolean | bigint | null | undefined

const flushBytes = 1 << 18

export class TableWriter {
  rowCount = 0
  /** Cells of the widest row. */
  width = 0
  private narrowest = Number.POSITIVE_INFINITY
  private readonly path: string
  private readonly limits: LoadLimits
  private readonly file: number
  private parts: string[] = []
  private length = 0

  constructor(path: string, limits: LoadLimits) {
    this.path = path
    this.limits = limits
    this.file = openSync(path, 'w', 0o600)
  }

  /** Adds a row; null, undefined and the empty text are one: no value. */
  write(cells: readonly CellValue[]): void {
    if (cells.length > this.limits.columns)
      throw tooLarge(`This table has more than ${this.limits.columns} columns.`)
    if (cells.length > this.width) this.width = cells.length
    if (cells.length < this.narrowest) this.narrowest = cells.length
    this.rowCount++
    let line = ''
    for (let i = 0; i < cells.length; i++) {
      if (i > 0) line += ','
      line += textOf(cells[i])
    }
    // An empty line is no record: a row of one empty cell is written as a quoted one.
    if (line === '') line = '""'
    line += '\n'
    this.parts.push(line)
    this.length += line.length
    if (this.length > flushBytes) this.flush()
  }

  private flush(): void {
    writeSync(this.file, this.parts.join(''))
    this.parts = []
    this.length = 0
  }

  /** Ends the table; rows that were written before the last column was found get their missing cells. */
  close(): void {
    this.flush()
    closeSync(this.file)
    if (this.narrowest < this.width) padRows(this.path, this.width)
  }
}

function textOf(value: CellValue): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  return /[",\r\n]/.test(value) || value !== value.trim() ? `"${value.replaceAll('"', '""')}"` : value
}

function padRows(path: string, width: number): void {
  const padded = `${path}.padded`
  const to = openSync(padded, 'w', 0o600)
  try {
    for (const { bytes, tokens } of recordBlocks(path, tableDialect)) {
      const parts: Uint8Array[] = []
      for (let r = 0; r < tokens.recordCount; r++) {
        const start = tokens.recordStarts[r]!
        const last = tokens.firstCell[r + 1]! - 1
        const end = tokens.ends[last]!
        const isQuoted = tokens.starts[last]! > start && bytes[tokens.starts[last]! - 1] === 34
        const missing = width - (last + 1 - tokens.firstCell[r]!)
        parts.push(bytes.subarray(start, isQuoted ? end + 1 : end), Buffer.from(`${','.repeat(missing)}\n`))
      }
      writeSync(to, Buffer.concat(parts))
    }
  } finally {
    closeSync(to)
  }
  renameSync(padded, path)
}

/** What a column's values are in a file that types them, learnt value by value. */
export class DeclaredTypes {
  private readonly seen: Set<DeclaredType | 'empty'>[] = []

  note(column: number, type: DeclaredType | undefined): void {
    this.seen[column] ??= new Set()
    if (type) this.seen[column].add(type)
  }

  /** The one type that a column's values have; undefined when they differ. */
  of(column: number): DeclaredType | undefined {
    const types = this.seen[column]
    return types?.size === 1 ? ([...types][0] as DeclaredType) : undefined
  }
}
