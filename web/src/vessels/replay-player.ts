import type { VesselList } from '../../../src/vessels/schema.ts'
import { advance, type Frame, frameStepMs, type Speed } from './replay.ts'
import type { Box } from './rules.ts'

export interface ReplayState {
  /** Instant shown, ms: where a pause holds, where a play started. */
  atMs: number
  frame: Frame | undefined
  /** Frame towards which the vessels move while playing. */
  next: Frame | undefined
  speed: Speed | undefined
  isLoading: boolean
  hasFailed: boolean
}

export interface ReplayEffects {
  fetch: (box: Box, atMs: number, signal: AbortSignal) => Promise<VesselList>
  now: () => number
  setTimer: (run: () => void, ms: number) => number
  clearTimer: (timer: number) => void
}

const tickMs = 200

/** Shows the stored past: one instant, or instants that follow each other at a speed. One request at a time. */
export class ReplayPlayer {
  private state: ReplayState = {
    atMs: 0,
    frame: undefined,
    next: undefined,
    speed: undefined,
    isLoading: false,
    hasFailed: false,
  }
  private box: Box | undefined
  private endMs = Number.POSITIVE_INFINITY
  private startedAt = 0
  private timer: number | undefined
  private request: AbortController | undefined
  private listeners = new Set<() => void>()
  private readonly effects: ReplayEffects

  constructor(effects: ReplayEffects) {
    this.effects = effects
  }

  subscribe = (listener: () => void) => {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  getState = () => this.state

  /** Instant on the screen now; never beyond the frame that is known to come. */
  displayedMs(): number {
    const { atMs, speed, frame, next } = this.state
    if (!speed || !frame) return atMs
    return advance(atMs, speed, this.effects.now() - this.startedAt, next?.atMs ?? atMs)
  }

  /** Shows one instant of a box, pausing; a second call while the first loads replaces it. */
  show(box: Box, atMs: number): void {
    this.box = box
    this.stopTimer()
    this.publish({ atMs, speed: undefined, next: undefined, isLoading: true, hasFailed: false })
    void this.load(atMs, (frame) => this.publish({ frame, isLoading: false }))
  }

  /** The view moved: the same instant, elsewhere. */
  watch(box: Box): void {
    this.box = box
    const { speed } = this.state
    if (speed) this.play(speed, this.endMs)
    else this.show(box, this.state.atMs)
  }

  play(speed: Speed, endMs: number): void {
    this.endMs = endMs
    const atMs = this.displayedMs()
    this.startedAt = this.effects.now()
    this.publish({ atMs, speed, next: undefined })
    this.prepare()
    this.stopTimer()
    this.tick()
  }

  pause(): void {
    this.stopTimer()
    const atMs = this.displayedMs()
    this.publish({ atMs, speed: undefined })
    if (this.box) this.show(this.box, atMs)
  }

  stop(): void {
    this.stopTimer()
    this.request?.abort()
    this.publish({ speed: undefined, frame: undefined, next: undefined, isLoading: false })
  }

  private prepare(): void {
    const { atMs, speed } = this.state
    if (!speed) return
    const target = Math.min(this.endMs, atMs + frameStepMs(speed))
    void this.load(target, (next) => {
      // The wait for a slow answer is not travelled in one leap afterwards.
      const shownMs = this.state.atMs
      if (this.effects.now() - this.startedAt > (next.atMs - shownMs) / speed)
        this.startedAt = this.effects.now()
      this.publish({ next, isLoading: false, hasFailed: false })
    })
  }

  private tick(): void {
    this.timer = this.effects.setTimer(() => {
      const { next, speed } = this.state
      if (!speed) return
      if (next && this.displayedMs() >= next.atMs) {
        this.startedAt = this.effects.now()
        this.publish({ atMs: next.atMs, frame: next, next: undefined })
        if (next.atMs < this.endMs) this.prepare()
        else this.publish({ speed: undefined })
      }
      if (this.state.speed) this.tick()
    }, tickMs)
  }

  private async load(atMs: number, done: (frame: Frame) => void): Promise<void> {
    this.request?.abort()
    const request = new AbortController()
    this.request = request
    if (!this.box) return
    try {
      const list = await this.effects.fetch(this.box, atMs, request.signal)
      if (request.signal.aborted) return
      done({ atMs, total: list.total, vessels: new Map(list.vessels.map((vessel) => [vessel.mmsi, vessel])) })
    } catch {
      // Shown on the page; the reader's next move tries again.
      if (!request.signal.aborted) this.publish({ isLoading: false, hasFailed: true })
    }
  }

  private stopTimer(): void {
    if (this.timer !== undefined) this.effects.clearTimer(this.timer)
    this.timer = undefined
  }

  private publish(change: Partial<ReplayState>): void {
    this.state = { ...this.state, ...change }
    for (const listener of this.listeners) listener()
  }
}
