/**
 * The provider's `time_utc`: Go's `2025-05-15 09:27:38.342017448 +0000 UTC`, 0–9 decimals, possibly followed by a
 * monotonic reading `m=+0.1`; ISO 8601 is taken too. Milliseconds since 1970 UTC, undefined when it is neither.
 */
export function parseGoTime(text: string): number | undefined {
  const parts =
    /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?: ?(Z|[+-]\d{2}:?\d{2}))?(?: [A-Z]{1,5})?(?: m=[+-][\d.]+)?$/.exec(
      text,
    )
  if (!parts) return undefined
  const [, year, month, day, hour, minute, second, decimals = '', zone = 'Z'] = parts
  const wholeMs = Date.UTC(+year!, +month! - 1, +day!, +hour!, +minute!, +second!)
  // Date.UTC rolls 31 February over to March.
  const date = new Date(wholeMs)
  if (date.getUTCMonth() !== +month! - 1 || date.getUTCDate() !== +day!) return undefined
  if (+hour! > 23 || +minute! > 59 || +second! > 60) return undefined
  const ms = Number(decimals.padEnd(3, '0').slice(0, 3))
  return wholeMs + ms - zoneMs(zone)
}

function zoneMs(zone: string): number {
  if (zone === 'Z') return 0
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone)!
  return (sign === '-' ? -1 : 1) * (+hours! * 60 + +minutes!) * 60_000
}
