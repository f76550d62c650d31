/** From the spool to the datasets: each durable entry becomes its rows exactly once. */
import type { Columnar, RecordedRange, SpoolRange, TableBatch } from '../engines/columnar/columnar.ts'
import type { Spool } from '../engines/spool/spool.ts'
import { ChainState, type DayEnd } from './chain-state.ts'
import { readLine } from './entry.ts'
import { linesOf } from './lines.ts'
import { JournalRows } from './rows.ts'

const maxBatchRows = 20_000

export interface StoringOptions {
  node: string
  spool: Spool
  columnar: Pick<Columnar, 'append'>
  recorded: RecordedRange | undefined
  onDayEnd: (day: DayEnd) => Promise<void>
  log: { error(details: object, text: string): void }
}

export class Storing {
  /** As of the last entry that was read. */
  readonly state = new ChainState()
  readonly #options: StoringOptions
  readonly #rows: JournalRows
  /** Read up to here. */
  #position: number
  /** Rows of entries below are stored. */
  #storedTo: number
  /** What the store has not taken yet. */
  #pending: { batches: TableBatch[]; range: SpoolRange } | undefined
  #running: Promise<void> | undefined

  constructor(options: StoringOptions) {
    const { recorded, spool, node } = options
    this.#options = options
    this.#rows = new JournalRows(spool.source, node)
    const first = spool.firstSeq
    this.#storedTo = Math.max(recorded?.hi ?? first, first)
    this.#position = Math.min(Math.max(recorded?.resumeFrom ?? first, first), this.#storedTo)
  }

  /** Reads what became durable and stores it; those who ask meanwhile share the run. Rejects when the store refuses. */
  run(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #run(): Promise<void> {
    const { spool, onDayEnd, log } = this.#options
    if (this.#pending) await this.#commit()
    for await (const { text, from, to } of linesOf(spool.read(this.#position))) {
      this.#position = to
      const read = readLine(text)
      if (!read) {
        log.error(
          { position: from },
          'an entry of the journal cannot be read: lacydon journal verify tells more',
        )
        continue
      }
      const { dayEnd, hours } = this.state.absorb(read.entry, from, to)
      if (from >= this.#storedTo) {
        this.#rows.entry(read.entry, from)
        this.#rows.hour(hours, from)
      }
      if (dayEnd) await onDayEnd(dayEnd)
      if (this.#rows.rowCount >= maxBatchRows) await this.#commit()
    }
    if (this.#rows.rowCount > 0) await this.#commit()
  }

  async #commit(): Promise<void> {
    const { columnar, spool } = this.#options
    this.#pending ??= {
      batches: this.#rows.take(),
      range: {
        source: spool.source,
        lo: this.#storedTo,
        hi: this.#position,
        resumeFrom: Math.min(this.state.resumeFrom, this.#position),
      },
    }
    await columnar.append(this.#pending.batches, this.#pending.range)
    this.#storedTo = this.#pending.range.hi
    this.#pending = undefined
  }
}
