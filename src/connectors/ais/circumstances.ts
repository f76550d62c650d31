import { hexValueOf } from './sentence.ts'
import type { StationNames } from './station-names.ts'

const STAR = 42
const COMMA = 44
const COLON = 58

/** What the surroundings of a sentence say about its reception; reused for every line. */
export interface Circumstances {
  /** Milliseconds since 1970 UTC; NaN = not said. */
  tagMs: number
  suffixMs: number
  pghpMs: number
  station: string | null
  signalDbm: number | null
  /** Text of the TAG group id, null outside a group. */
  group: string | null
  groupTotal: number
}

export const newCircumstances = (): Circumstances => ({
  tagMs: Number.NaN,
  suffixMs: Number.NaN,
  pghpMs: Number.NaN,
  station: null,
  signalDbm: null,
  group: null,
  groupTotal: 0,
})

/** HOT. */
export function clearCircumstances(about: Circumstances): void {
  about.tagMs = Number.NaN
  about.suffixMs = Number.NaN
  about.pghpMs = Number.NaN
  about.station = null
  about.signalDbm = null
  about.group = null
  about.groupTotal = 0
}

/** What one part of a message says completes what the others said. */
export function mergeCircumstances(into: Circumstances, other: Circumstances): void {
  if (Number.isNaN(into.tagMs)) into.tagMs = other.tagMs
  if (Number.isNaN(into.suffixMs)) into.suffixMs = other.suffixMs
  if (Number.isNaN(into.pghpMs)) into.pghpMs = other.pghpMs
  into.station ??= other.station
  into.signalDbm ??= other.signalDbm
}

/**
 * Reads the TAG block between the backslashes, `from`–`to`, into `about` (NMEA 0183 4.10 and IEC 62320-1).
 * False, with nothing changed, when its own checksum is missing or wrong.
 */
export function readTagBlock(
  bytes: Uint8Array,
  from: number,
  to: number,
  about: Circumstances,
  names: StationNames,
): boolean {
  let sum = 0
  let star = from
  for (; star < to && bytes[star] !== STAR; star++) sum ^= bytes[star]!
  if (to - star !== 3) return false
  if (((hexValueOf[bytes[star + 1]!]! << 4) | hexValueOf[bytes[star + 2]!]!) !== sum) return false
  let at = from
  while (at < star) {
    let end = at
    while (end < star && bytes[end] !== COMMA) end++
    readTagField(bytes, at, end, about, names)
    at = end + 1
  }
  return true
}

function readTagField(
  bytes: Uint8Array,
  from: number,
  to: number,
  about: Circumstances,
  names: StationNames,
): void {
  const iecGroup = groupPrefix(bytes, from, to)
  if (iecGroup > 0) {
    about.group = names.of(bytes, iecGroup, to)
    about.groupTotal = bytes[from + 2]! - 48
    return
  }
  if (to - from < 3 || bytes[from + 1] !== COLON) return
  switch (bytes[from]) {
    case 99: // c: Unix time
      about.tagMs = unixMs(bytes, from + 2, to)
      break
    case 115: // s: station
      about.station = names.of(bytes, from + 2, to)
      break
    case 103: {
      // g: sentence-total-id
      let dash = from + 2
      while (dash < to && bytes[dash] !== 45) dash++
      let second = dash + 1
      while (second < to && bytes[second] !== 45) second++
      if (second + 1 >= to) return
      about.groupTotal = digits(bytes, dash + 1, second)
      about.group = names.of(bytes, second + 1, to)
    }
  }
}

/** `1G2:73874`, the group form of IEC 62320-1: index of the id, else 0. */
function groupPrefix(bytes: Uint8Array, from: number, to: number): number {
  const isGroup = to - from > 4 && (bytes[from + 1] === 71 || bytes[from + 1] === 103)
  return isGroup && bytes[from + 3] === COLON && isDigit(bytes[from]!) && isDigit(bytes[from + 2]!)
    ? from + 4
    : 0
}

/**
 * Reads what the United States Coast Guard's loggers append after the checksum, `from`–`to`:
 * `,s1234,d-119,T12.34,r003669958,1085889680`. Every field is optional, unknown ones are passed over.
 */
export function readSuffix(
  bytes: Uint8Array,
  from: number,
  to: number,
  about: Circumstances,
  names: StationNames,
): void {
  let at = from + 1
  while (at < to) {
    let end = at
    while (end < to && bytes[end] !== COMMA) end++
    const first = bytes[at]!
    if (first === 100) about.signalDbm = signedDecimal(bytes, at + 1, end)
    else if (first === 114 || first === 98) about.station ??= names.of(bytes, at, end)
    else if (isDigit(first)) about.suffixMs = unixMs(bytes, at, end)
    at = end + 1
  }
}

const isDigit = (byte: number) => byte >= 48 && byte <= 57

/** A whole number; NaN when another character is among the digits or there are more than 15. */
export function digits(bytes: Uint8Array, from: number, to: number): number {
  if (to <= from || to - from > 15) return Number.NaN
  let value = 0
  for (let at = from; at < to; at++) {
    if (!isDigit(bytes[at]!)) return Number.NaN
    value = value * 10 + bytes[at]! - 48
  }
  return value
}

/** `-119` or `-119.5`; null when it is no number. */
function signedDecimal(bytes: Uint8Array, from: number, to: number): number | null {
  if (to <= from || to - from > 12) return null
  const value = Number(String.fromCharCode(...bytes.subarray(from, to)))
  return Number.isFinite(value) ? value : null
}

/** Unix time of up to 10 digits in seconds, decimals allowed, or of 13 digits in milliseconds; else NaN. */
function unixMs(bytes: Uint8Array, from: number, to: number): number {
  let dot = from
  while (dot < to && bytes[dot] !== 46) dot++
  const whole = digits(bytes, from, dot)
  const count = dot - from
  if (count === 13) return whole
  // Fewer than 9 digits would be before 1973: a counter, not a clock.
  if (count < 9 || count > 10) return Number.NaN
  if (dot === to) return whole * 1000
  const decimals = digits(bytes, dot + 1, Math.min(to, dot + 4))
  return Number.isNaN(decimals)
    ? Number.NaN
    : whole * 1000 + decimals * 10 ** (3 - (Math.min(to, dot + 4) - dot - 1))
}
