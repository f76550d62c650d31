/** Random secrets and their hashes. A secret of 256 random bits needs no slow hash. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 random bits, base64url. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** Names something without opening it. */
export const newHandle = (): string => randomBytes(12).toString('base64url')

/** `purpose` keeps a secret of one kind from being taken for another. */
export const hashOf = (purpose: string, secret: string): string =>
  createHash('sha256').update(`${purpose}\0${secret}`).digest('hex')

/** Compares two hashes in a time that tells nothing of where they differ. */
export function isSameHash(one: string, other: string): boolean {
  const left = Buffer.from(one, 'hex')
  const right = Buffer.from(other, 'hex')
  return left.length === right.length && left.length > 0 && timingSafeEqual(left, right)
}

const letters = 'abcdefghijklmnopqrstuvwxyz234567'

/** Small letters and digits that cannot be confused, 5 bits each. */
export const newCode = (length: number): string =>
  Array.from(randomBytes(length), (byte) => letters[byte & 31]).join('')
