/** The same checksum of what the source sent and of what is stored here. */
import type { LoadPlan } from '../../datasets/loading/schema.ts'
import { pointColumns } from '../../datasets/rules.ts'
import type { DatasetField } from '../../datasets/schema.ts'
import type { Datasets } from '../../datasets/service.ts'
import { call, column, value } from '../../engines/columnar/query.ts'
import { cancelled } from '../../errors.ts'
import type { FoundDataset } from '../contract.ts'
import { planFieldOf } from './description.ts'
import { meaningOf, type RowChecksum, RowChecksum as Sum } from './row-checksum.ts'

const pageRows = 2_000

/** Adds each row of the source as it comes. */
export function checksumThere(
  { fields = [] }: FoundDataset,
  sum: RowChecksum,
): (row: Readonly<Record<string, unknown>>) => void {
  return (row) => sum.add(fields.map(({ name, type }) => meaningOf(row[name], type)))
}

/** Of the current rows of a dataset, read some at a time. */
export async function storedChecksum(
  datasets: Datasets,
  id: string,
  fields: readonly DatasetField[],
  plan: LoadPlan,
  signal: AbortSignal,
): Promise<string> {
  const sum = new Sum()
  const local = new Map(datasets.get(id).fields.map((field) => [field.name, field]))
  const read = fields.map((field) => {
    const here = local.get(planFieldOf(plan, field.name)?.name ?? '')
    return { type: field.type, here, point: here?.type === 'geo_point_2d' ? pointColumns(here) : undefined }
  })
  for (let last = 0; ; ) {
    if (signal.aborted) throw cancelled()
    const rows = await datasets.query(id, (table) => ({
      from: { kind: 'table', table },
      where: call('>', column('_n'), value(last)),
      orderBy: [{ by: column('_n') }],
      limit: pageRows,
    }))
    for (const row of rows)
      sum.add(
        read.map(({ type, here, point }) => {
          if (!here) return ''
          if (!point) return meaningOf(row[here.name], type)
          const lon = row[point.lon]
          return lon === null || lon === undefined ? '' : meaningOf({ lon, lat: row[point.lat] }, type)
        }),
      )
    if (rows.length < pageRows) return sum.text
    last = Number(rows.at(-1)!._n)
  }
}
