import type { BaseClock } from './base-clock.ts'
import type { Circumstances } from './circumstances.ts'
import type { AisCounters } from './counters.ts'
import { decode, decodeSecondHalf, ignoreWrongFill, isTruncated, leastBits } from './decode.ts'
import { channelOf, HeardMessage } from './heard.ts'
import type { AisSink, RejectReason } from './message.ts'
import type { Sentence } from './sentence.ts'
import { SixBits } from './sixbit.ts'
import { baseStationMs, refineTime, setTime, utcSecond } from './time.ts'

/** Base stations ahead of the time of reading by more than this are wrong, whatever the time zone of the host. */
const dayMs = 86_400_000

/** Turns whole payloads into messages and hands them to the sink. */
export class Emitter {
  /** Position and time of receipt are set by the reader before each line. */
  readonly heard = new HeardMessage()
  readonly #bits = new SixBits()
  readonly #sink: AisSink
  readonly #counters: AisCounters
  readonly #clock: BaseClock | undefined

  constructor(sink: AisSink, counters: AisCounters, clock: BaseClock | undefined, keepImpossible: boolean) {
    this.#sink = sink
    this.#counters = counters
    this.#clock = clock
    this.#bits.keepImpossible = keepImpossible
  }

  /**
   * HOT. Decodes the armoured characters `from`–`to` of `payload`, completed by `sentence` and heard `about`. Answers
   * why it cannot be, or null.
   */
  emit(
    payload: Uint8Array,
    from: number,
    to: number,
    fillBits: number,
    sentence: Sentence,
    about: Circumstances,
  ): RejectReason | null {
    const bits = this.#bits
    if (!bits.load(payload, from, to, fillBits)) return 'payload-character'
    if (bits.length < leastBits) return 'too-short'
    const type = bits.unsigned(0, 6, 0)
    if (type < 1 || type > 27) return 'unknown-type'
    if (fillBits > 0) ignoreWrongFill(bits, type, fillBits)
    const message = decode(bits, type)
    const heard = this.heard
    if (this.#clock && (type === 4 || type === 11)) {
      this.#clock.hear(baseStationMs(bits), heard.receivedAtMs + dayMs)
    }
    setTime(heard, about, this.#clock)
    refineTime(heard, utcSecond(bits, type))
    heard.station = about.station
    heard.signalDbm = about.signalDbm
    heard.channel = channelOf(sentence.channel)
    heard.own = sentence.own
    heard.truncated = isTruncated(bits, type)
    heard.outOfRange = bits.outOfRange
    heard.keep(payload, from, to)
    const counters = this.#counters
    counters.messages++
    if (heard.truncated) counters.truncated++
    if (heard.outOfRange) counters.outOfRange++
    this.#sink.message(message, heard)
    if (type === 19) this.#sink.message(decodeSecondHalf(bits), heard)
    return null
  }
}
