/** The new rows of one dataset as some readers may see it, looked up once for all their questions. */
import type { Columnar } from '../../engines/columnar/columnar.ts'
import { missedRows, newRows, type StreamQuestion } from './stream-query.ts'
import { maxEventRows, type Reader, type RowsEvent, Subscription } from './subscription.ts'
import { partsBetween, type Watermark } from './watermark.ts'

/** More new rows than this are not looked at one by one: the engine finds the last of each key. */
const maxRowsAtOnce = 20_000

export class Channel {
  readonly #columnar: Columnar
  readonly #subscriptions = new Map<string, Subscription>()
  /** Everything up to here was looked up. */
  #at: Watermark
  #relation: Pick<StreamQuestion, 'relation'> | undefined

  constructor(columnar: Columnar, from: Watermark) {
    this.#columnar = columnar
    this.#at = from
  }

  get isEmpty(): boolean {
    return this.#subscriptions.size === 0
  }

  get readerCount(): number {
    return [...this.#subscriptions.values()].reduce((sum, { readers }) => sum + readers.size, 0)
  }

  /** The readers of a question; `key` is equal for equal questions only. */
  subscribe(key: string, intervalMs: number, nowMs: number, ask: () => StreamQuestion): Subscription {
    const known = this.#subscriptions.get(key)
    if (known) return known
    const subscription = new Subscription(ask(), intervalMs, this.#at, nowMs)
    this.#relation ??= subscription.question
    this.#subscriptions.set(key, subscription)
    return subscription
  }

  leave(key: string, reader: Reader): void {
    const subscription = this.#subscriptions.get(key)
    subscription?.readers.delete(reader)
    if (subscription?.readers.size === 0) this.#subscriptions.delete(key)
  }

  /** Looks up the rows that came until `to` and tells those whose interval is over. Throws what the engine throws. */
  async advance(to: Watermark, nowMs: number): Promise<void> {
    const subscriptions = [...this.#subscriptions.values()]
    const parts = partsBetween(this.#at, to)
    if (parts.length > 0 && this.#relation) {
      const query = newRows(this.#relation, parts, maxRowsAtOnce + 1)
      const rows = await this.#columnar.query(query, { class: 'interactive' })
      for (const subscription of subscriptions)
        if (rows.length > maxRowsAtOnce) subscription.isBehind = true
        else subscription.gather(rows)
      this.#at = new Map([...this.#at, ...parts.map(({ source, hi }): [string, number] => [source, hi])])
      // Who subscribed during the query began before its rows.
      for (const late of this.#subscriptions.values()) if (!subscriptions.includes(late)) late.isBehind = true
    }
    for (const subscription of this.#subscriptions.values()) {
      if (subscription.isDue(nowMs)) await this.#tell(subscription, nowMs)
      subscription.beat(nowMs)
    }
  }

  async #tell(subscription: Subscription, nowMs: number): Promise<void> {
    const watermark = this.#at
    if (!subscription.isBehind) {
      subscription.send({ ...subscription.take(), watermark }, nowMs)
      return
    }
    const event = await this.missed(subscription.question, subscription.sentTo, watermark)
    subscription.take()
    subscription.send(event, nowMs)
  }

  /** Sends what was gathered before its time, so that a reader that is ahead meets the others. */
  catchUp(subscription: Subscription, nowMs: number): void {
    if (!subscription.isBehind) subscription.send({ ...subscription.take(), watermark: this.#at }, nowMs)
  }

  /** What a question has to be told of the rows between two watermarks. */
  async missed(question: StreamQuestion, from: Watermark, to: Watermark): Promise<RowsEvent> {
    const parts = partsBetween(from, to)
    if (parts.length === 0) return { rows: [], isCut: false, watermark: to }
    const query = missedRows(question, parts, maxEventRows + 1)
    const rows = await this.#columnar.query(query, { class: 'interactive' })
    return {
      rows: rows.slice(0, maxEventRows).reverse(),
      isCut: rows.length > maxEventRows,
      watermark: to,
    }
  }
}
