/** Offsets of time zones at an instant, by the runtime's own tables. */

/** A span of about thirteen months, a power of two so that its number is cheap. */
const spanMs = 2 ** 35
/** No zone kept a change of its clock for less. */
const stepMs = 7 * 86_400_000

/** The offsets that hold within one span: `offsetsMs[i]` from `startsMs[i]` on; the first from its beginning. */
interface Span {
  number: number
  startsMs: number[]
  offsetsMs: number[]
}

interface Zone {
  format: Intl.DateTimeFormat
  spans: Map<number, Span>
  last: Span | undefined
}

const zones = new Map<string, Zone>()

function zoneOf(name: string): Zone {
  let zone = zones.get(name)
  if (!zone) {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    })
    zone = { format, spans: new Map(), last: undefined }
    zones.set(name, zone)
  }
  return zone
}

/** Milliseconds to add to a UTC instant to read the local clock of the zone (IANA name). */
export function zoneOffsetMs(atMs: number, name: string): number {
  if (name === 'UTC') return 0
  const zone = zoneOf(name)
  const number = Math.floor(atMs / spanMs)
  let span = zone.last
  if (span?.number !== number) {
    span = zone.spans.get(number) ?? makeSpan(zone, number)
    zone.last = span
  }
  const { startsMs, offsetsMs } = span
  let i = startsMs.length - 1
  while (i > 0 && startsMs[i]! > atMs) i--
  return offsetsMs[i]!
}

function makeSpan({ format, spans }: Zone, number: number): Span {
  const beginMs = number * spanMs
  const endMs = beginMs + spanMs
  const span: Span = { number, startsMs: [beginMs], offsetsMs: [readOffsetMs(format, beginMs)] }
  for (let fromMs = beginMs; fromMs < endMs; fromMs += stepMs) {
    const toMs = Math.min(fromMs + stepMs, endMs)
    const offset = span.offsetsMs.at(-1)!
    const next = readOffsetMs(format, toMs)
    if (next === offset) continue
    span.startsMs.push(changeMs(format, fromMs, toMs, offset))
    span.offsetsMs.push(next)
  }
  spans.set(number, span)
  return span
}

/** The first whole second in (fromMs, toMs] at which the offset is no longer `offset`. */
function changeMs(format: Intl.DateTimeFormat, fromMs: number, toMs: number, offset: number): number {
  let low = Math.floor(fromMs / 1000)
  let high = Math.ceil(toMs / 1000)
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (readOffsetMs(format, middle * 1000) === offset) low = middle
    else high = middle
  }
  return high * 1000
}

function readOffsetMs(format: Intl.DateTimeFormat, atMs: number): number {
  const wholeMs = Math.floor(atMs / 1000) * 1000
  const part: Record<string, string> = {}
  for (const { type, value } of format.formatToParts(wholeMs)) part[type] = value
  const year = part.era === 'BC' ? 1 - Number(part.year) : Number(part.year)
  const local = new Date(0)
  // Date.UTC would read the years 0 to 99 as 1900 to 1999.
  local.setUTCFullYear(year, Number(part.month) - 1, Number(part.day))
  local.setUTCHours(Number(part.hour), Number(part.minute), Number(part.second))
  return local.getTime() - wholeMs
}

/** The instant whose local clock shows `localMs`, near an instant with the offset `offsetMs`. */
export const atLocalMs = (localMs: number, offsetMs: number, zone: string): number =>
  localMs - zoneOffsetMs(localMs - offsetMs, zone)
