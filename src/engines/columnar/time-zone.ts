/** Offsets of time zones at an instant, by the runtime's own tables. */

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(zone, format)
  }
  return format
}

/** Milliseconds to add to a UTC instant to read the local clock of the zone (IANA name). */
export function zoneOffsetMs(atMs: number, zone: string): number {
  if (zone === 'UTC') return 0
  const wholeMs = Math.floor(atMs / 1000) * 1000
  const part: Record<string, number> = {}
  for (const { type, value } of formatOf(zone).formatToParts(wholeMs)) part[type] = Number(value)
  const local = new Date(0)
  // Date.UTC would read the years 0 to 99 as 1900 to 1999.
  local.setUTCFullYear(part.year!, part.month! - 1, part.day!)
  local.setUTCHours(part.hour!, part.minute!, part.second!)
  return local.getTime() - wholeMs
}

/** The instant whose local clock shows `localMs`, near an instant with the offset `offsetMs`. */
export const atLocalMs = (localMs: number, offsetMs: number, zone: string): number =>
  localMs - zoneOffsetMs(localMs - offsetMs, zone)
