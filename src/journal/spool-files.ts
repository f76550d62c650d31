/** Reads the chain of a data folder as its files are, also while an instance writes to it. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readRecords } from '../engines/spool/reader.ts'
import { listSegments, nodeDisk, segmentAt } from '../engines/spool/segment.ts'
import { notFound } from '../errors.ts'
import { linesOf } from './lines.ts'

/** Nodes whose chain is in a data folder. */
export function nodesIn(dataDir: string): string[] {
  try {
    return readdirSync(join(dataDir, 'spool')).flatMap(
      (name) => /^journal-([0-9a-f]{8})$/.exec(name)?.[1] ?? [],
    )
  } catch {
    return []
  }
}

/**
 * Lines without LF. `onDamage` gets a sentence for each place of a file that cannot be read; what stood there is left
 * out. Changes nothing. Throws `not_found` when the folder has no such chain.
 */
export async function* linesInFolder(
  dataDir: string,
  node: string,
  onDamage: (message: string) => void,
): AsyncGenerator<string> {
  if (!nodesIn(dataDir).includes(node)) throw notFound('journal in the data folder', node)
  const folder = join(dataDir, 'spool', `journal-${node}`)
  const segments = (await listSegments(nodeDisk, folder)).map((first) => segmentAt(folder, first))
  const spool = { source: `journal-${node}`, segments, durableSeq: Number.MAX_SAFE_INTEGER }
  for await (const { text } of linesOf(readRecords(spool, nodeDisk, 0, ({ message }) => onDamage(message))))
    yield text
}
