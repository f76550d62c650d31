/** The rejected rows as a CSV to be corrected and sent back. */
import { closeSync, openSync, writeSync } from 'node:fs'
import type { Reject } from '../../engines/columnar/snapshots.ts'

/** Columns before those of the file; a corrected file may have them or not. */
export const rejectColumns = ['_line', '_reason'] as const

export const keptRejects = 10_000
/** Rows that the file holds; more are no work for a person. */
const keptRows = 200_000
const flushParts = 500

export class RejectFile {
  /** The first ones, for the report. */
  readonly rejects: Reject[] = []
  private readonly file: number
  private parts: string[] = []
  private rows = 0

  constructor(path: string, columnKeys: readonly string[]) {
    this.file = openSync(path, 'w', 0o600)
    // The mark tells spreadsheets that this is UTF-8.
    this.parts.push(`\uFEFF${line([...rejectColumns, ...columnKeys])}`)
  }

  add(rejects: readonly Reject[], cells: readonly string[]): void {
    for (const reject of rejects) if (this.rejects.length < keptRejects) this.rejects.push(reject)
    if (this.rows++ >= keptRows) return
    const reason = rejects.map(
      ({ column, rule, value }) => `${column ?? 'record'}: ${rule} (${value.slice(0, 80)})`,
    )
    this.parts.push(line([String(rejects[0]!.line), reason.join('; '), ...cells]))
    if (this.parts.length >= flushParts) this.flush()
  }

  close(): void {
    this.flush()
    closeSync(this.file)
  }

  private flush(): void {
    writeSync(this.file, this.parts.join(''))
    this.parts = []
  }
}

const line = (cells: readonly string[]) =>
  `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`
