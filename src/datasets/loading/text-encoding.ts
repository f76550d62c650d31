/** Which encoding a text file has, found by reading all of it, and its copy in UTF-8. */
import { isAscii, isUtf8 } from 'node:buffer'
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import type { textEncodings } from './schema.ts'

export type Encoding = (typeof textEncodings)[number] | 'mixed'

export interface EncodingFound {
  encoding: Encoding
  /** Bytes of a byte order mark. */
  markBytes: number
  /** Lines that are not UTF-8, the first 20, when the file is mixed. */
  oddLines: number[]
  oddLineCount: number
}

const blockBytes = 4 << 20
const enoughAccented = 10_000

/** Encoding told by the first bytes: a byte order mark, or the zero bytes of UTF-16 text. */
export function markOf(head: Uint8Array): { encoding: Encoding; markBytes: number } | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', markBytes: 3 }
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', markBytes: 2 }
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', markBytes: 2 }
  const pairs = Math.min(head.length, 512) >> 1
  if (pairs < 4) return undefined
  let even = 0
  let odd = 0
  for (let i = 0; i < pairs; i++) {
    if (head[i * 2] === 0) even++
    if (head[i * 2 + 1] === 0) odd++
  }
  if (odd > pairs * 0.8 && even === 0) return { encoding: 'utf-16le', markBytes: 0 }
  if (even > pairs * 0.8 && odd === 0) return { encoding: 'utf-16be', markBytes: 0 }
  return undefined
}

/**
 * Reads the file through. UTF-8 unless a line is not; then Windows-1252, or `mixed` when more lines are UTF-8 with
 * accents than are not: programs that append to a file in another encoding make such files.
 */
export function findEncoding(path: string): EncodingFound {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(blockBytes)
    let held = 0
    /** Bytes whose lines are counted, and the line at their end: nobody asks before a line is odd. */
    let counted = { bytes: 0, line: 1 }
    let offset = 0
    let accentedCount = 0
    let oddLineCount = 0
    const oddLines: number[] = []
    let isFirst = true
    let markBytes = 0
    for (;;) {
      const read = readSync(file, buffer, held, blockBytes - held, null)
      const filled = held + read
      if (isFirst) {
        const mark = markOf(buffer.subarray(0, filled))
        if (mark && mark.encoding !== 'utf-8') return { ...mark, oddLines, oddLineCount }
        markBytes = mark?.markBytes ?? 0
        isFirst = false
      }
      const lastLine = buffer.subarray(0, filled).lastIndexOf(10) + 1
      const whole = read === 0 || lastLine === 0 ? filled : lastLine
      const block = buffer.subarray(0, whole)
      if (isUtf8(block)) {
        // Enough is known once it cannot be outnumbered by what one block may still bring.
        if (accentedCount < oddLineCount + enoughAccented && !isAscii(block))
          accentedCount += accentedLines(block)
      } else {
        let start = 0
        counted = { bytes: offset, line: counted.line + linesBetween(file, counted.bytes, offset) }
        let at = counted.line
        while (start < whole) {
          const found = block.indexOf(10, start)
          const end = found < 0 ? whole : found
          const bytes = block.subarray(start, end)
          if (!isUtf8(bytes)) {
            oddLineCount++
            if (oddLines.length < 20) oddLines.push(at)
          } else if (!isAscii(bytes)) accentedCount++
          at++
          start = end + 1
        }
      }
      offset += whole
      if (read === 0) break
      buffer.copy(buffer, 0, whole, filled)
      held = filled - whole
    }
    const encoding = oddLineCount === 0 ? 'utf-8' : accentedCount > oddLineCount ? 'mixed' : 'windows-1252'
    return { encoding, markBytes, oddLines, oddLineCount }
  } finally {
    closeSync(file)
  }
}

function accentedLines(block: Buffer): number {
  let count = 0
  let isAccented = false
  for (const byte of block) {
    if (byte > 127) isAccented = true
    else if (byte === 10) {
      if (isAccented) count++
      isAccented = false
    }
  }
  return count + (isAccented ? 1 : 0)
}

/** Line ends in a part of a file. */
function linesBetween(file: number, from: number, to: number): number {
  const buffer = Buffer.allocUnsafe(Math.min(blockBytes, to - from))
  let count = 0
  for (let at = from; at < to; ) {
    const read = readSync(file, buffer, 0, Math.min(buffer.length, to - at), at)
    if (read === 0) break
    const block = buffer.subarray(0, read)
    for (let end = block.indexOf(10); end >= 0; end = block.indexOf(10, end + 1)) count++
    at += read
  }
  return count
}

/** Writes the file again as UTF-8 without byte order mark. Lines of a mixed file are decided one by one. */
export function copyAsUtf8(path: string, to: string, { encoding, markBytes }: EncodingFound): void {
  const from = openSync(path, 'r')
  const target = openSync(to, 'w', 0o600)
  try {
    const buffer = Buffer.allocUnsafe(blockBytes)
    const decoder = encoding === 'mixed' ? undefined : new TextDecoder(encoding)
    let position = markBytes
    let rest = Buffer.alloc(0)
    for (;;) {
      const read = readSync(from, buffer, 0, blockBytes, position)
      position += read
      const block = buffer.subarray(0, read)
      if (decoder) writeSync(target, Buffer.from(decoder.decode(block, { stream: read > 0 })))
      else {
        const bytes = Buffer.concat([rest, block])
        const end = read === 0 ? bytes.length : bytes.lastIndexOf(10) + 1
        writeSync(target, decodeLines(bytes.subarray(0, end)))
        rest = Buffer.from(bytes.subarray(end))
      }
      if (read === 0) return
    }
  } finally {
    closeSync(from)
    closeSync(target)
  }
}

function decodeLines(bytes: Buffer): Buffer {
  if (isUtf8(bytes)) return bytes
  const western = new TextDecoder('windows-1252')
  const lines: Buffer[] = []
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(10, start)
    const end = found < 0 ? bytes.length : found + 1
    const line = bytes.subarray(start, end)
    lines.push(isUtf8(line) ? line : Buffer.from(western.decode(line)))
    start = end
  }
  return Buffer.concat(lines)
}
