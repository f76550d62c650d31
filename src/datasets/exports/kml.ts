/** KML 2.3: a placemark a row, its cells as typed data of a schema. */
import { ByteSink } from './byte-sink.ts'
import { type ExportContext, featuresOf, plainText } from './format.ts'
import type { Geometry, Position } from './geometry.ts'
import type { RowStream } from './rows.ts'
import { escapeXml } from './xml.ts'

const simpleTypes: Record<string, string> = { int: 'int', double: 'double', boolean: 'bool' }

export async function* writeKml(stream: RowStream, context: ExportContext): AsyncGenerator<Uint8Array> {
  // Its coordinates are degrees by definition.
  const { names, columns, features } = featuresOf(stream, { ...context, project: undefined })
  const sink = new ByteSink()
  const fields = names.map((name, i) => {
    const { type, isMultivalued } = columns[i]!
    return `<SimpleField name="${escapeXml(name)}" type="${(!isMultivalued && simpleTypes[type]) || 'string'}"/>`
  })
  sink.text(
    '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>' +
      `<name>${escapeXml(context.title)}</name><Schema name="row" id="row">${fields.join('')}</Schema>\n`,
  )
  const nameAt = columns.findIndex(({ type, isMultivalued }) => type === 'text' && !isMultivalued)
  for await (const chunk of features) {
    for (const { geometry, values } of chunk) {
      const name = nameAt < 0 ? '' : plainText(values[nameAt])
      sink.text(`<Placemark>${name && `<name>${escapeXml(name)}</name>`}`)
      sink.text('<ExtendedData><SchemaData schemaUrl="#row">')
      for (const [i, value] of values.entries())
        if (value !== null)
          sink.text(`<SimpleData name="${escapeXml(names[i]!)}">${escapeXml(plainText(value))}</SimpleData>`)
      sink.text(`</SchemaData></ExtendedData>${geometry ? geometryXml(geometry) : ''}</Placemark>\n`)
      if (sink.isFull) yield sink.take()
    }
  }
  sink.text('</Document></kml>\n')
  yield sink.take()
}

const positions = (list: readonly Position[]) =>
  `<coordinates>${list.map(([lon, lat]) => `${lon},${lat}`).join(' ')}</coordinates>`
const ring = (list: readonly Position[]) => `<LinearRing>${positions(list)}</LinearRing>`
const many = (parts: string[]) => `<MultiGeometry>${parts.join('')}</MultiGeometry>`

function geometryXml(geometry: Geometry): string {
  switch (geometry.type) {
    case 'Point':
      return `<Point>${positions([geometry.coordinates])}</Point>`
    case 'LineString':
      return `<LineString>${positions(geometry.coordinates)}</LineString>`
    case 'Polygon': {
      const [outer = [], ...inner] = geometry.coordinates
      const holes = inner.map((hole) => `<innerBoundaryIs>${ring(hole)}</innerBoundaryIs>`)
      return `<Polygon><outerBoundaryIs>${ring(outer)}</outerBoundaryIs>${holes.join('')}</Polygon>`
    }
    case 'MultiPoint':
      return many(geometry.coordinates.map((coordinates) => geometryXml({ type: 'Point', coordinates })))
    case 'MultiLineString':
      return many(geometry.coordinates.map((coordinates) => geometryXml({ type: 'LineString', coordinates })))
    case 'MultiPolygon':
      return many(geometry.coordinates.map((coordinates) => geometryXml({ type: 'Polygon', coordinates })))
    case 'GeometryCollection':
      return many(geometry.geometries.map(geometryXml))
  }
}
