import { SixBitWriter } from './aisstream-bits.ts'
import { isKnownMessageType, writeMessage } from './aisstream-message.ts'
import { parseGoTime } from './aisstream-time.ts'
import { type AisCounters, newCounters } from './counters.ts'
import { decode, decodeSecondHalf, isTruncated } from './decode.ts'
import { HeardMessage } from './heard.ts'
import type { AisSink, OtherMessage, RejectReason } from './message.ts'
import { SixBits } from './sixbit.ts'
import { refineTime, utcSecond } from './time.ts'

const LF = 10
/** A binary message of five slots is 6.5 kB of JSON, each of its bits an escaped character. */
const maxLineBytes = 16 * 1024
const maxTextOfReject = 1024

interface Envelope {
  MessageType?: unknown
  MetaData?: unknown
  Metadata?: unknown
  Message?: unknown
}

/**
 * Reads the lines of an aisstream.io source, one JSON message each, and hands on the AIS messages they describe.
 * Each is rebuilt as the radio message it came from and decoded like one, so that values, units, names and
 * “not available” are those of a receiver of our own. Never throws on input.
 */
export class AisStreamReader {
  readonly source: string
  readonly counters: AisCounters = newCounters()
  readonly #sink: AisSink
  readonly #writer = new SixBitWriter()
  readonly #bits = new SixBits()
  readonly #heard = new HeardMessage()
  #endSeq = 0

  constructor(source: string, sink: AisSink) {
    this.source = source
    this.#sink = sink
  }

  /** Reads whole lines; `seq` is the position of the first byte in the spool. */
  read(lines: Uint8Array, seq: number, receivedAtMs: number): void {
    const bytes = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength)
    for (let at = 0; at < bytes.length; ) {
      const found = bytes.indexOf(LF, at)
      const end = found < 0 ? bytes.length : found
      this.#line(bytes.subarray(at, end), seq + at, receivedAtMs)
      at = end + 1
    }
    this.#endSeq = seq + lines.length
  }

  /** Nothing waits for later lines. */
  resumeFrom(): number {
    return this.#endSeq
  }

  end(): void {}

  #line(line: Buffer, seq: number, receivedAtMs: number): void {
    this.counters.lines++
    this.#heard.seq = seq
    this.#heard.receivedAtMs = receivedAtMs
    const reason = line.length > maxLineBytes ? 'line-too-long' : this.#json(line.toString('utf8').trim())
    if (reason === undefined) return
    this.counters.rejects[reason]++
    const text = line.toString('utf8', 0, maxTextOfReject).slice(0, maxTextOfReject)
    this.#sink.reject(reason, text, seq, receivedAtMs)
  }

  /** Hands on the message in `text`, or answers why there is none. */
  #json(text: string): RejectReason | undefined {
    if (text === '') {
      this.counters.ignored.blank++
      return undefined
    }
    const envelope = parseObject(text)
    if (!envelope) return 'malformed'
    const { MessageType: messageType } = envelope
    // The provider's own words are no AIS: errors and the answer to the subscription.
    if (messageType === 'SubscriptionConfirmation' || 'error' in envelope) {
      this.counters.ignored.otherSentences++
      return undefined
    }
    if (typeof messageType !== 'string') return 'malformed'
    const isKnown = isKnownMessageType(messageType)
    const message = asObject(envelope.Message)
    const body = message && asObject(own(message, messageType))
    if (!body) return isKnown ? 'malformed' : 'unknown-type'
    const meta = asObject(envelope.MetaData ?? envelope.Metadata)
    this.#setTime(meta)
    if (!isKnown) return this.#emitUnknown(messageType, body, meta) ? undefined : 'unknown-type'
    if (writeMessage(messageType, body, meta?.MMSI, this.#writer) !== undefined) return 'malformed'
    this.#emit()
    return undefined
  }

  #setTime(meta: Record<string, unknown> | undefined): void {
    const heard = this.#heard
    const time = meta?.time_utc
    const timeMs = typeof time === 'string' && time.length < 80 ? parseGoTime(time) : undefined
    heard.atMs = timeMs ?? heard.receivedAtMs
    heard.timeSource = timeMs === undefined ? 'receiver' : 'column'
    heard.truncated = false
    heard.outOfRange = false
  }

  #emit(): void {
    const heard = this.#heard
    const bits = this.#bits
    const payload = this.#writer.armoured()
    bits.load(payload, 0, payload.length, this.#writer.fillBits)
    const type = bits.unsigned(0, 6, 0)
    const message = decode(bits, type)
    refineTime(heard, utcSecond(bits, type))
    heard.truncated = isTruncated(bits, type)
    heard.outOfRange = bits.outOfRange
    heard.keep(payload, 0, payload.length)
    this.counters.sentences++
    this.counters.messages++
    if (heard.truncated) this.counters.truncated++
    if (heard.outOfRange) this.counters.outOfRange++
    this.#sink.message(message, heard)
    if (type === 19) this.#sink.message(decodeSecondHalf(bits), heard)
  }

  /** A message type added by the provider since: kept with its fields as they are. */
  #emitUnknown(
    messageType: string,
    body: Record<string, unknown>,
    meta: Record<string, unknown> | undefined,
  ): boolean {
    const { MessageID: type, RepeatIndicator: repeat = 0 } = body
    const mmsi = body.UserID ?? meta?.MMSI
    if (!isWhole(type, 1, 63) || !isWhole(mmsi, 0, 2 ** 30 - 1)) return false
    const message: OtherMessage = {
      group: 'other',
      type,
      repeat: isWhole(repeat, 0, 3) ? repeat : 0,
      mmsi,
      lon: null,
      lat: null,
      dac: null,
      fid: null,
      fields: { messageType, ...body },
    }
    const identity = Buffer.from(JSON.stringify(body))
    this.#heard.keep(identity, 0, identity.length)
    this.counters.messages++
    this.#sink.message(message, this.#heard)
    return true
  }
}

function parseObject(text: string): Envelope | undefined {
  // A text of opening brackets alone would go deep before it fails.
  if (text[0] !== '{') return undefined
  try {
    return asObject(JSON.parse(text))
  } catch {
    return undefined
  }
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}

function own(object: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

function isWhole(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
}
