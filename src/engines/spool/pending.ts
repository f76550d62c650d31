import { headerBytes, sealRecord } from './record.ts'

/** Whole encoded records, ready to be written; kept until they are fsynced, so that they can be written again. */
export interface Chunk {
  buffer: Buffer
  length: number
  firstSeq: number
  endSeq: number
  /** Of the last record. */
  inputOffset: number
}

/** Longer records would make a reader that starts inside one skip more than it needs. */
const mergeUpToBytes = 64 * 1024
const keptFree = 4

/**
 * Appended bytes that are not durable yet. Appends of the same millisecond share a record, so a feed of single
 * lines costs one copy each, not one header, checksum and write each.
 */
export class PendingRecords {
  readonly #chunkBytes: number
  #sealed: Chunk[] = []
  #free: Buffer[] = []
  #chunk: Chunk | undefined
  /** Open record of `#chunk`: where its header will be written. −1: none. */
  #recordAt = -1
  #recordSeq = 0
  #receivedAtMs = 0

  constructor(chunkBytes: number) {
    this.#chunkBytes = chunkBytes
  }

  get isEmpty(): boolean {
    return this.#sealed.length === 0 && this.#chunk === undefined
  }

  /** HOT: once per append. Copies `data`. */
  append(seq: number, receivedAtMs: number, data: Uint8Array, inputOffset: number): void {
    let chunk = this.#chunk
    const merged =
      chunk !== undefined &&
      this.#receivedAtMs === receivedAtMs &&
      chunk.length - this.#recordAt + data.length <= mergeUpToBytes &&
      chunk.length + data.length <= chunk.buffer.length
    if (!merged) {
      this.#sealRecord()
      if (chunk === undefined || chunk.length + headerBytes + data.length > chunk.buffer.length) {
        chunk = this.#newChunk(seq, headerBytes + data.length)
      }
      this.#recordAt = chunk.length
      this.#recordSeq = seq
      this.#receivedAtMs = receivedAtMs
      chunk.length += headerBytes
    }
    chunk!.buffer.set(data, chunk!.length)
    chunk!.length += data.length
    chunk!.endSeq = seq + data.length
    chunk!.inputOffset = inputOffset
  }

  /** Everything pending, oldest first. It stays pending until `drop`. */
  take(): readonly Chunk[] {
    this.#sealChunk()
    return this.#sealed.slice()
  }

  /** Forgets the oldest chunk: it is durable. */
  drop(): void {
    const chunk = this.#sealed.shift()
    if (chunk && chunk.buffer.length === this.#chunkBytes && this.#free.length < keptFree) {
      this.#free.push(chunk.buffer)
    }
  }

  #newChunk(seq: number, atLeastBytes: number): Chunk {
    this.#sealChunk()
    const recycled = atLeastBytes <= this.#chunkBytes ? this.#free.pop() : undefined
    const buffer = recycled ?? Buffer.allocUnsafeSlow(Math.max(atLeastBytes, this.#chunkBytes))
    this.#chunk = { buffer, length: 0, firstSeq: seq, endSeq: seq, inputOffset: -1 }
    return this.#chunk
  }

  #sealRecord(): void {
    const chunk = this.#chunk
    if (!chunk || this.#recordAt < 0) return
    const length = chunk.length - this.#recordAt - headerBytes
    sealRecord(chunk.buffer, this.#recordAt, length, this.#recordSeq, this.#receivedAtMs, chunk.inputOffset)
    this.#recordAt = -1
  }

  #sealChunk(): void {
    this.#sealRecord()
    if (this.#chunk) this.#sealed.push(this.#chunk)
    this.#chunk = undefined
  }
}
