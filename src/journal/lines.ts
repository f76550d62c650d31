/** Lines of a journal as its spool holds them. */
import type { SpoolRecord } from '../engines/spool/spool.ts'

export interface Line {
  text: string
  /** Spool position of its first byte, and after its LF. */
  from: number
  to: number
}

/** Records hold whole lines, each ended by LF. */
export async function* linesOf(records: AsyncIterable<SpoolRecord>): AsyncGenerator<Line> {
  for await (const { seq, data } of records) {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    let from = 0
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      yield { text: bytes.toString('utf8', from, end), from: seq + from, to: seq + end + 1 }
      from = end + 1
    }
  }
}
