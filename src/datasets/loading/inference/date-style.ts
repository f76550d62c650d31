/** Recognises how a day or an instant is written and names it as a pattern that `date-pattern.ts` reads. */
import { monthOfWord } from './word-tables.ts'

export interface DateStyle {
  pattern: string
  /** Has a time of day. */
  hasTime: boolean
  /** Says its own offset from UTC. */
  hasOffset: boolean
  /** Two numbers from 1 to 31 before the year: day and month could be either. Then the pattern has the day first. */
  isAmbiguous: boolean
  /** Whether databases read it without being told: YYYY-MM-DD, with HH:MM:SS and fractions after T or a space. */
  isPlain: boolean
}

interface DatePart {
  pattern: string
  length: number
  isAmbiguous: boolean
}

const yearFirst = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/
const yearLast = /^(\d{1,2})([-/. ])(\d{1,2})\2(\d{4})(?!\d)/
const shortYear = /^(\d{1,2})([-/])(\d{1,2})\2(\d{2})(?!\d)|^(\d{2})(\.)(\d{2})\.(\d{2})(?!\d)/
const dayWord = /^(\d{1,2})(er|st|nd|rd|th)?([ -])(\p{L}{3,10})(\.?),?([ -])(\d{4}|\d{2})(?!\d)/u
const wordDay = /^(\p{L}{3,10})(\.?) (\d{1,2})(st|nd|rd|th)?(,?) (\d{4})(?!\d)/u
const monthOnly = /^(\d{4})-(\d{2})$|^(\d{2})\/(\d{4})$/
const weekday = /^\p{L}{2,9}\.?,? (?=\d|\p{L}+\.? \d)/u
const compact = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(Z)?)$/
const time =
  /^( à |, | at |T| )(\d{1,2})(?::(\d{2})(?::(\d{2})(?:([.,])(\d{1,9}))?)?|h(\d{2}))? ?([AaPp]\.?[Mm]\.?)?/
const offset = /^ ?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$/

const isMonth = (text: string) => Number(text) >= 1 && Number(text) <= 12
const isDay = (text: string) => Number(text) >= 1 && Number(text) <= 31

function datePart(text: string): DatePart | undefined {
  let match = yearFirst.exec(text)
  if (match) {
    const [all, , mark, month, day] = match
    if (!isMonth(month!) || !isDay(day!)) return undefined
    return { pattern: `yyyy${mark}MM${mark}dd`, length: all.length, isAmbiguous: false }
  }
  match = yearLast.exec(text)
  const isLong = match !== null
  match ??= shortYear.exec(text)
  if (match) {
    const first = (match[1] ?? match[5])!
    const mark = (match[2] ?? match[6])!
    const second = (match[3] ?? match[7])!
    const year = isLong ? 'yyyy' : 'yy'
    if (!isDay(first) || !isDay(second) || (!isMonth(first) && !isMonth(second))) return undefined
    const isDayFirst = isMonth(second)
    return {
      pattern: isDayFirst ? `dd${mark}MM${mark}${year}` : `MM${mark}dd${mark}${year}`,
      length: match[0].length,
      isAmbiguous: true,
    }
  }
  match = dayWord.exec(text)
  if (match && monthOfWord.has(match[4]!.toLowerCase())) {
    const [all, day, , mark, , , mark2, year] = match
    if (!isDay(day!)) return undefined
    return {
      pattern: `d${mark}MMMM${mark2}${year!.length === 4 ? 'yyyy' : 'yy'}`,
      length: all.length,
      isAmbiguous: false,
    }
  }
  match = wordDay.exec(text)
  if (match && monthOfWord.has(match[1]!.toLowerCase())) {
    if (!isDay(match[3]!)) return undefined
    return { pattern: `MMMM d${match[5]} yyyy`, length: match[0].length, isAmbiguous: false }
  }
  return undefined
}

/** The style of a text that is a day or an instant; undefined for anything else. */
export function dateStyleOf(text: string): DateStyle | undefined {
  if (text.length < 6 || text.length > 50) return undefined
  const month = monthOnly.exec(text)
  if (month) {
    if (!isMonth((month[2] ?? month[3])!)) return undefined
    const pattern = month[1] ? 'yyyy-MM' : 'MM/yyyy'
    return { pattern, hasTime: false, hasOffset: false, isAmbiguous: false, isPlain: false }
  }
  const packed = compact.exec(text)
  if (packed) {
    const pattern = `yyyyMMdd'T'HHmm${packed[6] ? 'ss' : ''}${packed[7] ? 'XXX' : ''}`
    return isMonth(packed[2]!) && isDay(packed[3]!)
      ? { pattern, hasTime: true, hasOffset: Boolean(packed[7]), isAmbiguous: false, isPlain: false }
      : undefined
  }
  let rest = text
  let prefix = ''
  let part = datePart(rest)
  if (!part) {
    const day = weekday.exec(text)
    if (!day) return undefined
    rest = text.slice(day[0].length)
    prefix = day[0].includes(',') ? 'EEE, ' : 'EEE '
    part = datePart(rest)
    if (!part) return undefined
  }
  rest = rest.slice(part.length)
  const pattern = prefix + part.pattern
  const { isAmbiguous } = part
  const isIso = pattern === 'yyyy-MM-dd' && text.length >= 10
  if (rest === '') {
    const isPlain = isIso && text.length === 10
    return { pattern, hasTime: false, hasOffset: false, isAmbiguous, isPlain }
  }
  return timeStyle(rest, pattern, isAmbiguous, isIso)
}

function timeStyle(
  rest: string,
  pattern: string,
  isAmbiguous: boolean,
  isIso: boolean,
): DateStyle | undefined {
  const match = time.exec(rest)
  if (!match) return undefined
  const [all, mark, hour, minute, second, , fraction, hMinute, half] = match
  if (minute === undefined && hMinute === undefined && half === undefined) return undefined
  if (Number(hour) > 24 || Number(minute ?? hMinute ?? 0) > 59 || Number(second ?? 0) > 60) return undefined
  const clock = half ? 'h' : 'HH'
  const minutes = hMinute !== undefined ? "'h'mm" : minute !== undefined ? ':mm' : ''
  const seconds = second === undefined ? '' : `:ss${fraction === undefined ? '' : '.SSS'}`
  const end = rest.slice(all.length)
  const zone = end === '' ? undefined : offset.exec(end)
  if (zone === null) return undefined
  const separator = mark === ' ' || mark === ', ' ? mark : `'${mark}'`
  return {
    pattern: `${pattern}${separator}${clock}${minutes}${seconds}${half ? ' a' : ''}${zone ? 'XXX' : ''}`,
    hasTime: true,
    hasOffset: zone !== undefined,
    isAmbiguous,
    isPlain:
      isIso &&
      (mark === 'T' || mark === ' ') &&
      hour!.length === 2 &&
      second !== undefined &&
      half === undefined &&
      (zone === undefined || zone[0] === 'Z') &&
      !rest.includes(','),
  }
}
