import type { FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { headerBytes, parseRecordHeader, type RecordHeader } from './record.ts'

export interface ScannedRecord {
  header: RecordHeader
  data: Buffer
  /** File offset of its header, and of the byte after its data. */
  offset: number
  endOffset: number
}

/** Bytes that should be a record and are not; `stepped` tells whether what follows could still be read. */
export interface ScanDamage {
  offset: number
  reason: 'header' | 'data' | 'cut-short'
  stepped: boolean
}

const blockBytes = 256 * 1024

/**
 * Records of a segment file from a record's offset on, up to `limit()` (asked again when reached, as the file may
 * grow). Memory is one block or one record. A record with wrong data is stepped over; one with a wrong header ends
 * the scan, as its length cannot be trusted. Both are told to `onDamage`.
 */
export async function* scanSegment(
  handle: FileHandle,
  fromOffset: number,
  limit: () => number,
  onDamage: (damage: ScanDamage) => void,
): AsyncGenerator<ScannedRecord> {
  let offset = fromOffset
  let block: Buffer = Buffer.alloc(0)
  let blockAt = fromOffset

  const load = async (wanted: number): Promise<boolean> => {
    const size = Math.min(Math.max(wanted, blockBytes), limit() - offset)
    // A new block each time: records handed out are views of it and may be kept by the reader.
    const next = Buffer.allocUnsafeSlow(Math.max(size, 0))
    let filled = 0
    while (filled < next.length) {
      const { bytesRead } = await handle.read(next, filled, next.length - filled, offset + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    block = next.subarray(0, filled)
    blockAt = offset
    return filled >= wanted
  }
  const has = (bytes: number) => offset + bytes <= blockAt + block.length

  while (offset < limit()) {
    if (!has(headerBytes) && !(await load(headerBytes))) {
      return onDamage({ offset, reason: 'cut-short', stepped: false })
    }
    const header = parseRecordHeader(block, offset - blockAt)
    if (header === undefined) return onDamage({ offset, reason: 'header', stepped: false })
    const total = headerBytes + header.length
    if (!has(total) && !(await load(total))) {
      return onDamage({ offset, reason: 'cut-short', stepped: false })
    }
    const at = offset - blockAt
    const data = block.subarray(at + headerBytes, at + total)
    const start = offset
    offset += total
    if (crc32(data) !== header.dataCrc) onDamage({ offset: start, reason: 'data', stepped: true })
    else yield { header, data, offset: start, endOffset: offset }
  }
}
