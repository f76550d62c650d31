import { namesOfPosition, namesOfStatic } from './json-fields.ts'
import type { AisMessage, Heard, PositionReport } from './message.ts'

/**
 * The line that `ais decode` prints, written without an object in between: the text of
 * `JSON.stringify({ ...flatten(message, position), time, … })`.
 */

interface Part {
  name: string
  /** `,"name":` */
  key: string
}

const partsOf = (names: readonly string[]): Part[] =>
  names.map((name) => ({ name, key: `,${JSON.stringify(name)}:` }))
const positionParts = Array.from({ length: 28 }, (_, type) => partsOf(namesOfPosition(type)))
const staticParts = new Map([5, 19, '24A', '24B'].map((type) => [type, partsOf(namesOfStatic(type))]))
const twoDigits = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'))

/** HOT. One JSON object. `position` is the first half of a type 19 whose second half is `message`. */
export function jsonText(message: AisMessage, heard: Heard, position?: PositionReport): string {
  const place = position ?? (message.group === 'static' ? null : message)
  let text = `{"type":${message.type},"repeat":${message.repeat},"mmsi":${message.mmsi},"lon":${place ? place.lon : null},"lat":${place ? place.lat : null}`
  if (message.group === 'other') {
    if (message.dac !== null || message.type === 6 || message.type === 8) {
      text += `,"dac":${message.dac},"fid":${message.fid}`
    }
    const fields = JSON.stringify(message.fields)
    if (fields.length > 2) text += `,${fields.slice(1, -1)}`
  } else {
    if (position) text += positionText(position)
    if (message.group === 'position') text += positionText(message)
    else
      text += valuesText(
        staticParts.get(message.part === null ? message.type : `24${message.part}`)!,
        message,
      )
  }
  return text + heardText(heard)
}

/** HOT. */
function positionText(position: PositionReport): string {
  const text = valuesText(positionParts[position.type]!, position)
  const unit = position.classB
  if (!unit) return text
  return `${text},"hasDisplay":${unit.hasDisplay},"hasDsc":${unit.hasDsc},"wholeBand":${unit.wholeBand},"acceptsMessage22":${unit.acceptsMessage22}`
}

/** HOT. Numbers are finite and so print as in JSON; only text needs its quotes and escapes. */
function valuesText(parts: readonly Part[], from: object): string {
  const values = from as Record<string, unknown>
  let text = ''
  for (let i = 0; i < parts.length; i++) {
    const { name, key } = parts[i]!
    const value = values[name]
    text += key + (typeof value === 'string' ? JSON.stringify(value) : value)
  }
  return text
}

/** HOT. When and where it was heard. */
function heardText(heard: Heard): string {
  const isTimed = heard.timeSource !== 'receiver'
  const time = isTimed
    ? `"${isoText(heard.atMs)}","timeSource":"${heard.timeSource}"`
    : 'null,"timeSource":null'
  const station = heard.station === null ? null : JSON.stringify(heard.station)
  const channel = heard.channel === null ? null : `"${heard.channel}"`
  return `,"time":${time},"station":${station},"channel":${channel},"signalDbm":${heard.signalDbm},"own":${heard.own},"truncated":${heard.truncated},"outOfRange":${heard.outOfRange ?? false}}\n`
}

let lastMinute = Number.NaN
let lastMinuteText = ''

/** HOT. The instant as `Date.toISOString` writes it; consecutive messages mostly share the minute. */
function isoText(ms: number): string {
  const minute = Math.floor(ms / 60_000)
  if (minute !== lastMinute) {
    lastMinute = minute
    lastMinuteText = new Date(minute * 60_000).toISOString().slice(0, 17)
  }
  const rest = ms - minute * 60_000
  const second = Math.floor(rest / 1000)
  return `${lastMinuteText}${twoDigits[second]}.${String(Math.trunc(rest - second * 1000)).padStart(3, '0')}Z`
}
