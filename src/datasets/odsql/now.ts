/** The moment that now(…) names. */
import { instantAt, localClock } from './instants.ts'
import { Malformed, type Span } from './malformed.ts'
import type { NamedArgument } from './syntax.ts'

const absolute: Record<string, [least: number, most: number]> = {
  year: [1, 9999],
  month: [1, 12],
  day: [1, 999_999_999],
  hour: [0, 23],
  minute: [0, 59],
  second: [0, 59],
  microsecond: [0, 999_999],
  weekday: [0, 6],
}
const relative = ['years', 'months', 'days', 'hours', 'minutes', 'seconds', 'microseconds'] as const
const weekdays = ['mondays', 'tuesdays', 'wednesdays', 'thursdays', 'fridays', 'saturdays', 'sundays']
const unitMs: Record<string, number> = {
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
  microseconds: 0.001,
}

/**
 * Instant in ms: parts set on the clock of the zone, then amounts added (a day past the end of its month becomes its
 * last), then the day of the week sought: the first Monday from that day on is `mondays=1`, the day itself included.
 */
export function momentOf(args: readonly NamedArgument[], nowMs: number, zone: string, at: Span): number {
  const given = new Map<string, number>()
  for (const arg of args) {
    const range = Object.hasOwn(absolute, arg.name) ? absolute[arg.name] : undefined
    if (!range && !(relative as readonly string[]).includes(arg.name) && !weekdays.includes(arg.name))
      throw new Malformed(`now() has no argument “${arg.name}”.`, arg, [
        ...Object.keys(absolute),
        ...relative,
        ...weekdays,
      ])
    if (range && (arg.value < range[0] || arg.value > range[1]))
      throw new Malformed(`“${arg.name}” goes from ${range[0]} to ${range[1]}.`, arg)
    // The last of several counts.
    given.delete(arg.name)
    given.set(arg.name, arg.value)
  }
  if (given.size === 0) return nowMs
  const local = new Date(localClock(nowMs, zone))
  const monthIndex =
    (given.get('year') ?? local.getUTCFullYear()) * 12 + (given.get('month') ?? local.getUTCMonth() + 1) - 1
  setMonth(local, monthIndex, given.get('day') ?? local.getUTCDate())
  local.setUTCHours(
    given.get('hour') ?? local.getUTCHours(),
    given.get('minute') ?? local.getUTCMinutes(),
    given.get('second') ?? local.getUTCSeconds(),
    given.has('microsecond') ? Math.floor(given.get('microsecond')! / 1000) : local.getUTCMilliseconds(),
  )
  const months = (given.get('years') ?? 0) * 12 + (given.get('months') ?? 0)
  if (months !== 0)
    setMonth(local, local.getUTCFullYear() * 12 + local.getUTCMonth() + months, local.getUTCDate())
  let localMs = local.getTime()
  for (const unit of relative) localMs += Math.floor((given.get(unit) ?? 0) * (unitMs[unit] ?? 0))
  for (const [name, value] of given) {
    if (name === 'weekday') localMs += daysTo(localMs, value, 1) * 86_400_000
    const day = weekdays.indexOf(name)
    if (day >= 0 && value !== 0) localMs += daysTo(localMs, day, value) * 86_400_000
  }
  const year = new Date(localMs).getUTCFullYear()
  if (!(year >= 1 && year <= 9999)) throw new Malformed('now() leads out of the years 1 to 9999.', at)
  return instantAt(localMs, zone)
}

function setMonth(date: Date, monthIndex: number, day: number): void {
  const year = Math.floor(monthIndex / 12)
  const last = new Date(0)
  last.setUTCFullYear(year, (monthIndex % 12) + 1, 0)
  date.setUTCFullYear(year, monthIndex % 12, Math.min(day, last.getUTCDate()))
}

/** Days to the n-th such weekday (0 is Monday), forwards or backwards. */
function daysTo(localMs: number, weekday: number, n: number): number {
  const today = (Math.floor(localMs / 86_400_000) + 3) % 7
  const weeks = (Math.abs(n) - 1) * 7
  const modulo = (days: number) => ((days % 7) + 7) % 7
  return n > 0 ? weeks + modulo(weekday - today) : -(weeks + modulo(today - weekday))
}
