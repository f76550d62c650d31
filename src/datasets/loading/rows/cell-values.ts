/** Values from the bytes of cells. Every function takes the trimmed cell `bytes[start, end)`. */

const ZERO = 48
const NINE = 57
const MINUS = 45
const POINT = 46

/** Powers of ten that a double holds exactly. */
const powers = Array.from({ length: 23 }, (_, i) => 10 ** i)
const exactLimit = 2 ** 53

/** HOT. A whole number as every program writes it; NaN for `007`, `+1`, `1.0` and what a double would change. */
export function readInteger(bytes: Uint8Array, start: number, end: number): number {
  const isNegative = bytes[start] === MINUS
  const first = isNegative ? start + 1 : start
  const length = end - first
  if (length < 1 || length > 16 || (bytes[first] === ZERO && length > 1)) return Number.NaN
  let value = 0
  for (let i = first; i < end; i++) {
    const digit = bytes[i]! - ZERO
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  if (value >= exactLimit) return Number.NaN
  return isNegative && value !== 0 ? -value : value
}

/** HOT. A number with a point, also with an exponent; NaN for anything else, and for what is not finite. */
export function readDecimal(bytes: Buffer, start: number, end: number): number {
  let i = start
  const isNegative = bytes[i] === MINUS
  if (isNegative) i++
  const first = i
  let value = 0
  let digits = 0
  let fraction = 0
  let hasPoint = false
  for (; i < end; i++) {
    const byte = bytes[i]!
    if (byte >= ZERO && byte <= NINE) {
      value = value * 10 + (byte - ZERO)
      digits++
      if (hasPoint) fraction++
    } else if (byte === POINT && !hasPoint) hasPoint = true
    else break
  }
  // Beyond this the sum above has rounded: the runtime's own parser is exact.
  if (i === end && digits > 0 && value < exactLimit && fraction < powers.length) {
    if (bytes[first] === ZERO && digits - fraction > 1) return Number.NaN
    if (fraction > 0) value /= powers[fraction]!
    return isNegative && value !== 0 ? -value : value
  }
  return readLongDecimal(bytes.toString('latin1', start, end))
}

const longDecimal = /^-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?$/

function readLongDecimal(text: string): number {
  if (!longDecimal.test(text)) return Number.NaN
  const value = Number(text)
  return Number.isFinite(value) ? value : Number.NaN
}

const groupMarks = /(?<=\d)[ \u00a0\u2009\u202f'’](?=\d{3})/g
const commaNumber = /^[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d*)?$|^[+-]?,\d+$/
const pointNumber = /^[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?$|^[+-]?\.\d+$/

/** `1 234,5`, `1.234,5`, `3,5`. A lone point with no comma is one between thousands only before three digits. */
export function readCommaNumber(text: string): number {
  const plain = text.replace(groupMarks, '').replace('−', '-')
  if (!commaNumber.test(plain)) return Number.NaN
  return Number(plain.replaceAll('.', '').replace(',', '.'))
}

/** `1,234.5`, `1 234.5`, `3.5`. */
export function readPointNumber(text: string): number {
  const plain = text.replace(groupMarks, '').replace('−', '-')
  if (!pointNumber.test(plain)) return Number.NaN
  return Number(plain.replaceAll(',', ''))
}

const dayMs = 86_400_000
const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
/** Days from 0000-03-01 to 1970-01-01. */
const epochDays = 719_468

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - ZERO
  const ones = bytes[at + 1]! - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1
}

/** HOT. `YYYY-MM-DD` as milliseconds since 1970; NaN for anything else. */
export function readDay(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 10 || bytes[start + 4] !== MINUS || bytes[start + 7] !== MINUS) return Number.NaN
  const century = twoDigits(bytes, start)
  const short = twoDigits(bytes, start + 2)
  const month = twoDigits(bytes, start + 5)
  const day = twoDigits(bytes, start + 8)
  const year = century * 100 + short
  if (century < 0 || short < 0 || year < 1 || month < 1 || month > 12 || day < 1) return Number.NaN
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  if (day > (month === 2 && isLeap ? 29 : monthDays[month - 1]!)) return Number.NaN
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const days = era * 146_097 + yearOfEra * 365 + (yearOfEra >> 2) - Math.floor(yearOfEra / 100) + dayOfYear
  return (days - epochDays) * dayMs
}

/** HOT. `YYYY-MM-DD[T ]HH:MM[:SS[.fff]][Z|±HH[:MM]]` as milliseconds since 1970, UTC unless it says otherwise. */
export function readInstant(bytes: Uint8Array, start: number, end: number): number {
  const day = readDay(bytes, start, Math.min(end, start + 10))
  if (end - start === 10) return day
  if (!(end - start >= 16) || (bytes[start + 10] !== 84 && bytes[start + 10] !== 32)) return Number.NaN
  const hour = twoDigits(bytes, start + 11)
  const minute = twoDigits(bytes, start + 14)
  if (bytes[start + 13] !== 58 || hour < 0 || hour > 23 || minute < 0 || minute > 59) return Number.NaN
  let ms = day + hour * 3_600_000 + minute * 60_000
  let i = start + 16
  if (i < end && bytes[i] === 58) {
    const second = twoDigits(bytes, i + 1)
    if (i + 3 > end || second < 0 || second > 59) return Number.NaN
    ms += second * 1_000
    i += 3
    if (i < end && (bytes[i] === POINT || bytes[i] === 44)) {
      let scale = 100
      const first = ++i
      for (; i < end && bytes[i]! >= ZERO && bytes[i]! <= NINE; i++) {
        ms += Math.floor((bytes[i]! - ZERO) * scale)
        scale /= 10
      }
      if (i === first) return Number.NaN
    }
  }
  if (i === end) return ms
  if (bytes[i] === 90) return i + 1 === end ? ms : Number.NaN
  const sign = bytes[i] === 43 ? 1 : bytes[i] === MINUS ? -1 : 0
  const hours = twoDigits(bytes, i + 1)
  if (sign === 0 || hours < 0 || hours > 18 || i + 3 > end) return Number.NaN
  let minutes = 0
  if (i + 3 < end) {
    const at = bytes[i + 3] === 58 ? i + 4 : i + 3
    if (at + 2 !== end) return Number.NaN
    minutes = twoDigits(bytes, at)
    if (minutes < 0 || minutes > 59) return Number.NaN
  }
  return ms - sign * (hours * 60 + minutes) * 60_000
}
