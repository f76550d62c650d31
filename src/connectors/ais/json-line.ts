import { namesOfPosition, namesOfStatic } from './json-fields.ts'
import type { AisMessage, Heard, PositionReport } from './message.ts'
import type { Utf8Writer } from './utf8-writer.ts'

/**
 * The line that `ais decode` prints, written without an object or a string in between: the text of
 * `JSON.stringify({ ...flatten(message, position), time, … })`.
 */

interface Part {
  name: string
  /** `,"name":` */
  key: Uint8Array
}

const literal = (text: string): Uint8Array => Buffer.from(text)
const keyOf = (name: string) => literal(`,${JSON.stringify(name)}:`)
const partsOf = (names: readonly string[]): Part[] => names.map((name) => ({ name, key: keyOf(name) }))

const positionParts = Array.from({ length: 28 }, (_, type) => partsOf(namesOfPosition(type)))
const staticParts = new Map([5, 19, '24A', '24B'].map((type) => [type, partsOf(namesOfStatic(type))]))
const unitParts = partsOf(['hasDisplay', 'hasDsc', 'wholeBand', 'acceptsMessage22'])

const nullText = literal('null')
const trueText = literal('true')
const falseText = literal('false')
const openType = literal('{"type":')
const key = {
  repeat: keyOf('repeat'),
  mmsi: keyOf('mmsi'),
  lon: keyOf('lon'),
  lat: keyOf('lat'),
  dac: keyOf('dac'),
  fid: keyOf('fid'),
  time: keyOf('time'),
  timeSource: keyOf('timeSource'),
  station: keyOf('station'),
  channel: keyOf('channel'),
  signalDbm: keyOf('signalDbm'),
  own: keyOf('own'),
  truncated: keyOf('truncated'),
  outOfRange: keyOf('outOfRange'),
}
const comma = literal(',')
const quote = literal('"')
const colon = literal(':')
const dot = literal('.')
const endOfTime = literal('Z"')
const endOfLine = literal('}\n')

/** HOT. One JSON object. `position` is the first half of a type 19 whose second half is `message`. */
export function writeJsonLine(
  to: Utf8Writer,
  message: AisMessage,
  heard: Heard,
  position?: PositionReport,
): void {
  const place = position ?? (message.group === 'static' ? null : message)
  to.literal(openType)
  to.number(message.type)
  writeValue(to, key.repeat, message.repeat)
  writeValue(to, key.mmsi, message.mmsi)
  writeValue(to, key.lon, place ? place.lon : null)
  writeValue(to, key.lat, place ? place.lat : null)
  if (position) writePosition(to, position)
  if (message.group === 'position') writePosition(to, message)
  else if (message.group === 'static') {
    const type = message.part === null ? message.type : `24${message.part}`
    writeValues(to, staticParts.get(type)!, message)
  } else {
    if (message.dac !== null || message.type === 6 || message.type === 8) {
      writeValue(to, key.dac, message.dac)
      writeValue(to, key.fid, message.fid)
    }
    const fields = JSON.stringify(message.fields)
    if (fields.length > 2) {
      to.literal(comma)
      to.text(fields.slice(1, -1))
    }
  }
  writeHeard(to, heard)
}

/** HOT. */
function writePosition(to: Utf8Writer, position: PositionReport): void {
  writeValues(to, positionParts[position.type]!, position)
  if (position.classB) writeValues(to, unitParts, position.classB)
}

/** HOT. */
function writeValues(to: Utf8Writer, parts: readonly Part[], from: object): void {
  const values = from as Record<string, unknown>
  for (let i = 0; i < parts.length; i++) writeValue(to, parts[i]!.key, values[parts[i]!.name])
}

/** HOT. `,"name":value` for a number, a text, true, false or null. */
function writeValue(to: Utf8Writer, name: Uint8Array, value: unknown): void {
  to.literal(name)
  if (typeof value === 'number') to.number(value)
  else if (value === null || value === undefined) to.literal(nullText)
  else if (typeof value === 'string') to.text(JSON.stringify(value))
  else to.literal(value ? trueText : falseText)
}

/** HOT. When and where it was heard. */
function writeHeard(to: Utf8Writer, heard: Heard): void {
  const isTimed = heard.timeSource !== 'receiver'
  to.literal(key.time)
  if (isTimed) writeInstant(to, heard.atMs)
  else to.literal(nullText)
  writeValue(to, key.timeSource, isTimed ? heard.timeSource : null)
  writeValue(to, key.station, heard.station)
  writeValue(to, key.channel, heard.channel)
  writeValue(to, key.signalDbm, heard.signalDbm)
  writeValue(to, key.own, heard.own)
  writeValue(to, key.truncated, heard.truncated)
  writeValue(to, key.outOfRange, heard.outOfRange ?? false)
  to.literal(endOfLine)
}

let lastMinute = Number.NaN
let lastMinuteText: Uint8Array = literal('')

/** HOT. The instant as `Date.toISOString` writes it; consecutive messages mostly share the minute. */
function writeInstant(to: Utf8Writer, ms: number): void {
  const minute = Math.floor(ms / 60_000)
  if (minute !== lastMinute) {
    lastMinute = minute
    lastMinuteText = literal(new Date(minute * 60_000).toISOString().slice(0, 16))
  }
  const rest = ms - minute * 60_000
  const second = Math.floor(rest / 1000)
  to.literal(quote)
  to.literal(lastMinuteText)
  to.literal(colon)
  to.padded(second, 2)
  to.literal(dot)
  to.padded(Math.trunc(rest - second * 1000), 3)
  to.literal(endOfTime)
}
