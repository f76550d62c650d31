import type { FileAddress } from './address.ts'
import type { Timer } from './clock.ts'
import { fileFailure, readFileBytes } from './file-bytes.ts'
import type { Input, InputEffects, InputEvents } from './input.ts'
import { countLines, LineFramer, maxNmeaLineBytes } from './line-framer.ts'
import { ReplayPacer } from './replay.ts'

const LF = 0x0a
/** Lines of a recording looked at before saying that it carries no times. */
const linesWithoutTime = 1_000

/** Reads a file of lines once, as fast as the spool takes it or paced by its recorded times. */
export class FileInput implements Input {
  readonly describe: string
  readonly #address: FileAddress
  readonly #startOffset: number
  readonly #events: InputEvents
  readonly #effects: InputEffects
  readonly #pacer: ReplayPacer | undefined
  readonly #notes: string[] = []
  #lineCount = 0
  #refusedCount = 0
  #running: Promise<void> = Promise.resolve()
  #isStopped = false
  #isFull = false
  #wake: (() => void) | undefined
  #timer: Timer | undefined

  constructor(address: FileAddress, events: InputEvents, effects: InputEffects, startOffset: number) {
    this.describe = `file:${address.path}`
    this.#address = address
    this.#startOffset = Math.max(0, startOffset)
    this.#events = events
    this.#effects = effects
    this.#pacer = address.speed === null ? undefined : new ReplayPacer(address.speed, effects.clock)
  }

  start(): void {
    this.#running = this.#run()
  }

  resume(): void {
    if (!this.#isFull) return
    this.#isFull = false
    this.#wake?.()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
    this.#wake?.()
    await this.#running
  }

  async #run(): Promise<void> {
    this.#events.state('connecting')
    const framer = new LineFramer(maxNmeaLineBytes, (reason, sample) => {
      this.#refusedCount += 1
      this.#events.refused(reason, sample)
    })
    try {
      let offset = this.#startOffset
      let isLive = false
      const chunks = readFileBytes(this.#address.path, this.#startOffset, (what) => this.#notice(what))
      for await (const { bytes, endOffset } of chunks) {
        if (this.#isStopped) return
        offset = endOffset
        if (bytes.includes(0)) this.#notice('NUL bytes')
        const refusedBefore = this.#refusedCount
        const lines = framer.push(bytes)
        if (framer.isCrOnly) this.#notice('lines ended by CR alone')
        if (!isLive) {
          isLive = true
          this.#events.state('live', this.#notes.length > 0 ? this.#said() : undefined)
        }
        await this.#deliver(lines, endOffset - framer.heldBytes, this.#refusedCount === refusedBefore)
        if (this.#isStopped) return
      }
      const last = framer.end()
      if (framer.isCrOnly) this.#notice('lines ended by CR alone')
      await this.#deliver(last, offset, true)
      if (!this.#isStopped) this.#events.state('finished', this.#summary())
    } catch (error) {
      if (this.#isStopped) return
      const { message } = fileFailure(this.#address.path, error)
      this.#effects.log.warn(message)
      this.#events.state('failed', message)
    }
  }

  /** `isWhole`: nothing was refused inside the block, so that positions inside it are known. */
  async #deliver(lines: Uint8Array, endOffset: number, isWhole: boolean): Promise<void> {
    if (lines.length === 0) return
    if (!this.#pacer) return this.#hand(lines, endOffset)
    let start = 0
    for (let at = 0; at < lines.length; ) {
      const end = lines.indexOf(LF, at) + 1
      const waitMs = this.#pacer.waitMs(lines.subarray(at, end))
      if (waitMs > 0) {
        if (at > start) {
          await this.#hand(lines.subarray(start, at), isWhole ? endOffset - lines.length + at : -1)
          start = at
        }
        await this.#sleep((wake) => {
          this.#timer = this.#effects.clock.after(waitMs, wake)
        })
      }
      if (this.#isStopped) return
      at = end
    }
    await this.#hand(lines.subarray(start), endOffset)
    if (!this.#pacer.hasTimes && this.#lineCount >= linesWithoutTime)
      this.#notice('no recorded times, so that it is read at full speed')
  }

  async #hand(lines: Uint8Array, endOffset: number): Promise<void> {
    if (this.#isStopped) return
    this.#lineCount += countLines(lines)
    this.#isFull = !this.#events.lines(lines, this.#effects.clock.nowMs(), endOffset)
    while (this.#isFull && !this.#isStopped) await this.#sleep(() => {})
  }

  #sleep(arm: (wake: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
      arm(resolve)
    })
  }

  #notice(what: string): void {
    if (this.#notes.includes(what)) return
    this.#notes.push(what)
    this.#effects.log.info(`${this.describe}: ${what}`)
  }

  #said(): string {
    return `found ${this.#notes.join(', ')}`
  }

  #summary(): string {
    const counts = [`${this.#lineCount} lines read`]
    if (this.#refusedCount > 0) counts.push(`${this.#refusedCount} refused`)
    if (this.#notes.length > 0) counts.push(this.#said())
    return counts.join(', ')
  }
}
