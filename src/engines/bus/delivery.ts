import type { AckWindow } from './ack-window.ts'
import type { BusMessage, Subscription } from './bus.ts'

export interface BusLog {
  warn(details: Record<string, unknown>, message: string): void
}

/** What a bus hands to a delivery: messages of one subject in growing position. */
export interface Incoming {
  id: string
  position: number
  data: Uint8Array
}

export interface DeliveryOptions {
  subject: string
  source: AsyncIterable<Incoming>
  /** Makes `source` end; called once. */
  closeSource: () => unknown
  window: AckWindow
  maxInFlight: number
  handler: (message: BusMessage) => void | Promise<void>
  /** Called after an acknowledgement that moved `window.floor`. */
  onFloor?: () => void
  log: BusLog
}

const firstRetryMs = 50
const longestRetryMs = 5000

/**
 * Hands the messages of one subject to one handler, in order and one at a time. A handler that throws gets the same
 * message again after a growing pause, so nothing overtakes it. While `maxInFlight` messages wait for their
 * acknowledgement no further one is handed out.
 */
export class Delivery implements Subscription {
  readonly #options: DeliveryOptions
  readonly #ended: Promise<void>
  #stopped = false
  #wake: (() => void) | undefined

  constructor(options: DeliveryOptions) {
    this.#options = options
    this.#ended = this.#run()
  }

  /** Resolves when the handler is not running and will not be called again; not to be awaited inside the handler. */
  async stop(): Promise<void> {
    if (!this.#stopped) {
      this.#stopped = true
      this.#wake?.()
      await this.#options.closeSource()
    }
    await this.#ended
  }

  acknowledge(position: number): void {
    if (this.#stopped) return
    const { window, onFloor } = this.#options
    const before = window.floor
    window.ack(position)
    this.#wake?.()
    if (window.floor > before) onFloor?.()
  }

  async #run(): Promise<void> {
    const { source, window, maxInFlight, subject, log } = this.#options
    try {
      for await (const incoming of source) {
        while (!this.#stopped && window.inFlight >= maxInFlight) await this.#sleep()
        if (this.#stopped) return
        window.deliver(incoming.position)
        await this.#handle(new DeliveredMessage(subject, incoming, this))
        if (this.#stopped) return
      }
    } catch (error) {
      log.warn({ subject, error: String(error) }, 'delivery from the bus ended with an error')
    }
  }

  async #handle(message: BusMessage): Promise<void> {
    const { handler, log, subject } = this.#options
    for (let pauseMs = firstRetryMs; ; pauseMs = Math.min(pauseMs * 2, longestRetryMs)) {
      try {
        const running = handler(message)
        if (running) await running
        return
      } catch (error) {
        log.warn(
          { subject, id: message.id, error: String(error) },
          'a bus handler failed: the message comes again',
        )
        if (!this.#stopped) await this.#sleep(pauseMs)
        if (this.#stopped) return
      }
    }
  }

  /** Until woken by an acknowledgement or the stop, or, when a time is given, until that has passed or the stop. */
  async #sleep(pauseMs?: number): Promise<void> {
    const deadline = pauseMs === undefined ? undefined : performance.now() + pauseMs
    do {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        if (deadline !== undefined) {
          const timer = setTimeout(resolve, Math.max(0, deadline - performance.now()))
          this.#wake = () => {
            clearTimeout(timer)
            resolve()
          }
        }
      })
    } while (!this.#stopped && deadline !== undefined && performance.now() < deadline)
    this.#wake = undefined
  }
}

class DeliveredMessage implements BusMessage {
  readonly subject: string
  readonly id: string
  readonly position: number
  readonly data: Uint8Array
  readonly #delivery: Delivery

  constructor(subject: string, incoming: Incoming, delivery: Delivery) {
    this.subject = subject
    this.id = incoming.id
    this.position = incoming.position
    this.data = incoming.data
    this.#delivery = delivery
  }

  ack(): void {
    this.#delivery.acknowledge(this.position)
  }
}
