/** Reasons to doubt an AIS row, one bit each, in the order in which they are written out (docs/ais.md). */
export const flagBits = {
  jump: 1,
  'speed-spike': 2,
  'speed-saturated': 4,
  'null-island': 8,
  'on-land': 16,
  'future-time': 32,
  'unreliable-mmsi': 64,
  'shared-mmsi': 128,
  truncated: 256,
  'out-of-range': 512,
} as const
export type Flag = keyof typeof flagBits

/** Texts of all combinations, made once: HOT paths only look up. */
const flagTexts: (string | null)[] = Array.from({ length: 1024 }, (_, bits) => {
  const names = Object.entries(flagBits).flatMap(([name, bit]) => (bits & bit ? [name] : []))
  return names.length > 0 ? names.join(',') : null
})

/** Flags as stored: comma-separated, null when there is nothing to doubt. */
export const flagText = (bits: number): string | null => flagTexts[bits]!

export const flagsOfText = (text: string | null): Flag[] => (text ? (text.split(',') as Flag[]) : [])
