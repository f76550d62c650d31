/** Live rows of every stream dataset, for any number of readers. */
import type { Columnar } from '../../engines/columnar/columnar.ts'
import { type Asker, everythingVisible, type VisibleFields } from '../explore/access.ts'
import { secure } from '../explore/relation.ts'
import type { Sources } from '../explore/sources.ts'
import type { DatasetField } from '../schema.ts'
import { Channel } from './channel.ts'
import { type StreamText, streamQuestion } from './stream-query.ts'
import type { EventSink, Reader } from './subscription.ts'
import { partsBetween, readWatermark, type Watermark, writeWatermark } from './watermark.ts'

export interface RowStreamsOptions {
  columnar: Columnar
  sources: Sources
  now: () => Date
  visibleFields?: VisibleFields
  log: { warn(details: object, text: string): void }
}

export interface StreamRequest extends StreamText {
  id: string
  intervalMs: number
  lastEventId: string | undefined
}

/** Who reads what, so that a right that ends is noticed. */
/** What a reader sees of the rows that come. */
interface SeenFields {
  fields: readonly DatasetField[]
  isPublic: boolean
}

interface Seat {
  id: string
  asker: Asker
  fingerprint: string
  sink: EventSink
  leave(): void
}

/** A right that ends cuts the stream within this time. */
const recheckEveryMs = 5_000

/**
 * Rows are found in their table by spool position: rows and position become visible together, so between two recorded
 * positions lie exactly the rows that are new, on any engine and whichever process wrote them.
 */
export class RowStreams {
  readonly #options: Required<RowStreamsOptions>
  readonly #channels = new Map<string, Channel>()
  readonly #seats = new Set<Seat>()
  #ticking: Promise<void> | undefined
  #checkedAtMs = 0

  constructor(options: RowStreamsOptions) {
    this.#options = { visibleFields: everythingVisible, ...options }
  }

  get readerCount(): number {
    return this.#seats.size
  }

  /**
   * Opens a stream: the sink is given by `begin` once nothing can be wrong any more. Answers how to leave. Throws
   * `not_found`, `invalid_input` for a dataset that is no stream or an id that is none of ours, `odsql_error`.
   */
  async join(
    request: StreamRequest,
    asker: Asker,
    begin: (seen: SeenFields) => EventSink,
  ): Promise<() => void> {
    const { columnar, now } = this.#options
    const { id, intervalMs, lastEventId, ...text } = request
    const { source, visible, relation } = await secure(this.#options, id, asker, { action: 'stream' })
    const since = lastEventId === undefined ? undefined : readWatermark(lastEventId)
    const channelKey = [id, visible.fingerprint].join('\n')
    const ask = () => streamQuestion(source.definition, relation, text, now())
    const { keys } = ask()
    const reached = await this.#reached()
    const nowMs = now().getTime()
    const channel = this.#channels.get(channelKey) ?? new Channel(columnar, reached)
    this.#channels.set(channelKey, channel)
    const key = JSON.stringify([text, intervalMs])
    const subscription = channel.subscribe(key, intervalMs, nowMs, ask)
    if (since && partsBetween(subscription.sentTo, since).length > 0) channel.catchUp(subscription, nowMs)
    const sink = begin({ fields: relation.fields, isPublic: visible.isPublic })
    const reader: Reader = { sink, held: since ? [] : undefined, lastWriteMs: nowMs }
    subscription.readers.add(reader)
    const from = subscription.sentTo
    const watch = visible.watch?.()
    const leave = () => {
      watch?.end()
      this.#seats.delete(seat)
      channel.leave(key, reader)
      if (channel.isEmpty && this.#channels.get(channelKey) === channel) this.#channels.delete(channelKey)
    }
    const seat: Seat = { id, asker, fingerprint: visible.fingerprint, sink, leave }
    this.#seats.add(seat)
    watch?.signal.addEventListener('abort', () => this.#cut(seat))
    const { simulated } = source.definition
    const data = JSON.stringify({ dataset: id, simulated, intervalMs, keys })
    // Whoever resumes has its place already: this event must not move it.
    sink.write(`retry: 2000\n${since ? '' : `id: ${writeWatermark(from)}\n`}event: ready\ndata: ${data}\n\n`)
    if (since) await this.#resume(channel, subscription, reader, since, from, leave)
    return leave
  }

  async #resume(
    channel: Channel,
    subscription: ReturnType<Channel['subscribe']>,
    reader: Reader,
    since: Watermark,
    from: Watermark,
    leave: () => void,
  ): Promise<void> {
    try {
      const event = await channel.missed(subscription.question, since, from)
      const held = reader.held ?? []
      reader.held = undefined
      reader.sink.sent?.(event.rows.length)
      const nowMs = this.#options.now().getTime()
      const missed = event.rows.length > 0 ? [subscription.event(event)] : []
      for (const text of [...missed, ...held]) subscription.write(reader, text, nowMs)
    } catch (error) {
      // The reader comes back with the same id and misses nothing.
      leave()
      reader.sink.drop()
      this.#options.log.warn({ error: (error as Error).message }, 'a reader could not be resumed')
    }
  }

  /** Once a second: sends what came. A failure of the engine is tried again at the next tick; nothing is lost. */
  tick(): Promise<void> {
    this.#ticking ??= this.#advance().finally(() => {
      this.#ticking = undefined
    })
    return this.#ticking
  }

  async #advance(): Promise<void> {
    if (this.#seats.size === 0) return
    const { now, log } = this.#options
    try {
      const reached = await this.#reached()
      for (const channel of [...this.#channels.values()]) await channel.advance(reached, now().getTime())
      if (now().getTime() - this.#checkedAtMs >= recheckEveryMs) await this.#recheck()
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'live rows could not be read')
    }
  }

  async #reached(): Promise<Watermark> {
    const ranges = await this.#options.columnar.ranges()
    return new Map(ranges.map(({ source, hi }) => [source, hi]))
  }

  async #recheck(): Promise<void> {
    const { sources, visibleFields, now } = this.#options
    this.#checkedAtMs = now().getTime()
    for (const seat of [...this.#seats]) {
      const may = async () => visibleFields(sources.describe(seat.id).definition, seat.asker, 'stream')
      const visible = await may().catch(() => undefined)
      if (visible?.fingerprint !== seat.fingerprint) this.#cut(seat)
    }
  }

  #cut(seat: Seat): void {
    seat.leave()
    seat.sink.revoked?.()
    seat.sink.drop()
  }

  /** Ends every reader. */
  close(): void {
    for (const seat of [...this.#seats]) {
      seat.leave()
      seat.sink.drop()
    }
  }
}
