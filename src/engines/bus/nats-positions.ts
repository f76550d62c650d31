import { randomUUID } from 'node:crypto'
import { JetStreamApiError, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream'
import { conflict } from '../../errors.ts'

/** Error codes of the JetStream API (nats-server, server/errors.json). */
const wrongLastSequence = 10071

interface PositionRecord {
  position: number
  /** Which subscription wrote it: a newer one takes the consumer over. */
  session: string
}

/**
 * The acknowledged position of one durable consumer: the last message of a subject of its own. A write names the
 * write it follows, so when two subscriptions hold the same consumer the older one finds out and stops.
 */
export class DurablePosition {
  readonly #js: JetStreamClient
  readonly #jsm: JetStreamManager
  readonly #stream: string
  readonly #subject: string
  readonly #session = randomUUID()
  #sequence = 0
  #writing: Promise<void> | undefined
  #wanted = -1
  #written = -1

  constructor(js: JetStreamClient, jsm: JetStreamManager, stream: string, subject: string) {
    this.#js = js
    this.#jsm = jsm
    this.#stream = stream
    this.#subject = subject
  }

  /** Takes the consumer over and answers where it begins: its acknowledged position, `initial` the first time. */
  async claim(initial: number): Promise<number> {
    for (;;) {
      const stored = await readPosition(this.#jsm, this.#stream, this.#subject)
      this.#sequence = stored?.sequence ?? 0
      const position = stored?.record.position ?? initial
      if (await this.#put(position)) return position
    }
  }

  /**
   * Stores a position; while one write runs, the positions that come meanwhile become one more. Throws `conflict`
   * when another subscription has taken the consumer over.
   */
  async store(position: number): Promise<void> {
    this.#wanted = Math.max(this.#wanted, position)
    while (this.#written < this.#wanted) {
      this.#writing ??= this.#writeWanted().finally(() => {
        this.#writing = undefined
      })
      await this.#writing
    }
  }

  async #writeWanted(): Promise<void> {
    const position = this.#wanted
    if (!(await this.#put(position))) {
      const stored = await readPosition(this.#jsm, this.#stream, this.#subject)
      if (stored?.record.session !== this.#session) {
        throw conflict('Another subscription has taken this consumer over.')
      }
      // Our own write whose answer was lost.
      this.#sequence = stored.sequence
      if (stored.record.position < position) return
    }
    this.#written = position
  }

  async #put(position: number): Promise<boolean> {
    const record: PositionRecord = { position, session: this.#session }
    try {
      const expect = { lastSubjectSequence: this.#sequence }
      const { seq } = await this.#js.publish(this.#subject, JSON.stringify(record), { expect })
      this.#sequence = seq
      this.#written = position
      return true
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === wrongLastSequence) return false
      throw error
    }
  }
}

/** The stored position of a consumer's subject and the sequence of its message; undefined when there is none. */
export async function readPosition(
  jsm: JetStreamManager,
  stream: string,
  subject: string,
): Promise<{ record: PositionRecord; sequence: number } | undefined> {
  const message = await jsm.streams.getMessage(stream, { last_by_subj: subject })
  return message ? { record: message.json<PositionRecord>(), sequence: message.seq } : undefined
}
