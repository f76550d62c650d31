import type { LiveSnapshot, LiveUpdate, LiveVessel } from '../../../src/vessels/schema.ts'
import { type Box, contains, growBox } from './rules.ts'

export interface FeedState {
  /** `lost`: nothing from the server; what is shown is what was last known. */
  connection: 'connecting' | 'open' | 'lost'
  /** Replaced at every event: compare by identity. */
  vessels: ReadonlyMap<number, LiveVessel>
  total: number
  simulated: boolean
  /** The server's clock minus ours, ms. */
  skewMs: number
  lastReceivedAtMs: number | null
  messagesPerMinute: number
}

export const emptyFeed: FeedState = {
  connection: 'connecting',
  vessels: new Map(),
  total: 0,
  simulated: false,
  skewMs: 0,
  lastReceivedAtMs: null,
  messagesPerMinute: 0,
}

const instant = (iso: string | null) => (iso === null ? null : Date.parse(iso))

export function applySnapshot(state: FeedState, event: LiveSnapshot, nowMs: number): FeedState {
  return {
    ...state,
    connection: 'open',
    vessels: new Map(event.vessels.map((vessel) => [vessel.mmsi, vessel])),
    total: event.total,
    simulated: event.simulated,
    skewMs: Date.parse(event.at) - nowMs,
    lastReceivedAtMs: instant(event.lastReceivedAt),
    messagesPerMinute: event.messagesPerMinute,
  }
}

export function applyUpdate(state: FeedState, event: LiveUpdate, nowMs: number): FeedState {
  let { vessels } = state
  if (event.vessels.length > 0 || event.gone.length > 0) {
    const next = new Map(vessels)
    for (const vessel of event.vessels) next.set(vessel.mmsi, vessel)
    for (const mmsi of event.gone) next.delete(mmsi)
    vessels = next
  }
  return {
    ...state,
    connection: 'open',
    vessels,
    total: event.total,
    skewMs: Date.parse(event.at) - nowMs,
    lastReceivedAtMs: instant(event.lastReceivedAt) ?? state.lastReceivedAtMs,
    messagesPerMinute: event.messagesPerMinute,
  }
}

/** What the feed needs of its surroundings; the browser's own by default. */
export interface FeedEffects {
  open: (url: string) => EventSource
  now: () => number
  setTimer: (run: () => void, ms: number) => number
  clearTimer: (timer: number) => void
}

const browserEffects: FeedEffects = {
  open: (url) => new EventSource(url),
  now: () => Date.now(),
  setTimer: (run, ms) => window.setTimeout(run, ms),
  clearTimer: (timer) => window.clearTimeout(timer),
}

/** The server speaks at least every 5 s: silence beyond this is a broken line. */
const silenceMs = 14_000
const firstRetryMs = 1000
const lastRetryMs = 30_000
const settleMs = 400
const margin = 0.25

/** 1, 2, 4… 30 s. */
export const retryDelayMs = (failures: number) => Math.min(lastRetryMs, firstRetryMs * 2 ** (failures - 1))

/**
 * The live stream of the vessels around the view. EventSource resumes by itself after a cut (Last-Event-ID);
 * this class adds what it lacks: another box when the view leaves the one asked for, a watch on silence, and
 * new attempts when the server refuses.
 */
export class VesselFeed {
  private state = emptyFeed
  private source: EventSource | undefined
  private wanted: Box | undefined
  private asked: Box | undefined
  private failures = 0
  private settleTimer: number | undefined
  private watchTimer: number | undefined
  private listeners = new Set<() => void>()
  private readonly effects: FeedEffects

  constructor(effects: FeedEffects = browserEffects) {
    this.effects = effects
  }

  subscribe = (listener: () => void) => {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  getState = () => this.state

  /** Tells what the reader sees; the stream follows once the view rests. */
  watch(view: Box): void {
    this.wanted = view
    const width = (box: Box) => box[2] - box[0]
    const isCovered = this.asked && contains(this.asked, view) && width(this.asked) < 4 * width(view)
    this.clear('settleTimer')
    if (isCovered && this.source) return
    this.settleTimer = this.effects.setTimer(() => this.connect(), this.source ? settleMs : 0)
  }

  stop(): void {
    this.close()
    this.clear('settleTimer')
    this.asked = undefined
    this.failures = 0
  }

  private connect(): void {
    this.close()
    if (!this.wanted) return
    this.asked = growBox(this.wanted, margin)
    const bbox = this.asked.map((degrees) => degrees.toFixed(3)).join(',')
    const source = this.effects.open(`/api/v1/datasets/vessels/stream?bbox=${bbox}`)
    this.source = source
    source.addEventListener('snapshot', (event) => {
      this.heard(applySnapshot(this.state, JSON.parse(event.data), this.effects.now()))
    })
    source.addEventListener('update', (event) => {
      this.heard(applyUpdate(this.state, JSON.parse(event.data), this.effects.now()))
    })
    source.addEventListener('error', () => {
      if (source !== this.source) return
      this.publish({ ...this.state, connection: 'lost' })
      // CONNECTING: the browser retries by itself and resumes where it was.
      if (source.readyState === 2) this.retry()
    })
    this.watchSilence()
  }

  private heard(state: FeedState): void {
    this.failures = 0
    this.watchSilence()
    this.publish(state)
  }

  private retry(): void {
    this.close()
    this.failures++
    this.settleTimer = this.effects.setTimer(() => this.connect(), retryDelayMs(this.failures))
  }

  private watchSilence(): void {
    this.clear('watchTimer')
    this.watchTimer = this.effects.setTimer(() => {
      this.publish({ ...this.state, connection: 'lost' })
      this.retry()
    }, silenceMs)
  }

  private close(): void {
    this.clear('watchTimer')
    this.source?.close()
    this.source = undefined
  }

  private clear(timer: 'settleTimer' | 'watchTimer'): void {
    if (this[timer] !== undefined) this.effects.clearTimer(this[timer])
    this[timer] = undefined
  }

  private publish(state: FeedState): void {
    this.state = state
    for (const listener of this.listeners) listener()
  }
}
