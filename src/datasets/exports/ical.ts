/** iCalendar (RFC 5545): an event a row, on its first date; a second one is its end. */
import { createHash } from 'node:crypto'
import { LacydonError } from '../../errors.ts'
import { ByteSink } from './byte-sink.ts'
import { type ExportContext, plainText } from './format.ts'
import { geometryOf, middleOf } from './geometry.ts'
import { type RowStream, rowsIn } from './rows.ts'

const maxLineBytes = 75

export async function* writeICal(stream: RowStream, context: ExportContext): AsyncGenerator<Uint8Array> {
  const { columns, names } = stream
  const dates = columns.filter(({ type, isMultivalued }) => /^date/.test(type) && !isMultivalued)
  const [start, end] = dates
  if (!start)
    throw new LacydonError(
      'InvalidRESTParameterError',
      400,
      'This format needs a field of dates, and the selection has none.',
    )
  const title = columns.find(({ type, isMultivalued }) => type === 'text' && !isMultivalued)
  const place = columns.find(({ type }) => type === 'geo_point_2d' || type === 'geo_shape')
  const described = columns.flatMap((column, i) =>
    column === start || column === end || column === place ? [] : [{ column, name: names[i]! }],
  )
  const sink = new ByteSink()
  const line = (text: string) => sink.text(folded(text))
  line('BEGIN:VCALENDAR')
  line('VERSION:2.0')
  line('PRODID:-//Lacydon//Explore API//EN')
  line(`X-WR-CALNAME:${escaped(context.title)}`)
  const stamp = compact(context.now.toISOString())
  let n = 0
  for await (const rows of rowsIn(stream.chunks))
    for (const row of rows) {
      n++
      const from = moment(start.read(row))
      if (!from) continue
      line('BEGIN:VEVENT')
      line(`UID:${createHash('sha256').update(`${context.address}#${n}`).digest('hex').slice(0, 32)}@lacydon`)
      line(`DTSTAMP:${stamp}`)
      line(`DTSTART${from}`)
      const until = end && end.type === start.type ? moment(end.read(row)) : undefined
      if (until && until >= from) line(`DTEND${until}`)
      line(`SUMMARY:${escaped(title ? plainText(title.read(row)) : context.title)}`)
      const text = described.flatMap(({ column, name }) => {
        const value = plainText(column.read(row))
        return value === '' ? [] : [`${name}: ${value}`]
      })
      if (text.length > 0) line(`DESCRIPTION:${escaped(text.join('\n'))}`)
      const geometry = place ? geometryOf(place.read(row)) : null
      const middle = geometry && middleOf(geometry)
      if (middle) line(`GEO:${middle[1]};${middle[0]}`)
      line('END:VEVENT')
      if (sink.isFull) yield sink.take()
    }
  line('END:VCALENDAR')
  yield sink.take()
}

const compact = (iso: string) => `${iso.slice(0, 19).replace(/[-:]/g, '')}Z`

/** The value of DTSTART with what parts it from its name; undefined for none. */
function moment(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const day = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(value)
  if (day) return `;VALUE=DATE:${day[1]}${day[2] ?? '01'}${day[3] ?? '01'}`
  const ms = Date.parse(value)
  return Number.isNaN(ms) ? undefined : `:${compact(new Date(ms).toISOString())}`
}

const escaped = (text: string) =>
  text
    .replace(/[\\;,]/g, (character) => `\\${character}`)
    .replace(/\r\n|\r|\n/g, '\\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no line of a calendar may have them.
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')

/** Lines of at most 75 bytes, cut between characters. */
function folded(text: string): string {
  let lines = ''
  let bytes = 0
  for (const character of text.toWellFormed()) {
    const size = Buffer.byteLength(character)
    if (bytes + size > maxLineBytes) {
      lines += '\r\n '
      bytes = 1
    }
    lines += character
    bytes += size
  }
  return `${lines}\r\n`
}
