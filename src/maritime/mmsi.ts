import { readCodeTable } from '../package-root.ts'

/** Kinds of station behind an MMSI (ITU-R M.585). */
export type MmsiKind =
  | 'ship'
  | 'coast-station'
  | 'sar-aircraft'
  | 'aid-to-navigation'
  | 'craft-of-parent'
  | 'sart'
  | 'man-overboard'
  | 'epirb'
  | 'group'
  | 'unreliable'

/** Numbers that transponders send when nobody set them; shown, never merged. */
const placeholders = new Set([0, 1, 111_111_111, 123_456_789, 999_999_999, 1_193_046, 987_654_321])

const isoByMid = new Map(readCodeTable('codes/mid.csv').map(({ mid, iso2 }) => [Number(mid), iso2!]))

/** What kind of station an MMSI belongs to. */
export function kindOfMmsi(mmsi: number): MmsiKind {
  if (placeholders.has(mmsi)) return 'unreliable'
  if (mmsi >= 200_000_000 && mmsi < 800_000_000) return 'ship'
  if (mmsi >= 2_000_000 && mmsi < 8_000_000) return 'coast-station'
  if (mmsi >= 20_000_000 && mmsi < 80_000_000) return 'group'
  if (mmsi >= 111_000_000 && mmsi < 112_000_000) return 'sar-aircraft'
  if (mmsi >= 970_000_000 && mmsi < 971_000_000) return 'sart'
  if (mmsi >= 972_000_000 && mmsi < 973_000_000) return 'man-overboard'
  if (mmsi >= 974_000_000 && mmsi < 975_000_000) return 'epirb'
  if (mmsi >= 980_000_000 && mmsi < 990_000_000) return 'craft-of-parent'
  if (mmsi >= 990_000_000 && mmsi < 1_000_000_000) return 'aid-to-navigation'
  return 'unreliable'
}

/** The maritime identification digits of an MMSI, null when its kind has none. */
export function midOf(mmsi: number): number | null {
  switch (kindOfMmsi(mmsi)) {
    case 'ship':
      return Math.floor(mmsi / 1_000_000)
    case 'coast-station':
      return Math.floor(mmsi / 10_000)
    case 'group':
      return Math.floor(mmsi / 100_000)
    case 'sar-aircraft':
    case 'craft-of-parent':
    case 'aid-to-navigation': {
      const prefix = mmsi >= 980_000_000 ? 2 : 3
      return Number(
        String(mmsi)
          .padStart(9, '0')
          .slice(prefix, prefix + 3),
      )
    }
    default:
      return null
  }
}

/** ISO 3166 alpha-2 code of the flag, null for unallocated digits. */
export const flagIsoOf = (mmsi: number): string | null => isoByMid.get(midOf(mmsi) ?? -1) ?? null
