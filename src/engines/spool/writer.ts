import type { FileHandle } from 'node:fs/promises'
import { invalidInput, type LacydonError, unavailable } from '../../errors.ts'
import { type Chunk, PendingRecords } from './pending.ts'
import { readRecords } from './reader.ts'
import { encodeSegmentHeader, headerBytes, maxRecordBytes } from './record.ts'
import type { Recovered, SpoolDamage } from './recovery.ts'
import { noteRecord, removeSegments, type Segment, type SpoolDisk, segmentAt, syncFolder } from './segment.ts'
import type { Spool, SpoolRecord } from './spool.ts'

export interface SpoolWriterOptions {
  source: string
  folder: string
  disk: SpoolDisk
  recovered: Recovered
  atLeastSeq: number
  segmentBytes: number
  fsyncEveryMs: number
  maxPendingBytes: number
  onDamage: (damage: SpoolDamage) => void
  onClose: () => void
}

const chunkBytes = 256 * 1024
/** With this much waiting a round starts at once: a fast import is then bound by the disk, not by the timer. */
const eagerBytes = 1024 * 1024
const retryAfterMs = 1000
const lf = 10

/**
 * One source's spool. Appends are gathered in memory; rounds write them, fsync, and only then move `durableSeq`. After
 * any failed write or fsync the segment is abandoned at its last durable byte and the same records are written
 * to a new one: once fsync has failed, fsyncing the same file again proves nothing about what it lost.
 */
export class SpoolWriter implements Spool {
  readonly source: string
  onDurable: ((durableSeq: number) => void) | undefined
  onFailure: ((error: Error) => void) | undefined
  readonly #options: SpoolWriterOptions
  readonly #pending: PendingRecords
  readonly segments: Segment[]
  /** Of the last segment, while it can be written to. */
  #handle: FileHandle | undefined
  #writtenBytes = 0
  /** Abandoned segment whose undurable tail could not be removed yet; a later one must not follow it. */
  #uncut: Segment | undefined
  #nextSeq: number
  #durableSeq: number
  /** End of the last record; less than `#durableSeq` only after a jump to `atLeastSeq`. */
  #lastEnd: number
  #inputOffset: number
  #failure: LacydonError | undefined
  #round: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false
  /** Damage is told once, however often the place is read. */
  readonly #toldDamage = new Set<string>()

  constructor(options: SpoolWriterOptions) {
    this.#options = options
    this.source = options.source
    this.#pending = new PendingRecords(Math.min(chunkBytes, options.segmentBytes))
    this.segments = options.recovered.segments
    this.#nextSeq = Math.max(options.recovered.endSeq, options.atLeastSeq)
    this.#durableSeq = this.#nextSeq
    this.#lastEnd = options.recovered.endSeq
    this.#inputOffset = options.recovered.inputOffset
  }

  get durableSeq(): number {
    return this.#durableSeq
  }

  get pendingBytes(): number {
    return this.#nextSeq - this.#durableSeq
  }

  get inputOffset(): number {
    return this.#inputOffset
  }

  get firstSeq(): number {
    return this.segments[0]?.firstSeq ?? this.#durableSeq
  }

  /** HOT: once per block of lines. */
  append(receivedAtMs: number, data: Uint8Array, inputOffset = -1): number {
    if (this.#closed) throw unavailable(`The spool of “${this.source}” is closed.`)
    if (this.#failure) {
      this.#startRound()
      throw this.#failure
    }
    if (data.length === 0) return this.#nextSeq
    if (data.length > maxRecordBytes || data[data.length - 1] !== lf) {
      throw invalidInput(
        `Lines for the spool end with LF and come in blocks of at most ${maxRecordBytes} bytes.`,
      )
    }
    if (this.pendingBytes + data.length > this.#options.maxPendingBytes) {
      throw unavailable(
        `The disk does not keep up: ${this.pendingBytes} bytes of “${this.source}” wait to be written.`,
        'Senders must pause while pendingBytes is large.',
      )
    }
    const seq = this.#nextSeq
    this.#pending.append(seq, receivedAtMs, data, inputOffset)
    this.#nextSeq += data.length
    if (this.pendingBytes >= eagerBytes) this.#startRound()
    else this.#startRoundIn(this.#options.fsyncEveryMs)
    return seq
  }

  async *read(fromSeq: number): AsyncGenerator<SpoolRecord> {
    yield* readRecords(this, this.#options.disk, fromSeq, (damage) => {
      if (this.#toldDamage.has(damage.message)) return
      this.#toldDamage.add(damage.message)
      this.#options.onDamage(damage)
    })
  }

  async release(belowSeq: number): Promise<void> {
    const removed: Segment[] = []
    while (this.segments.length > 1 && this.segments[1]!.firstSeq <= belowSeq)
      removed.push(this.segments.shift()!)
    if (removed.length > 0) await removeSegments(this.#options.disk, this.#options.folder, removed)
  }

  async flush(): Promise<void> {
    const target = this.#nextSeq
    while (this.#durableSeq < target) {
      await this.#startRound()
      if (this.#failure) throw this.#failure
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    try {
      await this.#round
      await this.flush()
    } finally {
      clearTimeout(this.#timer)
      await this.#handle?.close()
      this.#handle = undefined
      this.#options.onClose()
    }
  }

  #startRoundIn(delayMs: number): void {
    this.#timer ??= setTimeout(() => this.#startRound(), delayMs)
  }

  #startRound(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#round ??= this.#runRound().finally(() => {
      this.#round = undefined
      if (this.#failure) {
        if (!this.#closed) this.#startRoundIn(retryAfterMs)
      } else if (!this.#pending.isEmpty) {
        if (this.pendingBytes >= eagerBytes) this.#startRound()
        else this.#startRoundIn(this.#options.fsyncEveryMs)
      }
    })
    return this.#round
  }

  /** Writes and fsyncs everything pending. Never rejects because of the disk: that is `#failure`. */
  async #runRound(): Promise<void> {
    const before = this.#durableSeq
    try {
      let written: Chunk[] = []
      for (const chunk of this.#pending.take()) {
        if (this.#mustTurn(chunk)) {
          await this.#sync(written)
          written = []
          await this.#newSegment(chunk)
        }
        await this.#write(this.#handle!, chunk.buffer.subarray(0, chunk.length), this.#writtenBytes)
        noteRecord(this.segments.at(-1)!, chunk.firstSeq, this.#writtenBytes)
        this.#writtenBytes += chunk.length
        written.push(chunk)
      }
      await this.#sync(written)
      this.#failure = undefined
    } catch (error) {
      await this.#abandonSegment()
      this.#failure = unavailable(
        `The spool of “${this.source}” cannot be written: ${(error as Error).message}.`,
        `Free space on the disk of ${this.#options.folder} or make it writable; writing is tried again by itself.`,
      )
      this.onFailure?.(this.#failure)
    }
    if (this.#durableSeq > before) this.onDurable?.(this.#durableSeq)
  }

  #mustTurn(chunk: Chunk): boolean {
    if (this.#handle === undefined) return true
    const isEmpty = this.#writtenBytes === headerBytes
    return !isEmpty && this.#writtenBytes + chunk.length > this.#options.segmentBytes
  }

  async #sync(written: Chunk[]): Promise<void> {
    if (written.length === 0) return
    await this.#handle!.datasync()
    this.segments.at(-1)!.durableBytes = this.#writtenBytes
    for (const chunk of written) {
      this.#durableSeq = chunk.endSeq
      this.#lastEnd = chunk.endSeq
      this.#inputOffset = chunk.inputOffset
      this.#pending.drop()
    }
  }

  /** Each start of the process makes its own segment: recovered files are never written to again. */
  async #newSegment(chunk: Chunk): Promise<void> {
    const { disk, folder } = this.#options
    await this.#handle?.close()
    this.#handle = undefined
    if (this.#uncut) await this.#cut(this.#uncut)
    const segment = segmentAt(folder, chunk.firstSeq, headerBytes)
    this.#handle = await disk.open(segment.path, 'w', 0o600)
    if (this.segments.at(-1)?.firstSeq === segment.firstSeq) this.segments.pop()
    this.segments.push(segment)
    this.#writtenBytes = headerBytes
    const header = encodeSegmentHeader({
      firstSeq: chunk.firstSeq,
      previousEnd: this.#lastEnd,
      inputOffset: this.#inputOffset,
    })
    await this.#write(this.#handle, header, 0)
    await this.#handle.sync()
    await syncFolder(disk, folder)
  }

  /** Cuts the last segment back to what is durable, now or before the next segment; removes it when that is nothing. */
  async #abandonSegment(): Promise<void> {
    const handle = this.#handle
    const segment = this.segments.at(-1)
    this.#handle = undefined
    if (!handle || !segment) return
    const kept = segment.durableBytes ?? headerBytes
    if (kept > headerBytes) {
      this.#uncut = segment
      await handle.truncate(kept).then(
        () => {
          this.#uncut = undefined
        },
        () => {},
      )
      await handle.close().catch(() => {})
      return
    }
    await handle.close().catch(() => {})
    this.segments.pop()
    // Should it stay, the next segment has the same first position and so overwrites it.
    await this.#options.disk.unlink(segment.path).catch(() => {})
  }

  async #cut(segment: Segment): Promise<void> {
    const handle = await this.#options.disk.open(segment.path, 'r+')
    try {
      await handle.truncate(segment.durableBytes)
      this.#uncut = undefined
    } finally {
      await handle.close()
    }
  }

  async #write(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
    let done = 0
    while (done < bytes.length) {
      done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten
    }
  }
}
