/** Date literals and the clock of a zone. */
import { atLocalMs, zoneOffsetMs } from '../../engines/columnar/time-zone.ts'
import { Malformed, type Span } from './malformed.ts'

/**
 * The time a literal covers, milliseconds, `toMs` excluded; an instant covers the millisecond that rows can tell apart. A `date` has no zone: its
 * bounds are those of the calendar, read as UTC.
 */
export interface Period {
  bounds(type: 'date' | 'datetime'): { fromMs: number; toMs: number }
}

const minMs = -62_135_596_800_000
const maxMs = 253_402_300_799_999
const clamp = (ms: number) => Math.max(minMs, Math.min(maxMs, ms))

/** The instant at which the clock of the zone shows `localMs` (milliseconds as if it were UTC). */
export function instantAt(localMs: number, zone: string): number {
  return atLocalMs(localMs, zoneOffsetMs(localMs, zone), zone)
}

export const localClock = (atMs: number, zone: string): number => atMs + zoneOffsetMs(atMs, zone)

/** One instant, as now() gives it. */
export const momentPeriod = (atMs: number, zone: string): Period => ({
  bounds(type) {
    const ms = clamp(type === 'date' ? localClock(atMs, zone) : atMs)
    return { fromMs: ms, toMs: clamp(ms + 1) }
  },
})

/** Milliseconds of a calendar date as if in UTC; NaN when there is no such date. */
export function calendarMs(
  year: number,
  month: number,
  day: number,
  hour = 0,
  minute = 0,
  second = 0,
): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second)
  const isReal =
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    hour < 24 &&
    minute < 60 &&
    second < 60 &&
    year > 0
  return isReal ? date.getTime() : Number.NaN
}

const pattern =
  /^(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2})(?:[T ](\d{1,2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?)?)?$/i
const compact = /^(\d{4})(\d{2})(\d{2})$/

/**
 * Reads ISO 8601 dates and YYYY/MM/DD, as exact as they are written: `2017` is a year, `2017-04-03T08:02` a minute.
 * Without an offset the clock of `zone` counts. Undefined when it is no date.
 */
export function readDate(text: string, zone: string): Period | undefined {
  const match = pattern.exec(text.trim()) ?? compact.exec(text.trim())
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction, offset] = match
  const given = [month, day, hour, minute, second].filter((part) => part !== undefined).length
  const start = calendarMs(
    Number(year),
    Number(month ?? 1),
    Number(day ?? 1),
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second ?? 0),
  )
  if (Number.isNaN(start)) return undefined
  const fractionMs = fraction === undefined ? undefined : Math.floor(Number(`0.${fraction}`) * 1000)
  const localFrom = start + (fractionMs ?? 0)
  const localTo = fractionMs === undefined ? nextStart(start, given) : localFrom + 1
  const toInstant = (localMs: number) =>
    offset === undefined ? instantAt(localMs, zone) : localMs - offsetOf(offset)
  return {
    bounds: (type) =>
      type === 'date'
        ? { fromMs: clamp(localFrom), toMs: clamp(localTo) }
        : { fromMs: clamp(toInstant(localFrom)), toMs: clamp(toInstant(localTo)) },
  }
}

/** Start of the next year, month, day, hour, minute or second, by how many parts were given. */
function nextStart(startMs: number, given: number): number {
  const date = new Date(startMs)
  if (given === 0) return date.setUTCFullYear(date.getUTCFullYear() + 1)
  if (given === 1) return date.setUTCMonth(date.getUTCMonth() + 1)
  return startMs + [86_400_000, 3_600_000, 60_000, 1000][given - 2]!
}

function offsetOf(text: string): number {
  if (text.toUpperCase() === 'Z') return 0
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})?$/.exec(text) as string[]
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes ?? 0)) * 60_000
}

/** Throws Malformed when the text is no date. */
export function dateLiteral(text: string, zone: string, at: Span): Period {
  const period = readDate(text, zone)
  if (!period)
    throw new Malformed(`“${text.slice(0, 40)}” is no date.`, at, [
      '2017',
      '2017-04',
      '2017-04-03',
      '2017-04-03T08:02:00Z',
    ])
  return period
}

/** ISO text with the offset of the zone; a fraction only where there is one, six digits. */
export function isoInZone(atMs: number, zone: string): string {
  const offsetMs = zoneOffsetMs(atMs, zone)
  const text = new Date(atMs + offsetMs).toISOString()
  const fraction = text.slice(20, 23)
  const minutes = Math.round(Math.abs(offsetMs) / 60_000)
  const two = (n: number) => String(n).padStart(2, '0')
  const offset = `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
  return `${text.slice(0, 19)}${fraction === '000' ? '' : `.${fraction}000`}${offset}`
}
