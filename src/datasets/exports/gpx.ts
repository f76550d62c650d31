/** GPX 1.1: points as waypoints, lines and rings as tracks; waypoints come first, as its schema wants. */
import { ByteSink } from './byte-sink.ts'
import { type ExportContext, type Feature, featuresOf, plainText } from './format.ts'
import { type Position, shapesOf } from './geometry.ts'
import type { RowStream } from './rows.ts'
import { temporaryFile } from './temporary-file.ts'
import { elementName, escapeXml } from './xml.ts'

export async function* writeGpx(stream: RowStream, context: ExportContext): AsyncGenerator<Uint8Array> {
  const { parameters } = context
  const useExtension = parameters.flag('use_extension', true)
  const { names, columns, features } = featuresOf(stream, { ...context, project: undefined })
  const labels = columns.map(({ label }) => label)
  const find = (name: string | undefined) => (name === undefined ? -1 : labels.indexOf(name.trim()))
  const nameAt =
    find(parameters.text('name_field')) >= 0
      ? find(parameters.text('name_field'))
      : columns.findIndex(({ type, isMultivalued }) => type === 'text' && !isMultivalued)
  const described = parameters
    .text('description_field_list')
    ?.split(',')
    .flatMap((name) => (find(name) >= 0 ? [find(name)] : []))
  const tags = names.map(elementName)
  const textOf = ({ values }: Feature) => {
    const name = nameAt < 0 ? '' : plainText(values[nameAt])
    const shown = described ?? [...values.keys()]
    const lines = shown.filter((i) => values[i] !== null).map((i) => `${names[i]}: ${plainText(values[i])}`)
    const isDescribed = described !== undefined || !useExtension
    const cells = values.map((value, i) =>
      value === null ? '' : `<ogr:${tags[i]}>${escapeXml(plainText(value))}</ogr:${tags[i]}>`,
    )
    return (
      (name && `<name>${escapeXml(name)}</name>`) +
      (isDescribed ? `<desc>${escapeXml(lines.join('\n'))}</desc>` : '') +
      (useExtension ? `<extensions>${cells.join('')}</extensions>` : '')
    )
  }
  const sink = new ByteSink()
  sink.text(
    '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="Lacydon" ' +
      'xmlns="http://www.topografix.com/GPX/1/1" xmlns:ogr="http://osgeo.org/gdal">' +
      `<metadata><name>${escapeXml(context.title)}</name></metadata>\n`,
  )
  const tracks = await temporaryFile()
  try {
    const later = new ByteSink()
    for await (const chunk of features) {
      for (const feature of chunk) {
        if (!feature.geometry) continue
        const { points, lines, polygons } = shapesOf(feature.geometry)
        const text = textOf(feature)
        for (const point of points) sink.text(`<wpt ${at(point)}>${text}</wpt>\n`)
        const segments = [...lines, ...polygons.flat()]
        if (segments.length > 0) later.text(`<trk>${text}${segments.map(segment).join('')}</trk>\n`)
        if (later.isFull) await tracks.append(later.take())
        if (sink.isFull) yield sink.take()
      }
    }
    if (later.length > 0) await tracks.append(later.take())
    if (sink.length > 0) yield sink.take()
    yield* tracks.read()
  } finally {
    await tracks.remove()
  }
  sink.text('</gpx>\n')
  yield sink.take()
}

const at = ([lon, lat]: Position) => `lat="${lat}" lon="${lon}"`
const segment = (positions: readonly Position[]) =>
  `<trkseg>${positions.map((position) => `<trkpt ${at(position)}/>`).join('')}</trkseg>`
