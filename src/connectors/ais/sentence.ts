import type { RejectReason } from './message.ts'

const BANG = 33
const STAR = 42
const COMMA = 44
const ZERO = 48
const UPPER_D = 68
const UPPER_M = 77
const UPPER_O = 79
const UPPER_V = 86

/** Value of a hexadecimal digit in either case; 255 = none. */
export const hexValueOf = new Uint8Array(256).fill(255)
for (let i = 0; i < 10; i++) hexValueOf[ZERO + i] = i
for (let i = 0; i < 6; i++) {
  hexValueOf[65 + i] = 10 + i
  hexValueOf[97 + i] = 10 + i
}

/** What `scanSentence` read; one instance is reused. */
export interface Sentence {
  /** The two talker letters as one number. */
  talker: number
  own: boolean
  total: number
  number: number
  /** Sequential message id, −1 = none. */
  sequenceId: number
  /** Character code of the channel, 0 = none. */
  channel: number
  payloadFrom: number
  payloadTo: number
  fillBits: number
  checksum: number
  /** Index after the checksum, or where scanning stopped. */
  end: number
}

export const newSentence = (): Sentence => ({
  talker: 0,
  own: false,
  total: 1,
  number: 1,
  sequenceId: -1,
  channel: 0,
  payloadFrom: 0,
  payloadTo: 0,
  fillBits: 0,
  checksum: 0,
  end: 0,
})

/**
 * HOT. Reads the sentence whose `!` is at `from`, within `to`, into `out`. Answers null when it is a VDM or VDO
 * sentence with a right checksum, `other` for another kind of sentence, else the reason of its rejection.
 * The checksum is the XOR of the characters between `!` and `*`.
 */
export function scanSentence(
  bytes: Uint8Array,
  from: number,
  to: number,
  out: Sentence,
): RejectReason | 'other' | null {
  let sum = 0
  let at = from + 1
  for (; at < to; at++) {
    const byte = bytes[at]!
    if (byte === STAR || byte === BANG || byte === 10 || byte === 13) break
    sum ^= byte
  }
  out.end = at
  if (!hasVdmHeader(bytes, from, at)) return isSentenceHeader(bytes, from, at) ? 'other' : 'malformed'
  if (at + 2 >= to || bytes[at] !== STAR) return 'checksum'
  if (((hexValueOf[bytes[at + 1]!]! << 4) | hexValueOf[bytes[at + 2]!]!) !== sum) return 'checksum'
  out.end = at + 3
  out.checksum = sum
  return readFields(bytes, from, at, out) ? null : 'malformed'
}

const hasVdmHeader = (bytes: Uint8Array, from: number, to: number) =>
  from + 6 < to &&
  bytes[from + 3] === UPPER_V &&
  bytes[from + 4] === UPPER_D &&
  (bytes[from + 5] === UPPER_M || bytes[from + 5] === UPPER_O) &&
  bytes[from + 6] === COMMA

/** `!` and five letters or digits, then a comma: a sentence, of a kind that is not ours. */
function isSentenceHeader(bytes: Uint8Array, from: number, to: number): boolean {
  if (from + 6 >= to || bytes[from + 6] !== COMMA) return false
  for (let at = from + 1; at < from + 6; at++) {
    const byte = bytes[at]!
    if (!((byte >= ZERO && byte <= 57) || (byte >= 65 && byte <= 90))) return false
  }
  return true
}

/** HOT. `!xxVDM,total,number,id,channel,payload,fill` up to the `*` at `star`. */
function readFields(bytes: Uint8Array, from: number, star: number, out: Sentence): boolean {
  out.talker = (bytes[from + 1]! << 8) | bytes[from + 2]!
  out.own = bytes[from + 5] === UPPER_O
  const total = bytes[from + 7]! - ZERO
  const number = bytes[from + 9]! - ZERO
  if (bytes[from + 8] !== COMMA || bytes[from + 10] !== COMMA) return false
  if (total < 1 || total > 9 || number < 1 || number > total) return false
  out.total = total
  out.number = number

  let at = from + 11
  let id = -1
  for (; bytes[at] !== COMMA; at++) {
    const digit = bytes[at]! - ZERO
    if (at >= star || digit < 0 || digit > 9 || id > 9999) return false
    id = (id < 0 ? 0 : id * 10) + digit
  }
  out.sequenceId = id
  at++
  out.channel = 0
  if (bytes[at] !== COMMA) out.channel = bytes[at++]!
  while (at < star && bytes[at] !== COMMA) at++
  if (at >= star) return false

  out.payloadFrom = at + 1
  const fill = bytes[star - 1]! - ZERO
  // 6 is outside the standard but sent by base stations of the world sample: a whole character of filling.
  if (bytes[star - 2] === COMMA && fill >= 0 && fill <= 6) out.fillBits = fill
  // Some encoders leave the number of fill bits empty.
  else if (bytes[star - 1] === COMMA) out.fillBits = 0
  else return false
  out.payloadTo = bytes[star - 1] === COMMA ? star - 1 : star - 2
  return out.payloadTo >= out.payloadFrom
}
