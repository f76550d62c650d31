/** The pure core of organisations: identifiers that are checked, periods, and when a signature counts. */
import { invalidInput } from '../errors.ts'
import type { Contribution, Identifiers } from './schema.ts'

/** Sum of digits, every second one from the right doubled (ISO/IEC 7812-1 annex B). */
function luhn(digits: string): number {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    const weighed = i % 2 === 1 ? digit * 2 : digit
    sum += weighed > 9 ? weighed - 9 : weighed
  }
  return sum
}

/**
 * A SIRET of 14 digits whose SIREN and whole pass Luhn. La Poste has more establishments than Luhn has room for: those
 * of SIREN 356 000 000 may instead have a sum of digits divisible by five (INSEE, SIRENE).
 */
export function isSiret(text: string): boolean {
  if (!/^\d{14}$/.test(text) || /^0+$/.test(text)) return false
  if (luhn(text.slice(0, 9)) % 10 !== 0) return false
  if (luhn(text) % 10 === 0) return true
  const sum = [...text].reduce((total, digit) => total + Number(digit), 0)
  return text.startsWith('356000000') && sum % 5 === 0
}

/** Two letters of a country and 1 to 15 letters or digits (Regulation (EU) 2015/2446, annex B); a French one holds a SIRET. */
export function isEori(text: string): boolean {
  if (!/^[A-Z]{2}[A-Z0-9]{1,15}$/.test(text)) return false
  return !text.startsWith('FR') || !/^\d{14}$/.test(text.slice(2)) || isSiret(text.slice(2))
}

/** 18 letters or digits and two check digits, mod 97 (ISO 17442, ISO/IEC 7064 MOD 97-10). */
export function isLei(text: string): boolean {
  if (!/^[A-Z0-9]{18}\d{2}$/.test(text)) return false
  let rest = 0
  for (const sign of text) {
    const value = Number.parseInt(sign, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}

const checks = {
  siret: { isSound: isSiret, sentence: 'is no SIRET: 14 digits with their check digit' },
  eori: { isSound: isEori, sentence: 'is no EORI number: a country such as FR and up to 15 characters' },
  lei: { isSound: isLei, sentence: 'is no LEI: 20 characters with their check digits' },
} as const

/** Identifiers without spaces, in capitals; empty ones as null. Throws `invalid_input` that says which is wrong. */
export function soundIdentifiers(given: Identifiers): { [K in keyof Identifiers]: string | null } {
  const sound: { [K in keyof Identifiers]: string | null } = {}
  for (const name of ['siret', 'eori', 'lei'] as const) {
    const value = given[name]
    if (value === undefined) continue
    const plain = value === null ? '' : value.replace(/[\s.]/g, '').toUpperCase()
    if (plain !== '' && !checks[name].isSound(plain))
      throw invalidInput(`“${value}” ${checks[name].sentence}.`)
    sound[name] = plain === '' ? null : plain
  }
  return sound
}

/** Whether an instant lies in a period whose end is not included; no end is for ever. */
export const isWithin = (from: string, until: string | null, now: string): boolean =>
  from <= now && (until === null || now < until)

/** An instant as it is stored. Throws `invalid_input` for what is none; undefined and null stay. */
export function instantOf<T extends string | null | undefined>(name: string, text: T): T {
  if (text === undefined || text === null) return text
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isFinite(ms))
    throw invalidInput(`${name} is “${text}”: write an instant such as 2026-12-31T00:00:00Z.`)
  return new Date(ms).toISOString() as T
}

/** A period has an end after its beginning. */
export function checkPeriod(from: string, until: string | null): void {
  if (until !== null && until <= from) throw invalidInput('The end is before the beginning.')
}

export interface CharterVersionDates {
  version: number
  requiredAt: string
}

/**
 * The version that has to be signed at an instant: the latest whose time has come. Null without a charter. A version
 * with a grace period leaves the one before in force until then.
 */
export function requiredVersion(versions: readonly CharterVersionDates[], now: string): number | null {
  const required = versions.filter(({ requiredAt }) => requiredAt <= now).map(({ version }) => version)
  return required.length > 0 ? Math.max(...required) : null
}

/** What a member has signed is enough: the required version or a later one. */
export const isSignatureEnough = (signed: number | null, required: number | null): boolean =>
  required === null || (signed !== null && signed >= required)

/** Versions of one dataset, as far as contributions need them. */
export interface ContributedVersion {
  dataset: string
  rowCount: number
  createdAt: string
}

/** Rows of the versions current at the end of each month from the first to now; at most the last `most` months. */
export function monthsOf(
  versions: readonly ContributedVersion[],
  now: string,
  most = 60,
): Contribution['months'] {
  const sorted = [...versions].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
  const first = sorted[0]?.createdAt.slice(0, 7)
  if (first === undefined) return []
  const last = now.slice(0, 7)
  const months: Contribution['months'] = []
  const rows = new Map<string, number>()
  let next = 0
  for (let month = first; month <= last; month = monthAfter(month)) {
    let versionsPublished = 0
    while (next < sorted.length && sorted[next]!.createdAt.slice(0, 7) <= month) {
      const { dataset, rowCount } = sorted[next++]!
      rows.set(dataset, rowCount)
      versionsPublished++
    }
    const total = [...rows.values()].reduce((sum, count) => sum + count, 0)
    months.push({ month, datasets: rows.size, rows: total, versionsPublished })
  }
  return months.slice(-most)
}

function monthAfter(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number)
  return number === 12
    ? `${String(year + 1).padStart(4, '0')}-01`
    : `${String(year).padStart(4, '0')}-${String(number + 1).padStart(2, '0')}`
}

/** Days of an ISO 8601 duration without fractions, a month as 30 and a year as 365 days; null for anything else. */
export function durationDays(text: string): number | null {
  const match =
    /^P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(
      text,
    )
  if (!match) return null
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0))
  return years * 365 + months * 30 + weeks * 7 + days + hours / 24 + minutes / 1440 + seconds / 86_400
}
