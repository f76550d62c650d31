import { invalidInput } from '../../errors.ts'

/** Where a store keeps files that are not whole yet; no key begins with it. */
export const incomingFolder = '.incoming'

const part = /^[A-Za-z0-9._=-]{1,200}$/
const longestKey = 1000

function isPart(name: string): boolean {
  return part.test(name) && name !== '.' && name !== '..'
}

export function isKey(key: string): boolean {
  const parts = key.split('/')
  return key.length <= longestKey && parts[0] !== incomingFolder && parts.every(isPart)
}

/** Throws `invalid_input` unless `key` is slash-separated names of letters, digits and `. _ = -`. */
export function checkKey(key: string): void {
  if (isKey(key)) return
  throw invalidInput(
    `“${key.slice(0, 100)}” cannot be the key of a file.`,
    'Use names of letters, digits and . _ = - with single slashes between them.',
  )
}

/** Any beginning of a key, cut anywhere, and the empty text. Throws `invalid_input` otherwise. */
export function checkPrefix(prefix: string): void {
  const whole = prefix.split('/')
  const begun = whole.pop()!
  if (whole.every(isPart) && (begun === '' || part.test(begun)) && prefix.length <= longestKey) return
  throw invalidInput(`“${prefix.slice(0, 100)}” cannot begin the key of a file.`)
}

/** Throws `invalid_input` unless [start, end) are whole numbers in order. */
export function checkRange(range: { start: number; end?: number }): void {
  const { start, end = start } = range
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start) return
  throw invalidInput(`Bytes ${start} to ${end} are no part of a file.`)
}
