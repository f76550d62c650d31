import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { type Dialect, maxRecordBytes, Tokens, tokenize } from './tokenizer.ts'

/** A block of whole records. Valid until the next one is asked for: its memory is used again. */
export interface RecordBlock {
  bytes: Buffer
  tokens: Tokens
  /** Line of the file, from 1, at which the block begins. */
  line: number
  /** Byte of the file at which the block begins. */
  offset: number
  /** Byte and line after its last record: where the next one begins, blank lines aside. */
  bytesRead: number
  nextLine: number
}

const blockBytes = 1 << 20

/**
 * The records of a UTF-8 file from byte `start` on, block by block in constant memory. Reads synchronously: meant for
 * worker threads. With `end`, records that begin at or after it are left out.
 */
export function* recordBlocks(
  path: string,
  dialect: Dialect,
  {
    start = 0,
    line = 1,
    end = Number.POSITIVE_INFINITY,
  }: { start?: number; line?: number; end?: number } = {},
): Generator<RecordBlock> {
  const file = openSync(path, 'r')
  try {
    const size = fstatSync(file).size
    const tokens = new Tokens()
    let buffer = Buffer.allocUnsafe(blockBytes)
    let held = 0
    let offset = start
    let nextLine = line
    for (;;) {
      if (held === buffer.length) {
        const larger = Buffer.allocUnsafe(Math.min(buffer.length * 2, maxRecordBytes * 2))
        buffer.copy(larger, 0, 0, held)
        buffer = larger
      }
      const read = readSync(file, buffer, held, buffer.length - held, offset + held)
      const filled = held + read
      if (filled === 0) return
      const isLast = offset + filled >= size || read === 0
      const bytes = buffer.subarray(0, filled)
      const consumed = tokenize(bytes, 0, filled, isLast, dialect, tokens)
      if (tokens.recordCount > 0) {
        const count = offset + consumed > end ? recordsBefore(tokens, end - offset) : tokens.recordCount
        // What comes after the last record that belongs here: where the next part has to begin.
        const isCut = count < tokens.recordCount
        const next = isCut ? tokens.recordStarts[count]! : consumed
        const lines = isCut ? tokens.linesBefore[count]! : tokens.lineCount
        tokens.recordCount = count
        yield { bytes, tokens, line: nextLine, offset, bytesRead: offset + next, nextLine: nextLine + lines }
        if (isCut) return
      }
      nextLine += tokens.lineCount
      offset += consumed
      if (isLast || offset >= end) return
      buffer.copy(buffer, 0, consumed, filled)
      held = filled - consumed
    }
  } finally {
    closeSync(file)
  }
}

/** How many records of a block begin before a byte of it. */
function recordsBefore(tokens: Tokens, byte: number): number {
  let count = tokens.recordCount
  while (count > 0 && tokens.recordStarts[count - 1]! >= byte) count--
  return count
}
