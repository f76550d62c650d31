import { damaged, tooLarge } from '../refusal.ts'

/** Takes exact numbers of bytes from a stream of chunks. */
export class ByteFeed {
  private readonly chunks: AsyncIterator<Buffer>
  private readonly format: string
  private readonly maxTake: number
  private held: Buffer = Buffer.alloc(0)

  constructor(chunks: AsyncGenerator<Buffer>, format: string, maxTake: number) {
    this.chunks = chunks
    this.format = format
    this.maxTake = maxTake
  }

  /** The next `length` bytes; undefined at the end of the stream. Throws when it ends in between. */
  async take(length: number): Promise<Buffer | undefined> {
    if (length > this.maxTake)
      throw tooLarge(`One record of this ${this.format} is larger than ${this.maxTake / 1024 ** 2} MB.`)
    if (this.held.length < length) {
      const parts = [this.held]
      let total = this.held.length
      while (total < length) {
        const { value, done } = await this.chunks.next()
        if (done) break
        parts.push(value)
        total += value.length
      }
      this.held = Buffer.concat(parts)
      if (total === 0) return undefined
      if (total < length) throw damaged(this.format, 'it is cut short')
    }
    const bytes = this.held.subarray(0, length)
    this.held = this.held.subarray(length)
    return bytes
  }

  close(): void {
    void this.chunks.return?.()
  }
}
