/** How much datasets are used: the hours that are over, from the dataset `usage`, and the one that goes on. */
import { tableName } from '../datasets/rules.ts'
import type { Columnar, Row } from '../engines/columnar/columnar.ts'
import {
  and,
  call,
  column,
  type Expression,
  instant,
  type Output,
  table,
  value,
} from '../engines/columnar/query.ts'
import { usage } from './datasets.ts'
import type { UsageRow } from './hourly-usage.ts'
import type { UsageOfDay } from './schema.ts'

/** Sums over all that is kept. */
export interface UseTotals {
  apiCalls: number
  downloads: number
  tiles: number
  streams: number
  rows: number
  bytes: number
}

interface UseOptions {
  columnar: Pick<Columnar, 'query'>
  journal: { currentUsage(): UsageRow[] }
}

const from = table(tableName(usage.id))
const day: Expression = { kind: 'time-bucket', of: column('at'), unit: 'day', count: 1 }
const sums: Output[] = (['accesses', 'refusals', 'rows', 'bytes'] as const).map((name) => ({
  as: name,
  value: { kind: 'aggregate', fn: 'sum', of: column(name) },
}))

export class DatasetUse {
  readonly #options: UseOptions

  constructor(options: UseOptions) {
    this.#options = options
  }

  /**
   * Use of one dataset by day and action, both days included (YYYY-MM-DD, UTC), oldest first; by organisation too when
   * asked. The hour that goes on is that of this node.
   */
  async byDay(
    datasetId: string,
    period: { from: string; to: string },
    { byOrganisation }: { byOrganisation: boolean },
  ): Promise<UsageOfDay[]> {
    const keys = [column('action'), ...(byOrganisation ? [column('organisation')] : [])]
    const rows = await this.#options.columnar.query({
      from,
      where: and(
        call('=', column('dataset'), value(datasetId)),
        call('>=', column('at'), instant(new Date(`${period.from}T00:00:00Z`))),
        call('<=', column('at'), instant(new Date(`${period.to}T23:59:59.999Z`))),
      ),
      select: [
        { as: 'day', value: day },
        { as: 'action', value: column('action') },
        ...(byOrganisation ? [{ as: 'organisation', value: column('organisation') }] : []),
        ...sums,
      ],
      groupBy: [day, ...keys],
    })
    const days = new Map<string, UsageOfDay>()
    const add = (date: string, action: string, organisation: string | null, counts: Counts) => {
      const key = JSON.stringify([date, action, byOrganisation ? organisation : null])
      const known = days.get(key)
      if (known) return addTo(known, counts)
      days.set(key, { date, action, ...(byOrganisation && { organisation }), ...countsOf(counts) })
    }
    for (const row of rows)
      add(String(row.day).slice(0, 10), String(row.action), textOrNull(row.organisation), countsOf(row))
    for (const row of this.#options.journal.currentUsage()) {
      const date = row.at.slice(0, 10)
      if (row.dataset === datasetId && date >= period.from && date <= period.to)
        add(date, row.action, row.organisation, row)
    }
    return [...days.values()].sort(
      (a, b) => compare(a.date, b.date) || compare(a.action, b.action) || b.accesses - a.accesses,
    )
  }

  /** Totals of every dataset that was ever used. */
  async totals(): Promise<Map<string, UseTotals>> {
    const keys = [column('dataset'), column('action')]
    const rows = await this.#options.columnar.query({
      from,
      select: [{ as: 'dataset', value: keys[0]! }, { as: 'action', value: keys[1]! }, ...sums],
      groupBy: keys,
    })
    const totals = new Map<string, UseTotals>()
    const add = (dataset: string, action: string, { accesses, rows, bytes }: Counts) => {
      const total = totals.get(dataset) ?? { ...unused }
      if (action === 'export') total.downloads += accesses
      else if (action === 'tiles') total.tiles += accesses
      else if (action === 'stream') total.streams += accesses
      else if (action !== 'manage') total.apiCalls += accesses
      total.rows += rows
      total.bytes += bytes
      totals.set(dataset, total)
    }
    for (const row of rows) add(String(row.dataset), String(row.action), countsOf(row))
    for (const row of this.#options.journal.currentUsage()) add(row.dataset, row.action, row)
    return totals
  }
}

type Counts = Pick<UsageRow, 'accesses' | 'refusals' | 'rows' | 'bytes'>
const unused: UseTotals = { apiCalls: 0, downloads: 0, tiles: 0, streams: 0, rows: 0, bytes: 0 }

const countsOf = (row: Row | Counts): Counts => ({
  accesses: Number(row.accesses ?? 0),
  refusals: Number(row.refusals ?? 0),
  rows: Number(row.rows ?? 0),
  bytes: Number(row.bytes ?? 0),
})

function addTo(sum: Counts, { accesses, refusals, rows, bytes }: Counts): void {
  sum.accesses += accesses
  sum.refusals += refusals
  sum.rows += rows
  sum.bytes += bytes
}

const textOrNull = (cell: Row[string] | undefined) =>
  cell === null || cell === undefined ? null : String(cell)
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
