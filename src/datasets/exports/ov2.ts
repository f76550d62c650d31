/** OV2, the points of interest of TomTom devices: five fixed numbers and a name in Latin-1 a record. */
import { ByteSink } from './byte-sink.ts'
import { type ExportContext, featuresOf, plainText } from './format.ts'
import { middleOf } from './geometry.ts'
import type { RowStream } from './rows.ts'

/** Kind, length, longitude and latitude. */
const headBytes = 13
const simplePoint = 2
/** Coordinates are hundred-thousandths of a degree. */
const scale = 100_000
const maxNameLength = 255

export async function* writeOv2(stream: RowStream, context: ExportContext): AsyncGenerator<Uint8Array> {
  const { columns, features } = featuresOf(stream, { ...context, project: undefined })
  const nameAt = columns.findIndex(({ type, isMultivalued }) => type === 'text' && !isMultivalued)
  const sink = new ByteSink()
  for await (const chunk of features) {
    for (const { geometry, values } of chunk) {
      const place = geometry && middleOf(geometry)
      if (!place) continue
      const name = nameAt < 0 ? '' : plainText(values[nameAt]).slice(0, maxNameLength)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a NUL ends the name.
      const text = Buffer.from(name.replace(/\u0000/g, ''), 'latin1')
      const record = Buffer.alloc(headBytes + text.length + 1)
      record.writeUInt8(simplePoint, 0)
      record.writeUInt32LE(record.length, 1)
      record.writeInt32LE(Math.round(place[0] * scale), 5)
      record.writeInt32LE(Math.round(place[1] * scale), 9)
      text.copy(record, headBytes)
      sink.copy(record, 0, record.length)
      if (sink.isFull) yield sink.take()
    }
  }
  yield sink.take()
}
