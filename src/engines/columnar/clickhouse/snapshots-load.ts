/**
 * Rows for ClickHouse. Files are read by an embedded DuckDB in a scratch folder, so that cells, types and rejects mean
 * the same on both engines; its rows then go over in blocks.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { cancelled } from '../../../errors.ts'
import { checkBatch } from '../batch.ts'
import { batchOfRows } from '../batch-of-rows.ts'
import type { Columnar, Row, TableBatch, TableSpec } from '../columnar.ts'
import { openDuckDb } from '../duckdb/open.ts'
import type { EngineLog } from '../engine-log.ts'
import { parseRows } from '../ndjson.ts'
import { table as fromTable, type Query } from '../query.ts'
import type { LoadInput, LoadOptions, LoadOutcome, Snapshots } from '../snapshots.ts'

export type Scratch = Columnar & Snapshots

/** Opened when the first file comes: most instances load seldom. */
export function lazyScratch(folder: string, inboxFolder: string, log: EngineLog) {
  let opening: Promise<Scratch> | undefined
  return {
    async get(): Promise<Scratch> {
      opening ??= mkdir(folder, { recursive: true }).then(() =>
        openDuckDb({ folder: join(folder, 'columnar'), coldFolder: join(folder, 'files'), inboxFolder, log }),
      )
      return opening
    },
    async close() {
      await (await opening?.catch(() => undefined))?.close()
    },
  }
}

/** Rows of one block: larger inserts are not atomic, smaller ones cost a part each. */
const blockRows = 50_000

/** The batches of any input but a version, numbered (`_n`) and checked, and the outcome when they have ended. */
export async function* numberedBatches(
  spec: TableSpec,
  batches: AsyncIterable<TableBatch>,
  { signal, onProgress }: LoadOptions,
): AsyncGenerator<TableBatch> {
  let rowCount = 0
  let bytes = 0
  for await (const batch of batches) {
    if (signal?.aborted) throw cancelled()
    const first = rowCount + 1
    const numbers = Float64Array.from({ length: batch.rowCount }, (_, i) => first + i)
    const whole: TableBatch = {
      ...batch,
      columns: { ...batch.columns, _n: { kind: 'float64-integer', values: numbers } },
    }
    checkBatch(whole, spec)
    rowCount += batch.rowCount
    for (const data of Object.values(batch.columns))
      if ('values' in data && 'byteLength' in data.values) bytes += data.values.byteLength
    yield whole
    onProgress?.({ rows: rowCount, bytes })
  }
  if (signal?.aborted) throw cancelled()
}

/** The rows of a query as batches for `spec`, in its order. */
export async function* batchesOf(store: Columnar, query: Query, spec: TableSpec, signal?: AbortSignal) {
  let rows: Row[] = []
  for await (const chunk of store.stream(query, { class: 'load', signal })) {
    for (const row of await parseRows([chunk])) rows.push(row)
    if (rows.length < blockRows) continue
    yield batchOfRows(spec, rows)
    rows = []
  }
  if (rows.length > 0) yield batchOfRows(spec, rows)
}

/** Loads a file in the scratch store and gives its batches to `send`; nothing stays in the scratch store. */
export async function throughScratch(
  scratch: Scratch,
  given: TableSpec,
  spec: TableSpec,
  input: LoadInput,
  options: LoadOptions,
  send: (batches: AsyncIterable<TableBatch>) => Promise<void>,
): Promise<LoadOutcome> {
  const outcome = await scratch.load(given, input, options)
  try {
    // DuckDB gives rows in the order they were loaded.
    await send(batchesOf(scratch, { from: fromTable(given.name) }, spec, options.signal))
    return outcome
  } finally {
    await scratch.drop(given.name)
  }
}
