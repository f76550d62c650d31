/** What an export is made from. */
import type { Row } from '../../engines/columnar/columnar.ts'
import { parseRows } from '../../engines/columnar/ndjson.ts'
import type { OutputColumn } from '../odsql/output.ts'

export interface RowStream {
  /** In the order of the answer. */
  columns: readonly OutputColumn[]
  /** What each column is called in the file. */
  names: readonly string[]
  /** Keys of the engine's rows, in their order. */
  cells: readonly string[]
  /** Rows of the engine as NDJSON, in chunks of whole lines. What ends without an error is complete. */
  chunks: AsyncIterable<Uint8Array>
}

/** Rows chunk by chunk, parsed: for formats that need values. */
export async function* rowsIn(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Row[]> {
  for await (const chunk of chunks) yield await parseRows([chunk])
}

/** Names made different from one another: `name`, `name (2)`… */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    let free = name
    for (let n = 2; taken.has(free); n++) free = `${name} (${n})`
    taken.add(free)
    return free
  })
}
