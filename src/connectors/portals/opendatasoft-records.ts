/** Lines of the Explore API's `jsonl` export as lines that a loader takes: one value a column. */
import { LacydonError } from '../../errors.ts'
import type { FoundDataset, FoundFile } from '../contract.ts'

/** One row, however many vertices its shape has. */
const maxLineBytes = 64 * 1024 ** 2
const newline = 10

/** Shapes come as features, blobs and files as objects: each becomes a geometry or a text of one column. */
export async function* convertRecords(
  { fields = [] }: FoundDataset,
  { format }: FoundFile,
  pieces: AsyncIterable<Uint8Array>,
  onRow: (row: Readonly<Record<string, unknown>>) => void,
): AsyncGenerator<Uint8Array> {
  if (format !== 'jsonl') {
    yield* pieces
    return
  }
  const shapes = fields.filter(({ type }) => type === 'geo_shape').map(({ name }) => name)
  const blobs = fields.filter(({ type }) => type === 'json').map(({ name }) => name)
  // Numbers of more than 53 bits are only kept where the line passes as it is.
  const passesAsIs = shapes.length === 0 && blobs.length === 0
  for await (const lines of linesOf(pieces)) {
    const out: (Uint8Array | string)[] = []
    for (const line of lines) {
      const row = readLine(line)
      if (row === undefined) continue
      onRow(row)
      if (passesAsIs) {
        out.push(line, '\n')
        continue
      }
      for (const name of shapes) row[name] = geometryOf(row[name])
      for (const name of blobs)
        if (typeof row[name] === 'object' && row[name] !== null) row[name] = JSON.stringify(row[name])
      out.push(JSON.stringify(row), '\n')
    }
    if (out.length > 0)
      yield Buffer.concat(out.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
  }
}

function readLine(line: Uint8Array): Record<string, unknown> | undefined {
  const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8').trim()
  if (text === '') return undefined
  let row: unknown
  try {
    row = JSON.parse(text)
  } catch {
    throw notRows(/^\s*</.test(text) ? 'a web page' : 'something that is no JSON line')
  }
  if (typeof row !== 'object' || row === null || Array.isArray(row)) throw notRows('a line that is no row')
  return row as Record<string, unknown>
}

const notRows = (what: string) =>
  new LacydonError('source_invalid', 502, `The portal sent ${what} where rows were expected.`)

/** The geometry of a feature, or what stands there. */
export function geometryOf(value: unknown): unknown {
  const { type, geometry } = (value ?? {}) as { type?: unknown; geometry?: unknown }
  return type === 'Feature' ? (geometry ?? null) : (value ?? null)
}

/** Whole lines, those of one piece together. */
async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array[]> {
  let rest: Uint8Array[] = []
  let restBytes = 0
  for await (const piece of pieces) {
    const lines: Uint8Array[] = []
    let start = 0
    for (let end = piece.indexOf(newline); end >= 0; end = piece.indexOf(newline, start)) {
      const part = piece.subarray(start, end)
      lines.push(rest.length === 0 ? part : Buffer.concat([...rest, part]))
      rest = []
      restBytes = 0
      start = end + 1
    }
    if (start < piece.length) {
      rest.push(piece.subarray(start))
      restBytes += piece.length - start
      if (restBytes > maxLineBytes) throw notRows('a line without end')
    }
    if (lines.length > 0) yield lines
  }
  if (rest.length > 0) yield [Buffer.concat(rest)]
}
