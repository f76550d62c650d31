import { unavailable } from '../../errors.ts'
import { headerBytes, parseSegmentHeader } from './record.ts'
import type { SpoolDamage } from './recovery.ts'
import { scanSegment } from './scan.ts'
import { noteRecord, offsetBefore, type Segment, type SpoolDisk } from './segment.ts'
import type { SpoolRecord } from './spool.ts'

const scanReasons = {
  header: 'no record header',
  data: 'wrong checksum of the record',
  'cut-short': 'the file ends inside the record',
}

/** What a reader sees of a spool that may be growing and losing its oldest segments meanwhile. */
export interface ReadableSegments {
  readonly source: string
  readonly segments: readonly Segment[]
  readonly durableSeq: number
}

/**
 * Durable records from a position on, up to `durableSeq` as it is when reached; from the oldest kept position when
 * the one asked for was released. Damaged bytes are told to `onDamage` and left out: the next record's `seq` shows the gap.
 */
export async function* readRecords(
  spool: ReadableSegments,
  disk: SpoolDisk,
  fromSeq: number,
  onDamage: (damage: SpoolDamage) => void,
): AsyncGenerator<SpoolRecord> {
  let position = fromSeq
  let target: Segment | undefined
  /** False once something before `position` was left out and told: the gap to the next segment is then known. */
  let sound = true
  while (position < spool.durableSeq) {
    const segment = target ?? segmentFor(spool.segments, position)
    if (segment === undefined) return
    // Looked up before reading: if it is there already, the segment is complete and needs no second look.
    const next = segmentAfter(spool.segments, segment)
    const expectedSeq = target && sound ? position : undefined
    const damaged = (damage: SpoolDamage) => {
      sound = false
      onDamage(damage)
    }
    sound = true
    let progressed = false
    for await (const record of readSegment(spool, disk, segment, position, expectedSeq, damaged)) {
      position = record.seq + record.data.length
      progressed = true
      yield record
    }
    target = undefined
    if (progressed) continue
    if (next) target = next
    else if (!segmentAfter(spool.segments, segment)) return
  }
}

/** The segment that holds `position`, or the oldest one when it was released. */
function segmentFor(segments: readonly Segment[], position: number): Segment | undefined {
  return segments.findLast((segment) => segment.firstSeq <= position) ?? segments[0]
}

function segmentAfter(segments: readonly Segment[], segment: Segment): Segment | undefined {
  if (segments.at(-1) === segment) return undefined
  return segments.find((other) => other.firstSeq > segment.firstSeq)
}

async function* readSegment(
  spool: ReadableSegments,
  disk: SpoolDisk,
  segment: Segment,
  fromSeq: number,
  expectedSeq: number | undefined,
  onDamage: (damage: SpoolDamage) => void,
): AsyncGenerator<SpoolRecord> {
  const handle = await disk.open(segment.path, 'r').catch((error) => {
    // Released between the look at the list and now: what it held is no longer kept.
    if (error.code === 'ENOENT') return undefined
    throw unavailable(`The spool of “${spool.source}” cannot be read: ${error.message}.`)
  })
  if (handle === undefined) return
  let position = Math.max(fromSeq, segment.firstSeq)
  const damaged = (what: string, atSeq = position) =>
    onDamage({
      source: spool.source,
      kind: 'damaged',
      message: `The spool of “${spool.source}” is damaged after position ${atSeq} (${segment.path}: ${what}): what stood there is left out.`,
      path: segment.path,
      atSeq,
    })
  try {
    const { size } = await handle.stat()
    const start = Buffer.alloc(headerBytes)
    await handle.read(start, 0, headerBytes, 0)
    const header = parseSegmentHeader(start)
    if (header === undefined || header.firstSeq !== segment.firstSeq)
      return damaged('it has no readable header')
    if (expectedSeq !== undefined && header.previousEnd > expectedSeq) {
      damaged(`${header.previousEnd - expectedSeq} bytes are missing before it`, expectedSeq)
    }
    const limit = () => segment.durableBytes ?? size
    const offset = offsetBefore(segment, fromSeq, headerBytes)
    const scan = scanSegment(handle, offset, limit, ({ offset, reason }) =>
      damaged(`${scanReasons[reason]} at byte ${offset}`),
    )
    for await (const { header, data, offset } of scan) {
      const endSeq = header.seq + header.length
      // A segment abandoned after a failed write may hold records that were written again in the next one.
      const next = segmentAfter(spool.segments, segment)
      if (next && header.seq >= next.firstSeq) return
      noteRecordOnce(segment, header.seq, offset)
      if (endSeq <= fromSeq) continue
      const skip = Math.max(0, fromSeq - header.seq)
      position = endSeq
      yield {
        seq: header.seq + skip,
        receivedAtMs: header.receivedAtMs,
        inputOffset: header.inputOffset,
        data: skip === 0 ? data : data.subarray(skip),
      }
    }
  } finally {
    await handle.close()
  }
}

function noteRecordOnce(segment: Segment, seq: number, offset: number): void {
  const last = segment.index.at(-1)
  if (last === undefined || seq > last.seq) noteRecord(segment, seq, offset)
}
