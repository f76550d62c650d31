import type { BaseClock } from './base-clock.ts'
import type { Circumstances } from './circumstances.ts'
import type { HeardMessage } from './heard.ts'
import type { SixBits } from './sixbit.ts'

/** HOT. Sets time and its source by the order of trust: TAG, suffix, `$PGHP`, base station, receipt. */
export function setTime(heard: HeardMessage, about: Circumstances, clock: BaseClock | undefined): void {
  if (!Number.isNaN(about.tagMs)) {
    heard.atMs = about.tagMs
    heard.timeSource = 'tag'
  } else if (!Number.isNaN(about.suffixMs)) {
    heard.atMs = about.suffixMs
    heard.timeSource = 'suffix'
  } else if (!Number.isNaN(about.pghpMs)) {
    heard.atMs = about.pghpMs
    heard.timeSource = 'pghp'
  } else if (clock && !Number.isNaN(clock.nowMs)) {
    heard.atMs = clock.nowMs
    heard.timeSource = 'base-station'
  } else {
    heard.atMs = heard.receivedAtMs
    heard.timeSource = 'receiver'
  }
}

/** HOT. Moves the time to the nearest instant with this UTC second; `second` above 59 says nothing. */
export function refineTime(heard: HeardMessage, second: number): void {
  if (second > 59) return
  const refined = Math.floor(heard.atMs / 60_000) * 60_000 + second * 1000
  const ahead = refined - heard.atMs
  heard.atMs = ahead > 30_000 ? refined - 60_000 : ahead < -30_000 ? refined + 60_000 : refined
}

/** Where each type has its UTC second; 0 = nowhere. */
const secondAt = Array.from({ length: 28 }, () => 0)
for (const [type, at] of [
  [1, 137],
  [2, 137],
  [3, 137],
  [4, 72],
  [9, 128],
  [11, 72],
  [18, 133],
  [19, 133],
  [21, 253],
] as const) {
  secondAt[type] = at
}

/** HOT. UTC second inside the message, 60–63 when it has none. */
export function utcSecond(bits: SixBits, type: number): number {
  const at = secondAt[type]!
  return at === 0 ? 60 : bits.unsigned(at, 6, 60)
}

/** Date and time in a type 4 or 11, ms since 1970 UTC; NaN when it has none or an impossible one. */
export function baseStationMs(bits: SixBits): number {
  const year = bits.unsigned(38, 14, 0)
  const month = bits.unsigned(52, 4, 0)
  const day = bits.unsigned(56, 5, 0)
  const hour = bits.unsigned(61, 5, 24)
  const minute = bits.unsigned(66, 6, 60)
  const second = bits.unsigned(72, 6, 60)
  // Stations without a fix say 1970 or 1980; AIS is younger than 2000.
  const isDate = year >= 2000 && month >= 1 && month <= 12 && day >= 1 && day <= 31
  return isDate && hour < 24 && minute < 60 && second < 60
    ? Date.UTC(year, month - 1, day, hour, minute, second)
    : Number.NaN
}
