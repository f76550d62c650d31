import type { Audience } from './audience.ts'
import type { VesselRegistry } from './registry.ts'
import type { Box } from './rules.ts'
import { isInBox } from './rules.ts'
import type { Vessel } from './vessel.ts'

/** Where frames go: the response of one reader. */
export interface FrameSink {
  /** Writes one SSE frame; returns the bytes still waiting to leave. */
  write(frame: string): number
  /** Ends a reader that cannot keep up. */
  drop(): void
}

export interface Overview {
  simulated: boolean
  lastReceivedAt: string | null
  messagesPerMinute: number
}

interface Reader {
  box: Box
  audience: Audience
  limit: number
  sink: FrameSink
  /** Share of vessels that are drawn when the box holds more than `limit`: those whose lot is below. */
  share: number
  lastWriteMs: number
}

/** A reader with more than this waiting is too slow: it is dropped, the others do not notice. */
const maxWaitingBytes = 1024 * 1024
const keepAliveMs = 5_000
/** More changes than this in an absence: the whole box is sent again instead. */
const maxResume = 2_000
const mostAudiences = 100

/**
 * The live stream of vessels: at most one frame a second per reader, only what its box needs. Frames carry the
 * registry's change number as `id:`, so a reader that comes back gets what it missed. Nothing is kept per vessel
 * and reader.
 */
export class LiveStream {
  dropped = 0
  readonly #registry: VesselRegistry
  readonly #overview: () => Overview
  /** Names this run of the server: numbers of another run mean nothing. */
  readonly #epoch: string
  readonly #readers = new Set<Reader>()
  /** By audience: vessels it saw at some time. */
  readonly #everSeen = new Map<string, WeakSet<Vessel>>()
  readonly #now: () => number

  constructor(
    registry: VesselRegistry,
    options: { epoch: string; overview: () => Overview; now: () => number },
  ) {
    this.#registry = registry
    this.#epoch = options.epoch
    this.#overview = options.overview
    this.#now = options.now
  }

  get readerCount(): number {
    return this.#readers.size
  }

  /** Adds a reader and sends its first frame; returns how to remove it. */
  join(
    box: Box,
    limit: number,
    lastEventId: string | undefined,
    sink: FrameSink,
    audience: Audience,
  ): () => void {
    const reader: Reader = { box, audience, limit, sink, share: 1, lastWriteMs: this.#now() }
    this.#readers.add(reader)
    if (!this.#resume(reader, lastEventId)) this.#snapshot(reader)
    const end = audience.onEnd(() => {
      this.#readers.delete(reader)
      sink.drop()
    })
    return () => {
      end()
      this.#readers.delete(reader)
    }
  }

  /** Once a second: sends what changed since the last tick. */
  tick(): void {
    const changed = this.#registry.takeChanged()
    if (this.#readers.size === 0) return
    const now = this.#now()
    const total = this.#totals()
    /** Readers of the same box share one frame. */
    const frames = new Map<string, string>()
    for (const reader of [...this.#readers]) {
      const count = total(reader)
      if (shareOf(count, reader.limit) !== reader.share) {
        this.#snapshot(reader)
        continue
      }
      const key = `${reader.audience.fingerprint} ${reader.box.join()} ${reader.share}`
      let frame = frames.get(key)
      if (frame === undefined) {
        frame = this.#update(reader, changed, count)
        frames.set(key, frame)
      }
      if (frame === '' && now - reader.lastWriteMs < keepAliveMs) continue
      this.#send(reader, frame || this.#frame('update', { total: count, gone: [] }, []))
    }
  }

  /** Counts vessels of a box, once per distinct box and tick. */
  #totals(): (reader: Reader) => number {
    const counts = new Map<string, number>()
    let vessels: Vessel[] | undefined
    return ({ box, audience }) => {
      const key = `${audience.fingerprint} ${box.join()}`
      let count = counts.get(key)
      if (count === undefined) {
        vessels ??= [...this.#registry.live()]
        count = 0
        for (const vessel of vessels)
          if (isInBox(box, vessel.lon, vessel.lat) && audience.sees(vessel)) count++
        counts.set(key, count)
      }
      return count
    }
  }

  /** Whom an audience never saw, it is not even told to be gone. */
  #wasOrIsSeen(vessel: Vessel, { fingerprint, sees }: Audience): boolean {
    let seen = this.#everSeen.get(fingerprint)
    if (!seen) {
      if (this.#everSeen.size >= mostAudiences) this.#everSeen.clear()
      seen = new WeakSet()
      this.#everSeen.set(fingerprint, seen)
    }
    if (sees(vessel)) seen.add(vessel)
    return seen.has(vessel)
  }

  #seenIn({ box, audience }: Reader): Vessel[] {
    return [...this.#registry.live()].filter(
      (vessel) => isInBox(box, vessel.lon, vessel.lat) && audience.sees(vessel),
    )
  }

  #snapshot(reader: Reader): void {
    const inBox = this.#seenIn(reader)
    reader.share = shareOf(inBox.length, reader.limit)
    const drawn = inBox.filter(({ lot }) => lot < reader.share)
    this.#send(
      reader,
      this.#frame('snapshot', { simulated: this.#overview().simulated, total: inBox.length }, drawn),
    )
  }

  /** What changed since the reader's last frame; false when that is unknown or too much. */
  #resume(reader: Reader, lastEventId: string | undefined): boolean {
    const [epoch, number] = lastEventId?.split('.') ?? []
    const since = Number(number)
    if (epoch !== this.#epoch || !Number.isInteger(since) || since < 0 || since > this.#registry.changes)
      return false
    const inBox = this.#seenIn(reader)
    reader.share = shareOf(inBox.length, reader.limit)
    // A sample of another size than the reader holds would leave vessels behind: begin anew.
    if (reader.share < 1) return false
    const changed = [...this.#registry.vessels.values()].filter(
      (vessel) => vessel.change > since && this.#wasOrIsSeen(vessel, reader.audience),
    )
    if (changed.length > maxResume) return false
    const there = changed.filter(
      (vessel) =>
        vessel.isLive && isInBox(reader.box, vessel.lon, vessel.lat) && reader.audience.sees(vessel),
    )
    const gone = changed.filter((vessel) => !there.includes(vessel)).map(({ mmsi }) => mmsi)
    this.#send(reader, this.#frame('update', { total: inBox.length, gone }, there))
    return true
  }

  /** The frame of one box, '' when nothing in it changed. */
  #update(reader: Reader, changed: Vessel[], total: number): string {
    const there: Vessel[] = []
    const gone: number[] = []
    for (const vessel of changed) {
      if (vessel.lot >= reader.share || !this.#wasOrIsSeen(vessel, reader.audience)) continue
      const isSeen = reader.audience.sees(vessel)
      if (vessel.isLive && isSeen && isInBox(reader.box, vessel.lon, vessel.lat)) there.push(vessel)
      else if (isInBox(reader.box, vessel.shownLon, vessel.shownLat)) gone.push(vessel.mmsi)
    }
    if (there.length === 0 && gone.length === 0) return ''
    return this.#frame('update', { total, gone }, there)
  }

  #frame(event: 'snapshot' | 'update', fields: Record<string, unknown>, vessels: Vessel[]): string {
    const { lastReceivedAt, messagesPerMinute } = this.#overview()
    const at = new Date(this.#registry.nowMs).toISOString()
    const head = JSON.stringify({ at, ...fields, lastReceivedAt, messagesPerMinute })
    const list = vessels.map((vessel) => vessel.liveJson()).join(',')
    return `id: ${this.#epoch}.${this.#registry.changes}\nevent: ${event}\ndata: ${head.slice(0, -1)},"vessels":[${list}]}\n\n`
  }

  #send(reader: Reader, frame: string): void {
    reader.lastWriteMs = this.#now()
    if (reader.sink.write(frame) <= maxWaitingBytes) return
    this.#readers.delete(reader)
    this.dropped++
    reader.sink.drop()
  }
}

/** A power of two, so that the sample changes rarely and each smaller one is part of the larger. */
function shareOf(count: number, limit: number): number {
  let share = 1
  while (count * share > limit) share /= 2
  return share
}
