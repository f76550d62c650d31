/** Turns the records of a UTF-8 file into batches, and the records that do not fit into rejects. */
import type { TableBatch, TableSpec } from '../../../engines/columnar/columnar.ts'
import type { Reject } from '../../../engines/columnar/snapshots.ts'
import { recordBlocks } from '../csv/record-blocks.ts'
import { ruleOfFault } from '../csv/scan.ts'
import { cellText, type Dialect, recordFault } from '../csv/tokenizer.ts'
import { datasetFields } from '../fields.ts'
import type { LoadPlan } from '../schema.ts'
import { BatchBuilder } from './batch-builder.ts'
import { type Check, checksOf } from './constraints.ts'
import { type FieldWriter, fieldWriter, type RecordView, textOf } from './field-writer.ts'
import { UniqueIndex } from './unique-index.ts'

export interface ConversionInput {
  path: string
  dialect: Dialect
  /** Names of the columns in the file, as the plan refers to them. */
  columnKeys: readonly string[]
  /** Where the first row begins. */
  start: number
  line: number
  plan: LoadPlan
  table: TableSpec
}

export interface RejectedRecord {
  rejects: Reject[]
  /** Cells as they are written. */
  cells: string[]
}

/** A constraint that rows break while the plan only reports. */
export interface Violation {
  column: string
  rule: string
  count: number
  firstLine: number
}

const sampleLength = 200

/**
 * Converts a file synchronously, batch by batch, in constant memory. A record is taken whole or not at all; every
 * cell for which it was not is told to `onReject`.
 */
export class Converter {
  readonly violations = new Map<string, Violation>()
  acceptedCount = 0
  rejectedCount = 0
  bytesRead = 0
  private readonly input: ConversionInput
  private readonly onReject: (record: RejectedRecord) => void

  constructor(input: ConversionInput, onReject: (record: RejectedRecord) => void) {
    this.input = input
    this.onReject = onReject
  }

  *batches(): Generator<TableBatch> {
    const { path, dialect, columnKeys, start, line, plan, table } = this.input
    const builder = new BatchBuilder(table)
    const cellOf = new Map(columnKeys.map((key, i) => [key, i]))
    const fields = datasetFields(plan)
    const included = plan.fields.filter((field) => field.included)
    const nullTexts = new Set(plan.nullTexts)
    const inOrder = included.map((field, i) =>
      fieldWriter(
        field,
        fields[i]!,
        field.columns.map((key) => cellOf.get(key)!),
        nullTexts,
        builder,
      ),
    )
    // A point of two fields is checked once they are written.
    const writers = [
      ...inOrder.filter((_, i) => !fields[i]!.coordinates),
      ...inOrder.filter((_, i) => fields[i]!.coordinates),
    ]
    const checked = writers.flatMap((writer) => {
      const checks = checksOf(writer.field)
      return checks.length > 0 ? [{ writer, checks }] : []
    })
    const key = keyCheck(plan, writers)
    const width = columnKeys.length
    const record: RecordView = {
      bytes: Buffer.alloc(0),
      starts: new Int32Array(0),
      ends: new Int32Array(0),
      escaped: new Uint8Array(0),
      first: 0,
      quote: dialect.quote,
    }
    for (const block of recordBlocks(path, dialect, { start, line })) {
      const { tokens } = block
      record.bytes = block.bytes
      record.starts = tokens.starts
      record.ends = tokens.ends
      record.escaped = tokens.escaped
      for (let r = 0; r < tokens.recordCount; r++) {
        const first = tokens.firstCell[r]!
        const cells = tokens.firstCell[r + 1]! - first
        const atLine = block.line + tokens.linesBefore[r]!
        record.first = first
        if (cells !== width || tokens.faults[r] !== recordFault.none) {
          const rule = ruleOfFault[tokens.faults[r]!] ?? (cells > width ? 'too-many-cells' : 'too-few-cells')
          this.reject(record, cells, [{ line: atLine, column: null, rule, value: rawText(record, cells) }])
          continue
        }
        let rejects: Reject[] | undefined
        const n = builder.rowCount
        for (let w = 0; w < writers.length; w++) {
          const writer = writers[w]!
          const rule = writer.write(record, n)
          if (rule === null) continue
          rejects ??= []
          rejects.push(rejectOf(record, writer, atLine, rule))
        }
        if (checked.length > 0 && !rejects) rejects = this.check(record, checked, atLine, plan.reportOnly)
        if (key && !rejects) {
          const broken = key(record, atLine)
          if (broken && !plan.reportOnly) rejects = [broken]
          else if (broken) this.note(broken)
        }
        if (rejects) {
          this.reject(record, cells, rejects)
          continue
        }
        builder.commit()
        this.acceptedCount++
        if (builder.isFull) {
          this.bytesRead = block.offset + tokens.recordStarts[r]!
          yield builder.take()
        }
      }
      this.bytesRead = block.bytesRead
    }
    if (builder.rowCount > 0) yield builder.take()
  }

  private check(
    record: RecordView,
    checked: { writer: FieldWriter; checks: Check[] }[],
    line: number,
    reportOnly: boolean,
  ): Reject[] | undefined {
    let rejects: Reject[] | undefined
    for (const { writer, checks } of checked) {
      const text = writer.cells.map((cell) => textOf(record, cell)).join(' ')
      for (const check of checks) {
        const rule = check(text === '' ? null : text, text === '' ? null : writer.value)
        if (rule === null) continue
        const broken = rejectOf(record, writer, line, rule)
        if (reportOnly) this.note(broken)
        else {
          rejects ??= []
          rejects.push(broken)
        }
      }
    }
    return rejects
  }

  private note({ column, rule, line }: Reject): void {
    const key = `${column} ${rule}`
    const known = this.violations.get(key)
    if (known) known.count++
    else this.violations.set(key, { column: column ?? '', rule, count: 1, firstLine: line })
  }

  private reject(record: RecordView, cellCount: number, rejects: Reject[]): void {
    this.rejectedCount++
    const cells: string[] = []
    for (let i = record.first; i < record.first + cellCount; i++)
      cells.push(cellText(record.bytes, record.starts[i]!, record.ends[i]!, record.escaped[i]!, record.quote))
    this.onReject({ rejects, cells })
  }
}

function rejectOf(record: RecordView, { field, cells }: FieldWriter, line: number, rule: string): Reject {
  const value = cells.map((cell) => textOf(record, cell)).join(' ; ')
  return { line, column: field.name, rule, value: value.slice(0, sampleLength) }
}

const rawText = ({ bytes, starts, ends, first }: RecordView, cells: number): string =>
  bytes.toString('utf8', starts[first]!, Math.min(starts[first]! + sampleLength, ends[first + cells - 1]!))

/** A check that the primary key is complete and new; undefined when there is none. */
function keyCheck(plan: LoadPlan, writers: FieldWriter[]) {
  const parts = plan.primaryKey.flatMap((name) => writers.filter(({ field }) => field.name === name))
  if (parts.length === 0) return undefined
  const index = new UniqueIndex()
  const column = parts.map(({ field }) => field.name).join(' + ')
  return (record: RecordView, line: number): Reject | undefined => {
    const texts = parts.map(({ cells }) => textOf(record, cells[0]!))
    const value = texts.join(' ; ').slice(0, sampleLength)
    if (texts.includes('')) return { line, column, rule: 'key-missing', value }
    return index.add(texts.join('\u0000')) ? undefined : { line, column, rule: 'key-repeated', value }
  }
}
