/** The pure core of accounts: what is a sound address, password, key or way back, and when who has to wait. */
import { invalidInput } from '../errors.ts'
import { fold } from './fold-address.ts'

/** Sign-ins that may fail before the first wait, for one account. */
export const freeFailures = 5
/** The same for one network address, behind which a whole office may sit. */
export const freeFailuresOfAddress = 30
const firstWaitS = 30
const longestWaitS = 15 * 60
/** Failures this old are forgotten. */
export const failuresForgottenS = 24 * 3600

/** Seconds to wait after so many failures in a row: none, then doubling up to 15 minutes. */
export function waitAfterS(failures: number, free: number): number {
  if (failures < free) return 0
  return Math.min(longestWaitS, firstWaitS * 2 ** Math.min(failures - free, 20))
}

export const sessionIdleS = 8 * 3600
export const sessionS = 7 * 24 * 3600
export const keyMaxDays = 365

/** Whether a session that began, and was last seen, at these times (ms) is still good. */
export const isSessionGood = (nowMs: number, seenAtMs: number, expiresAtMs: number): boolean =>
  nowMs < expiresAtMs && nowMs - seenAtMs < sessionIdleS * 1000

/** The address by which a local account signs in. Throws `invalid_input` for what is no mail address. */
export function loginOf(email: string): string {
  const text = email.trim()
  const at = text.lastIndexOf('@')
  const isSound =
    text.length <= 254 &&
    at > 0 &&
    at <= 64 &&
    at === text.indexOf('@') &&
    text.slice(at + 1).length >= 3 &&
    !/[\s\p{C}<>,;:"()[\]\\]/u.test(text) &&
    !/^\.|\.$|\.\./.test(text.slice(at + 1)) &&
    text.slice(at + 1).includes('.')
  if (!isSound) throw invalidInput(`“${email.slice(0, 80)}” is no mail address.`)
  return fold(text)
}

/** A name on one line, without signs that turn the direction of text or cannot be seen. Throws `invalid_input`. */
export function nameOf(name: string): string {
  const text = name.normalize('NFC').replace(/\s+/gu, ' ').trim()
  if (text === '' || text.length > 200 || /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/u.test(text))
    throw invalidInput('A name has 1 to 200 visible characters.')
  return text
}

const shortestPassword = 12
const longestPassword = 256

/**
 * Throws `invalid_input` with what is wrong with a new password. `known` are words that anybody would try first, such
 * as the name and address of the person. No rule on kinds of signs: length is what counts (NIST SP 800-63B §3.1.1).
 */
export function checkPassword(password: string, known: readonly string[]): void {
  const length = [...password].length
  if (length < shortestPassword)
    throw invalidInput(`A password has at least ${shortestPassword} characters.`, 'Take a few words.')
  if (length > longestPassword) throw invalidInput(`A password has at most ${longestPassword} characters.`)
  const plain = fold(password)
  if (new Set(plain).size < 5) throw invalidInput('This password has too few different characters.')
  if (isSequence(plain)) throw invalidInput('This password is a sequence that is tried first.')
  // What is left without those words is what has to be guessed.
  const words = known.map(fold).filter((word) => word.length >= 4)
  const rest = words
    .sort((a, b) => b.length - a.length)
    .reduce((text, word) => text.replaceAll(word, ''), plain)
  if (rest !== plain && [...rest].length < shortestPassword - 4)
    throw invalidInput('This password is too close to what anybody would try first.')
}

/** abcdefgh…, 12345678…, also backwards: each sign one more than the one before. */
function isSequence(text: string): boolean {
  const steps = new Set<number>()
  for (let i = 1; i < text.length; i++) steps.add(text.charCodeAt(i) - text.charCodeAt(i - 1))
  return steps.size === 1
}

/** An API key as it is sent: `lac_<8 characters>_<32 bytes in base64url>`; undefined for anything else. */
export function readKey(text: string): { prefix: string; secret: string } | undefined {
  const [, prefix, secret] = /^lac_([a-z2-7]{8})_([A-Za-z0-9_-]{43})$/.exec(text) ?? []
  return prefix !== undefined && secret !== undefined ? { prefix, secret } : undefined
}

/** What `Authorization` says: its scheme in small letters and what follows. */
export function readAuthorization(header: string): { scheme: string; value: string } {
  const at = header.indexOf(' ')
  if (at < 0) return { scheme: header.toLowerCase(), value: '' }
  return { scheme: header.slice(0, at).toLowerCase(), value: header.slice(at + 1).trim() }
}

/**
 * The page to go back to after signing in at a provider: a path of this instance, else the start page. Browsers take
 * `//host` and `/\host` for other sites, and drop tabs and line ends before they look.
 */
export function returnPath(asked: string | undefined): string {
  if (asked === undefined || asked.length > 2_000) return '/'
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(asked) || asked.includes('\\')) return '/'
  const base = 'https://own.invalid'
  if (!URL.canParse(asked, base)) return '/'
  const url = new URL(asked, base)
  // Normalised paths may begin with two slashes again: `/.//evil`.
  if (url.origin !== base || url.pathname.startsWith('//')) return '/'
  if (url.pathname.startsWith('/api/')) return '/'
  return `${url.pathname}${url.search}${url.hash}`
}
