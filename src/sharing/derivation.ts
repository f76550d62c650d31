/** Makes the dataset of an aggregate release from the rows of another one: closed windows, once each. */
import { tableName, tableOf } from '../datasets/rules.ts'
import type { DatasetDefinition } from '../datasets/schema.ts'
import { batchOfRows } from '../engines/columnar/batch-of-rows.ts'
import type { Columnar } from '../engines/columnar/columnar.ts'
import { call, column, value } from '../engines/columnar/query.ts'
import {
  type Counted,
  closedUntil,
  countQuery,
  firstRowQuery,
  methodOf,
  nextWindowStart,
  releasedRows,
  windowStart,
} from './aggregate.ts'
import type { AggregateRelease } from './schema.ts'

export interface DerivationOptions {
  columnar: Pick<Columnar, 'query' | 'append' | 'ranges'>
  /** A stream of fields `at`, `cell`, `lon`, `lat`, `vessels`, `method` and `releasedAt`. */
  output: DatasetDefinition
  counted: Counted
  /** As it is now. Another one ends the series and begins the next where it ends. */
  release: () => AggregateRelease
  now: () => Date
}

const windowsAtOnce = 24

export class AggregateDerivation {
  readonly #options: DerivationOptions
  #running: Promise<number> | undefined

  constructor(options: DerivationOptions) {
    this.#options = options
  }

  /**
   * Counts every window that is closed and not told of yet; answers how many rows came. Who asks meanwhile shares the
   * run. A window is told of once: rows that come later change nothing, or the difference would tell who came.
   */
  run(): Promise<number> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #run(): Promise<number> {
    const { columnar, counted, now } = this.#options
    const release = this.#options.release()
    const horizonMs = closedUntil(now().getTime(), release)
    const source = this.#source
    const recorded = (await columnar.ranges()).find((range) => range.source === source)
    let cursorMs = recorded ? nextWindowStart(recorded.hi, release) : Number.NEGATIVE_INFINITY
    let cells: Set<string> | undefined
    let count = 0
    while (cursorMs < horizonMs) {
      const earliestMs = Math.max(cursorMs, 0)
      // Windows in which nobody was heard are passed over, however many they are.
      const [first] = await columnar.query(firstRowQuery(counted, earliestMs, horizonMs), derivation)
      if (typeof first?.at !== 'string') break
      const fromMs = windowStart(Date.parse(first.at), release)
      const untilMs = Math.min(horizonMs, fromMs + windowsAtOnce * release.windowS * 1_000)
      cells ??= await this.#cells(release)
      const figures = await columnar.query(countQuery(counted, release, fromMs, untilMs), derivation)
      const rows = releasedRows(figures, cells, release, { fromMs, untilMs, releasedAt: now() })
      await this.#append(rows, Math.max(earliestMs, fromMs), untilMs)
      count += rows.length
      cursorMs = untilMs
    }
    return count
  }

  get #source(): string {
    return `release:${this.#options.output.id}`
  }

  /** Cells of the series that have had a figure. */
  async #cells(release: AggregateRelease): Promise<Set<string>> {
    const { columnar, output } = this.#options
    const rows = await columnar.query(
      {
        from: { kind: 'table', table: tableName(output.id) },
        where: call('=', column('method'), value(methodOf(release))),
        select: [{ as: 'cell', value: column('cell') }],
        distinct: true,
      },
      derivation,
    )
    return new Set(rows.map(({ cell }) => String(cell)))
  }

  /** Rows and how far they reach, in one step: nodes that count the same window keep one of the two answers. */
  async #append(rows: ReturnType<typeof releasedRows>, lo: number, hi: number): Promise<void> {
    const source = this.#source
    const step = (hi - lo) / Math.max(1, rows.length)
    const placed = rows.map((row, i) => ({ ...row, _src: source, _seq: lo + Math.floor(i * step) }))
    const spec = tableOf(this.#options.output)
    const batches = rows.length > 0 ? [batchOfRows(spec, placed)] : []
    await this.#options.columnar.append(batches, { source, lo, hi, resumeFrom: hi })
  }
}

const derivation = { class: 'derivation' } as const
