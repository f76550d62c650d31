import { type Circumstances, mergeCircumstances } from './circumstances.ts'
import { type Moment, msBetween } from './moment.ts'
import type { Sentence } from './sentence.ts'

/** Open groups per source; the oldest is given up when one more begins. */
export const maxOpenGroups = 512

/**
 * A part that comes before an earlier one was overtaken on its way, so the earlier one follows within a few lines.
 * Waiting longer joins remains of lost messages to the next ship that uses the same sequence id: 48 of 2,222
 * voyage reports of the AISHub sample got a stranger's destination that way.
 */
const reorderLines = 10

/** Lines after which the repeats of a complete message are no longer awaited. */
const repeatLines = 1000

/** Parts heard so far of one message. */
export interface OpenMessage extends Moment {
  talker: number
  own: boolean
  channel: number
  sequenceId: number
  total: number
  /** What its parts said so far; its TAG group keeps messages apart. */
  about: Circumstances
  /** Armoured characters by part number − 1. */
  parts: (Uint8Array | undefined)[]
  /** How often each part was heard. */
  times: number[]
  heard: number
  /** Fill bits by part; only the last part should have any. */
  fillBits: number[]
  /** Position and text of the first line heard, for `resumeFrom` and for the reject. */
  seq: number
  line: string
  /** Number of the line that brought the last part. */
  lastLine: number
}

/**
 * Joins the parts of long messages: in any order, with parts of other ships in between, repeated by other
 * receivers. Messages that stay incomplete are handed to `giveUp`.
 */
export class OpenMessages {
  /** Oldest first. */
  readonly #open: OpenMessage[] = []
  /** Complete, kept only to swallow the repeats still to come from a second receiver. */
  readonly #done: OpenMessage[] = []
  readonly #timeoutMs: number
  readonly #giveUp: (message: OpenMessage) => void

  constructor(timeoutMs: number, giveUp: (message: OpenMessage) => void) {
    this.#timeoutMs = timeoutMs
    this.#giveUp = giveUp
  }

  get count(): number {
    return this.#open.length
  }

  /** Position of the oldest line still needed; undefined when nothing is open. */
  oldestSeq(): number | undefined {
    const open = this.#open[0]?.seq
    const done = this.#done[0]?.seq
    return open === undefined || done === undefined ? (open ?? done) : Math.min(open, done)
  }

  /** Gives up what began more than the timeout before `now`. */
  expire(now: Moment): void {
    for (let i = 0; i < this.#open.length; ) {
      if (msBetween(this.#open[i]!, now) > this.#timeoutMs) this.#giveUp(this.#open.splice(i, 1)[0]!)
      else i++
    }
  }

  /** The input ended: all that is open is incomplete. */
  end(): void {
    for (const message of this.#open.splice(0)) this.#giveUp(message)
    this.#done.length = 0
  }

  /**
   * Adds one part, of the line with the number `line` heard `now`. Answers the message when this part completes it, `repeated` when the same part was heard
   * before, else null. `begin` makes the record of a message not heard of yet.
   */
  add(
    sentence: Sentence,
    about: Circumstances,
    payload: Uint8Array,
    line: number,
    now: Moment,
    begin: () => OpenMessage,
  ): OpenMessage | 'repeated' | null {
    const part = sentence.number - 1
    while (this.#done.length > 0 && line - this.#done[0]!.lastLine > repeatLines) this.#done.shift()
    if (this.#isLateRepeat(sentence, about, payload)) return 'repeated'
    let message = this.#find(sentence, about)
    const before = message?.parts[part]
    const isLate = message !== undefined && msBetween(message, now) > this.#timeoutMs
    if (message && before && !isLate && isEqual(before, payload)) {
      message.times[part]!++
      return 'repeated'
    }
    // The same key with another payload, or remains of a lost message: the sender has begun its next one.
    const isRemains = message && isOvertaken(message, part) && line - message.lastLine > reorderLines
    if (message && (before || isLate || isRemains)) {
      this.#open.splice(this.#open.indexOf(message), 1)
      this.#giveUp(message)
      message = undefined
    }
    if (!message) {
      if (this.#open.length >= maxOpenGroups) this.#giveUp(this.#open.shift()!)
      message = begin()
      this.#open.push(message)
    }
    message.parts[part] = payload.slice()
    message.times[part] = 1
    message.heard++
    message.lastLine = line
    mergeCircumstances(message.about, about)
    message.fillBits[part] = sentence.fillBits
    if (message.heard < message.total) return null
    this.#open.splice(this.#open.indexOf(message), 1)
    if (message.times.some((times) => times > 1)) this.#remember(message)
    return message
  }

  #find(sentence: Sentence, about: Circumstances): OpenMessage | undefined {
    for (let i = this.#open.length - 1; i >= 0; i--) {
      if (isSameMessage(this.#open[i]!, sentence, about)) return this.#open[i]
    }
    return undefined
  }

  #remember(message: OpenMessage): void {
    const most = Math.max(...message.times)
    message.times = message.times.map((times) => most - times)
    if (message.times.every((left) => left === 0)) return
    this.#done.push(message)
    if (this.#done.length > maxOpenGroups) this.#done.shift()
  }

  /** A part whose siblings were already heard twice before the message was complete. */
  #isLateRepeat(sentence: Sentence, about: Circumstances, payload: Uint8Array): boolean {
    const part = sentence.number - 1
    for (let i = 0; i < this.#done.length; i++) {
      const message = this.#done[i]!
      if (!isSameMessage(message, sentence, about)) continue
      if (message.times[part]! < 1 || !isEqual(message.parts[part]!, payload)) continue
      message.times[part]!--
      if (message.times.every((left) => left === 0)) this.#done.splice(i, 1)
      return true
    }
    return false
  }
}

const isPayloadCode = (code: number) => (code >= 48 && code <= 87) || (code >= 96 && code <= 119)

/** The armoured characters of all parts as one payload with its fill bits. */
export function joinParts(message: OpenMessage): { payload: Uint8Array; fillBits: number } {
  const parts = message.parts as Uint8Array[]
  const fillBits = message.fillBits[message.total - 1]!
  const isPlain = message.fillBits.every((count, index) => count === 0 || index === message.total - 1)
  if (isPlain || !parts.every((part) => part.every(isPayloadCode))) {
    return { payload: Buffer.concat(parts), fillBits }
  }
  // Base stations cut some aid reports at a bit that is no character's end: what is filled up goes out again.
  const bits = parts.map((part, index) => {
    const all = [...part]
      .map((code) => (code > 87 ? code - 56 : code - 48).toString(2).padStart(6, '0'))
      .join('')
    return all.slice(0, Math.max(0, all.length - message.fillBits[index]!))
  })
  const joined = bits.join('')
  const sextets = joined.match(/.{1,6}/g) ?? []
  const codes = sextets
    .map((six) => Number.parseInt(six.padEnd(6, '0'), 2))
    .map((v) => (v < 40 ? v + 48 : v + 56))
  return { payload: Uint8Array.from(codes), fillBits: sextets.length * 6 - joined.length }
}

function isSameMessage(message: OpenMessage, sentence: Sentence, about: Circumstances): boolean {
  if (message.total !== sentence.total || message.sequenceId !== sentence.sequenceId) return false
  if (message.about.group !== about.group) return false
  const station = message.about.station
  if (station !== about.station && station !== null && about.station !== null) return false
  // A TAG group names its message; without one the sentence's own fields do.
  return (
    about.group !== null ||
    (message.talker === sentence.talker &&
      message.own === sentence.own &&
      message.channel === sentence.channel)
  )
}

/** Whether a later part than `part` is there already. */
const isOvertaken = (message: OpenMessage, part: number) => message.parts.some((_, index) => index > part)

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
