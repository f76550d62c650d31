import { BaseClock } from './base-clock.ts'
import { clearCircumstances, newCircumstances, readSuffix, readTagBlock } from './circumstances.ts'
import { type AisCounters, newCounters } from './counters.ts'
import { Emitter } from './emitter.ts'
import type { AisSink, RejectReason } from './message.ts'
import type { Moment } from './moment.ts'
import { joinParts, type OpenMessage, OpenMessages } from './multipart.ts'
import { Announcements } from './pghp.ts'
import { newSentence, scanSentence } from './sentence.ts'
import { StationNames } from './station-names.ts'
import { TagGroups } from './tag-groups.ts'
import { setTime } from './time.ts'

const LF = 10
const CR = 13
const BANG = 33
const HASH = 35
const DOLLAR = 36
const COMMA = 44
const BACKSLASH = 92

/** Longest line that is read; receivers send at most 82 characters and a TAG block of 80. */
export const maxLineBytes = 1024

export interface AisReaderOptions {
  /** How long parts of a message wait for the others, in event time. */
  multipartTimeoutMs?: number
  /** For files without any clock: take the time of the last base station heard (types 4, 11). */
  baseStationClock?: boolean
  /** With `baseStationClock`: the time before the first base station, ms since 1970 UTC. */
  startAtMs?: number
  /** Give impossible values (latitude 107°) as they were sent instead of null. */
  keepImpossible?: boolean
}

/**
 * Reads AIS from NMEA 0183 lines and hands messages and rejects to `sink`. One reader per source, because parts of
 * messages, clocks and groups belong together only there. Never throws on input; errors of the sink pass through.
 */
export class AisReader {
  readonly source: string
  readonly counters: AisCounters = newCounters()
  readonly #sink: AisSink
  readonly #timeoutMs: number
  readonly #clock: BaseClock | undefined
  readonly #sentence = newSentence()
  readonly #about = newCircumstances()
  readonly #names = new StationNames()
  readonly #announcements = new Announcements()
  readonly #groups = new TagGroups()
  readonly #open: OpenMessages
  readonly #emitter: Emitter
  readonly #now: Moment = { statedMs: Number.NaN, receivedAtMs: 0 }
  #bytes: Uint8Array = new Uint8Array()
  #chunkSeq = 0
  #receivedAtMs = 0
  #endSeq = 0

  constructor(source: string, sink: AisSink, options: AisReaderOptions = {}) {
    this.source = source
    this.#sink = sink
    this.#timeoutMs = options.multipartTimeoutMs ?? 30_000
    this.#clock = options.baseStationClock ? new BaseClock(options.startAtMs) : undefined
    this.#emitter = new Emitter(sink, this.counters, this.#clock, options.keepImpossible ?? false)
    this.#open = new OpenMessages(this.#timeoutMs, (message) => this.#giveUp(message))
  }

  /**
   * HOT. Reads whole lines (LF or CRLF; a last line may lack its end). `seq` is the position of the first byte
   * in the spool, `receivedAtMs` the time of receipt, ms since 1970 UTC.
   */
  read(lines: Uint8Array, seq: number, receivedAtMs: number): void {
    this.#bytes = lines
    this.#chunkSeq = seq
    this.#receivedAtMs = receivedAtMs
    const end = lines.length
    let at = 0
    while (at < end) at = this.#line(at, end)
    this.#endSeq = seq + end
  }

  /** Position of the oldest line still needed: first of an open message or group, else the end of what was read. */
  resumeFrom(): number {
    return Math.min(
      this.#endSeq,
      this.#open.oldestSeq() ?? this.#endSeq,
      this.#announcements.oldestSeq() ?? this.#endSeq,
      this.#groups.oldestSeq() ?? this.#endSeq,
    )
  }

  /** Ends the input: messages that still lack parts become `incomplete`. */
  end(): void {
    this.#open.end()
    this.#announcements.clear()
    this.#groups.clear()
  }

  /** HOT. Reads the line at `at`; answers where the next begins. */
  #line(at: number, end: number): number {
    const bytes = this.#bytes
    this.counters.lines++
    if (bytes[at] === BANG) {
      const verdict = scanSentence(bytes, at, Math.min(end, at + maxLineBytes), this.#sentence)
      let stop = this.#sentence.end
      if (stop < end && bytes[stop] === CR) stop++
      if (stop >= end || bytes[stop] === LF) {
        clearCircumstances(this.#about)
        if (verdict === 'other') this.counters.ignored.otherSentences++
        else if (verdict === null) this.#accept(at, at, stop)
        else this.#reject(verdict, at, stop)
        return stop + 1
      }
    }
    const found = bytes.indexOf(LF, at)
    const stop = found < 0 ? end : found
    this.#oddLine(at, stop)
    return stop + 1
  }

  /** A line that is more or less than one sentence, `from`–`to` without its LF. */
  #oddLine(from: number, to: number): void {
    const bytes = this.#bytes
    if (to - from > maxLineBytes) {
      this.#reject('line-too-long', from, to)
      return
    }
    clearCircumstances(this.#about)
    let at = from
    let sentences = 0
    if (bytes[from] !== HASH) {
      for (let bang = this.#find(BANG, from, to); bang < to; bang = this.#find(BANG, at, to)) {
        const verdict = scanSentence(bytes, bang, to, this.#sentence)
        const next = Math.max(bang + 1, this.#sentence.end)
        if (verdict === 'malformed' && sentences === 0 && this.#find(BANG, next, to) === to) break
        if (verdict !== 'malformed') {
          const lineAt = sentences++ === 0 ? from : bang
          this.#readPrefix(at, bang, from)
          const suffixEnd = this.#find(BANG, next, to)
          const hasSuffix = bytes[next] === COMMA
          if (hasSuffix) readSuffix(bytes, next, suffixEnd, this.#about, this.#names)
          if (verdict === 'other') this.counters.ignored.otherSentences++
          else if (verdict === null) this.#accept(lineAt, from, to)
          else this.#reject(verdict, from, to)
          clearCircumstances(this.#about)
          at = hasSuffix ? suffixEnd : next
        } else {
          this.counters.ignored.noisePrefixes++
          at = next
        }
      }
    }
    if (sentences === 0) this.#withoutSentence(from, to)
  }

  /** What comes before a sentence: TAG blocks, or noise. */
  #readPrefix(from: number, to: number, lineFrom: number): void {
    let at = from
    while (at < to && this.#bytes[at] === BACKSLASH) at = this.#readTag(at, to)
    if (at < to) {
      const tag = this.#find(BACKSLASH, at, to)
      this.counters.ignored.noisePrefixes++
      if (tag < to) this.#readTag(tag, to)
    }
    this.#inherit(lineFrom)
  }

  /** Reads the TAG block whose backslash is at `at`; answers where it ends. */
  #readTag(at: number, to: number): number {
    const close = this.#find(BACKSLASH, at + 1, to)
    const isRight = close < to && readTagBlock(this.#bytes, at + 1, close, this.#about, this.#names)
    if (!isRight) this.counters.ignored.damagedWrappers++
    return Math.min(close + 1, to)
  }

  /** A line without a sentence for us: counted, kept as `$PGHP`, or rejected. */
  #withoutSentence(from: number, to: number): void {
    const { ignored } = this.counters
    let stop = to
    while (stop > from && this.#bytes[stop - 1]! <= 32) stop--
    if (stop === from) {
      ignored.blank++
      return
    }
    const hasTag = this.#bytes[from] === BACKSLASH
    const at = hasTag ? Math.min(this.#readTagsAlone(from, stop), stop) : from
    const first = this.#bytes[at]
    if (first === HASH) ignored.comments++
    else if (first === DOLLAR) {
      ignored.otherSentences++
      const isPghp = stop - at > 6 && this.#bytes[at + 1] === 80 && this.#bytes[at + 2] === 71
      if (isPghp && this.#bytes[at + 3] === 72 && this.#bytes[at + 4] === 80) {
        if (!this.#announcements.read(this.#bytes, at, stop, this.#chunkSeq + from, this.#names)) {
          ignored.damagedWrappers++
        }
      }
    } else if (hasTag && at === stop) ignored.otherSentences++
    else this.#reject('malformed', from, to)
  }

  /** TAG blocks with nothing behind them for us; answers where they end. */
  #readTagsAlone(from: number, to: number): number {
    let at = from
    while (at < to && this.#bytes[at] === BACKSLASH) at = this.#readTag(at, to)
    this.#inherit(from)
    return at
  }

  /** Lines of one TAG group tell each other time and station. */
  #inherit(lineFrom: number): void {
    if (this.#about.group === null) return
    this.#groups.inherit(this.#about, this.#chunkSeq + lineFrom, this.#receivedAtMs)
  }

  /** Index of `byte` in `from`–`to`, else `to`. */
  #find(byte: number, from: number, to: number): number {
    for (let at = from; at < to; at++) if (this.#bytes[at] === byte) return at
    return to
  }

  /** HOT. Takes the sentence just scanned, of the line `from`–`to`; `at` is its position for the sink. */
  #accept(at: number, from: number, to: number): void {
    const sentence = this.#sentence
    const about = this.#about
    const { heard } = this.#emitter
    this.counters.sentences++
    if (this.#announcements.count > 0) {
      const announced = this.#announcements.take(sentence.checksum)
      if (announced) {
        about.pghpMs = announced.ms
        about.station ??= announced.station
      }
    }
    heard.seq = this.#chunkSeq + at
    heard.receivedAtMs = this.#receivedAtMs
    const isPart = sentence.total > 1
    if (isPart || this.#open.count > 0 || this.#groups.count > 0) {
      setTime(heard, about, this.#clock)
      this.#now.statedMs = heard.timeSource === 'receiver' ? Number.NaN : heard.atMs
      this.#now.receivedAtMs = heard.receivedAtMs
      this.#expire()
    }
    if (isPart) this.#acceptPart(from, to)
    else {
      const { payloadFrom, payloadTo, fillBits } = sentence
      const reason = this.#emitter.emit(this.#bytes, payloadFrom, payloadTo, fillBits, sentence, about)
      if (reason !== null) this.#reject(reason, from, to)
    }
  }

  /** Gives up what waits for too long. */
  #expire(): void {
    this.#open.expire(this.#now)
    this.#groups.expire(this.#now, this.#timeoutMs)
  }

  #acceptPart(from: number, to: number): void {
    const { payloadFrom, payloadTo } = this.#sentence
    const payload = this.#bytes.subarray(payloadFrom, payloadTo)
    const { lines } = this.counters
    const begin = () => this.#begin(from, to)
    const message = this.#open.add(this.#sentence, this.#about, payload, lines, this.#now, begin)
    if (message === null) return
    if (message === 'repeated') {
      this.counters.ignored.repeatedParts++
      return
    }
    const { payload: whole, fillBits } = joinParts(message)
    const reason = this.#emitter.emit(whole, 0, whole.length, fillBits, this.#sentence, message.about)
    if (reason !== null) this.#reject(reason, from, to)
  }

  /** The record of a message whose first heard part is the sentence of the line `from`–`to`. */
  #begin(from: number, to: number): OpenMessage {
    const { talker, own, channel, sequenceId, total } = this.#sentence
    return {
      talker,
      own,
      channel,
      sequenceId,
      total,
      about: { ...this.#about },
      parts: new Array(total),
      times: new Array(total).fill(0),
      heard: 0,
      fillBits: [],
      ...this.#now,
      // The line, not the sentence in it: reading has to begin again at what comes before the sentence.
      seq: this.#chunkSeq + from,
      line: this.#text(from, to),
      lastLine: this.counters.lines,
    }
  }

  #giveUp(message: OpenMessage): void {
    this.counters.rejects.incomplete++
    this.#sink.reject('incomplete', message.line, message.seq, message.receivedAtMs)
  }

  #reject(reason: RejectReason, from: number, to: number): void {
    this.counters.rejects[reason]++
    this.#sink.reject(reason, this.#text(from, to), this.#chunkSeq + from, this.#receivedAtMs)
  }

  /** The line as text, at most 1,024 characters of it, one for each byte. */
  #text(from: number, to: number): string {
    const bytes = this.#bytes.subarray(from, Math.min(to, from + maxLineBytes))
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1').trimEnd()
  }
}
