import { headerBytes, parseSegmentHeader, type SegmentHeader } from './record.ts'
import { type ScanDamage, scanSegment } from './scan.ts'
import { listSegments, noteRecord, type Segment, type SpoolDisk, segmentAt, syncFolder } from './segment.ts'

/** Something wrong with stored bytes. A torn tail was never reported durable; damaged bytes may have been. */
export interface SpoolDamage {
  source: string
  kind: 'torn-tail' | 'damaged'
  /** One sentence: which file, where, what was done. */
  message: string
  path: string
  /** Position up to which the spool is sound before the damage. */
  atSeq: number
}

export interface Recovered {
  segments: Segment[]
  /** Position after the last sound record. */
  endSeq: number
  /** Of the last sound record, −1 when none. */
  inputOffset: number
}

/**
 * Finds where a source's spool ends. What the last segment holds after its last sound record is an unfinished write:
 * it is set aside in a `.torn` file and cut. Sound records after a damaged one stay; the damage is reported.
 * Everything kept is fsynced, because the process that wrote it may have died before it could.
 */
export async function recoverSegments(
  disk: SpoolDisk,
  folder: string,
  source: string,
  report: (damage: SpoolDamage) => void,
): Promise<Recovered> {
  const firsts = await listSegments(disk, folder)
  let leastEnd = 0
  while (firsts.length > 0) {
    const firstSeq = firsts.at(-1)!
    const segment = segmentAt(folder, firstSeq)
    // Positions are never given twice, even when the segment that names one turns out to be unreadable.
    leastEnd = Math.max(leastEnd, firstSeq)
    const end = await recoverLast(disk, segment, source, report)
    if (end) {
      await syncFolder(disk, folder)
      return {
        segments: firsts.map((first) => (first === firstSeq ? segment : segmentAt(folder, first))),
        endSeq: Math.max(end.endSeq, leastEnd),
        inputOffset: end.inputOffset,
      }
    }
    firsts.pop()
  }
  return { segments: [], endSeq: leastEnd, inputOffset: -1 }
}

/** Repairs the last segment; undefined when it has no usable header and was set aside whole. */
async function recoverLast(
  disk: SpoolDisk,
  segment: Segment,
  source: string,
  report: (damage: SpoolDamage) => void,
): Promise<{ endSeq: number; inputOffset: number } | undefined> {
  const handle = await disk.open(segment.path, 'r+')
  let header: SegmentHeader | undefined
  try {
    const { size } = await handle.stat()
    const start = Buffer.alloc(Math.min(size, headerBytes))
    await handle.read(start, 0, start.length, 0)
    header = parseSegmentHeader(start)
    if (header && header.firstSeq === segment.firstSeq) {
      let endOffset = headerBytes
      let endSeq = header.firstSeq
      let inputOffset = header.inputOffset
      let damage: ScanDamage | undefined
      const found = (seen: ScanDamage) => {
        damage ??= seen
      }
      for await (const record of scanSegment(handle, headerBytes, () => size, found)) {
        if (damage) report(damagedInside(source, segment, endSeq, damage))
        damage = undefined
        endOffset = record.endOffset
        endSeq = record.header.seq + record.header.length
        inputOffset = record.header.inputOffset
        noteRecord(segment, record.header.seq, record.offset)
      }
      if (endOffset < size) {
        const torn = await setAside(disk, segment, endOffset, size)
        await handle.truncate(endOffset)
        report({
          source,
          kind: 'torn-tail',
          message: `The spool of “${source}” ended in ${size - endOffset} bytes of an unfinished write: they were cut and kept in ${torn}.`,
          path: segment.path,
          atSeq: endSeq,
        })
      }
      await handle.sync()
      segment.durableBytes = endOffset
      return { endSeq, inputOffset }
    }
  } finally {
    await handle.close()
  }
  const torn = `${segment.path}.torn`
  await disk.rename(segment.path, torn)
  report({
    source,
    kind: 'torn-tail',
    message: `The last spool segment of “${source}” has no readable header: it was set aside as ${torn}.`,
    path: segment.path,
    atSeq: segment.firstSeq,
  })
  return undefined
}

function damagedInside(source: string, segment: Segment, atSeq: number, damage: ScanDamage): SpoolDamage {
  return {
    source,
    kind: 'damaged',
    message: `The spool of “${source}” is damaged at byte ${damage.offset} of ${segment.path}: what stood after position ${atSeq} is lost up to the next sound record.`,
    path: segment.path,
    atSeq,
  }
}

/** Copies the bytes [from, to) of a segment beside it and returns the name of the copy. */
async function setAside(disk: SpoolDisk, segment: Segment, from: number, to: number): Promise<string> {
  const name = `${segment.path}.${from}.torn`
  const input = await disk.open(segment.path, 'r')
  try {
    const output = await disk.open(name, 'w')
    try {
      const block = Buffer.alloc(Math.min(to - from, 1024 * 1024))
      for (let at = from; at < to; ) {
        const { bytesRead } = await input.read(block, 0, Math.min(block.length, to - at), at)
        if (bytesRead === 0) break
        await output.writeFile(block.subarray(0, bytesRead))
        at += bytesRead
      }
      await output.sync()
    } finally {
      await output.close()
    }
  } finally {
    await input.close()
  }
  return name
}
