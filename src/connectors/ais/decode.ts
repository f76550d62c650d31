import type { AisMessage, StaticReport } from './message.ts'
import { decodeOther } from './other.ts'
import { decodeAircraft, decodeClassA, decodeClassB, decodeLongRange } from './position.ts'
import type { SixBits } from './sixbit.ts'
import { decodeExtendedStatic, decodeStaticPart, decodeVoyage } from './static.ts'

/**
 * Bits without which something of the message is lost, by type (ITU-R M.1371-5 annex 8). Spare bits at the end
 * do not count; messages of variable length count up to their last fixed field.
 */
const neededBits = [
  0, 168, 168, 168, 168, 422, 88, 72, 56, 168, 70, 168, 72, 72, 40, 88, 92, 80, 168, 308, 70, 271, 145, 154,
  160, 40, 60, 95,
] as const

/** Types of one length that ends with a character, so that there is nothing to fill (ITU-R M.1371-5 annex 8). */
const unfilledBits: Readonly<Record<number, number>> = {
  1: 168,
  2: 168,
  3: 168,
  4: 168,
  9: 168,
  10: 72,
  11: 168,
  18: 168,
  19: 312,
  22: 168,
  27: 96,
}

/** Some receivers state fill bits where there can be none: such a message is taken as full. */
export function ignoreWrongFill(bits: SixBits, type: number, fillBits: number): void {
  if (bits.length + fillBits === unfilledBits[type]) bits.length += fillBits
}

/** Shorter than type, repeat indicator and MMSI: nothing to attribute. */
export const leastBits = 38

/** Whether the loaded message lacks a field of its type. */
export const isTruncated = (bits: SixBits, type: number): boolean => bits.length < (neededBits[type] ?? 0)

/** HOT. The message in `bits`, whose type is 1–27. Of a type 19 the position; `decodeExtendedStatic` has the rest. */
export function decode(bits: SixBits, type: number): AisMessage {
  const repeat = bits.unsigned(6, 2, 0)
  const mmsi = bits.unsigned(8, 30, 0)
  switch (type) {
    case 1:
    case 2:
    case 3:
      return decodeClassA(bits, type, repeat, mmsi)
    case 18:
    case 19:
      return decodeClassB(bits, type, repeat, mmsi)
    case 5:
      return decodeVoyage(bits, type, repeat, mmsi)
    case 24:
      return decodeStaticPart(bits, type, repeat, mmsi) ?? decodeOther(bits, type, repeat, mmsi)
    case 9:
      return decodeAircraft(bits, type, repeat, mmsi)
    case 27:
      return decodeLongRange(bits, type, repeat, mmsi)
    default:
      return decodeOther(bits, type, repeat, mmsi)
  }
}

/** The static half of the type 19 in `bits`. */
export function decodeSecondHalf(bits: SixBits): StaticReport {
  return decodeExtendedStatic(bits, 19, bits.unsigned(6, 2, 0), bits.unsigned(8, 30, 0))
}
