import { crc32 } from 'node:zlib'

/**
 * Bytes of a segment file, little endian. Both headers carry their own checksum, so that a damaged record can be
 * stepped over while its header (and so its length) can be trusted.
 *
 * Segment: magic "LCDSPL01" · f64 first position · f64 end of the segment before · f64 input offset so far · u32 0 · u32 crc
 * Record:  u32 length · u32 crc of the data · f64 position · f64 received at · f64 input offset · u32 0 · u32 crc
 */
export const headerBytes = 40

/** A longer append is refused: it bounds the memory of a reader. */
export const maxRecordBytes = 16 * 1024 * 1024

const magic = Buffer.from('LCDSPL01', 'latin1')

export interface SegmentHeader {
  firstSeq: number
  /** Where the segment before ended: less than `firstSeq` after a deliberate jump. */
  previousEnd: number
  /** Input offset of the last record before this segment, −1 when none. */
  inputOffset: number
}

export interface RecordHeader {
  length: number
  dataCrc: number
  seq: number
  receivedAtMs: number
  inputOffset: number
}

export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const out = Buffer.alloc(headerBytes)
  magic.copy(out)
  out.writeDoubleLE(header.firstSeq, 8)
  out.writeDoubleLE(header.previousEnd, 16)
  out.writeDoubleLE(header.inputOffset, 24)
  out.writeUInt32LE(crc32(out.subarray(0, 36)), 36)
  return out
}

/** The segment header at the start of `bytes`, or undefined when it is short, foreign or damaged. */
export function parseSegmentHeader(bytes: Buffer): SegmentHeader | undefined {
  if (bytes.length < headerBytes || !bytes.subarray(0, 8).equals(magic)) return undefined
  if (bytes.readUInt32LE(36) !== crc32(bytes.subarray(0, 36))) return undefined
  return {
    firstSeq: bytes.readDoubleLE(8),
    previousEnd: bytes.readDoubleLE(16),
    inputOffset: bytes.readDoubleLE(24),
  }
}

/** Writes the header of the record whose data already lies in `out` from `at + headerBytes` on. */
export function sealRecord(
  out: Buffer,
  at: number,
  length: number,
  seq: number,
  receivedAtMs: number,
  inputOffset: number,
): void {
  const dataAt = at + headerBytes
  out.writeUInt32LE(length, at)
  out.writeUInt32LE(crc32(out.subarray(dataAt, dataAt + length)), at + 4)
  out.writeDoubleLE(seq, at + 8)
  out.writeDoubleLE(receivedAtMs, at + 16)
  out.writeDoubleLE(inputOffset, at + 24)
  out.writeUInt32LE(0, at + 32)
  out.writeUInt32LE(crc32(out.subarray(at, at + 36)), at + 36)
}

/** The record header at `at`, or undefined when it is short or damaged. */
export function parseRecordHeader(bytes: Buffer, at: number): RecordHeader | undefined {
  if (bytes.length < at + headerBytes) return undefined
  if (bytes.readUInt32LE(at + 36) !== crc32(bytes.subarray(at, at + 36))) return undefined
  const length = bytes.readUInt32LE(at)
  // A block of zeros is its own problem: its checksum is not zero, but an empty record is never written.
  if (length === 0 || length > maxRecordBytes) return undefined
  return {
    length,
    dataCrc: bytes.readUInt32LE(at + 4),
    seq: bytes.readDoubleLE(at + 8),
    receivedAtMs: bytes.readDoubleLE(at + 16),
    inputOffset: bytes.readDoubleLE(at + 24),
  }
}
