/** JSON and JSON lines, cells copied from the engine's bytes where they need nothing. */
import type { OutputColumn } from '../odsql/output.ts'
import { ByteSink } from './byte-sink.ts'
import { copyNumber, writeUtc } from './direct-cells.ts'
import { RowScanner } from './row-scanner.ts'
import type { RowStream } from './rows.ts'

/** One array of objects: whoever gets half of it gets no JSON. */
export async function* writeJson(stream: RowStream): AsyncGenerator<Uint8Array> {
  const sink = new ByteSink()
  sink.text('[')
  yield* objects(stream, sink, ',\n', '\n')
  sink.text(']\n')
  yield sink.take()
}

/** One object a line. */
export async function* writeJsonLines(stream: RowStream): AsyncGenerator<Uint8Array> {
  const sink = new ByteSink()
  yield* objects(stream, sink, '\n')
  if (sink.length > 0) sink.text('\n')
  yield sink.take()
}

async function* objects(
  stream: RowStream,
  sink: ByteSink,
  between: string,
  before = '',
): AsyncGenerator<Uint8Array> {
  const scanner = new RowScanner(stream.cells)
  const cells = stream.columns.map((column) => cellWriter(column, scanner, sink))
  const encoder = new TextEncoder()
  const keys = stream.names.map((name, i) => encoder.encode(`${i > 0 ? ',' : '{'}${JSON.stringify(name)}:`))
  const separator = encoder.encode(between)
  let isFirst = true
  for await (const chunk of stream.chunks) {
    scanner.bytes = chunk
    for (let at = 0; at < chunk.length; ) {
      at = scanner.scan(at)
      if (isFirst) sink.text(before)
      else sink.copy(separator, 0, separator.length)
      isFirst = false
      for (let i = 0; i < cells.length; i++) {
        const key = keys[i]!
        sink.copy(key, 0, key.length)
        cells[i]!()
      }
      sink.byte(0x7d)
      if (sink.isFull) yield sink.take()
    }
  }
}

/** Writes the JSON of one column of the row that the scanner is at. */
export function cellWriter({ direct, read }: OutputColumn, scanner: RowScanner, sink: ByteSink): () => void {
  const index = (name: string) => scanner.names.indexOf(name)
  if (direct?.as === 'cell') {
    const k = index(direct.cell)
    return () => {
      if (scanner.isText(k)) sink.copy(scanner.bytes, scanner.starts[k]!, scanner.ends[k]!)
      else copyNumber(sink, scanner, k)
    }
  }
  if (direct?.as === 'utc') {
    const k = index(direct.cell)
    return () => {
      if (scanner.isNull(k)) return sink.text('null')
      sink.byte(0x22)
      writeUtc(sink, scanner, k)
      sink.byte(0x22)
    }
  }
  if (direct?.as === 'point') {
    const [lon, lat] = [index(direct.lon), index(direct.lat)]
    return () => {
      if (scanner.isNull(lon) || scanner.isNull(lat)) return sink.text('null')
      sink.text('{"lon":')
      copyNumber(sink, scanner, lon)
      sink.text(',"lat":')
      copyNumber(sink, scanner, lat)
      sink.byte(0x7d)
    }
  }
  return () => sink.text(JSON.stringify(read(scanner.row) ?? null))
}
