/** Time as an effect: tests turn it by hand. */
export interface Clock {
  /** Milliseconds since 1970 UTC. */
  nowMs(): number
  /** Calls back once after `delayMs`, unless cancelled. */
  after(delayMs: number, callback: () => void): Timer
}

export interface Timer {
  cancel(): void
}

export const systemClock: Clock = {
  nowMs: Date.now,
  after(delayMs, callback) {
    const handle = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(handle) }
  },
}
