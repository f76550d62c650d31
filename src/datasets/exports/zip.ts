/** A zip archive written as it grows: sizes follow the data, so nothing waits for the end of an entry. */
import { once } from 'node:events'
import { crc32, createDeflateRaw } from 'node:zlib'
import { tooExpensive } from '../../errors.ts'

export interface ZipEntry {
  name: string
  content: AsyncIterable<Uint8Array>
}

const localSignature = 0x04034b50
const descriptorSignature = 0x08074b50
const centralSignature = 0x02014b50
const endSignature = 0x06054b50
/** Sizes follow the data (bit 3), names are UTF-8 (bit 11). */
const flags = 0x0808
const deflated = 8
const version = 20
/** 1980-01-01: archives of the same rows are the same. */
const day = 0x21
const maxBytes = 0xffff_fffe

interface Written {
  name: Buffer
  crc: number
  size: number
  packedSize: number
  at: number
}

/** Deflated by Node's thread pool. Throws `query_too_expensive` past 4 GB, which this form of the format cannot hold. */
export async function* writeZip(
  entries: AsyncIterable<ZipEntry> | Iterable<ZipEntry>,
): AsyncGenerator<Uint8Array> {
  const written: Written[] = []
  let at = 0
  for await (const { name, content } of entries) {
    const entry: Written = { name: Buffer.from(name), crc: 0, size: 0, packedSize: 0, at }
    const header = localHeader(entry)
    at += header.length
    yield header
    for await (const piece of deflate(content, entry)) {
      entry.packedSize += piece.length
      at += piece.length
      if (entry.size > maxBytes || at > maxBytes)
        throw tooExpensive(
          'This export needs more than 4 GB.',
          'Use CSV, JSON lines or Parquet, or ask for less.',
        )
      yield piece
    }
    const descriptor = descriptorOf(entry)
    at += descriptor.length
    yield descriptor
    written.push(entry)
  }
  const directory = Buffer.concat(written.map(centralHeader))
  yield directory
  yield endOf(written.length, directory.length, at)
}

async function* deflate(content: AsyncIterable<Uint8Array>, entry: Written): AsyncGenerator<Uint8Array> {
  const packer = createDeflateRaw({ level: 5 })
  const feeding = (async () => {
    for await (const piece of content) {
      entry.crc = crc32(piece, entry.crc)
      entry.size += piece.length
      if (!packer.write(piece)) await once(packer, 'drain')
    }
    packer.end()
  })().catch((error: Error) => packer.destroy(error))
  try {
    for await (const piece of packer) yield piece as Uint8Array
    await feeding
  } finally {
    packer.destroy()
  }
}

function localHeader({ name }: Written): Buffer {
  const header = Buffer.alloc(30)
  header.writeUInt32LE(localSignature, 0)
  header.writeUInt16LE(version, 4)
  header.writeUInt16LE(flags, 6)
  header.writeUInt16LE(deflated, 8)
  header.writeUInt16LE(day, 12)
  header.writeUInt16LE(name.length, 26)
  return Buffer.concat([header, name])
}

function descriptorOf({ crc, size, packedSize }: Written): Buffer {
  const descriptor = Buffer.alloc(16)
  descriptor.writeUInt32LE(descriptorSignature, 0)
  descriptor.writeUInt32LE(crc, 4)
  descriptor.writeUInt32LE(packedSize, 8)
  descriptor.writeUInt32LE(size, 12)
  return descriptor
}

function centralHeader({ name, crc, size, packedSize, at }: Written): Buffer {
  const header = Buffer.alloc(46)
  header.writeUInt32LE(centralSignature, 0)
  header.writeUInt16LE(version, 4)
  header.writeUInt16LE(version, 6)
  header.writeUInt16LE(flags, 8)
  header.writeUInt16LE(deflated, 10)
  header.writeUInt16LE(day, 14)
  header.writeUInt32LE(crc, 16)
  header.writeUInt32LE(packedSize, 20)
  header.writeUInt32LE(size, 24)
  header.writeUInt16LE(name.length, 28)
  header.writeUInt32LE(at, 42)
  return Buffer.concat([header, name])
}

function endOf(count: number, size: number, at: number): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(endSignature, 0)
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(at, 16)
  return end
}

/** Content that is one text. */
export async function* textContent(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
