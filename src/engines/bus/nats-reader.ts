import { type ConsumerMessages, DeliverPolicy, type JetStreamClient } from '@nats-io/jetstream'
import type { BusLog, Incoming } from './delivery.ts'

export interface StreamReaderOptions {
  js: JetStreamClient
  stream: string
  /** Subject as the server knows it. */
  filter: string
  /** Reading begins after this sequence. */
  after: number
  /** Messages fetched ahead. */
  ahead: number
  log: BusLog
}

const retryMs = 1000

/**
 * The messages of one subject in order, without end. An ordered consumer finds gaps and lost servers by itself; should it
 * give up (a long outage, a removed consumer), another one begins after the last message handed out.
 */
export class StreamReader implements AsyncIterable<Incoming> {
  readonly #options: StreamReaderOptions
  #messages: ConsumerMessages | undefined
  #last: number
  #isClosed = false
  #wake: (() => void) | undefined

  constructor(options: StreamReaderOptions) {
    this.#options = options
    this.#last = options.after
  }

  /** Makes the first consumer, so that whoever subscribes hears of a failure. */
  async open(): Promise<void> {
    const { js, stream, filter, ahead } = this.#options
    const consumer = await js.consumers.get(stream, {
      filter_subjects: filter,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: this.#last + 1,
    })
    this.#messages = await consumer.consume({
      max_messages: ahead,
      expires: 10_000,
      // Two missed ones are how a reader that lost its server finds out and begins again where it was.
      idle_heartbeat: 1000,
    })
    if (this.#isClosed) await this.#messages.close()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Incoming> {
    while (!this.#isClosed) {
      try {
        if (this.#messages === undefined) await this.open()
        for await (const { seq, data, headers } of this.#messages!) {
          this.#last = seq
          const key = headers?.get('Nats-Msg-Id') ?? ''
          yield { id: key.slice(key.indexOf(' ') + 1), position: seq, data }
        }
      } catch (error) {
        this.#options.log.warn(
          { subject: this.#options.filter, error: String(error) },
          'reading from NATS stopped: it is tried again',
        )
      }
      this.#messages = undefined
      if (!this.#isClosed) await this.#pause()
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#wake?.()
    await this.#messages?.close()
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, retryMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
