import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { LacydonError, unavailable } from '../../../errors.ts'

export interface FileChunk {
  bytes: Uint8Array
  /** Position in the unpacked file after these bytes. */
  endOffset: number
}

const chunkBytes = 256 * 1024

const reasons: Record<string, string> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  EMFILE: 'cannot be opened: too many files are open',
  EIO: 'cannot be read: the disk reports an error',
}

/** Formats that hold lines only once unpacked, by their first bytes. */
const packed: [string, string][] = [
  ['504b0304', 'a ZIP archive: unpack it first'],
  ['425a68', 'packed with bzip2: unpack it first'],
  ['fd377a585a00', 'packed with xz: unpack it first'],
  ['28b52ffd', 'packed with zstd: unpack it first'],
  ['377abcaf271c', 'a 7z archive: unpack it first'],
]

/** One sentence on why a file cannot be read, as `unavailable`. */
export function fileFailure(path: string, error: unknown): LacydonError {
  if (error instanceof LacydonError) return error
  const { code = '', message } = error as NodeJS.ErrnoException
  if (code.startsWith('Z_')) return unavailable(`${path} is a damaged gzip file (${message}).`)
  return unavailable(`${path} ${reasons[code] ?? `cannot be read (${code || message})`}.`)
}

/**
 * Reads a text file from `startOffset` on, a position in what it unpacks to. gzip is recognised by its first bytes
 * (several members too), UTF-16 becomes one byte a character, a UTF-8 byte order mark is left out; `noticed` is told.
 * Throws `unavailable` with one sentence: missing, not a file, no permission, packed otherwise, damaged, shorter
 * than `startOffset`.
 */
export async function* readFileBytes(
  path: string,
  startOffset: number,
  noticed: (what: string) => void,
): AsyncGenerator<FileChunk> {
  try {
    const { size, head } = await inspect(path)
    const isGzip = head.startsWith('1f8b')
    if (!isGzip && !isUtf16(head)) {
      if (startOffset > size) throw replaced(path, size, startOffset)
      yield* withOffsets(
        createReadStream(path, { start: startOffset, highWaterMark: chunkBytes }),
        startOffset,
      )
      return
    }
    if (isGzip) noticed('gzip')
    const raw = isGzip ? unpack(path) : createReadStream(path, { highWaterMark: chunkBytes })
    yield* skip(path, withOffsets(utf16ToBytes(raw, noticed), 0), startOffset)
  } catch (error) {
    throw fileFailure(path, error)
  }
}

async function inspect(path: string): Promise<{ size: number; head: string }> {
  // Before opening: a named pipe would block until somebody writes.
  const stats = await stat(path)
  if (stats.isDirectory()) throw unavailable(`${path} is a folder, not a file.`)
  if (!stats.isFile())
    throw unavailable(`${path} is not an ordinary file; connect devices by tcp:// or udp://.`)
  const handle = await open(path)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0)
    const head = buffer.toString('hex', 0, bytesRead)
    const other = packed.find(([magic]) => head.startsWith(magic))
    if (other) throw unavailable(`${path} is ${other[1]}.`)
    return { size: stats.size, head }
  } finally {
    await handle.close()
  }
}

const isUtf16 = (head: string) => head.startsWith('fffe') || head.startsWith('feff')

const replaced = (path: string, size: number, startOffset: number) =>
  unavailable(
    `${path} has ${size} bytes, fewer than the ${startOffset} already read: it was replaced. Give the new file another name.`,
  )

function unpack(path: string): AsyncIterable<Buffer> {
  const source = createReadStream(path, { highWaterMark: chunkBytes })
  const gunzip = createGunzip({ chunkSize: chunkBytes })
  source.on('error', (error) => gunzip.destroy(error))
  gunzip.on('close', () => source.destroy())
  return source.pipe(gunzip)
}

async function* withOffsets(chunks: AsyncIterable<Buffer>, startOffset: number): AsyncGenerator<FileChunk> {
  let endOffset = startOffset
  for await (const chunk of chunks) {
    const hasMark = endOffset === 0 && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf
    endOffset += chunk.length
    yield { bytes: hasMark ? chunk.subarray(3) : chunk, endOffset }
  }
}

/** Text saved by Windows tools; AIS is ASCII, other characters become `?` and fail the checksum of their line. */
async function* utf16ToBytes(
  chunks: AsyncIterable<Buffer>,
  noticed: (what: string) => void,
): AsyncGenerator<Buffer> {
  let isFirst = true
  let highAt: 0 | 1 | undefined
  let odd: Buffer | undefined
  for await (const chunk of chunks) {
    let bytes = odd ? Buffer.concat([odd, chunk]) : chunk
    odd = undefined
    if (isFirst) {
      isFirst = false
      const mark = bytes.toString('hex', 0, 2)
      if (isUtf16(mark)) {
        highAt = mark === 'fffe' ? 1 : 0
        bytes = bytes.subarray(2)
        noticed('UTF-16')
      }
    }
    if (highAt === undefined) {
      yield bytes
      continue
    }
    const narrow = Buffer.allocUnsafe(bytes.length >> 1)
    for (let i = 0; i < narrow.length; i += 1)
      narrow[i] = bytes[2 * i + highAt] === 0 ? bytes[2 * i + (1 - highAt)]! : 0x3f
    if (bytes.length % 2 === 1) odd = bytes.subarray(-1)
    if (narrow.length > 0) yield narrow
  }
}

async function* skip(
  path: string,
  chunks: AsyncGenerator<FileChunk>,
  startOffset: number,
): AsyncGenerator<FileChunk> {
  let reached = 0
  for await (const { bytes, endOffset } of chunks) {
    reached = endOffset
    if (endOffset <= startOffset) continue
    yield { bytes: bytes.subarray(Math.max(0, bytes.length - (endOffset - startOffset))), endOffset }
  }
  if (reached < startOffset) throw replaced(path, reached, startOffset)
}
