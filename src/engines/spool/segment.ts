import { mkdir, open, readdir, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'

/** The file operations of the spool, an argument so that a test can make the disk fail. */
export interface SpoolDisk {
  open: typeof open
  unlink: typeof unlink
  rename: typeof rename
  readdir: typeof readdir
  mkdir: typeof mkdir
}

export const nodeDisk: SpoolDisk = { open, unlink, rename, readdir, mkdir }

/** One segment file: the records from `firstSeq` to the next segment's first position. */
export interface Segment {
  readonly path: string
  readonly firstSeq: number
  /** File bytes that are fsynced; undefined: the whole file (written by an earlier process). */
  durableBytes: number | undefined
  /** Where records start, about every 64 KiB, so that reading from a position does not read the whole file. */
  readonly index: { seq: number; offset: number }[]
}

const indexEveryBytes = 64 * 1024
const namePattern = /^(\d{16})\.seg$/

export function segmentName(firstSeq: number): string {
  return `${String(firstSeq).padStart(16, '0')}.seg`
}

/** First positions of the segment files of a folder, growing. Other files are left alone. */
export async function listSegments(disk: SpoolDisk, folder: string): Promise<number[]> {
  const names = await disk.readdir(folder)
  return names
    .map((name) => namePattern.exec(name))
    .filter((match) => match !== null)
    .map((match) => Number(match[1]))
    .sort((a, b) => a - b)
}

export function segmentAt(folder: string, firstSeq: number, durableBytes?: number): Segment {
  return { path: join(folder, segmentName(firstSeq)), firstSeq, durableBytes, index: [] }
}

/** Remembers that a record of the segment starts at `offset`. */
export function noteRecord(segment: Segment, seq: number, offset: number): void {
  const last = segment.index.at(-1)
  if (last === undefined || offset >= last.offset + indexEveryBytes) segment.index.push({ seq, offset })
}

/** The greatest known file offset of a record that starts at or before `seq`, `otherwise` when none is known. */
export function offsetBefore(segment: Segment, seq: number, otherwise: number): number {
  let low = 0
  let high = segment.index.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (segment.index[middle]!.seq <= seq) low = middle + 1
    else high = middle
  }
  return low === 0 ? otherwise : segment.index[low - 1]!.offset
}

/** Removes segment files with what was cut from them; one that is gone already is not an error. */
export async function removeSegments(disk: SpoolDisk, folder: string, segments: Segment[]): Promise<void> {
  const names = await disk.readdir(folder)
  for (const { firstSeq } of segments) {
    for (const name of names.filter((name) => name.startsWith(segmentName(firstSeq)))) {
      await disk.unlink(join(folder, name)).catch((error) => {
        if (error.code !== 'ENOENT') throw error
      })
    }
  }
  await syncFolder(disk, folder)
}

/** A new or removed name in a folder is durable only when the folder itself is fsynced. */
export async function syncFolder(disk: SpoolDisk, folder: string): Promise<void> {
  // Windows opens no folders; NTFS keeps names in its own journal.
  if (process.platform === 'win32') return
  const handle = await disk.open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
