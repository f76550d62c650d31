/** Reads zip archives from a file, distrusting everything they say about themselves. */
import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import { createInflateRaw } from 'node:zlib'
import type { LoadLimits } from '../limits.ts'
import { archiveLimit, damaged } from '../refusal.ts'

export interface ZipEntry {
  /** As stored: text only, never a path on this machine. */
  name: string
  packedBytes: number
  /** As declared; what comes out is counted. */
  unpackedBytes: number
  method: number
  headerOffset: number
  isEncrypted: boolean
  /** A symbolic link: ignored. */
  isLink: boolean
}

const endSignature = 0x06054b50
const entrySignature = 0x02014b50
const localSignature = 0x04034b50
const zip64LocatorSignature = 0x07064b50
const zip64EndSignature = 0x06064b50
const maxCommentBytes = 65_535
const maxDirectoryBytes = 64 * 1024 * 1024

export class ZipArchive {
  readonly entries: readonly ZipEntry[]
  private readonly path: string
  private readonly limits: LoadLimits
  /** Bytes unpacked so far, of all entries together. */
  private unpacked = 0

  private constructor(path: string, entries: readonly ZipEntry[], limits: LoadLimits) {
    this.path = path
    this.entries = entries
    this.limits = limits
  }

  /** Reads the directory. Throws `archive_limit` for too many or overlapping entries, `file_damaged` for what is no zip. */
  static open(path: string, limits: LoadLimits): ZipArchive {
    const file = openSync(path, 'r')
    try {
      const { size } = fstatSync(file)
      const entries = readDirectory(file, size, limits)
      refuseOverlaps(entries, size)
      return new ZipArchive(path, entries, limits)
    } finally {
      closeSync(file)
    }
  }

  find(name: string | RegExp): ZipEntry | undefined {
    return this.entries.find((entry) =>
      typeof name === 'string' ? entry.name === name : name.test(entry.name),
    )
  }

  /**
   * The bytes of an entry as they are unpacked. Throws `archive_limit` once they are more than the archive may have,
   * in all or for its packed size.
   */
  async *read(entry: ZipEntry): AsyncGenerator<Buffer> {
    if (entry.isEncrypted) throw damaged('zip', `“${entry.name}” is locked by a password`)
    if (entry.method !== 0 && entry.method !== 8)
      throw damaged(
        'zip',
        `“${entry.name}” is packed by a method (${entry.method}) that only its maker reads`,
      )
    const start = dataOffset(this.path, entry)
    if (entry.packedBytes === 0) return
    const packed = createReadStream(this.path, { start, end: start + entry.packedBytes - 1 })
    const stream = entry.method === 0 ? packed : packed.pipe(createInflateRaw())
    if (stream !== packed) packed.on('error', (error) => stream.destroy(error))
    let fromEntry = 0
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        fromEntry += chunk.length
        this.unpacked += chunk.length
        if (this.unpacked > this.limits.unpackedBytes)
          throw archiveLimit(`it holds more than ${megabytes(this.limits.unpackedBytes)} MB`)
        checkRatio(fromEntry, entry.packedBytes, this.limits)
        yield chunk
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code?.startsWith('Z_')) throw damaged('zip', `“${entry.name}” cannot be unpacked`)
      throw error
    } finally {
      packed.destroy()
      stream.destroy()
    }
  }

  /** A whole entry in memory. Throws `archive_limit` when it is larger than `maxBytes`. */
  async readAll(entry: ZipEntry, maxBytes: number): Promise<Buffer> {
    const chunks: Buffer[] = []
    let length = 0
    for await (const chunk of this.read(entry)) {
      length += chunk.length
      if (length > maxBytes)
        throw archiveLimit(`“${entry.name}” is larger than ${megabytes(maxBytes)} MB, more than it may be`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  }
}

const megabytes = (bytes: number) => Math.ceil(bytes / 1024 ** 2)

/** Throws `archive_limit` when so few packed bytes gave so many. */
export function checkRatio(unpacked: number, packed: number, limits: LoadLimits): void {
  if (unpacked > limits.ratioFreeBytes && unpacked > packed * limits.ratio)
    throw archiveLimit(`it unpacks to more than ${limits.ratio} times its size`)
}

function readAt(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  const read = readSync(file, bytes, 0, length, offset)
  return bytes.subarray(0, read)
}

function readDirectory(file: number, size: number, limits: LoadLimits): ZipEntry[] {
  const tailLength = Math.min(size, 22 + maxCommentBytes)
  const tail = readAt(file, size - tailLength, tailLength)
  let end = -1
  for (let i = tail.length - 22; i >= 0; i--)
    if (tail.readUInt32LE(i) === endSignature) {
      end = i
      break
    }
  if (end < 0) throw damaged('zip', 'its end is missing')
  let count = tail.readUInt16LE(end + 10)
  let length = tail.readUInt32LE(end + 12)
  let offset = tail.readUInt32LE(end + 16)
  if (count === 0xffff || length === 0xffffffff || offset === 0xffffffff) {
    const locator = end - 20
    if (locator >= 0 && tail.readUInt32LE(locator) === zip64LocatorSignature) {
      const large = readAt(file, Number(tail.readBigUInt64LE(locator + 8)), 56)
      if (large.length < 56 || large.readUInt32LE(0) !== zip64EndSignature)
        throw damaged('zip', 'its directory is not where it says')
      count = Number(large.readBigUInt64LE(32))
      length = Number(large.readBigUInt64LE(40))
      offset = Number(large.readBigUInt64LE(48))
    }
  }
  if (count > limits.archiveEntries)
    throw archiveLimit(`it has ${count} entries, more than ${limits.archiveEntries}`)
  if (length > maxDirectoryBytes || offset + length > size)
    throw damaged('zip', 'its directory is not where it says')
  const directory = readAt(file, offset, length)
  const entries: ZipEntry[] = []
  let at = 0
  while (at + 46 <= directory.length && directory.readUInt32LE(at) === entrySignature) {
    if (entries.length >= limits.archiveEntries)
      throw archiveLimit(`it has more than ${limits.archiveEntries} entries`)
    entries.push(readEntry(directory, at))
    at +=
      46 + directory.readUInt16LE(at + 28) + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  if (entries.length !== count) throw damaged('zip', 'its directory is cut short')
  return entries
}

function readEntry(directory: Buffer, at: number): ZipEntry {
  const nameLength = directory.readUInt16LE(at + 28)
  const extraLength = directory.readUInt16LE(at + 30)
  const isUtf8 = (directory.readUInt16LE(at + 8) & 0x800) !== 0
  const nameBytes = directory.subarray(at + 46, at + 46 + nameLength)
  let packedBytes = directory.readUInt32LE(at + 20)
  let unpackedBytes = directory.readUInt32LE(at + 24)
  let headerOffset = directory.readUInt32LE(at + 42)
  const extra = directory.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength)
  for (let i = 0; i + 4 <= extra.length; i += 4 + extra.readUInt16LE(i + 2)) {
    if (extra.readUInt16LE(i) !== 1) continue
    let field = i + 4
    const next = (value: number) => {
      if (value !== 0xffffffff || field + 8 > extra.length) return value
      field += 8
      return Number(extra.readBigUInt64LE(field - 8))
    }
    unpackedBytes = next(unpackedBytes)
    packedBytes = next(packedBytes)
    headerOffset = next(headerOffset)
  }
  const isUnix = directory.readUInt8(at + 5) === 3
  const mode = directory.readUInt32LE(at + 38) >>> 16
  return {
    name: nameBytes.toString(isUtf8 ? 'utf8' : 'latin1'),
    packedBytes,
    unpackedBytes,
    method: directory.readUInt16LE(at + 10),
    headerOffset,
    isEncrypted: (directory.readUInt16LE(at + 8) & 1) !== 0,
    isLink: isUnix && (mode & 0o170000) === 0o120000,
  }
}

/** Entries that share bytes make a small archive unpack to anything; one longer than the file hides its ratio. */
function refuseOverlaps(entries: readonly ZipEntry[], size: number): void {
  const sorted = [...entries].sort((a, b) => a.headerOffset - b.headerOffset)
  const last = sorted.at(-1)
  if (last && last.headerOffset + 30 + last.packedBytes > size)
    throw damaged('zip', `“${last.name.slice(-80)}” is longer than the archive`)
  for (let i = 1; i < sorted.length; i++) {
    const before = sorted[i - 1]!
    if (before.headerOffset + 30 + before.packedBytes > sorted[i]!.headerOffset)
      throw archiveLimit('its entries overlap')
  }
}

function dataOffset(path: string, entry: ZipEntry): number {
  const file = openSync(path, 'r')
  try {
    const header = readAt(file, entry.headerOffset, 30)
    if (header.length < 30 || header.readUInt32LE(0) !== localSignature)
      throw damaged('zip', `“${entry.name}” is not where the directory says`)
    return entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  } finally {
    closeSync(file)
  }
}
