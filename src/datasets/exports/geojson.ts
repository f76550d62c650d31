/** GeoJSON (RFC 7946): a collection of features, cells copied where they need nothing. */
import { ByteSink } from './byte-sink.ts'
import { copyNumber } from './direct-cells.ts'
import { type ExportContext, geometryColumn } from './format.ts'
import { geometryOf } from './geometry.ts'
import { cellWriter } from './json.ts'
import { projected } from './projection.ts'
import { RowScanner } from './row-scanner.ts'
import type { RowStream } from './rows.ts'

const wgs84 = 4326

export async function* writeGeoJson(stream: RowStream, context: ExportContext): AsyncGenerator<Uint8Array> {
  const index = geometryColumn(stream, context.parameters)
  const sink = new ByteSink()
  const scanner = new RowScanner(stream.cells)
  const place = placeWriter(stream, index, context, scanner, sink)
  const others = stream.columns.flatMap((column, i) =>
    i === index ? [] : [{ key: JSON.stringify(stream.names[i]), write: cellWriter(column, scanner, sink) }],
  )
  // Members of RFC 7946 know degrees only; readers find other systems by this older one.
  const crs =
    context.epsg === wgs84
      ? ''
      : `"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::${context.epsg}"}},`
  sink.text(`{"type":"FeatureCollection",${crs}"features":[`)
  let isFirst = true
  for await (const chunk of stream.chunks) {
    scanner.bytes = chunk
    for (let at = 0; at < chunk.length; ) {
      at = scanner.scan(at)
      sink.text(isFirst ? '\n{"type":"Feature","geometry":' : ',\n{"type":"Feature","geometry":')
      isFirst = false
      place()
      sink.text(',"properties":{')
      for (const [i, { key, write }] of others.entries()) {
        if (i > 0) sink.byte(0x2c)
        sink.text(key)
        sink.byte(0x3a)
        write()
      }
      sink.text('}}')
      if (sink.isFull) yield sink.take()
    }
  }
  sink.text('\n]}\n')
  yield sink.take()
}

function placeWriter(
  stream: RowStream,
  index: number,
  { project }: ExportContext,
  scanner: RowScanner,
  sink: ByteSink,
): () => void {
  const { direct, read } = stream.columns[index]!
  if (direct?.as === 'point' && !project) {
    const [lon, lat] = [scanner.names.indexOf(direct.lon), scanner.names.indexOf(direct.lat)]
    return () => {
      if (scanner.isNull(lon) || scanner.isNull(lat)) return sink.text('null')
      sink.text('{"type":"Point","coordinates":[')
      copyNumber(sink, scanner, lon)
      sink.byte(0x2c)
      copyNumber(sink, scanner, lat)
      sink.text(']}')
    }
  }
  return () => {
    const geometry = geometryOf(read(scanner.row))
    sink.text(JSON.stringify(geometry && projected(geometry, project)))
  }
}
