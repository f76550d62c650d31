export type Box = [west: number, south: number, east: number, north: number]

/**
 * A fleet for measuring: vessels on straight courses whose position reports (type 1) are all distinct and plausible.
 * Layout of the message: ITU-R M.1371-5, table 48.
 */
export class FeedFleet {
  readonly #count: number
  readonly #firstMmsi: number
  readonly #lon: Float64Array
  readonly #lat: Float64Array
  readonly #courseDeg: Float64Array
  readonly #reportedAtMs: Float64Array
  readonly #bits = new SixBits(28)

  /** `count` vessels spread evenly over a box, always the same ones. */
  constructor(count: number, firstMmsi: number, [west, south, east, north]: Box) {
    this.#count = count
    this.#firstMmsi = firstMmsi
    this.#lon = new Float64Array(count)
    this.#lat = new Float64Array(count)
    this.#courseDeg = new Float64Array(count)
    this.#reportedAtMs = new Float64Array(count)
    for (let i = 0; i < count; i++) {
      this.#lon[i] = west + (east - west) * fraction(i * 0.754877666)
      this.#lat[i] = south + (north - south) * fraction(i * 0.569840296)
      this.#courseDeg[i] = Math.floor(360 * fraction(i * 0.618033989))
    }
  }

  /** HOT: once per line. The next report of vessel `i` at `nowMs`, as one NMEA line with its end. */
  report(i: number, nowMs: number): string {
    const vessel = i % this.#count
    const sogKn = 6 + (vessel % 14)
    const before = this.#reportedAtMs[vessel] as number
    const course = this.#courseDeg[vessel] as number
    if (before > 0) {
      const metres = ((nowMs - before) / 1000) * sogKn * 0.514444
      const radians = (course * Math.PI) / 180
      const lat = (this.#lat[vessel] as number) + (metres * Math.cos(radians)) / 111_120
      const cosLat = Math.cos((lat * Math.PI) / 180)
      this.#lat[vessel] = lat
      this.#lon[vessel] = (this.#lon[vessel] as number) + (metres * Math.sin(radians)) / (111_120 * cosLat)
    }
    this.#reportedAtMs[vessel] = nowMs
    return this.#encode(
      this.#firstMmsi + vessel,
      this.#lon[vessel] as number,
      this.#lat[vessel] as number,
      sogKn,
      course,
      nowMs,
    )
  }

  #encode(mmsi: number, lon: number, lat: number, sogKn: number, courseDeg: number, nowMs: number): string {
    const bits = this.#bits
    bits.clear()
    bits.put(1, 6)
    bits.put(0, 2)
    bits.put(mmsi, 30)
    bits.put(0, 4)
    bits.put(0, 8)
    bits.put(sogKn * 10, 10)
    bits.put(1, 1)
    bits.put(Math.round(lon * 600_000) & 0xfffffff, 28)
    bits.put(Math.round(lat * 600_000) & 0x7ffffff, 27)
    bits.put(courseDeg * 10, 12)
    bits.put(courseDeg, 9)
    bits.put(Math.floor(nowMs / 1000) % 60, 6)
    // Manoeuvre, spare and RAIM stay 0; the low bits of the time keep apart two reports from one place and second.
    bits.put(0, 6)
    bits.put(Math.floor(nowMs) % 4096, 19)
    return sentence(bits.armoured())
  }
}

/** The golden-ratio family of sequences spreads points evenly without a generator of random numbers. */
const fraction = (value: number): number => value - Math.floor(value)

/** Wraps a payload into `!AIVDM` with its checksum (NMEA 0183: exclusive or of all between `!` and `*`). */
function sentence(payload: string): string {
  const body = `AIVDM,1,1,,A,${payload},0`
  let sum = 0
  for (let i = 0; i < body.length; i++) sum ^= body.charCodeAt(i)
  return `!${body}*${(sum < 16 ? '0' : '') + sum.toString(16).toUpperCase()}\r\n`
}

/** Unsigned fields written one after the other, most significant bit first, as groups of six. */
class SixBits {
  readonly #groups: Uint8Array
  #at = 0

  constructor(groups: number) {
    this.#groups = new Uint8Array(groups)
  }

  clear(): void {
    this.#groups.fill(0)
    this.#at = 0
  }

  put(value: number, width: number): void {
    let left = width
    while (left > 0) {
      const free = 6 - (this.#at % 6)
      const taken = Math.min(free, left)
      const part = (value >>> (left - taken)) & ((1 << taken) - 1)
      const group = Math.floor(this.#at / 6)
      this.#groups[group] = (this.#groups[group] as number) | (part << (free - taken))
      this.#at += taken
      left -= taken
    }
  }

  /** The characters of ITU-R M.1371 payload armouring. */
  armoured(): string {
    return String.fromCharCode(...this.#groups.map((group) => (group < 40 ? group + 48 : group + 56)))
  }
}
