/** The rows of a dataset followed by those of a corrected file. */

import { batchOfRows } from '../../engines/columnar/batch-of-rows.ts'
import type { Columnar, Row, TableBatch, TableSpec } from '../../engines/columnar/columnar.ts'
import { column, table as tableFrom } from '../../engines/columnar/query.ts'
import { rowsOf } from '../changes-lines.ts'

const rowsPerBatch = 8_192

/** Batches of all rows of a version in their order, then `added`. Columns that the version lacks are NULL. */
export async function* withAddedRows(
  columnar: Columnar,
  source: { table: string; version: number; columns: ReadonlySet<string> },
  staging: TableSpec,
  added: AsyncIterable<TableBatch>,
  signal: AbortSignal,
): AsyncGenerator<TableBatch> {
  const known = staging.columns.filter(({ name }) => source.columns.has(name))
  const chunks = columnar.stream(
    {
      from: tableFrom(source.table, source.version),
      select: known.map(({ name }) => ({ as: name, value: column(name) })),
      orderBy: [{ by: column('_n') }],
    },
    { class: 'load', signal },
  )
  let rows: Row[] = []
  for await (const row of rowsOf(chunks)) {
    rows.push(row)
    if (rows.length < rowsPerBatch) continue
    yield batchOfRows(staging, rows)
    rows = []
  }
  if (rows.length > 0) yield batchOfRows(staging, rows)
  yield* added
}
