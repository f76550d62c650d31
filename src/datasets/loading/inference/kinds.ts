/** What one cell could be, from its text alone. The inference of a column weighs how many cells are what. */
import { dateStyleOf } from './date-style.ts'
import { booleanWords, nullTexts } from './word-tables.ts'

/**
 * - `integer`, `decimal`: plain numbers, as every program reads them (`-12`, `3.5e2`)
 * - `decimal-comma`: `3,5`; `grouped-*`: with thousands (`1 234,5`, `1.234,5`, `1,234.5`); `comma-group`: `1,234`,
 *   which could be either
 * - `code`: digits that are no number (`007`, `+33 4 91…`, more digits than a number keeps)
 * - `date`, `date-day-month` (day and month could be either), `instant` and their plain (ISO) forms
 */
export type Kind =
  | 'null-text'
  | 'integer'
  | 'decimal'
  | 'decimal-comma'
  | 'grouped-comma'
  | 'grouped-point'
  | 'comma-group'
  | 'code'
  | 'not-finite'
  | 'word-boolean'
  | 'date-plain'
  | 'instant-plain'
  | 'date'
  | 'date-day-month'
  | 'position'
  | 'wkt'
  | 'geojson'
  | 'json'
  | 'text'

const integer = /^-?(?:0|[1-9]\d*)$/
const decimal = /^-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?$/
const comma = /^-?(?:0|[1-9]\d*),\d+$/
const ambiguousGroup = /^-?[1-9]\d{0,2},\d{3}$/
/** Spaces of all kinds and the apostrophe of the Swiss part thousands; so does the point before a comma. */
const groupedComma =
  /^-?[1-9]\d{0,2}(?:(?:[ \u00a0\u2009\u202f'’]\d{3})+(?:,\d+)?|(?:\.\d{3})+,\d+|(?:\.\d{3}){2,})$/
const groupedPoint =
  /^-?[1-9]\d{0,2}(?:(?:,\d{3})+\.\d+|(?:,\d{3}){2,}|(?:[ \u00a0\u2009\u202f'’]\d{3})+\.\d+)$/
const digits = /^\+?[\d .-]*\d$/
const notFinite = /^[+-]?(?:nan|inf|infinity|infini)$/i
const position = /^[([]?\s*-?\d{1,3}\.\d+\s*[,; ]\s*-?\d{1,3}\.\d+\s*[)\]]?$/
const wkt =
  /^(?:SRID=\d+;)?\s*(?:POINT|LINESTRING|POLYGON|MULTIPOINT|MULTILINESTRING|MULTIPOLYGON|GEOMETRYCOLLECTION)\s*(?:ZM?|M)?\s*\(/i
const geojson =
  /^\{[\s\S]*"type"\s*:\s*"(?:Point|LineString|Polygon|MultiPoint|MultiLineString|MultiPolygon|GeometryCollection|Feature)"/

/** The kind of a trimmed cell that is not empty. */
export function classifyCell(text: string): Kind {
  const first = text.charCodeAt(0)
  if (nullTexts.has(text)) return 'null-text'
  const mayBeNumber = (first >= 48 && first <= 57) || first === 45 || first === 46 || first === 43
  if (mayBeNumber) {
    if (integer.test(text)) return Number.isSafeInteger(Number(text)) ? 'integer' : 'code'
    if (decimal.test(text)) return Number.isFinite(Number(text)) ? 'decimal' : 'not-finite'
    if (ambiguousGroup.test(text)) return 'comma-group'
    if (comma.test(text)) return 'decimal-comma'
    if (groupedComma.test(text)) return 'grouped-comma'
    if (groupedPoint.test(text)) return 'grouped-point'
    if (notFinite.test(text)) return 'not-finite'
    if (position.test(text)) return 'position'
    const style = dateKind(text)
    if (style) return style
    return digits.test(text) ? 'code' : 'text'
  }
  if (first === 123 || first === 91) {
    if (position.test(text)) return 'position'
    if (first === 123 && geojson.test(text)) return 'geojson'
    return /[}\]]\s*$/.test(text) || text.length >= 4_000 ? 'json' : 'text'
  }
  if (first === 40 && position.test(text)) return 'position'
  if (notFinite.test(text)) return 'not-finite'
  const lower = text.toLowerCase()
  if (booleanWords.has(lower)) return 'word-boolean'
  if (wkt.test(text)) return 'wkt'
  return dateKind(text) ?? 'text'
}

function dateKind(text: string): Kind | undefined {
  const style = dateStyleOf(text)
  if (!style) return undefined
  if (style.isPlain) return style.hasTime ? 'instant-plain' : 'date-plain'
  return style.isAmbiguous ? 'date-day-month' : 'date'
}
