/** Readers of one question: rows gathered for an interval, then sent to all of them as one text. */
import type { Row } from '../../engines/columnar/columnar.ts'
import { isNewer, type StreamQuestion } from './stream-query.ts'
import { type Watermark, writeWatermark } from './watermark.ts'

/** Where events go: the response of one reader. */
export interface EventSink {
  /** Returns the bytes still waiting to leave. */
  write(text: string): number
  /** Rows that are on their way to it. */
  sent?(rows: number): void
  /** Ends a reader that cannot keep up, or may no longer read. */
  drop(): void
  /** Its right has ended; it is dropped next. */
  revoked?(): void
}

export interface Reader {
  sink: EventSink
  /** Events that wait until the reader has what it missed; undefined once it has. */
  held: string[] | undefined
  lastWriteMs: number
}

/** A reader with more than this waiting is too slow: it is dropped, the others do not notice. */
const maxWaitingBytes = 1024 * 1024
const heartbeatMs = 15_000
/** Rows kept of a question without a key, for one interval. */
export const maxEventRows = 10_000

export interface RowsEvent {
  rows: readonly Row[]
  /** Older rows were left out: there were too many. */
  isCut: boolean
  watermark: Watermark
}

export class Subscription {
  readonly question: StreamQuestion
  readonly intervalMs: number
  readonly readers = new Set<Reader>()
  /** Everything up to here was sent. */
  sentTo: Watermark
  #gathered = new Map<string, Row>()
  #keyless: Row[] = []
  #isCut = false
  /** Rows came that were too many to be looked at one by one: the engine is asked when the time comes. */
  isBehind = false
  #sentAtMs: number
  readonly #isNewer

  constructor(question: StreamQuestion, intervalMs: number, from: Watermark, nowMs: number) {
    this.question = question
    this.intervalMs = intervalMs
    this.sentTo = from
    this.#sentAtMs = nowMs
    this.#isNewer = isNewer(question.eventTime)
  }

  /** HOT: once per new row and question. Rows come in the order of the spool. */
  gather(rows: readonly Row[]): void {
    const { filter, keys } = this.question
    for (const row of rows) {
      if (!filter.passes(row)) continue
      if (keys.length === 0) {
        this.#keyless.push(row)
        continue
      }
      const key = keys.length === 1 ? String(row[keys[0]!]) : JSON.stringify(keys.map((name) => row[name]))
      const known = this.#gathered.get(key)
      if (!known || this.#isNewer(row, known)) this.#gathered.set(key, row)
    }
    if (this.#keyless.length > maxEventRows) {
      this.#isCut = true
      this.#keyless = this.#keyless.slice(-maxEventRows)
    }
  }

  isDue(nowMs: number): boolean {
    return nowMs - this.#sentAtMs >= this.intervalMs
  }

  /** The rows gathered since the last event, which are no longer kept. */
  take(): Omit<RowsEvent, 'watermark'> {
    const rows = this.question.keys.length > 0 ? [...this.#gathered.values()] : this.#keyless
    const isCut = this.#isCut
    this.#gathered = new Map()
    this.#keyless = []
    this.#isCut = false
    this.isBehind = false
    return { rows, isCut }
  }

  /** Tells everybody, unless there is nothing to tell. */
  send({ rows, isCut, watermark }: RowsEvent, nowMs: number): void {
    this.sentTo = watermark
    this.#sentAtMs = nowMs
    if (rows.length === 0) return
    const event = this.event({ rows, isCut, watermark })
    for (const reader of [...this.readers]) {
      reader.sink.sent?.(rows.length)
      this.write(reader, event, nowMs)
    }
  }

  /** A sign of life for those who heard nothing for long: proxies cut silent connections. */
  beat(nowMs: number): void {
    for (const reader of [...this.readers])
      if (nowMs - reader.lastWriteMs >= heartbeatMs) this.write(reader, ': here\n\n', nowMs)
  }

  event({ rows, isCut, watermark }: RowsEvent): string {
    const { filter } = this.question
    const shown = rows.map((row) => filter.read(row))
    const data = JSON.stringify({ ...(isCut && { cut: true }), rows: shown })
    return `id: ${writeWatermark(watermark)}\nevent: rows\ndata: ${data}\n\n`
  }

  write(reader: Reader, text: string, nowMs: number): void {
    if (reader.held) {
      reader.held.push(text)
      if (reader.held.reduce((sum, { length }) => sum + length, 0) > maxWaitingBytes) this.#drop(reader)
      return
    }
    reader.lastWriteMs = nowMs
    // What waited before counts: one event alone may be larger, and whoever reads has not had its time yet.
    if (reader.sink.write(text) - Buffer.byteLength(text) > maxWaitingBytes) this.#drop(reader)
  }

  #drop(reader: Reader): void {
    this.readers.delete(reader)
    reader.sink.drop()
  }
}
