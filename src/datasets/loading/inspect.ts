/** Looks at a prepared file as a whole and plans its load. */
import { statSync } from 'node:fs'
import type { Reject } from '../../engines/columnar/snapshots.ts'
import type { ColumnEvidence } from './csv/evidence.ts'
import { type CsvScan, scanCsv } from './csv/scan.ts'
import { dateStyleOf } from './inference/date-style.ts'
import { inferFields } from './inference/infer.ts'
import type { Prepared } from './prepare.ts'
import { refusal } from './refusal.ts'
import type { LoadPlan, PlanField } from './schema.ts'

export interface Inspection {
  plan: LoadPlan
  rowCount: number
  /** Records that cannot be read whatever their values are. */
  brokenCount: number
  broken: Reject[]
  /** Columns whose every cell has the plain form of the type that was guessed, by name. */
  plainColumns: Record<string, ColumnForm>
}

/** What a column's cells are without exception; decides whether an engine may read them by itself. */
export interface ColumnForm {
  isInteger: boolean
  isDecimal: boolean
  isBoolean: boolean
  isDay: boolean
  isInstant: boolean
  min: number
  max: number
}

/** Reads the whole text once. Throws `no_rows` when no record is well formed. */
export function inspect(
  prepared: Prepared,
  { epsg, onProgress }: { epsg?: number | undefined; onProgress?: (share: number) => void } = {},
): Inspection {
  const { path, dialect, columns, start, line } = prepared
  const size = statSync(path).size
  const expectedRows = Math.max(1, (size - start) / Math.max(8, columns.length * 4))
  const scan = scanCsv(path, dialect, columns.length, { start, line }, expectedRows, (bytes) =>
    onProgress?.(bytes / Math.max(1, size - start)),
  )
  refuseConflict(scan)
  const rowCount = scan.recordCount - scan.brokenCount
  if (rowCount === 0)
    throw refusal(
      'no_rows',
      scan.recordCount === 0
        ? 'This file has no row.'
        : `None of its ${scan.recordCount} records has ${columns.length} cells as its first one.`,
      'Check the delimiter and the header, or state the layout.',
      { broken: scan.broken.slice(0, 5) },
    )
  const stated = epsg ?? prepared.epsg
  const { fields, notes } = inferFields({
    columns,
    evidence: scan.columns,
    rowCount,
    ...(stated !== undefined && { epsg: stated }),
  })
  const typed = prepared.parquet ? withParquetTypes(fields, prepared) : fields
  const { layout, layer, layers } = prepared
  return {
    plan: {
      format: prepared.format,
      ...(layout && { layout }),
      ...(layer !== undefined && { layer }),
      ...(layers && { layers }),
      fields: typed,
      nullTexts: nullTextsOf(typed, columns, scan),
      primaryKey: [],
      reportOnly: false,
      notes: [
        ...prepared.notes,
        ...notes,
        ...(scan.brokenCount > 0 ? [brokenNote(scan, columns.length)] : []),
      ],
    },
    rowCount: prepared.parquet?.totalRows ?? rowCount,
    brokenCount: scan.brokenCount,
    broken: scan.broken,
    plainColumns: Object.fromEntries(columns.map(({ key }, i) => [key, formOf(scan.columns[i]!)])),
  }
}

function refuseConflict({ broken }: CsvScan): void {
  const mark = broken.find(({ value }) => /^(<{7} |>{7} )/.test(value))
  if (mark)
    throw refusal(
      'git_conflict',
      `This file holds an unresolved Git conflict at line ${mark.line}.`,
      'Resolve the conflict and send the file again.',
    )
}

function brokenNote({ brokenCount, broken }: CsvScan, width: number): string {
  const [first] = broken
  return `${brokenCount} record${brokenCount === 1 ? ' does' : 's do'} not have ${width} well-formed cells and will be rejected, the first at line ${first!.line} (${first!.rule}).`
}

/** Texts that mean “no value” in columns of other types than text. */
function nullTextsOf(
  fields: readonly PlanField[],
  columns: readonly { key: string }[],
  scan: CsvScan,
): string[] {
  const typed = new Set(fields.filter(({ type }) => type !== 'text').flatMap((field) => field.columns))
  const texts = scan.columns.flatMap((column, i) =>
    typed.has(columns[i]!.key)
      ? column.shapes.filter(({ kind }) => kind === 'null-text').map(({ example }) => example)
      : [],
  )
  return [...new Set(texts)]
}

function formOf({ shapes, hasBlanks }: ColumnEvidence): ColumnForm {
  const every = (...kinds: string[]) => !hasBlanks && shapes.every(({ kind }) => kinds.includes(kind))
  return {
    isInteger: every('integer'),
    isDecimal: every('integer', 'decimal'),
    isBoolean: every('word-boolean') && shapes.every(({ example }) => /^(true|false)$/.test(example)),
    isDay: every('date-plain'),
    isInstant: every('instant-plain') && shapes.every(({ example }) => dateStyleOf(example)?.isPlain),
    min: Math.min(...shapes.map(({ min }) => min)),
    max: Math.max(...shapes.map(({ max }) => max)),
  }
}

/** Parquet types its columns; only its texts are looked into. */
function withParquetTypes(fields: PlanField[], { parquet, columns }: Prepared): PlanField[] {
  const types = new Map(parquet!.types.map(({ name, type }) => [name, type]))
  const known = new Set(columns.map(({ key }) => key))
  return fields.map((field) => {
    const [column] = field.columns
    const type = field.columns.length === 1 && known.has(column!) ? types.get(column!) : undefined
    if (type === undefined || type === 'text') return field
    return { ...field, type, reading: { kind: 'plain' }, reason: 'as the file types it' }
  })
}
