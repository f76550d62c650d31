/** One load from its file to a staging table: planned, converted, compared. Nothing is published here. */
import { rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Columnar, TableBatch, TableSpec } from '../../engines/columnar/columnar.ts'
import type { LoadInput, Reject, Snapshots } from '../../engines/columnar/snapshots.ts'
import { conflict } from '../../errors.ts'
import { columnsOf, tableName } from '../rules.ts'
import type { DatasetDefinition, DatasetField } from '../schema.ts'
import { withAddedRows } from './added-rows.ts'
import { datasetFields } from './fields.ts'
import type { LoadLimits } from './limits.ts'
import type { LoadThread, ThreadProgress } from './load-thread.ts'
import type { LoadThreads } from './load-threads.ts'
import type { StoredOptions } from './loads-store.ts'
import type { LoadPlan, LoadResult } from './schema.ts'
import { parseTableSchema } from './table-schema.ts'
import type { Converted, Preview, Work } from './work.ts'

/** Where the rows go. */
export interface Destination {
  /** As it is now; undefined when the load makes it. */
  definition: DatasetDefinition | undefined
  currentVersion: number | null
  /** Answers the staging table for these fields, making the dataset when it is missing. */
  stage(fields: DatasetField[]): Promise<TableSpec>
}

export interface RunInput {
  folder: string
  path: string
  limits: LoadLimits
  options: StoredOptions
  tableSchema: string
  /** The plan to go by: of a person, or of the last load. */
  plan: LoadPlan | undefined
  isDecided: boolean
}

export interface RunEffects {
  columnar: Columnar & Snapshots
  threads: LoadThreads
  signal: AbortSignal
  onProgress(progress: { stage: string; share: number; rows: number }): void
}

export type RunOutcome =
  /** The plan waits for a person. */
  | { kind: 'planned'; preview: Preview }
  | { kind: 'staged'; preview: Preview; fields: DatasetField[]; staging: string; result: LoadResult }

/** Throws the refusal of the file, `cancelled`, or what the engine throws; then nothing is left of it. */
export async function runLoad(input: RunInput, to: Destination, effects: RunEffects): Promise<RunOutcome> {
  const { signal, onProgress } = effects
  const thread = effects.threads.read(workOf(input), {
    signal,
    onProgress: ({ stage, share, rows }: ThreadProgress) => {
      if (stage !== 'convert') onProgress({ stage, share, rows })
    },
  })
  try {
    const { preview, input: engineReads } = await thread.planned()
    await writeFile(join(input.folder, 'preview.json'), JSON.stringify(preview), { mode: 0o600 })
    if (input.options.preview && !input.isDecided) return { kind: 'planned', preview }
    const plan =
      input.options.reportOnly === undefined
        ? preview.plan
        : { ...preview.plan, reportOnly: input.options.reportOnly }
    const fields = input.isDecided
      ? datasetFields(plan)
      : keepDescriptions(datasetFields(plan), to.definition)
    if (input.options.corrects !== undefined) checkSameColumns(fields, to)
    const staging = await to.stage(fields)
    const result = await loadRows(thread, { plan, staging, preview, engineReads }, input, to, effects)
    return { kind: 'staged', preview: { ...preview, plan }, fields, staging: staging.name, result }
  } finally {
    await thread.close()
  }
}

function workOf({ path, folder, limits, options, tableSchema, plan, isDecided }: RunInput): Work {
  const layout = isDecided
    ? plan?.layout
    : (options.layout ?? (plan?.layout?.isStated ? plan.layout : undefined))
  return {
    path,
    folder,
    limits,
    ...(options.layer !== undefined && { layer: options.layer }),
    ...(options.epsg !== undefined && { epsg: options.epsg }),
    ...(plan && { kept: plan }),
    ...(layout && { layout }),
    ...(isDecided && plan?.layer !== undefined && { layer: plan.layer }),
    isDecided,
    ...(tableSchema !== '' && !isDecided && { schema: parseTableSchema(tableSchema) }),
    planOnly: options.preview === true && !isDecided,
  }
}

/** Labels, units and annotations that people gave a field stay while its type does. */
function keepDescriptions(fields: DatasetField[], definition: DatasetDefinition | undefined): DatasetField[] {
  const known = new Map(definition?.fields.map((field) => [field.name, field]))
  return fields.map((field) => {
    const before = known.get(field.name)
    if (!before || before.type !== field.type) return field
    const { label, unit, annotations } = before
    return { ...field, label, ...(unit !== undefined && { unit }), ...(annotations && { annotations }) }
  })
}

function checkSameColumns(fields: DatasetField[], { definition, currentVersion }: Destination): void {
  if (!definition || currentVersion === null)
    throw conflict(
      'There is no version to which corrected rows could be added.',
      'Publish the load that they correct first.',
    )
  const columns = (of: DatasetField[]) => new Map(of.flatMap(columnsOf).map(({ name, type }) => [name, type]))
  const before = columns(definition.fields)
  for (const [name, type] of columns(fields))
    if (before.get(name) !== type)
      throw conflict(
        `The corrected file has “${name}” as ${type}, the dataset has ${before.get(name) ?? 'no such column'}.`,
        'Keep the header of the reject file as it is.',
      )
}

interface Rows {
  plan: LoadPlan
  staging: TableSpec
  preview: Preview
  engineReads: LoadInput | undefined
}

async function loadRows(
  thread: LoadThread,
  { plan, staging, preview, engineReads }: Rows,
  { options }: RunInput,
  { definition, currentVersion }: Destination,
  { columnar, signal, onProgress }: RunEffects,
): Promise<LoadResult> {
  const total = Math.max(1, preview.rowCount)
  let told = 0
  const tell = (rows: number) => {
    // Engines read a file in more than one pass; what is told only grows.
    told = Math.max(told, Math.min(rows, total))
    onProgress({ stage: 'convert', share: told / total, rows: told })
  }
  tell(0)
  if (engineReads && options.corrects === undefined) {
    const size =
      engineReads.kind === 'csv'
        ? await stat(engineReads.path).then(
            (s) => s.size,
            () => 0,
          )
        : 0
    const outcome = await columnar.load(staging, engineReads, {
      signal,
      onProgress: ({ rows, bytes }) =>
        tell(Math.max(rows, size > 0 ? Math.round((bytes / size) * total) : 0)),
    })
    const { rejectedCount, rejects } = outcome
    if (rejectedCount > 0 && isAllTold(rejectedCount, rejects)) await thread.writeRejectedRows(rejects)
    if (rejectedCount === 0 || isAllTold(rejectedCount, rejects))
      return resultOf({ ...outcome, violations: [] }, 'engine')
    // More than the engine tells one by one: read again here, where every row is written down.
    await columnar.drop(staging.name)
  }
  const { batches, outcome } = thread.convert(plan, staging)
  const all: AsyncIterable<TableBatch> =
    options.corrects !== undefined && definition && currentVersion !== null
      ? withAddedRows(
          columnar,
          {
            table: tableName(definition.id),
            version: currentVersion,
            columns: new Set(definition.fields.flatMap(columnsOf).map(({ name }) => name)),
          },
          staging,
          batches,
          signal,
        )
      : batches
  const loaded = await columnar.load(
    staging,
    { kind: 'batches', batches: all },
    { signal, onProgress: ({ rows }) => tell(rows) },
  )
  return resultOf({ ...outcome(), rowCount: loaded.rowCount }, 'converter')
}

/** Whether each rejected record has at least one of the rejects that are told. */
const isAllTold = (rejectedCount: number, rejects: readonly Reject[]) =>
  new Set(rejects.map(({ line }) => line)).size === rejectedCount

function resultOf(
  { rowCount, rejectedCount, rejects, violations }: Converted,
  reader: LoadResult['reader'],
): LoadResult {
  const rules = new Map<string, LoadResult['rules'][number]>()
  for (const { line, column, rule, value } of rejects) {
    const key = `${column} ${rule}`
    const known = rules.get(key)
    if (known) known.count++
    else rules.set(key, { column, rule, count: 1, firstLine: line, example: value })
  }
  return { rowCount, rejectedCount, rules: [...rules.values()], violations, reader }
}

const made = ['unpacked', 'utf8', 'utf8.csv', 'table.csv', 'table.csv.padded']

/** Deletes what was made of the file: a load that failed keeps the file alone, to be started again. */
export async function tidyMade(folder: string): Promise<void> {
  for (const name of made) await rm(join(folder, name), { force: true })
}

/** Deletes what a finished load needs no longer; its plan and its rejected rows stay. */
export async function tidyFolder(folder: string): Promise<void> {
  await tidyMade(folder)
  await rm(join(folder, 'file'), { force: true })
}
