/** Rows and changes as lines: NDJSON and CSV. */
import type { Row } from '../engines/columnar/columnar.ts'
import type { Change } from './changes-query.ts'

const decoder = new TextDecoder()

/** Rows of a stream whose chunks are whole lines of JSON. */
export async function* rowsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Row> {
  for await (const chunk of chunks)
    for (const line of decoder.decode(chunk).split('\n')) if (line !== '') yield JSON.parse(line) as Row
}

/** About this much text is sent at once. */
const chunkLength = 64 * 1024

async function* inChunks(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let chunk = ''
  for await (const line of lines) {
    chunk += line
    if (chunk.length >= chunkLength) {
      yield chunk
      chunk = ''
    }
  }
  if (chunk !== '') yield chunk
}

/** One JSON object a line. */
export const toJsonLines = (values: AsyncIterable<unknown>): AsyncGenerator<string> =>
  inChunks(
    (async function* () {
      for await (const value of values) yield `${JSON.stringify(value)}\n`
    })(),
  )

const csvCell = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Operations as CSV (RFC 4180): `op`, then the columns. */
export const toCsv = (names: readonly string[], changes: AsyncIterable<Change>): AsyncGenerator<string> =>
  inChunks(
    (async function* () {
      yield `${['op', ...names].map(csvCell).join(',')}\r\n`
      for await (const { op, row } of changes)
        yield `${[op, ...names.map((name) => row[name])].map(csvCell).join(',')}\r\n`
    })(),
  )
