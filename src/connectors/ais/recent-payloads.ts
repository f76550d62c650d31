import { EventClock } from '../../maritime/event-clock.ts'

/**
 * Remembers transmissions for a sliding window of event time, to know one that several receivers heard. Keys are
 * 64-bit hashes in typed arrays: at 50,000 messages a second the chance of one false duplicate is about once in
 * eight years. HOT: no object per message.
 */
export class RecentPayloads {
  readonly #windowMs: number
  #current = new Generation()
  #previous = new Generation()
  readonly #clock = new EventClock()
  #generationSinceMs = Number.NEGATIVE_INFINITY

  constructor(windowMs = 10_000) {
    this.#windowMs = windowMs
  }

  /** True when the same payload was sent within the window; remembers it otherwise. */
  isRepeated(payload: string, atMs: number): boolean {
    hash(payload)
    return this.#check(hashHigh, hashLow, atMs)
  }

  /** The same for a position told by two routes in different words: vessel, place and second of the fix. */
  isRepeatedFix(mmsi: number, lon: number, lat: number, utcSecond: number, atMs: number): boolean {
    hashHigh = mix(mix(0x9e3779b9 ^ mmsi, Math.round(lon * 1e6)), utcSecond)
    hashLow = mix(mix(0x85ebca6b ^ Math.round(lat * 1e6), mmsi), utcSecond)
    return this.#check(hashHigh, hashLow, atMs)
  }

  #check(high: number, low: number, atMs: number): boolean {
    this.#advance(atMs)
    const seenMs = this.#current.find(high, low) ?? this.#previous.find(high, low)
    if (seenMs !== undefined && Math.abs(atMs - seenMs) <= this.#windowMs) return true
    this.#current.set(high, low, atMs)
    return false
  }

  #advance(atMs: number): void {
    const clock = this.#clock
    clock.follow(atMs)
    if (this.#generationSinceMs === Number.NEGATIVE_INFINITY) this.#generationSinceMs = clock.nowMs
    const ageMs = Math.abs(clock.nowMs - this.#generationSinceMs)
    if (ageMs < this.#windowMs && this.#current.size < maxPerGeneration) return
    const emptied = this.#previous
    this.#previous = this.#current
    emptied.clear()
    this.#current = emptied
    this.#generationSinceMs = clock.nowMs
  }
}

/** Bounds memory when a file without a clock tells everything at one instant. */
const maxPerGeneration = 2_000_000

let hashHigh = 0
let hashLow = 0

function mix(a: number, b: number): number {
  let h = Math.imul(a ^ (b >>> 16), 0x7feb352d)
  h = Math.imul(h ^ (h >>> 15) ^ b, 0x846ca68b)
  return h ^ (h >>> 16)
}

/** Two independent 32-bit hashes of the text (multiplicative, after MurmurHash's finaliser). */
function hash(text: string): void {
  let high = 0x2c1b3c6d ^ text.length
  let low = 0x297a2d39
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    high = Math.imul(high ^ c, 0x01000193) + (low >>> 7)
    low = Math.imul(low + c, 0x5bd1e995) ^ (low >>> 13)
  }
  hashHigh = mix(high, low)
  hashLow = mix(low, high)
}

/** Open-addressing table from a 64-bit hash to a time. */
class Generation {
  size = 0
  #capacity = 1024
  #keys = new Int32Array(2 * 1024)
  #times = new Float64Array(1024).fill(Number.NaN)

  find(high: number, low: number): number | undefined {
    const slot = this.#slot(high, low)
    const time = this.#times[slot]!
    return Number.isNaN(time) ? undefined : time
  }

  set(high: number, low: number, timeMs: number): void {
    const slot = this.#slot(high, low)
    if (Number.isNaN(this.#times[slot]!)) this.size++
    this.#keys[2 * slot] = high
    this.#keys[2 * slot + 1] = low
    this.#times[slot] = timeMs
    if (this.size * 2 > this.#capacity) this.#grow()
  }

  clear(): void {
    this.size = 0
    this.#times.fill(Number.NaN)
  }

  /** Where the key is, or the free place where it would go. */
  #slot(high: number, low: number): number {
    const mask = this.#capacity - 1
    let slot = low & mask
    while (!Number.isNaN(this.#times[slot]!)) {
      if (this.#keys[2 * slot] === high && this.#keys[2 * slot + 1] === low) return slot
      slot = (slot + 1) & mask
    }
    return slot
  }

  #grow(): void {
    const keys = this.#keys
    const times = this.#times
    this.#capacity *= 2
    this.#keys = new Int32Array(2 * this.#capacity)
    this.#times = new Float64Array(this.#capacity).fill(Number.NaN)
    for (let i = 0; i < times.length; i++) {
      if (Number.isNaN(times[i]!)) continue
      const slot = this.#slot(keys[2 * i]!, keys[2 * i + 1]!)
      this.#keys[2 * slot] = keys[2 * i]!
      this.#keys[2 * slot + 1] = keys[2 * i + 1]!
      this.#times[slot] = times[i]!
    }
  }
}
