/** Cuts the rows out of a JSON text, byte by byte, without holding more than one of them. */
import type { LoadLimits } from '../limits.ts'
import { damaged, refusal, tooLarge } from '../refusal.ts'

/** Members under which services put their rows. */
const listNames = new Set([
  'features',
  'results',
  'records',
  'rows',
  'data',
  'items',
  'elements',
  'values',
  'value',
  'entries',
])

const QUOTE = 34
const COMMA = 44
const COLON = 58
const OPEN_LIST = 91
const BACKSLASH = 92
const CLOSE_LIST = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

type Place =
  /** Before the first bracket. */
  | 'start'
  /** In the top object, its list not met. */
  | 'object'
  /** In the list of rows. */
  | 'list'
  /** After the list, or after the top object. */
  | 'done'

/**
 * `feed` yields each element of the list as bytes. The list is the top value, or the member of the top object with a
 * usual name (`features`, `results`, `records`…).
 */
export class JsonCutter {
  place: Place = 'start'
  /** The list of rows was met. */
  hadList = false
  /** Beginning of the text up to the list, at most `headBytes`. */
  head = ''
  private readonly limits: LoadLimits
  private depth = 0
  private listDepth = 0
  private inString = false
  private isEscaped = false
  private parts: Buffer[] = []
  private partsLength = 0
  /** Where the text being kept (an element, or a key of the top object) begins in this chunk; −1 when none is. */
  private from = -1
  private isKey = false
  private key = ''

  constructor(limits: LoadLimits) {
    this.limits = limits
  }

  /** HOT: once per byte. */
  *feed(chunk: Buffer): Generator<Buffer> {
    if (this.place !== 'list' && this.head.length < headBytes) this.head += chunk.toString('latin1')
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!
      if (this.inString) {
        if (this.isEscaped) this.isEscaped = false
        else if (byte === BACKSLASH) this.isEscaped = true
        else if (byte === QUOTE) {
          this.inString = false
          if (this.isKey) this.endKey(chunk, i)
        }
        continue
      }
      if (byte === 32 || byte === 10 || byte === 13 || byte === 9) continue
      if (byte === QUOTE) {
        this.inString = true
        if (this.place === 'object' && this.depth === 1 && this.key === '') {
          this.isKey = true
          this.from = i + 1
        } else this.begin(i)
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        if (this.place === 'start') this.enter(byte)
        else if (this.isList(byte)) {
          this.place = 'list'
          this.hadList = true
          this.listDepth = ++this.depth
        } else {
          this.begin(i)
          this.depth++
        }
        if (this.depth > this.limits.depth) throw tooDeep(this.limits.depth)
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        if (this.place === 'list' && this.depth === this.listDepth) {
          if (this.from >= 0) yield this.take(chunk, i)
          this.place = 'done'
        }
        this.depth--
        if (this.depth === 0) this.place = 'done'
      } else if (byte === COMMA) {
        if (this.place === 'list' && this.depth === this.listDepth) {
          if (this.from >= 0) yield this.take(chunk, i)
        } else if (this.depth === 1) this.key = ''
      } else if (byte !== COLON) {
        if (this.place === 'start') throw damaged('JSON', 'it begins with neither a list nor an object')
        this.begin(i)
      }
    }
    if (this.from >= 0) {
      this.keep(chunk.subarray(this.from))
      this.from = 0
    }
  }

  /** Throws unless all brackets were closed. */
  end(): void {
    if (this.depth !== 0 || this.inString)
      throw damaged('JSON', 'it ends in the middle: a bracket is not closed')
  }

  private enter(byte: number): void {
    this.place = byte === OPEN_LIST ? 'list' : 'object'
    this.hadList = byte === OPEN_LIST
    this.depth = 1
    this.listDepth = 1
  }

  private isList(byte: number): boolean {
    return byte === OPEN_LIST && this.place === 'object' && this.depth === 1 && listNames.has(this.key)
  }

  private begin(i: number): void {
    if (this.place === 'list' && this.depth === this.listDepth && this.from < 0) this.from = i
  }

  private take(chunk: Buffer, end: number): Buffer {
    const last = chunk.subarray(this.from, end)
    const whole = this.parts.length === 0 ? last : Buffer.concat([...this.parts, last])
    this.parts = []
    this.partsLength = 0
    this.from = -1
    return whole
  }

  private endKey(chunk: Buffer, end: number): void {
    this.key = this.take(chunk, end).toString('utf8')
    this.isKey = false
  }

  private keep(bytes: Buffer): void {
    this.partsLength += bytes.length
    if (this.partsLength > this.limits.recordBytes)
      throw tooLarge(`One element of this JSON is larger than ${this.limits.recordBytes / 1024 ** 2} MB.`)
    // The chunk's memory is used again by the stream.
    this.parts.push(Buffer.from(bytes))
  }
}

const headBytes = 20_000

export const tooDeep = (depth: number) =>
  refusal('json_depth', `This JSON nests more than ${depth} levels deep.`, 'Send a flat list of objects.')
