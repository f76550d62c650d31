import type { SixBits } from './sixbit.ts'

/**
 * HOT. Degrees, to six decimals, of a coordinate of `width` bits in 1/`perDegree` of a degree. Null for the
 * sentinel (`limit` + 1 degrees) and for what lies beyond `limit`, which also marks the message out of range.
 */
export function degrees(
  bits: SixBits,
  at: number,
  width: number,
  perDegree: number,
  limit: number,
): number | null {
  const none = (limit + 1) * perDegree
  const raw = bits.signed(at, width, none)
  if (raw === none) return null
  if (raw > limit * perDegree || raw < -limit * perDegree) {
    bits.outOfRange = true
    if (!bits.keepImpossible) return null
  }
  // + 0 turns −0 into 0.
  return Math.round((raw * 1e6) / perDegree) / 1e6 + 0
}

/** HOT. Longitude of 28 bits in 1/10,000 minute (types 1–4, 9, 11, 18, 19, 21). */
export const longitude = (bits: SixBits, at: number) => degrees(bits, at, 28, 600_000, 180)

/** HOT. Latitude of 27 bits in 1/10,000 minute. */
export const latitude = (bits: SixBits, at: number) => degrees(bits, at, 27, 600_000, 90)

/** HOT. Speed over ground of 10 bits in 1/10 knot; 102.2 means “102.2 or more”. */
export function speedKn(bits: SixBits, at: number): number | null {
  const raw = bits.unsigned(at, 10, 1023)
  return raw === 1023 ? null : raw / 10
}

/** HOT. Course over ground of 12 bits in 1/10 degree. */
export function courseDeg(bits: SixBits, at: number): number | null {
  const raw = bits.unsigned(at, 12, 3600)
  if (raw === 3600) return null
  return impossibleAbove(bits, raw, 3599) ? null : raw / 10
}

/** HOT. True heading of 9 bits in whole degrees. */
export function headingDeg(bits: SixBits, at: number): number | null {
  const raw = bits.unsigned(at, 9, 511)
  if (raw === 511) return null
  return impossibleAbove(bits, raw, 359) ? null : raw
}

function impossibleAbove(bits: SixBits, raw: number, highest: number): boolean {
  if (raw <= highest) return false
  bits.outOfRange = true
  return !bits.keepImpossible
}

/** Rate of turn for each of the 256 codes, index code + 128; ITU-R M.1371-5 table 48: v = 4.733·√ROT. */
const rotDegPerMinOf: readonly (number | null)[] = Array.from({ length: 256 }, (_, index) => {
  const code = index - 128
  if (code === -128) return null
  // No turn indicator: only “more than 5° in 30 s” is known, so at least 10° a minute.
  if (Math.abs(code) === 127) return Math.sign(code) * 10
  return (Math.sign(code) * Math.round((code / 4.733) ** 2 * 100)) / 100 + 0
})

/** HOT. Degrees a minute, positive to starboard, of the code −128…127. */
export const rotDegPerMin = (code: number): number | null => rotDegPerMinOf[code + 128]!

/** A whole number of `width` bits, null when it is `none` or above `highest`. */
export function boundedOrNull(
  bits: SixBits,
  at: number,
  width: number,
  lowest: number,
  highest: number,
): number | null {
  const raw = bits.unsigned(at, width, -1)
  return raw < lowest || raw > highest ? null : raw
}
