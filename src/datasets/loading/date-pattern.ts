/** Reads days and instants by a pattern such as `dd/MM/yyyy HH:mm`; the letters are those of Unicode (UTS 35). */
import { zoneOffsetMs } from '../../engines/columnar/time-zone.ts'
import { invalidInput } from '../../errors.ts'
import { monthOfWord } from './inference/word-tables.ts'

export interface DatePattern {
  /** Milliseconds since 1970 UTC; NaN when the text is not written so or is no day of the calendar. */
  read(text: string): number
  hasTime: boolean
  hasOffset: boolean
}

type Token =
  | { kind: 'number'; field: Field; min: number; max: number }
  | { kind: 'fraction' }
  | { kind: 'month-word' }
  | { kind: 'weekday' }
  | { kind: 'half' }
  | { kind: 'offset' }
  | { kind: 'literal'; text: string }

type Field = 'year' | 'short-year' | 'month' | 'day' | 'hour' | 'half-hour' | 'minute' | 'second'

const numbers: Record<string, { field: Field; min: number; max: number }> = {
  yyyy: { field: 'year', min: 4, max: 4 },
  yy: { field: 'short-year', min: 2, max: 2 },
  MM: { field: 'month', min: 1, max: 2 },
  M: { field: 'month', min: 1, max: 2 },
  dd: { field: 'day', min: 1, max: 2 },
  d: { field: 'day', min: 1, max: 2 },
  HH: { field: 'hour', min: 1, max: 2 },
  H: { field: 'hour', min: 1, max: 2 },
  hh: { field: 'half-hour', min: 1, max: 2 },
  h: { field: 'half-hour', min: 1, max: 2 },
  mm: { field: 'minute', min: 2, max: 2 },
  ss: { field: 'second', min: 2, max: 2 },
}

const dayMs = 86_400_000
/** A two-digit year is the one from 1950 to 2049, as most forms of ships and ports mean it. */
const pivot = 50

/** The tokens of a pattern. Throws `invalid_input` for letters that mean nothing here. */
function parse(pattern: string): Token[] {
  const tokens: Token[] = []
  for (let i = 0; i < pattern.length; ) {
    const char = pattern[i]!
    if (char === "'") {
      const end = pattern.indexOf("'", i + 1)
      if (end < 0) throw badPattern(pattern, 'a quote is not closed')
      tokens.push({ kind: 'literal', text: pattern.slice(i + 1, end) || "'" })
      i = end + 1
      continue
    }
    if (!/[A-Za-z]/.test(char)) {
      tokens.push({ kind: 'literal', text: char })
      i++
      continue
    }
    let end = i
    while (pattern[end] === char) end++
    const word = pattern.slice(i, end)
    i = end
    const isPacked = (word === 'MM' || word === 'dd' || word === 'HH') && touches(pattern, i - 2, i)
    if (word in numbers) tokens.push({ kind: 'number', ...numbers[word]!, ...(isPacked && { min: 2 }) })
    else if (/^MMMM?$/.test(word)) tokens.push({ kind: 'month-word' })
    else if (/^E{1,4}$/.test(word)) tokens.push({ kind: 'weekday' })
    else if (/^S{1,9}$/.test(word)) tokens.push({ kind: 'fraction' })
    else if (word === 'a') tokens.push({ kind: 'half' })
    else if (/^(X{1,3}|Z|z)$/.test(word)) tokens.push({ kind: 'offset' })
    else throw badPattern(pattern, `“${word}” means nothing`)
  }
  const has = (field: Field) => tokens.some((token) => token.kind === 'number' && token.field === field)
  if (!has('year') && !has('short-year')) throw badPattern(pattern, 'the year is missing')
  return tokens
}

/** Whether other letters stand directly beside [from, to): `yyyyMMdd` has fixed widths. */
const touches = (pattern: string, from: number, to: number) =>
  /[A-Za-z]/.test(pattern[from - 1] ?? '') || /[A-Za-z]/.test(pattern[to] ?? '')

const badPattern = (pattern: string, why: string) =>
  invalidInput(
    `“${pattern}” is no date pattern: ${why}.`,
    'Use yyyy, MM, dd, HH, mm, ss, SSS, MMMM, EEE, a, XXX and quoted text, such as dd/MM/yyyy HH:mm.',
  )

const compiled = new Map<string, DatePattern>()

/**
 * The reader of a pattern. `zone` (IANA) is that of texts without an offset, UTC by default. Numbers may have one or
 * two digits where the pattern has two. Throws `invalid_input` for a pattern or zone that is none.
 */
export function datePattern(pattern: string, zone = 'UTC'): DatePattern {
  const key = `${pattern}\n${zone}`
  let reader = compiled.get(key)
  if (!reader) {
    try {
      zoneOffsetMs(0, zone)
    } catch {
      throw invalidInput(`“${zone}” is no time zone.`, 'Use a name such as Europe/Paris or UTC.')
    }
    const tokens = parse(pattern)
    reader = {
      read: (text) => readTokens(tokens, text, zone),
      hasTime: tokens.some((token) => token.kind === 'number' && /hour/.test(token.field)),
      hasOffset: tokens.some((token) => token.kind === 'offset'),
    }
    compiled.set(key, reader)
  }
  return reader
}

const notADate = Number.NaN

/** HOT: once per cell of a column with a pattern. */
function readTokens(tokens: readonly Token[], text: string, zone: string): number {
  let at = 0
  let year = 0
  let month = 1
  let day = 1
  let hour = 0
  let minute = 0
  let second = 0
  let ms = 0
  let half = -1
  let offsetMs: number | undefined
  for (const token of tokens) {
    switch (token.kind) {
      case 'number': {
        let value = 0
        let length = 0
        for (; length < token.max; length++) {
          const digit = text.charCodeAt(at + length) - 48
          if (!(digit >= 0 && digit <= 9)) break
          value = value * 10 + digit
        }
        if (length < token.min) return notADate
        at += length
        if (token.field === 'year') year = value
        else if (token.field === 'short-year') year = value + (value < pivot ? 2000 : 1900)
        else if (token.field === 'month') month = value
        else if (token.field === 'day') {
          day = value
          at += ordinalLength(text, at)
        } else if (token.field === 'minute') minute = value
        else if (token.field === 'second') second = value
        else hour = value
        break
      }
      case 'literal':
        if (!text.startsWith(token.text, at)) return notADate
        at += token.text.length
        break
      case 'fraction': {
        let scale = 100
        const start = at
        for (; ; at++) {
          const digit = text.charCodeAt(at) - 48
          if (!(digit >= 0 && digit <= 9)) break
          ms += Math.floor(digit * scale)
          scale /= 10
        }
        if (at === start) return notADate
        break
      }
      case 'month-word': {
        const word = /^\p{L}+/u.exec(text.slice(at, at + 12))?.[0] ?? ''
        const known = monthOfWord.get(word.toLowerCase())
        if (known === undefined) return notADate
        month = known
        at += word.length
        if (text[at] === '.') at++
        break
      }
      case 'weekday': {
        const word = /^\p{L}+\.?/u.exec(text.slice(at, at + 12))?.[0]
        if (word === undefined) return notADate
        at += word.length
        break
      }
      case 'half': {
        const match = /^([ap])\.?m\.?/i.exec(text.slice(at, at + 4))
        if (!match) return notADate
        half = match[1]!.toLowerCase() === 'p' ? 12 : 0
        at += match[0].length
        break
      }
      case 'offset': {
        const match = /^ ?(?:(Z|UTC|GMT)|([+-])(\d\d):?(\d\d)?)/.exec(text.slice(at, at + 8))
        if (!match) return notADate
        offsetMs = match[1]
          ? 0
          : (match[2] === '-' ? -1 : 1) * (Number(match[3]) * 60 + Number(match[4] ?? 0)) * 60_000
        at += match[0].length
      }
    }
  }
  if (at !== text.length) return notADate
  if (half >= 0) {
    if (hour < 1 || hour > 12) return notADate
    hour = (hour % 12) + half
  }
  return instantOf(year, month, day, hour, minute, second, ms, offsetMs, zone)
}

/** Length of `er`, `st`, `nd`, `rd`, `th` after a day. */
function ordinalLength(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code < 97 || code > 122) return 0
  return /^(?:er|st|nd|rd|th)(?!\p{L})/u.test(text.slice(at, at + 3)) ? 2 : 0
}

/** Milliseconds since 1970 UTC; NaN for what no calendar or clock shows. 24:00 is the next midnight (ISO 8601). */
function instantOf(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  ms: number,
  offsetMs: number | undefined,
  zone: string,
): number {
  if (month < 1 || month > 12 || day < 1 || minute > 59 || second > 60 || hour > 24 || year < 1)
    return notADate
  if (day > daysOf(year, month) || (hour === 24 && minute + second + ms > 0)) return notADate
  const localMs =
    daysSince1970(year, month, day) * dayMs + hour * 3_600_000 + minute * 60_000 + second * 1_000 + ms
  if (offsetMs !== undefined) return localMs - offsetMs
  if (zone === 'UTC') return localMs
  return localMs - zoneOffsetMs(localMs - zoneOffsetMs(localMs, zone), zone)
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const isLeap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
const daysOf = (year: number, month: number) => (month === 2 && isLeap(year) ? 29 : monthDays[month - 1]!)

/** Days of the proleptic Gregorian calendar since 1970-01-01, counted in years that begin in March. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}
