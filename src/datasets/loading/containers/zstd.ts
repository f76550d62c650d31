/** Unpacks Zstandard files (RFC 8878): every frame is looked at before the first byte is unpacked. */
import { closeSync, createReadStream, createWriteStream, fstatSync, openSync, readSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { Decompress } from 'fzstd'
import type { LoadLimits } from '../limits.ts'
import { archiveLimit, damaged, refusal } from '../refusal.ts'
import { checkRatio } from './zip-archive.ts'

const frameMagic = 0xfd2fb528
const skippableMagic = 0x184d2a5
/** What every decoder has to take (RFC 8878, 3.1.1.1.2); larger ones are asked for by `zstd --ultra` and `--long`. */
const maxWindowBytes = 8 * 1024 * 1024
const longestHeader = 18
/** Little pieces, so that what one of them unpacks to is little too. */
const pieceBytes = 1 << 16

const cutShort = () => damaged('Zstandard', 'it is cut short or not what it says')

/**
 * Throws `archive_limit` once more comes out than may, `file_damaged` for a file that is cut short, `packed` for one that
 * needs a dictionary or more memory than a reader has to have.
 */
export async function unzstd(path: string, to: string, limits: LoadLimits): Promise<void> {
  const packed = checkFrames(path)
  let unpacked = 0
  const decoder = new Decompress()
  await pipeline(
    createReadStream(path, { highWaterMark: pieceBytes }),
    async function* (pieces: AsyncIterable<Buffer>) {
      let ready: Uint8Array[] = []
      decoder.ondata = (chunk) => {
        unpacked += chunk.length
        if (unpacked > limits.unpackedBytes)
          throw archiveLimit(`it holds more than ${Math.ceil(limits.unpackedBytes / 1024 ** 2)} MB`)
        checkRatio(unpacked, packed, limits)
        // What is handed over lives in a buffer that is used again.
        ready.push(chunk.slice())
      }
      for await (const piece of pieces) {
        push(decoder, piece, false)
        yield* ready
        ready = []
      }
      push(decoder, new Uint8Array(0), true)
      yield* ready
    },
    createWriteStream(to, { mode: 0o600 }),
  )
}

function push(decoder: Decompress, piece: Uint8Array, isLast: boolean): void {
  try {
    decoder.push(piece, isLast)
  } catch (error) {
    // The decoder's own errors carry a number.
    throw typeof (error as { code?: unknown }).code === 'number' ? cutShort() : error
  }
}

/** Walks from block to block without unpacking any. Answers the size of the file. */
function checkFrames(path: string): number {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const header = Buffer.alloc(longestHeader)
    const read = (at: number) => header.subarray(0, readSync(file, header, 0, longestHeader, at))
    for (let at = 0; at < size; ) {
      at = afterFrame(at, read)
      if (at > size) throw cutShort()
    }
    return size
  } finally {
    closeSync(file)
  }
}

/** Where the frame that begins at a byte ends. */
function afterFrame(start: number, read: (at: number) => Buffer): number {
  const head = read(start)
  if (head.length < 8) throw cutShort()
  const magic = head.readUInt32LE(0)
  if (magic >>> 4 === skippableMagic) return start + 8 + head.readUInt32LE(4)
  if (magic !== frameMagic) throw cutShort()
  const flags = head[4]!
  const isOneSegment = (flags & 0x20) !== 0
  if ((flags & 3) !== 0)
    throw refusal(
      'packed',
      'This file is packed with a Zstandard dictionary that is not in it.',
      'Pack it again without a dictionary, or send it as gzip or zip.',
    )
  const sizeBytes = [isOneSegment ? 1 : 0, 2, 4, 8][flags >> 6]!
  const headerBytes = 5 + (isOneSegment ? 0 : 1) + sizeBytes
  if (head.length < headerBytes) throw cutShort()
  if (windowOf(head, isOneSegment, sizeBytes) > maxWindowBytes)
    throw refusal(
      'packed',
      'This file is packed with a Zstandard window larger than 8 MB.',
      'Pack it again without --ultra and --long, or send it as gzip or zip.',
    )
  let at = start + headerBytes
  for (;;) {
    const block = read(at)
    if (block.length < 3) throw cutShort()
    const said = block.readUIntLE(0, 3)
    const isRepeated = ((said >> 1) & 3) === 1
    at += 3 + (isRepeated ? 1 : said >> 3)
    if ((said & 1) === 1) return at + ((flags & 4) === 0 ? 0 : 4)
  }
}

/** Memory that unpacking a frame takes: its window, or all of it where it is one segment. */
function windowOf(head: Buffer, isOneSegment: boolean, sizeBytes: number): number {
  if (!isOneSegment) {
    const base = 2 ** (10 + (head[5]! >> 3))
    return base + (base / 8) * (head[5]! & 7)
  }
  if (sizeBytes === 8) return Number(head.readBigUInt64LE(5))
  return head.readUIntLE(5, sizeBytes) + (sizeBytes === 2 ? 256 : 0)
}
