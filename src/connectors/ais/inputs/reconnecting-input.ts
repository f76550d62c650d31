import { Backoff } from './backoff.ts'
import type { Timer } from './clock.ts'
import type { Input, InputEffects, InputEvents } from './input.ts'
import { LineFramer } from './line-framer.ts'
import { SilenceAlarm } from './silence-alarm.ts'

/** A connection being made or open. */
export interface Link {
  pause(): void
  resume(): void
  /** Ends it at once; `ended` is still called. */
  close(): void
}

export interface LinkEvents {
  /** Connected (and subscribed): data may come. */
  opened(): void
  data(bytes: Uint8Array): void
  /** A message of the provider that is no AIS. */
  notice(text: string): void
  /** Called exactly once, last. `reason` completes the sentence “<address> …”. */
  ended(reason: string): void
}

export type Dial = (events: LinkEvents) => Link

export interface LinkLimits {
  maxLineBytes: number
  /** Silence before the state becomes `silent`. */
  silentAfterMs: number
  /** A connection silent for so long is given up and made again: some bridges and providers hang while open. */
  redialAfterMs: number
  /** A connection attempt without answer is given up. */
  connectWithinMs: number
}

/** An input that dials out, keeps the connection and makes it again with back-off when it ends. */
export class ReconnectingInput implements Input {
  readonly describe: string
  readonly #dial: Dial
  readonly #limits: LinkLimits
  readonly #events: InputEvents
  readonly #effects: InputEffects
  readonly #backoff: Backoff
  readonly #alarm: SilenceAlarm
  #link: Link | undefined
  #timer: Timer | undefined
  #isPaused = false
  #isLive = false
  #stopping: Promise<void> | undefined
  #whenEnded: (() => void) | undefined
  #giveUp: (reason: string) => void = () => {}

  constructor(describe: string, dial: Dial, limits: LinkLimits, events: InputEvents, effects: InputEffects) {
    this.describe = describe
    this.#dial = dial
    this.#limits = limits
    this.#events = events
    this.#effects = effects
    this.#backoff = new Backoff(effects.random)
    this.#alarm = new SilenceAlarm(effects.clock, limits.silentAfterMs, (silentMs) => this.#silent(silentMs))
  }

  start(): void {
    this.#connect()
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#alarm.heard()
    this.#link?.resume()
  }

  stop(): Promise<void> {
    this.#stopping ??= new Promise((resolve) => {
      this.#whenEnded = resolve
      this.#timer?.cancel()
      this.#alarm.stop()
      if (this.#link) this.#link.close()
      else resolve()
    })
    return this.#stopping
  }

  #connect(): void {
    this.#isLive = false
    this.#events.state('connecting')
    const framer = new LineFramer(this.#limits.maxLineBytes, (reason, sample) =>
      this.#events.refused(reason, sample),
    )
    let giveUpReason: string | undefined
    const giveUp = (reason: string) => {
      giveUpReason = reason
      link.close()
    }
    const link = this.#dial({
      opened: () => {
        if (this.#stopping) return
        this.#timer?.cancel()
        this.#alarm.start()
        this.#events.state('connecting', 'connected, no line yet')
      },
      data: (bytes) => {
        if (!this.#stopping) this.#data(framer, bytes)
      },
      notice: (text) => {
        if (!this.#stopping) this.#events.refused('provider', text)
      },
      ended: (reason) => this.#ended(framer, giveUpReason ?? reason),
    })
    this.#link = link
    if (this.#isPaused) link.pause()
    this.#giveUp = giveUp
    this.#timer = this.#effects.clock.after(this.#limits.connectWithinMs, () =>
      giveUp(`did not answer within ${this.#limits.connectWithinMs / 1000} s`),
    )
  }

  #data(framer: LineFramer, bytes: Uint8Array): void {
    this.#alarm.heard()
    const lines = framer.push(bytes)
    if (!this.#isLive) {
      // Only data prove the sender sound: one that accepts and closes must not be dialled every second.
      if (lines.length === 0) return
      this.#isLive = true
      this.#backoff.reset()
      this.#events.state('live')
    }
    if (lines.length === 0) return
    if (this.#events.lines(lines, this.#effects.clock.nowMs())) return
    this.#isPaused = true
    this.#link?.pause()
  }

  #silent(silentMs: number): void {
    if (this.#isPaused) {
      this.#alarm.heard()
      return
    }
    this.#isLive = false
    const silentS = Math.round(silentMs / 1000)
    this.#events.state('silent', `no line for ${silentS} s`)
    if (silentMs >= this.#limits.redialAfterMs) this.#giveUp(`was silent for ${silentS} s`)
  }

  #ended(framer: LineFramer, reason: string): void {
    this.#link = undefined
    this.#timer?.cancel()
    this.#alarm.stop()
    if (this.#whenEnded) {
      this.#whenEnded()
      return
    }
    framer.drop()
    const waitMs = this.#backoff.next()
    const sentence = `${this.describe} ${reason}; next attempt in ${Math.ceil(waitMs / 1000)} s`
    this.#effects.log.warn(sentence)
    this.#events.state('reconnecting', sentence)
    this.#timer = this.#effects.clock.after(waitMs, () => this.#connect())
  }
}
