import {
  aisClassOf,
  type FeedListener,
  type Heard,
  type PositionReport,
  type StaticReport,
} from '../connectors/ais/message.ts'
import { EventClock } from '../maritime/event-clock.ts'
import { isImoNumber } from '../maritime/imo-number.ts'
import { flagBits } from '../maritime/plausibility-flags.ts'
import { etaAtMs } from './rules.ts'
import { Vessel } from './vessel.ts'

/** Messages this much older than their receipt come from a replay: its own “now” is shown. */
const replayLagMs = 10 * 60_000

/** When each source is: a live one goes with the wall clock, a replay with its messages. */
interface SourceTime {
  clock: EventClock
  /** Receipt minus transmission of the newest message. */
  lagMs: number
  isFinished: boolean
}

/**
 * The current state of every vessel heard, kept in memory: the fold of `ais-positions` and `ais-static`. Fed by
 * the ingest in the order of the spool; read by the live stream, the map and the `vessels` dataset.
 */
export class VesselRegistry implements FeedListener {
  readonly vessels = new Map<number, Vessel>()
  /** Count of changes so far; each change of a vessel carries its number. */
  changes = 0
  lastReceivedAtMs = 0
  /** Changed since the last tick of the live stream. */
  readonly #dirty = new Set<Vessel>()
  readonly #sources = new Map<string, SourceTime>()
  readonly #wallMs: () => number

  constructor(wallMs: () => number) {
    this.#wallMs = wallMs
  }

  /** HOT. */
  position(source: string, report: PositionReport, heard: Heard, flags: number, accepted: boolean): void {
    const vessel = this.#hear(source, report.mmsi, heard)
    vessel.aisClass ??= aisClassOf(report.type)
    vessel.positions++
    // A sender whose clock is ahead would hide all that follows: it counts as heard now.
    const atMs = flags & flagBits['future-time'] ? heard.receivedAtMs : heard.atMs
    if (!accepted || atMs < vessel.positionAtMs) return
    this.#touch(vessel)
    vessel.lon = report.lon!
    vessel.lat = report.lat!
    vessel.sogKn = report.sogKn
    vessel.cogDeg = report.cogDeg
    vessel.headingDeg = report.headingDeg
    vessel.rotDegPerMin = report.rotDegPerMin
    vessel.navStatus = report.navStatus
    vessel.positionAtMs = atMs
    vessel.flags = flags
    vessel.refresh(this.nowMs)
  }

  static(source: string, report: StaticReport, heard: Heard): void {
    const vessel = this.#hear(source, report.mmsi, heard)
    this.#touch(vessel)
    vessel.aisClass ??= aisClassOf(report.type)
    if (report.name !== null) vessel.name = report.name
    if (report.callSign !== null) vessel.callSign = report.callSign
    if (report.imo !== null && isImoNumber(report.imo)) vessel.imo = report.imo
    if (report.shipType !== null) vessel.setShipType(report.shipType)
    if (report.toBowM !== null) {
      vessel.toBowM = report.toBowM
      vessel.toSternM = report.toSternM
      vessel.toPortM = report.toPortM
      vessel.toStarboardM = report.toStarboardM
    }
    if (report.type !== 5) return
    vessel.draughtM = report.draughtM
    vessel.destination = report.destination
    vessel.etaAtMs = etaAtMs(heard.atMs, report.etaMonth, report.etaDay, report.etaHour, report.etaMinute)
  }

  duplicate(source: string, mmsi: number, heard: Heard): void {
    const vessel = this.vessels.get(mmsi)
    if (vessel) noteHeardBy(vessel, source, heard)
  }

  /** The “now” of what is shown, ms since 1970: the wall clock, or the time a replay has reached. */
  get nowMs(): number {
    const wallMs = this.#wallMs()
    let running = Number.NEGATIVE_INFINITY
    let finished = Number.NEGATIVE_INFINITY
    for (const { clock, lagMs, isFinished } of this.#sources.values()) {
      if (isFinished) finished = Math.max(finished, clock.nowMs)
      else running = Math.max(running, lagMs > replayLagMs ? clock.nowMs : wallMs)
    }
    if (running !== Number.NEGATIVE_INFINITY) return running
    return finished === Number.NEGATIVE_INFINITY ? wallMs : finished
  }

  /** Says which sources there are and whether they have come to their end. */
  noteSource(source: string, isFinished: boolean): void {
    this.#timeOf(source).isFinished = isFinished
  }

  /** Puts back a vessel stored earlier. */
  restore(vessel: Vessel): void {
    this.vessels.set(vessel.mmsi, vessel)
    if (vessel.updatedAtMs > this.lastReceivedAtMs) this.lastReceivedAtMs = vessel.updatedAtMs
    for (const { source, lastAtMs } of vessel.heardBy.values()) {
      const { clock } = this.#timeOf(source)
      if (lastAtMs > clock.nowMs) clock.nowMs = lastAtMs
    }
  }

  /** Vessels that have a place and are not forgotten. */
  *live(): Generator<Vessel> {
    for (const vessel of this.vessels.values()) if (vessel.isLive) yield vessel
  }

  /** Ages all vessels; those that became stale count as changed. Every few seconds is enough. */
  age(): void {
    const now = this.nowMs
    for (const vessel of this.vessels.values()) {
      if (vessel.isLocated && vessel.refresh(now)) this.#touch(vessel)
    }
  }

  /** The vessels changed since the last call. */
  takeChanged(): Vessel[] {
    const changed = [...this.#dirty]
    this.#dirty.clear()
    return changed
  }

  #hear(source: string, mmsi: number, heard: Heard): Vessel {
    let vessel = this.vessels.get(mmsi)
    if (!vessel) {
      vessel = new Vessel(mmsi)
      vessel.firstHeardAtMs = heard.atMs
      this.vessels.set(mmsi, vessel)
    }
    noteHeardBy(vessel, source, heard)
    if (heard.atMs > vessel.lastHeardAtMs) vessel.lastHeardAtMs = heard.atMs
    if (heard.atMs < vessel.firstHeardAtMs) vessel.firstHeardAtMs = heard.atMs
    vessel.updatedAtMs = heard.receivedAtMs
    if (heard.receivedAtMs > this.lastReceivedAtMs) this.lastReceivedAtMs = heard.receivedAtMs
    const time = this.#timeOf(source)
    time.clock.follow(heard.atMs)
    time.lagMs = heard.receivedAtMs - time.clock.nowMs
    return vessel
  }

  #touch(vessel: Vessel): void {
    vessel.change = ++this.changes
    if (this.#dirty.has(vessel)) return
    vessel.shownLon = vessel.lon
    vessel.shownLat = vessel.lat
    this.#dirty.add(vessel)
  }

  #timeOf(source: string): SourceTime {
    let time = this.#sources.get(source)
    if (!time) {
      time = { clock: new EventClock(), lagMs: 0, isFinished: false }
      this.#sources.set(source, time)
    }
    return time
  }
}

function noteHeardBy(vessel: Vessel, source: string, heard: Heard): void {
  const key = heard.station === null ? source : `${source} ${heard.station}`
  const known = vessel.heardBy.get(key)
  if (known) {
    known.messages++
    if (heard.atMs > known.lastAtMs) known.lastAtMs = heard.atMs
  } else if (vessel.heardBy.size < maxHeardBy) {
    vessel.heardBy.set(key, { source, station: heard.station, messages: 1, lastAtMs: heard.atMs })
  }
}

/** Stations kept per vessel: a vessel is within range of few. */
const maxHeardBy = 32
