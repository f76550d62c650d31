import type { Columnar, SpoolRange, TableBatch } from '../../engines/columnar/columnar.ts'
import type { Spool, SpoolRecord } from '../../engines/spool/spool.ts'
import { EventClock } from '../../maritime/event-clock.ts'
import { kindOfMmsi } from '../../maritime/mmsi.ts'
import { flagBits, flagText } from '../../maritime/plausibility-flags.ts'
import { maxSpeedOfShipTypeKn } from '../../maritime/ship-types.ts'
import type { Realm } from './datasets.ts'
import { EventRate } from './event-rate.ts'
import type {
  AisMessage,
  AisSink,
  FeedListener,
  FeedMemory,
  Heard,
  PositionReport,
  RejectReason,
} from './message.ts'
import { judgeFix, newTrackMemory, type TrackMemory } from './plausibility.ts'
import { RecentPayloads } from './recent-payloads.ts'
import { AisRows } from './rows.ts'

/** What the reader of a source must do: the NMEA reader and the aisstream.io reader both do. */
export interface LineReader {
  read(lines: Uint8Array, seq: number, receivedAtMs: number): void
  resumeFrom(): number
  end(): void
}

interface VesselMemory {
  track: TrackMemory
  shipType: number | null
}

/** What one realm remembers of its transmissions and vessels, shared by all its sources. */
export class RealmMemory implements FeedMemory {
  readonly recent = new RecentPayloads()
  readonly #vessels = new Map<number, VesselMemory>()

  /** HOT. */
  vessel(mmsi: number): VesselMemory {
    let vessel = this.#vessels.get(mmsi)
    if (!vessel) {
      vessel = { track: newTrackMemory(), shipType: null }
      this.#vessels.set(mmsi, vessel)
    }
    return vessel
  }

  know(
    mmsi: number,
    shipType: number | null,
    place: { lon: number; lat: number; atMs: number } | null,
  ): void {
    const vessel = this.vessel(mmsi)
    vessel.shipType = shipType
    if (!place) return
    const { lon, lat, atMs } = place
    vessel.track.accepted = { lon, lat, atMs, count: 1 }
  }
}

export interface IngestOptions {
  source: string
  realm: Realm
  spool: Spool
  columnar: Columnar
  memory: RealmMemory
  openReader: (sink: AisSink) => LineReader
  listener: FeedListener
  isOnLand: (lon: number, lat: number) => boolean
  /** Milliseconds since 1970. */
  now: () => number
  log: { warn(message: string): void }
}

const maxBatchRows = 20_000
const commitEveryMs = 250
/** Nothing but comments came: the position is still recorded, less often. */
const commitIdleEveryMs = 5_000
/** How far back of event time reading begins again after a restart, so that duplicates are still known. */
const warmUpMs = 12_000
/** A feed that stands still in event time, such as a file without a clock, is read again no further back than this. */
const maxWarmUpBytes = 32 * 1024 * 1024
const futureToleranceMs = 10 * 60_000

/**
 * Turns the durable lines of one spool into rows: decode, de-duplicate, judge, store. Rows and the spool position
 * they reach become visible in one step, so a restart repeats nothing and misses nothing.
 */
export class Ingest implements AisSink {
  readonly counters = { messages: 0, duplicates: 0, rejects: new Map<RejectReason, number>() }
  readonly rate = new EventRate()
  readonly rejectSamples = new Map<RejectReason, string>()
  readonly stations = new Map<string, { messages: number; lastReceivedAtMs: number }>()
  /** Latest failure of the store, null while rows go in. */
  storeFailure: string | null = null

  readonly #options: IngestOptions
  readonly #reader: LineReader
  readonly #rows: AisRows
  /** Position after the last record that was decoded. */
  #position: number
  /** Position of the record that is decoded now, or was last. */
  #recordSeq = 0
  /** Rows below are stored already: read again only to know multiparts and duplicates. */
  #storedBelow: number
  #committedTo: number
  #recordedResumeFrom: number
  #emitting = false
  #lastCommitMs: number
  #inFlight: Promise<void> = Promise.resolve()
  readonly #clock = new EventClock()
  /** Record positions with the event clock at their time, oldest first: where a warm start begins. */
  readonly #warmUp: { seq: number; clockMs: number }[] = []
  #wake: (() => void) | undefined
  #stopping = false

  constructor(options: IngestOptions, recorded: { hi: number; resumeFrom: number } | undefined) {
    this.#options = options
    const first = options.spool.firstSeq
    this.#storedBelow = Math.max(recorded?.hi ?? first, first)
    this.#committedTo = this.#storedBelow
    this.#position = Math.min(Math.max(recorded?.resumeFrom ?? first, first), this.#storedBelow)
    this.#recordedResumeFrom = this.#position
    this.#rows = new AisRows(options.source, options.realm)
    this.#reader = options.openReader(this)
    this.#lastCommitMs = options.now()
    options.spool.onDurable = () => this.#wake?.()
  }

  /** Every row of lines below this position is stored. */
  get committedSeq(): number {
    return this.#committedTo
  }

  /** Lines from here on are needed after a restart. */
  get resumeFrom(): number {
    return this.#recordedResumeFrom
  }

  /** The time the feed has reached, ms since 1970; −Infinity before the first message. */
  get clockMs(): number {
    return this.#clock.nowMs
  }

  /** Durable bytes not yet decoded. */
  get backlogBytes(): number {
    return Math.max(0, this.#options.spool.durableSeq - this.#position)
  }

  /**
   * Reads again what a restart needs to know (open multiparts, recent transmissions) without storing anything.
   * All sources of a realm warm up before any of them runs: they share what was heard.
   */
  async warmUp(): Promise<void> {
    if (this.#position >= this.#storedBelow) return
    for await (const record of this.#options.spool.read(this.#position)) {
      if (record.seq >= this.#storedBelow || this.#stopping) break
      this.#decode(record)
    }
    this.#position = this.#storedBelow
  }

  /** Reads and stores until `stop`; resolves when what was decoded is stored. */
  async run(): Promise<void> {
    this.#emitting = true
    while (!this.#stopping) {
      for await (const record of this.#options.spool.read(this.#position)) {
        this.#decode(record)
        if (this.#isCommitDue()) await this.#beginCommit()
        if (this.#stopping) break
      }
      if (this.#finished && this.backlogBytes === 0) await this.#finish(this.#finished)
      if (this.#isCommitDue()) await this.#beginCommit()
      if (!this.#stopping && this.backlogBytes === 0) await this.#sleep(this.#untilCommitMs())
    }
    await this.#beginCommit()
    await this.#inFlight
  }

  /** The input has ended: resolves once all of it is stored, open multiparts as `incomplete`. */
  finish(): Promise<void> {
    return new Promise((resolve) => {
      this.#finished = resolve
      this.#wake?.()
    })
  }

  stop(): void {
    this.#stopping = true
    this.#wake?.()
  }

  #finished: (() => void) | undefined

  async #finish(resolve: () => void): Promise<void> {
    this.#finished = undefined
    this.#reader.end()
    await this.#beginCommit()
    await this.#inFlight
    resolve()
  }

  #decode(record: SpoolRecord): void {
    this.#noteWarmUp(record.seq)
    this.#recordSeq = record.seq
    this.#reader.read(record.data, record.seq, record.receivedAtMs)
    this.#position = record.seq + record.data.length
  }

  /** HOT. */
  message(message: AisMessage, heard: Heard): void {
    const { memory, listener, source } = this.#options
    this.#clock.follow(heard.atMs)
    const repeated =
      message.group === 'static' && message.type === 19
        ? this.#lastRepeated
        : this.#isRepeated(message, heard)
    this.#lastRepeated = repeated
    if (!this.#emitting) {
      if (message.group === 'position') this.#judge(message, heard)
      return
    }
    this.counters.messages++
    // Wrong clocks would take the places of right ones.
    if (Math.abs(heard.atMs - this.#clock.nowMs) < 60_000) this.rate.note(heard.atMs)
    this.#noteStation(heard)
    // The receiver's own transponder says where the receiver is; it is no target.
    if (heard.own && message.group !== 'other') return
    if (repeated) {
      this.counters.duplicates++
      listener.duplicate(source, message.mmsi, heard)
      return
    }
    let flags = heard.truncated ? flagBits.truncated : 0
    if (heard.outOfRange) flags |= flagBits['out-of-range']
    if (heard.atMs > heard.receivedAtMs + futureToleranceMs) flags |= flagBits['future-time']
    if (kindOfMmsi(message.mmsi) === 'unreliable') flags |= flagBits['unreliable-mmsi']
    if (message.group === 'position') {
      const judged = this.#judge(message, heard)
      flags |= judged.flags
      this.#rows.position(message, heard, flagText(flags))
      listener.position(source, message, heard, flags, judged.accepted)
    } else if (message.group === 'static') {
      if (message.shipType !== null) memory.vessel(message.mmsi).shipType = message.shipType
      this.#rows.static(message, heard, flagText(flags))
      listener.static(source, message, heard)
    } else this.#rows.other(message, heard, flagText(flags))
  }

  reject(reason: RejectReason, line: string, seq: number, receivedAtMs: number): void {
    if (!this.#emitting) return
    this.counters.rejects.set(reason, (this.counters.rejects.get(reason) ?? 0) + 1)
    this.rejectSamples.set(reason, line.slice(0, 120))
    // A message is given up long after its first line: who follows new rows finds it at the record that ended the wait.
    this.#rows.reject(reason, line, Math.max(seq, this.#recordSeq), receivedAtMs)
  }

  /** The two halves of a type 19 are one transmission. */
  #lastRepeated = false

  #isRepeated(message: AisMessage, heard: Heard): boolean {
    const { recent } = this.#options.memory
    if (recent.isRepeated(heard.payloadKey(), heard.atMs)) return true
    if (message.group !== 'position') return false
    const { mmsi, lon, lat, utcSecond } = message
    if (lon === null || lat === null || utcSecond === null) return false
    return recent.isRepeatedFix(mmsi, lon, lat, utcSecond, heard.atMs)
  }

  #judge(report: PositionReport, heard: Heard): { flags: number; accepted: boolean } {
    if (report.lon === null || report.lat === null) return placeless
    const vessel = this.#options.memory.vessel(report.mmsi)
    fix.lon = report.lon
    fix.lat = report.lat
    fix.atMs = heard.atMs
    fix.sogKn = report.sogKn
    const maxSpeedKn = report.type === 9 ? Number.POSITIVE_INFINITY : maxSpeedOfShipTypeKn(vessel.shipType)
    const judged = judgeFix(vessel.track, fix, maxSpeedKn)
    if (report.type !== 9 && this.#options.isOnLand(report.lon, report.lat))
      judged.flags |= flagBits['on-land']
    return judged
  }

  #noteStation(heard: Heard): void {
    if (heard.station === null) return
    const known = this.stations.get(heard.station)
    if (known) {
      known.messages++
      known.lastReceivedAtMs = heard.receivedAtMs
    } else if (this.stations.size < maxStations) {
      this.stations.set(heard.station, { messages: 1, lastReceivedAtMs: heard.receivedAtMs })
    }
  }

  #noteWarmUp(seq: number): void {
    const ring = this.#warmUp
    const { nowMs } = this.#clock
    if (ring.length === 0 || Math.abs(nowMs - ring.at(-1)!.clockMs) > warmUpMs / 16)
      ring.push({ seq, clockMs: nowMs })
    while (ring.length > 1 && Math.abs(nowMs - ring[1]!.clockMs) > warmUpMs) ring.shift()
  }

  #isCommitDue(): boolean {
    return this.#rows.rowCount >= maxBatchRows || this.#untilCommitMs() <= 0
  }

  #untilCommitMs(): number {
    if (this.#position <= this.#committedTo && this.#rows.rowCount === 0) return Number.POSITIVE_INFINITY
    const every = this.#rows.rowCount > 0 ? commitEveryMs : commitIdleEveryMs
    return this.#lastCommitMs + every - this.#options.now()
  }

  /** Hands the rows over and goes on decoding; waits only for the batch before. */
  async #beginCommit(): Promise<void> {
    await this.#inFlight
    const hi = this.#position
    if (hi <= this.#committedTo && this.#rows.rowCount === 0) return
    const range: SpoolRange = {
      source: this.#options.source,
      lo: this.#committedTo,
      hi: Math.max(hi, this.#committedTo),
      resumeFrom: Math.min(
        hi,
        this.#reader.resumeFrom(),
        Math.max(this.#warmUp[0]?.seq ?? hi, hi - maxWarmUpBytes),
      ),
    }
    const batches = this.#rows.take()
    this.#lastCommitMs = this.#options.now()
    this.#inFlight = this.#store(batches, range)
  }

  /** Tries until the rows are in: the lines are safe in the spool, the feed waits. */
  async #store(batches: TableBatch[], range: SpoolRange): Promise<void> {
    const { columnar, log, source } = this.#options
    for (let attempt = 0; ; attempt++) {
      try {
        await columnar.append(batches, range)
        this.storeFailure = null
        this.#committedTo = range.hi
        this.#recordedResumeFrom = range.resumeFrom
        return
      } catch (error) {
        this.storeFailure = (error as Error).message
        log.warn(`Rows of ${source} could not be stored, trying again: ${this.storeFailure}`)
        if (this.#stopping) return
        await new Promise((resolve) => setTimeout(resolve, Math.min(30_000, 500 * 2 ** attempt)))
      }
    }
  }

  /** Until woken by new durable lines or `stop`, or the time is over. */
  async #sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = Number.isFinite(ms) ? setTimeout(resolve, Math.max(1, ms)) : undefined
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = undefined
  }
}

const maxStations = 500
const placeless = { flags: 0, accepted: false }
const fix = { lon: 0, lat: 0, atMs: 0, sogKn: null as number | null }
