/** The thread of loads: reads and plans a file, then converts its rows; one file after the other. The server never waits. */
import { join } from 'node:path'
import { parentPort } from 'node:worker_threads'
import type { TableSpec } from '../../engines/columnar/columnar.ts'
import type { Reject } from '../../engines/columnar/snapshots.ts'
import { LacydonError } from '../../errors.ts'
import { recordBlocks } from './csv/record-blocks.ts'
import { cellText } from './csv/tokenizer.ts'
import { engineInput } from './engine-input.ts'
import { type Inspection, inspect } from './inspect.ts'
import { mergePlan } from './merge-plan.ts'
import { type Prepared, prepare } from './prepare.ts'
import { RejectFile, rejectColumns } from './reject-file.ts'
import { buffersOf } from './rows/batch-builder.ts'
import { Converter } from './rows/converter.ts'
import type { LoadPlan } from './schema.ts'
import { applySchema } from './table-schema.ts'
import type { FromWorker, Preview, ToWorker, Work } from './work.ts'

const port = parentPort!
const send = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)

/** Enough to infer the texts of a typed file. */
const parquetSampleRows = 50_000
const sampleRows = 20
const sampleTextLength = 200

const inbox: ToWorker[] = []
let wake: (() => void) | undefined
port.on('message', (message: ToWorker) => {
  inbox.push(message)
  wake?.()
})

async function next(): Promise<ToWorker> {
  while (inbox.length === 0)
    await new Promise<void>((resolve) => {
      wake = resolve
    })
  return inbox.shift()!
}

async function run(work: Work): Promise<void> {
  const { path, folder, limits, layer, layout } = work
  const options = { path, folder, limits, layer, layout }
  send({ kind: 'progress', stage: 'read', share: 0, rows: 0 })
  let prepared = await prepare({ ...options, maxParquetRows: parquetSampleRows })
  const inspection = await inspectHere(prepared, work.epsg)
  const preview = planFrom(work, prepared, inspection)
  const input = engineInput(prepared, preview.plan, inspection)
  send({ kind: 'planned', preview, ...(input && { input }) })
  if (work.planOnly) return
  let request = await next()
  if (request.kind === 'reject-rows') {
    writeRejectedRows(folder, prepared, request.rejects)
    send({ kind: 'rejected-rows' })
    request = await next()
  }
  if (request.kind !== 'convert') return
  if (prepared.parquet?.isSample) prepared = await prepare(options)
  await convert(folder, prepared, request.plan, request.table)
}

function inspectHere(prepared: Prepared, epsg: number | undefined): Promise<Inspection> {
  let lastShare = 0
  return inspect(prepared, {
    epsg,
    onProgress: (share) => {
      if (share - lastShare < 0.01) return
      lastShare = share
      send({ kind: 'progress', stage: 'scan', share, rows: 0 })
    },
  })
}

function planFrom(work: Work, prepared: Prepared, inspection: Inspection): Preview {
  const keys = prepared.columns.map(({ key }) => key)
  let { plan } = inspection
  // The columns of a reject file say what was wrong: they are no data.
  const own = new Set<string>(rejectColumns)
  plan = { ...plan, fields: plan.fields.filter(({ columns }) => !columns.some((column) => own.has(column))) }
  let missingFields: string[] = []
  let newFields: string[] = []
  if (work.kept && work.isDecided) plan = { ...work.kept, notes: plan.notes }
  else if (work.kept) ({ plan, missingFields, newFields } = mergePlan(work.kept, plan, keys))
  if (work.schema) plan = applySchema(plan, work.schema, work.kept?.reportOnly ?? false)
  checkColumns(plan, keys)
  return { ...inspection, plan, sampleRows: sampleOf(prepared, plan), missingFields, newFields }
}

function checkColumns(plan: LoadPlan, keys: readonly string[]): void {
  const known = new Set(keys)
  for (const { name, columns } of plan.fields)
    for (const column of columns)
      if (!known.has(column))
        throw new LacydonError(
          'schema_changed',
          422,
          `The file has no column “${column}”, of which “${name}” is made.`,
          {
            help: 'Preview the file and send the plan with its columns.',
          },
        )
}

/** The first rows as text, by field. */
function sampleOf({ path, dialect, columns, start, line }: Prepared, plan: LoadPlan): Preview['sampleRows'] {
  const place = new Map(columns.map(({ key }, i) => [key, i]))
  const rows: Preview['sampleRows'] = []
  for (const { bytes, tokens } of recordBlocks(path, dialect, { start, line })) {
    for (let r = 0; r < tokens.recordCount && rows.length < sampleRows; r++) {
      const first = tokens.firstCell[r]!
      if (tokens.firstCell[r + 1]! - first !== columns.length) continue
      const row: Record<string, string | null> = {}
      for (const field of plan.fields) {
        const texts = field.columns.map((column) => {
          const i = first + place.get(column)!
          return cellText(bytes, tokens.starts[i]!, tokens.ends[i]!, tokens.escaped[i]!, dialect.quote)
        })
        const text = texts.join(', ').slice(0, sampleTextLength)
        row[field.name] = text === '' ? null : text
      }
      rows.push(row)
    }
    if (rows.length === sampleRows) break
  }
  return rows
}

function groupByLine(rejects: readonly Reject[]): Map<number, Reject[]> {
  const groups = new Map<number, Reject[]>()
  for (const reject of rejects) {
    const group = groups.get(reject.line)
    if (group) group.push(reject)
    else groups.set(reject.line, [reject])
  }
  return groups
}

/** The rows of rejects that the engine told, in the order of the file. */
function writeRejectedRows(
  folder: string,
  { path, dialect, columns, start, line }: Prepared,
  rejects: readonly Reject[],
): void {
  const file = new RejectFile(
    join(folder, 'rejects.csv'),
    columns.map(({ key }) => key),
  )
  const byLine = groupByLine(rejects)
  try {
    for (const { bytes, tokens, line: first } of recordBlocks(path, dialect, { start, line })) {
      for (let r = 0; r < tokens.recordCount; r++) {
        const found = byLine.get(first + tokens.linesBefore[r]!)
        if (!found) continue
        byLine.delete(found[0]!.line)
        const cells: string[] = []
        for (let i = tokens.firstCell[r]!; i < tokens.firstCell[r + 1]!; i++)
          cells.push(cellText(bytes, tokens.starts[i]!, tokens.ends[i]!, tokens.escaped[i]!, dialect.quote))
        file.add(found, cells)
      }
      if (byLine.size === 0) return
    }
  } finally {
    file.close()
  }
}

async function convert(folder: string, prepared: Prepared, plan: LoadPlan, table: TableSpec): Promise<void> {
  const { path, dialect, columns, start, line } = prepared
  const columnKeys = columns.map(({ key }) => key)
  const rejects = new RejectFile(join(folder, 'rejects.csv'), columnKeys)
  const converter = new Converter({ path, dialect, columnKeys, start, line, plan, table }, (record) =>
    rejects.add(record.rejects, record.cells),
  )
  try {
    for (const batch of converter.batches()) {
      send({ kind: 'batch', batch }, buffersOf(batch))
      send({ kind: 'progress', stage: 'convert', share: 0, rows: converter.acceptedCount })
      await next()
    }
  } finally {
    rejects.close()
  }
  send({
    kind: 'converted',
    outcome: {
      rowCount: converter.acceptedCount,
      rejectedCount: converter.rejectedCount,
      rejects: rejects.rejects,
      violations: [...converter.violations.values()],
    },
  })
}

function sent(error: Error): FromWorker {
  const known = error instanceof LacydonError && {
    code: error.code,
    status: error.status,
    help: error.help,
    details: error.details as Record<string, unknown> | undefined,
  }
  return { kind: 'failed', error: { message: error.message, stack: error.stack, ...(known && { known }) } }
}

for (;;) {
  const request = await next()
  // What was still under way when a file ended is of no use to the next one.
  if (request.kind !== 'work') continue
  await run(request.work).catch((error: Error) => send(sent(error)))
}
