import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Row } from './columnar.ts'

const decoder = new TextDecoder()

/** Rows of NDJSON chunks of whole lines, giving the event loop a turn after each chunk. */
export async function parseRows(chunks: readonly Uint8Array[]): Promise<Row[]> {
  const rows: Row[] = []
  for (const [i, chunk] of chunks.entries()) {
    if (i > 0) await nextTurn()
    const text = decoder.decode(chunk.subarray(0, chunk.length - 1)).replaceAll('\n', ',')
    for (const row of JSON.parse(`[${text}]`) as Row[]) rows.push(row)
  }
  return rows
}
