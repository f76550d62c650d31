/** Buckets and parts of instants, as the query AST defines them. Pure arithmetic on milliseconds. */
import type { DatePart, TimeUnit } from './query.ts'
import { atLocalMs, zoneOffsetMs } from './time-zone.ts'

const dayMs = 86_400_000
const hourMs = 3_600_000
const unitMs: Partial<Record<TimeUnit, number>> = {
  second: 1000,
  minute: 60_000,
  hour: hourMs,
  day: dayMs,
  week: 7 * dayMs,
}
/** Monday 1970-01-05. */
const firstMondayMs = 4 * dayMs

const modulo = (a: number, b: number) => ((a % b) + b) % b

/** Start of the bucket that holds the instant: see `time-bucket` in query.ts. */
export function bucketStartMs(atMs: number, unit: TimeUnit, count: number, zone = 'UTC'): number {
  const offsetMs = zoneOffsetMs(atMs, zone)
  const localMs = atMs + offsetMs
  const width = unitMs[unit]
  if (width !== undefined) {
    const into = modulo(localMs - (unit === 'week' ? firstMondayMs : 0), width * count)
    return width * count <= hourMs ? atMs - into : atLocalMs(localMs - into, offsetMs, zone)
  }
  const months = unit === 'year' ? 12 * count : count
  const local = new Date(localMs)
  const index = (local.getUTCFullYear() - 1970) * 12 + local.getUTCMonth()
  const start = new Date(0)
  start.setUTCFullYear(1970, index - modulo(index, months), 1)
  return atLocalMs(start.getTime(), offsetMs, zone)
}

/** ISO 8601 year and week: those of the Thursday of the same week. */
function isoWeek(localMs: number): { year: number; week: number } {
  const dayOfWeek = modulo(Math.floor(localMs / dayMs) + 3, 7)
  const thursday = new Date((Math.floor(localMs / dayMs) - dayOfWeek + 3) * dayMs)
  const year = thursday.getUTCFullYear()
  return { year, week: Math.floor((thursday.getTime() - yearStartMs(year)) / (7 * dayMs)) + 1 }
}

const yearStartMs = (year: number) => new Date(0).setUTCFullYear(year, 0, 1)

export function datePart(atMs: number, part: DatePart, zone = 'UTC'): number {
  const localMs = atMs + zoneOffsetMs(atMs, zone)
  const local = new Date(localMs)
  switch (part) {
    case 'year':
      return local.getUTCFullYear()
    case 'quarter':
      return Math.floor(local.getUTCMonth() / 3) + 1
    case 'month':
      return local.getUTCMonth() + 1
    case 'week':
      return isoWeek(localMs).week
    case 'iso-year':
      return isoWeek(localMs).year
    case 'day':
      return local.getUTCDate()
    case 'day-of-week':
      return local.getUTCDay() || 7
    case 'day-of-year':
      return Math.floor((localMs - yearStartMs(local.getUTCFullYear())) / dayMs) + 1
    case 'hour':
      return local.getUTCHours()
    case 'minute':
      return local.getUTCMinutes()
    case 'second':
      return local.getUTCSeconds()
    case 'millisecond':
      return local.getUTCMilliseconds()
  }
}
