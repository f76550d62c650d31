/** The instant at which a day of the reader's calendar, `2026-12-31`, is over; null for none. */
export function endOfDay(day: string): string | null {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? []
  if (!year) return null
  return new Date(Number(year), Number(month) - 1, Number(date) + 1).toISOString()
}

/** The last day, in the reader's calendar, before an instant at which something ends; empty for null. */
export function lastDayOf(until: string | null): string {
  if (until === null) return ''
  const last = new Date(Date.parse(until) - 1)
  const parts = [last.getFullYear(), last.getMonth() + 1, last.getDate()]
  return parts.map((part) => String(part).padStart(2, '0')).join('-')
}
