/**
 * The bus carries what happens now between parts of the product: in process by default, NATS JetStream when
 * NATS_URL is set. At least once: a consumer must bear a repeated id after a crash. Order holds within a subject.
 */
export interface BusMessage {
  subject: string
  /** Same id within the duplicate window (2 min) = same message, delivered once. */
  id: string
  /** Position in the subject's stream, growing; a consumer resumes after it. */
  position: number
  data: Uint8Array
  ack(): void
}

export interface Subscription {
  /** Stops delivery; unacknowledged messages of a durable consumer come again to the next one. */
  stop(): Promise<void>
}

export interface Bus {
  /** Resolves when the message is kept by the bus. Throws `overloaded` when it is full. */
  publish(subject: string, id: string, data: Uint8Array): Promise<void>
  /**
   * Delivers messages of a subject in order, one at a time; a handler that throws gets the same message again.
   * `durable` names a consumer whose acknowledged position survives: it starts at `from` (default `first`) only
   * the first time, and when two hold it the newer one takes it over. Without it delivery starts at `from` (a position, `first` for the
   * oldest kept, default `new` for what comes next). While `maxInFlight` messages are not acknowledged, no more come.
   */
  consume(
    subject: string,
    options: { durable?: string; from?: number | 'new' | 'first'; maxInFlight?: number },
    handler: (message: BusMessage) => void | Promise<void>,
  ): Promise<Subscription>
  health(): Promise<{ engine: 'in-process' | 'nats'; ok: boolean; message: string }>
  close(): Promise<void>
}
