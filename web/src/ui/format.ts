import type { Language } from './language.ts'

/**
 * Numbers, instants and ages as each language writes them. French puts a narrow no-break space between
 * thousands and a no-break space before a unit; Intl knows the first, `withUnit` the second.
 */
const nbsp = '\u00a0'
const locales: Record<Language, string> = { fr: 'fr-FR', en: 'en-GB' }

const numberFormats = new Map<string, Intl.NumberFormat>()

/** `1 812` in French, `1,812` in English. */
export function formatNumber(value: number, language: Language, digits = 0): string {
  const key = `${language}${digits}`
  let format = numberFormats.get(key)
  if (!format) {
    format = new Intl.NumberFormat(locales[language], {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    })
    numberFormats.set(key, format)
  }
  return format.format(value)
}

const withUnit = (text: string, unit: string) => `${text}${nbsp}${unit}`

const byteSteps = ['o', 'ko', 'Mo', 'Go', 'To']

/** `12,4 Mo` / `12.4 MB`, in steps of a thousand. */
export function formatBytes(bytes: number, language: Language): string {
  const step = Math.min(byteSteps.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  const unit = byteSteps[step] ?? 'o'
  return withUnit(
    formatNumber(bytes / 1000 ** step, language, step === 0 ? 0 : 1),
    language === 'fr' ? unit : unit.replace('o', 'B'),
  )
}

/** Speed over ground in knots, one decimal. */
export const formatKnots = (kn: number, language: Language) =>
  withUnit(formatNumber(kn, language, 1), language === 'fr' ? 'nd' : 'kn')

export const formatMetres = (m: number, language: Language, digits = 0) =>
  withUnit(formatNumber(m, language, digits), 'm')

/** Bearing in three figures, as on a bridge: `045°`. */
export const formatBearing = (degrees: number) => `${String(Math.round(degrees) % 360).padStart(3, '0')}°`

/** Degrees and decimal minutes, as on a chart: `43° 17,82′ N`. */
export function formatCoordinate(degrees: number, axis: 'lat' | 'lon', language: Language): string {
  const positive = degrees >= 0
  const minutesTotal = Math.round(Math.abs(degrees) * 60 * 100) / 100
  const whole = Math.floor(minutesTotal / 60)
  const minutes = formatNumber(minutesTotal - whole * 60, language, 2).padStart(5, '0')
  const west = language === 'fr' ? 'O' : 'W'
  const side = axis === 'lat' ? (positive ? 'N' : 'S') : positive ? 'E' : west
  return `${String(whole).padStart(axis === 'lat' ? 2 : 3, '0')}°${nbsp}${minutes}′${nbsp}${side}`
}

const ageSteps = [
  { limitS: 60, sizeS: 1, fr: 's', en: 's' },
  { limitS: 3600, sizeS: 60, fr: 'min', en: 'min' },
  { limitS: 86_400, sizeS: 3600, fr: 'h', en: 'h' },
  { limitS: Number.POSITIVE_INFINITY, sizeS: 86_400, fr: 'j', en: 'd' },
]

/** Length of time in its largest whole unit: `3 s`, `12 min`, `4 h`, `2 j`. Negative counts as zero. */
export function formatDuration(seconds: number, language: Language): string {
  const s = Math.max(0, seconds)
  const step = ageSteps.find(({ limitS }) => s < limitS)!
  return withUnit(formatNumber(Math.floor(s / step.sizeS), language), step[language])
}

/** `il y a 3 s` / `3 s ago`. */
export const formatAge = (seconds: number, language: Language) =>
  language === 'fr'
    ? `il y a ${formatDuration(seconds, language)}`
    : `${formatDuration(seconds, language)} ago`

const timeFormats = new Map<string, Intl.DateTimeFormat>()

function timeFormat(language: Language, kind: string, options: Intl.DateTimeFormatOptions) {
  const key = language + kind + (options.timeZone ?? '')
  let format = timeFormats.get(key)
  if (!format) {
    format = new Intl.DateTimeFormat(locales[language], options)
    timeFormats.set(key, format)
  }
  return format
}

/** Time of day, `14:02`; the zone is the reader's unless given (IANA name). */
export const formatTime = (ms: number, language: Language, timeZone?: string) =>
  timeFormat(language, 'time', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }).format(ms)

export const formatTimeWithSeconds = (ms: number, language: Language, timeZone?: string) =>
  timeFormat(language, 'seconds', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZone,
  }).format(ms)

/** `23 nov. 14:02`, with the year when it is not the year of `nowMs`. */
export function formatDateTime(ms: number, language: Language, nowMs: number, timeZone?: string): string {
  const sameYear = new Date(ms).getUTCFullYear() === new Date(nowMs).getUTCFullYear()
  const date = timeFormat(language, sameYear ? 'day' : 'dayYear', {
    day: 'numeric',
    month: 'short',
    year: sameYear ? undefined : 'numeric',
    timeZone,
  }).format(ms)
  return `${date} ${formatTime(ms, language, timeZone)}`
}

/** `23 nov. 2026`. */
export const formatDay = (ms: number, language: Language, timeZone?: string) =>
  timeFormat(language, 'wholeDay', { day: 'numeric', month: 'short', year: 'numeric', timeZone }).format(ms)

/** Short name of the reader's zone at that instant, `UTC+1`, `CET`. */
export function zoneName(ms: number, language: Language): string {
  const parts = timeFormat(language, 'zone', { hour: 'numeric', timeZoneName: 'short' }).formatToParts(ms)
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'UTC'
}
