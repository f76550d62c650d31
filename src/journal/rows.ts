/** Entries as rows of the datasets `access-log` and `usage`. */
import { RowBuilder } from '../datasets/row-builder.ts'
import { tableOf } from '../datasets/rules.ts'
import type { TableBatch } from '../engines/columnar/columnar.ts'
import { accessLog, usage } from './datasets.ts'
import type { AccessFacts, ClosingFacts, JournalEntry } from './entry.ts'
import type { UsageRow } from './hourly-usage.ts'

type Push<Row> = (row: Row) => void

/** Pushes one column after another; each once per row. */
function pushes<Row>(
  rows: RowBuilder,
  numbers: Record<string, (row: Row) => number | null>,
  texts: Record<string, (row: Row) => string | null>,
): Push<Row>[] {
  return [
    ...Object.entries(numbers).map(([name, read]) => {
      const column = rows.number(name)
      return (row: Row) => column.push(read(row))
    }),
    ...Object.entries(texts).map(([name, read]) => {
      const column = rows.text(name)
      return (row: Row) => column.push(read(row))
    }),
  ]
}

type Placed<Row> = { row: Row; position: number }
type Told = JournalEntry & Partial<AccessFacts & ClosingFacts>

const listOf = (values: readonly string[] | undefined) =>
  values === undefined || values.length === 0 ? null : JSON.stringify(values)

export class JournalRows {
  readonly #log = new RowBuilder(tableOf(accessLog))
  readonly #usage = new RowBuilder(tableOf(usage))
  readonly #logColumns: Push<Placed<Told>>[]
  readonly #usageColumns: Push<Placed<UsageRow>>[]

  constructor(source: string, node: string) {
    this.#logColumns = pushes<Placed<Told>>(
      this.#log,
      {
        at: ({ row }) => Date.parse(row.at),
        seq: ({ row }) => row.seq,
        status: ({ row }) => row.status ?? null,
        accesses: ({ row }) => (row.kind === 'counted' ? row.count : row.kind === 'closed' ? 1 : null),
        rows: ({ row }) => row.rows ?? null,
        bytes: ({ row }) => row.bytes ?? null,
        ms: ({ row }) => row.ms ?? null,
        _seq: ({ position }) => position,
      },
      {
        node: ({ row }) => row.node,
        kind: ({ row }) => row.kind,
        access: ({ row }) => row.access ?? null,
        organisation: ({ row }) => row.organisation ?? null,
        actor: ({ row }) => row.actor ?? null,
        dataset: ({ row }) => row.dataset ?? null,
        owner: ({ row }) => row.owner ?? null,
        action: ({ row }) => row.action ?? null,
        grants: ({ row }) => listOf(row.grants),
        agreements: ({ row }) => listOf(row.agreements),
        columns: ({ row }) => listOf(row.columns),
        filterHash: ({ row }) => row.filterHash ?? null,
        outcome: ({ row }) => row.outcome ?? null,
        requestId: ({ row }) => row.requestId ?? null,
        prevHash: ({ row }) => row.prevHash,
        hash: ({ row }) => row.hash,
        _src: () => source,
      },
    )
    this.#usageColumns = pushes<Placed<UsageRow>>(
      this.#usage,
      {
        at: ({ row }) => Date.parse(row.at),
        accesses: ({ row }) => row.accesses,
        refusals: ({ row }) => row.refusals,
        rows: ({ row }) => row.rows,
        bytes: ({ row }) => row.bytes,
        _seq: ({ position }) => position,
      },
      {
        node: () => node,
        dataset: ({ row }) => row.dataset,
        owner: ({ row }) => row.owner,
        action: ({ row }) => row.action,
        organisation: ({ row }) => row.organisation,
        _src: () => source,
      },
    )
  }

  /** `position`: where the line begins in the spool. */
  entry(row: JournalEntry, position: number): void {
    for (const push of this.#logColumns) push({ row, position })
  }

  hour(rows: readonly UsageRow[], position: number): void {
    for (const row of rows) for (const push of this.#usageColumns) push({ row, position })
  }

  get rowCount(): number {
    return this.#log.rowCount
  }

  /** The batches that have rows, and begins anew. */
  take(): TableBatch[] {
    return [this.#log, this.#usage].filter((rows) => rows.rowCount > 0).map((rows) => rows.take())
  }
}
