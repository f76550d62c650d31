import type { Columnar } from '../../engines/columnar/columnar.ts'
import type { Spool, SpoolStore } from '../../engines/spool/spool.ts'
import { AisStreamReader } from './aisstream-reader.ts'
import type { Realm } from './datasets.ts'
import { firstBaseStationMs } from './first-base-station.ts'
import { Ingest, type RealmMemory } from './ingest.ts'
import type { AisAddress } from './inputs/address.ts'
import type { Input, InputEffects, InputState, RefusalReason } from './inputs/input.ts'
import { openInput } from './inputs/open-input.ts'
import type { FeedListener } from './message.ts'
import { AisReader } from './reader.ts'

export interface FeedOptions {
  id: string
  address: AisAddress
  realm: Realm
  spools: SpoolStore
  columnar: Columnar
  memory: RealmMemory
  listener: FeedListener
  isOnLand: (lon: number, lat: number) => boolean
  effects: InputEffects
  /** Raw lines kept after their rows are stored, bytes. */
  spoolKeepBytes: number
}

/** Bytes waiting for fsync above which an input pauses. */
const maxPendingBytes = 8 * 1024 * 1024
/** Spooled bytes not yet decoded above which an input pauses: a file must not be copied whole before it is read. */
const maxBacklogBytes = 64 * 1024 * 1024
const resumeCheckMs = 50
/** A feed this far behind the wall clock tells the past. */
const replayLagMs = 10 * 60_000
const releaseEveryMs = 60_000

/** One AIS source at work: its input fills the spool, its ingest empties it into rows. */
export class Feed {
  readonly id: string
  readonly realm: Realm
  readonly #options: FeedOptions
  readonly #spool: Spool
  readonly #ingest: Ingest
  readonly #input: Input
  readonly #refusals = new Map<RefusalReason, number>()
  readonly #refusalSamples = new Map<RefusalReason, string>()
  #state: InputState = 'connecting'
  #message: string | null = null
  #lastReceivedAtMs: number | null = null
  #spoolFailure: string | null = null
  readonly #held: { data: Uint8Array; receivedAtMs: number; inputOffset: number }[] = []
  #resumeTimer: NodeJS.Timeout | undefined
  #releaseTimer: NodeJS.Timeout | undefined

  static async open(options: FeedOptions): Promise<Feed> {
    const recorded = (await options.columnar.ranges()).find((range) => range.source === options.id)
    const spool = await options.spools.open(options.id, { atLeastSeq: recorded?.hi ?? 0 })
    const startAtMs =
      options.address.kind === 'file' ? await firstBaseStationMs(options.address.path) : Number.NaN
    return new Feed(options, spool, recorded, startAtMs)
  }

  private constructor(
    options: FeedOptions,
    spool: Spool,
    recorded: { hi: number; resumeFrom: number } | undefined,
    startAtMs: number,
  ) {
    const { effects, address } = options
    this.id = options.id
    this.realm = options.realm
    this.#options = options
    this.#spool = spool
    this.#ingest = new Ingest(
      {
        source: options.id,
        realm: options.realm,
        spool,
        columnar: options.columnar,
        memory: options.memory,
        openReader: (sink) =>
          address.kind === 'aisstream'
            ? new AisStreamReader(options.id, sink)
            : new AisReader(options.id, sink, { baseStationClock: address.kind === 'file', startAtMs }),
        listener: options.listener,
        isOnLand: options.isOnLand,
        now: () => effects.clock.nowMs(),
        log: effects.log,
      },
      recorded,
    )
    spool.onFailure = (error) => {
      this.#spoolFailure = error.message
      effects.log.warn(`The spool of ${this.id} cannot be written: ${error.message}`)
    }
    this.#input = openInput(
      address,
      {
        lines: (data, receivedAtMs, inputOffset) => this.#take(data, receivedAtMs, inputOffset),
        state: (state, message) => this.#onState(state, message),
        refused: (reason, sample) => {
          this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + 1)
          this.#refusalSamples.set(reason, sample)
        },
      },
      effects,
      Math.max(0, spool.inputOffset),
    )
  }

  /** Before any feed of the realm starts: see `Ingest.warmUp`. */
  warmUp(): Promise<void> {
    return this.#ingest.warmUp()
  }

  /** Lets the input fill the spool. */
  receive(): void {
    this.#input.start()
    this.#releaseTimer = setInterval(() => void this.#release(), releaseEveryMs)
    this.#releaseTimer.unref()
  }

  /** Makes rows of the spool; resolves after `stopReceiving`. */
  store(): Promise<void> {
    return this.#ingest.run()
  }

  /** What was received is durable when this resolves, and `store` comes to its end. */
  async stopReceiving(): Promise<void> {
    clearTimeout(this.#resumeTimer)
    clearInterval(this.#releaseTimer)
    await this.#input.stop()
    await this.#spool.flush().catch(() => undefined)
    this.#ingest.stop()
  }

  close(): Promise<void> {
    return this.#spool.close()
  }

  /** What /health, /metrics and the sources panel show. Rejects join the lines refused at the door. */
  status() {
    const { counters, rate, stations, rejectSamples, storeFailure, committedSeq, backlogBytes } = this.#ingest
    const failure = this.#spoolFailure ?? storeFailure
    return {
      id: this.id,
      address: this.#input.describe,
      simulated: this.realm === 'simulated',
      state: this.#state,
      message: failure ?? this.#message,
      isDegraded: failure !== null || ['silent', 'reconnecting', 'failed'].includes(this.#state),
      lastReceivedAtMs: this.#lastReceivedAtMs,
      messagesPerMinute: rate.perMinute(this.#feedNowMs()),
      messages: counters.messages,
      duplicates: counters.duplicates,
      rejects: { ...Object.fromEntries(counters.rejects), ...Object.fromEntries(this.#refusals) },
      rejectSamples: { ...Object.fromEntries(rejectSamples), ...Object.fromEntries(this.#refusalSamples) },
      stations,
      durableSeq: this.#spool.durableSeq,
      committedSeq,
      backlogBytes,
    }
  }

  /** The wall clock, or the time that a replay of the past has reached. */
  #feedNowMs(): number {
    const nowMs = this.#options.effects.clock.nowMs()
    const { clockMs } = this.#ingest
    return nowMs - clockMs > replayLagMs && this.#state !== 'silent' ? clockMs : nowMs
  }

  #take(data: Uint8Array, receivedAtMs: number, inputOffset = -1): boolean {
    this.#lastReceivedAtMs = receivedAtMs
    this.#held.push({ data, receivedAtMs, inputOffset })
    this.#appendHeld()
    if (!this.#isFull()) return true
    this.#resumeTimer ??= setTimeout(() => this.#resumeWhenRoom(), resumeCheckMs)
    return false
  }

  /** What the spool refuses stays in hand, in order, until it takes it: the input is paused meanwhile. */
  #appendHeld(): void {
    try {
      for (let next = this.#held[0]; next; next = this.#held[0]) {
        this.#spool.append(next.receivedAtMs, next.data, next.inputOffset)
        this.#held.shift()
      }
      this.#spoolFailure = null
    } catch (error) {
      this.#spoolFailure = (error as Error).message
    }
  }

  #isFull(): boolean {
    return (
      this.#held.length > 0 ||
      this.#spool.pendingBytes > maxPendingBytes ||
      this.#ingest.backlogBytes > maxBacklogBytes
    )
  }

  #resumeWhenRoom(): void {
    this.#resumeTimer = undefined
    this.#appendHeld()
    if (this.#isFull()) this.#resumeTimer = setTimeout(() => this.#resumeWhenRoom(), resumeCheckMs)
    else this.#input.resume()
  }

  #onState(state: InputState, message?: string): void {
    if (state === 'finished') {
      void this.#finish(message)
      return
    }
    this.#state = state
    this.#message = message ?? null
  }

  /** A file is finished once its rows are stored, not when its last byte was read. */
  async #finish(message?: string): Promise<void> {
    await this.#spool.flush()
    await this.#ingest.finish()
    this.#state = 'finished'
    this.#message = message ?? null
  }

  async #release(): Promise<void> {
    const below = Math.min(this.#ingest.resumeFrom, this.#spool.durableSeq - this.#options.spoolKeepBytes)
    if (below > this.#spool.firstSeq) await this.#spool.release(below)
  }
}

export type FeedStatus = ReturnType<Feed['status']>
