import type { Clock, Timer } from './clock.ts'

/**
 * Calls `alarm` once when nothing was heard for `afterMs`, and again for each further `afterMs` of silence.
 * HOT: `heard` is called once per chunk and moves no timer.
 */
export class SilenceAlarm {
  readonly #clock: Clock
  readonly #afterMs: number
  readonly #alarm: (silentMs: number) => void
  #lastHeardMs = 0
  #silentSinceAlarm = 0
  #timer: Timer | undefined

  constructor(clock: Clock, afterMs: number, alarm: (silentMs: number) => void) {
    this.#clock = clock
    this.#afterMs = afterMs
    this.#alarm = alarm
  }

  start(): void {
    this.stop()
    this.heard()
    this.#arm(this.#afterMs)
  }

  heard(): void {
    this.#lastHeardMs = this.#clock.nowMs()
    this.#silentSinceAlarm = 0
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #arm(delayMs: number): void {
    this.#timer = this.#clock.after(delayMs, () => {
      const silentMs = this.#clock.nowMs() - this.#lastHeardMs
      const dueMs = this.#silentSinceAlarm + this.#afterMs
      if (silentMs < dueMs) {
        // A clock set back must not arm a timer of years.
        this.#arm(Math.min(this.#afterMs, dueMs - silentMs))
        return
      }
      this.#silentSinceAlarm = dueMs
      this.#arm(this.#afterMs)
      this.#alarm(silentMs)
    })
  }
}
