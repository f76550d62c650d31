/** The file of a load while it arrives: appended piece by piece, durable up to the offset it tells. */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { conflict } from '../../errors.ts'
import { tooLarge } from './refusal.ts'

export class Uploads {
  private readonly folder: string
  private readonly maxBytes: number
  /** Loads that are receiving a piece right now. */
  private readonly busy = new Set<string>()

  /** `folder`: where the engine may read files. */
  constructor(folder: string, maxBytes: number) {
    this.folder = folder
    this.maxBytes = maxBytes
  }

  folderOf(id: string): string {
    return join(this.folder, id)
  }

  pathOf(id: string): string {
    return join(this.folderOf(id), 'file')
  }

  async begin(id: string): Promise<void> {
    await mkdir(this.folderOf(id), { recursive: true, mode: 0o700 })
    await (await open(this.pathOf(id), 'wx', 0o600)).close()
  }

  /** Bytes that have arrived; zero when nothing is there. */
  async offset(id: string): Promise<number> {
    return stat(this.pathOf(id)).then(
      ({ size }) => size,
      () => 0,
    )
  }

  /**
   * Appends a piece that begins at `offset` and answers the new offset. Bytes that came before a cut stay. Throws
   * `conflict` when the file is at another offset or another piece is arriving, `load_limit` beyond the largest size.
   */
  async append(
    id: string,
    offset: number,
    bytes: AsyncIterable<Uint8Array>,
    sizeBytes: number,
  ): Promise<number> {
    if (this.busy.has(id))
      throw conflict('Another piece of this file is arriving.', 'Send one after the other.')
    this.busy.add(id)
    try {
      const at = await this.offset(id)
      if (at !== offset)
        throw conflict(
          `This file is at byte ${at}, not ${offset}.`,
          'Ask for its offset and go on from there.',
        )
      const limit = sizeBytes < 0 ? this.maxBytes : sizeBytes
      return await this.write(id, at, bytes, limit)
    } finally {
      this.busy.delete(id)
    }
  }

  private async write(
    id: string,
    start: number,
    bytes: AsyncIterable<Uint8Array>,
    limit: number,
  ): Promise<number> {
    const stream = createWriteStream(this.pathOf(id), { flags: 'a', flush: true, mode: 0o600 })
    const failed = once(stream, 'error').then(([error]) => {
      throw error
    })
    failed.catch(() => undefined)
    let at = start
    try {
      for await (const piece of bytes) {
        if (at + piece.length > limit)
          throw limit < this.maxBytes
            ? conflict(`More bytes came than the ${limit} announced.`)
            : tooLarge(`This file is larger than ${Math.floor(limit / 1024 ** 2)} MB.`)
        at += piece.length
        if (!stream.write(piece)) await Promise.race([once(stream, 'drain'), failed])
      }
    } finally {
      // What came is kept, whether the sender stayed or not.
      stream.end()
      await Promise.race([once(stream, 'close'), failed])
    }
    return at
  }

  async delete(id: string): Promise<void> {
    await rm(this.folderOf(id), { recursive: true, force: true })
  }
}
