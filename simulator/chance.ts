/**
 * Chance without a state: the same keys always give the same number, so any moment of the simulated port can be
 * computed without what came before. Integer hash after the finaliser of MurmurHash3.
 */
function scramble(h: number): number {
  let x = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return x ^ (x >>> 16)
}

/** A number in [0, 1) fixed by the keys. HOT. */
export function chance(seed: number, a: number, b = 0, c = 0): number {
  let h = scramble(seed ^ 0x9e3779b9)
  h = scramble(h ^ Math.imul(a | 0, 0x27d4eb2f))
  h = scramble(h ^ Math.imul(b | 0, 0x165667b1) ^ Math.floor(b / 4294967296))
  h = scramble(h ^ Math.imul(c | 0, 0x1b873593))
  return (h >>> 0) / 4294967296
}

/** A number in [low, high) fixed by the keys. */
export const between = (low: number, high: number, seed: number, a: number, b = 0, c = 0): number =>
  low + (high - low) * chance(seed, a, b, c)
