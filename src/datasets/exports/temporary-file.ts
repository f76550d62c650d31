/** A file for what must wait until the rest is known: memory stays flat however much it is. */
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const readBytes = 256 * 1024

export interface TemporaryFile {
  readonly length: number
  append(bytes: Uint8Array): Promise<void>
  /** Writes over bytes that are there. */
  patch(bytes: Uint8Array, at: number): Promise<void>
  /** Some bytes from there on. */
  readAt(at: number): Promise<Uint8Array>
  /** All of it. */
  read(): AsyncIterable<Uint8Array>
  remove(): Promise<void>
}

/** Made in the system's temporary folder when the first byte comes. */
export async function temporaryFile(): Promise<TemporaryFile> {
  let folder: string | undefined
  let handle: FileHandle | undefined
  let length = 0
  const opened = async () => {
    folder ??= await mkdtemp(join(tmpdir(), 'lacydon-export-'))
    handle ??= await open(join(folder, 'part'), 'w+')
    return handle
  }
  const write = async (bytes: Uint8Array, at: number) => {
    const file = await opened()
    for (let done = 0; done < bytes.length; )
      done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten
  }
  const readAt = async (at: number) => {
    const buffer = new Uint8Array(Math.min(readBytes, length - at))
    const { bytesRead } = await (await opened()).read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) throw new Error('a temporary file was cut short')
    return buffer.subarray(0, bytesRead)
  }
  return {
    get length() {
      return length
    },
    async append(bytes) {
      await write(bytes, length)
      length += bytes.length
    },
    patch: write,
    readAt,
    async *read() {
      for (let at = 0; at < length; ) {
        const piece = await readAt(at)
        at += piece.length
        yield piece
      }
    },
    async remove() {
      await handle?.close()
      if (folder) await rm(folder, { recursive: true, force: true })
    },
  }
}
