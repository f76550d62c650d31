import { digits } from './circumstances.ts'
import { hexValueOf } from './sentence.ts'
import type { StationNames } from './station-names.ts'

const COMMA = 44
const STAR = 42

/** Sentences that may come between a `$PGHP` line and the sentence it belongs to (merged feeds). */
const reach = 4

interface Announcement {
  ms: number
  station: string | null
  /** Checksum of the sentence that it belongs to. */
  checksum: number
  left: number
  seq: number
}

/**
 * `$PGHP,1,YYYY,M,D,h,m,s,ms,country,region,station,online,cc*hh` (Gatehouse) tells time and station of the
 * sentence with checksum `cc` that follows.
 */
export class Announcements {
  #open: Announcement[] = []

  get count(): number {
    return this.#open.length
  }

  oldestSeq(): number | undefined {
    return this.#open[0]?.seq
  }

  /** Reads the `$PGHP` line at `from`–`to`; false when it is damaged. */
  read(bytes: Uint8Array, from: number, to: number, seq: number, names: StationNames): boolean {
    let sum = 0
    let star = from + 1
    for (; star < to && bytes[star] !== STAR; star++) sum ^= bytes[star]!
    if (star + 2 >= to || ((hexValueOf[bytes[star + 1]!]! << 4) | hexValueOf[bytes[star + 2]!]!) !== sum) {
      return false
    }
    const starts: number[] = []
    for (let at = from; at < star; at++) if (bytes[at] === COMMA) starts.push(at + 1)
    starts.push(star + 1)
    if (starts.length !== 14) return false
    const number = (field: number) => digits(bytes, starts[field]!, starts[field + 1]! - 1)
    const ms = Date.UTC(number(1), number(2) - 1, number(3), number(4), number(5), number(6), number(7))
    const cc = starts[12]!
    const checksum = (hexValueOf[bytes[cc]!]! << 4) | hexValueOf[bytes[cc + 1]!]!
    if (Number.isNaN(ms) || star - cc !== 2 || checksum > 255) return false
    const station = names.of(bytes, starts[10]!, starts[11]! - 1)
    this.#open.push({ ms, station, checksum, left: reach, seq })
    if (this.#open.length > reach) this.#open.shift()
    return true
  }

  /** What was announced for a sentence with this checksum; undefined when nothing was. */
  take(checksum: number): Announcement | undefined {
    const index = this.#open.findIndex((one) => one.checksum === checksum)
    const found = index < 0 ? undefined : this.#open.splice(index, 1)[0]
    this.#open = this.#open.filter((one) => --one.left > 0)
    return found
  }

  clear(): void {
    this.#open = []
  }
}
