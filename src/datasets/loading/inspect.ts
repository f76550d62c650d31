/** Looks at a prepared file as a whole and plans its load. */
import { statSync } from 'node:fs'
import type { Reject } from '../../engines/columnar/snapshots.ts'
import type { ColumnEvidence, Shape } from './csv/evidence.ts'
import { scanParallel } from './csv/parallel-scan.ts'
import type { CsvScan } from './csv/scan.ts'
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
  /** By the name of a column in the file. */
  forms: Record<string, ColumnForm>
}

/** How an engine's own reader may take a column as a type: `plain`, or with every cell `checked`; absent: not at all. */
export type ColumnForm = Partial<
  Record<'integer' | 'bigint' | 'double' | 'boolean' | 'date' | 'timestamp' | 'text', 'plain' | 'checked'>
>

/** Reads the whole text once. Throws `no_rows` when no record is well formed. */
export async function inspect(
  prepared: Prepared,
  { epsg, onProgress }: { epsg?: number | undefined; onProgress?: (share: number) => void } = {},
): Promise<Inspection> {
  const { path, dialect, columns, start, line } = prepared
  const size = statSync(path).size
  const expectedRows = Math.max(1, (size - start) / Math.max(8, columns.length * 4))
  const scan = await scanParallel({
    path,
    dialect,
    columnCount: columns.length,
    start,
    line,
    size,
    expectedRows,
    onProgress: (bytes) => onProgress?.(Math.min(1, bytes / Math.max(1, size - start))),
  })
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
    decimalMark: prepared.layout?.decimalMark,
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
    forms: Object.fromEntries(columns.map(({ key }, i) => [key, formOf(scan.columns[i]!)])),
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

function formOf({ shapes, hasBlanks, filledCount }: ColumnEvidence): ColumnForm {
  const form: ColumnForm = { text: 'plain' }
  if (hasBlanks || shapes.some(({ kind }) => kind === 'null-text')) return form
  const forType = (
    type: keyof ColumnForm,
    isPlain: (shape: Shape) => boolean,
    isSafe: (shape: Shape) => boolean,
  ) => {
    const others = shapes.filter((shape) => !isPlain(shape))
    const count = others.reduce((sum, shape) => sum + shape.count, 0)
    if (count < filledCount || filledCount === 0) form[type] = others.every(isSafe) ? 'plain' : 'checked'
  }
  // The reader takes many texts for numbers (1_000, 0x1F, inf), but none that begins with a letter and is no infinity.
  const isWord = ({ kind, example }: Shape) => kind === 'text' && /^\p{L}/u.test(example)
  const never = () => false
  const isWhole = ({ kind }: Shape) => kind === 'integer'
  const fits = (shape: Shape) => isWhole(shape) && shape.min >= -2_147_483_648 && shape.max <= 2_147_483_647
  forType('integer', fits, isWord)
  forType('bigint', isWhole, isWord)
  forType('double', ({ kind }) => kind === 'integer' || kind === 'decimal', isWord)
  forType('boolean', ({ example }) => example === 'true' || example === 'false', never)
  forType('date', ({ kind }) => kind === 'date-plain', never)
  forType('timestamp', ({ kind }) => kind === 'instant-plain', never)
  return form
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
