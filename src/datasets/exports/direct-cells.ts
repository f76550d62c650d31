/** Cells copied from the engine's JSON without being read. */
import type { ByteSink } from './byte-sink.ts'
import type { RowScanner } from './row-scanner.ts'

const zero = 0x30
const point = 0x2e
const quote = 0x22

/** HOT: a number, boolean or date; engines that write 43.0 mean 43. */
export function copyNumber(sink: ByteSink, { bytes, starts, ends }: RowScanner, k: number): void {
  let start = starts[k]!
  let end = ends[k]!
  if (bytes[start] === quote) {
    start++
    end--
  } else if (bytes[end - 1] === zero && bytes[end - 2] === point) end -= 2
  sink.copy(bytes, start, end)
}

const encoder = new TextEncoder()
const utcOffset = encoder.encode('+00:00')
const microseconds = encoder.encode('000')

/** Digits of an instant up to the seconds: `2021-10-30T22:00:00`. */
const secondsLength = 19

/** HOT: `2021-10-30T22:00:00.656Z` in quotes becomes `2021-10-30T22:00:00.656000+00:00` without; a fraction of zero goes. */
export function writeUtc(sink: ByteSink, { bytes, starts, ends }: RowScanner, k: number): void {
  const start = starts[k]! + 1
  // Past the year 9999 or before the first, signs make texts longer: the fraction is found from the end.
  const fraction = ends[k]! - 5
  const isWhole = bytes[fraction] === zero && bytes[fraction + 1] === zero && bytes[fraction + 2] === zero
  if (isWhole) sink.copy(bytes, start, Math.max(start + secondsLength, fraction - 1))
  else {
    sink.copy(bytes, start, fraction + 3)
    sink.copy(microseconds, 0, microseconds.length)
  }
  sink.copy(utcOffset, 0, utcOffset.length)
}
