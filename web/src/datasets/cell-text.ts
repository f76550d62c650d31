import { formatNumber } from '../ui/format.ts'
import type { Language } from '../ui/language.ts'
import { type Field, unitOf } from './explore-answers.ts'

/** Numbers that name: written without spaces between thousands. */
const naming = /(^|_)(id|mmsi|imo|mid|insee|siret|siren|code|cp|year|annee|année|epsg|uid|num|numero)(_|$)/i

const isNaming = (field: Field) => field.annotations.id !== undefined || naming.test(field.name)

const locales = { fr: 'fr-FR', en: 'en-GB' }
const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>()

function decimals(language: Language): Intl.NumberFormat {
  const key = `number ${language}`
  const format = formats.get(key) ?? new Intl.NumberFormat(locales[language], { maximumFractionDigits: 6 })
  formats.set(key, format)
  return format as Intl.NumberFormat
}

function dates(language: Language, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${name} ${language} ${options.timeZone}`
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locales[language], options)
  formats.set(key, format)
  return format as Intl.DateTimeFormat
}

/** A day as each language writes it; a month or a year where no more is known. Days have no zone. */
function dateText(iso: string, language: Language): string {
  const parts = iso.split('-').length
  const ms = Date.parse(iso)
  if (parts === 1 || Number.isNaN(ms)) return iso
  const options: Intl.DateTimeFormatOptions = { year: 'numeric', month: 'short', timeZone: 'UTC' }
  return parts === 2
    ? dates(language, 'month', options).format(ms)
    : dates(language, 'day', { ...options, day: 'numeric' }).format(ms)
}

function instantText(iso: string, language: Language, timeZone: string | undefined): string {
  const ms = Date.parse(iso)
  if (Number.isNaN(ms)) return iso
  const day = dates(language, 'instant day', { year: 'numeric', month: 'short', day: 'numeric', timeZone })
  const time = dates(language, 'instant time', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZone,
  })
  return `${day.format(ms)} ${time.format(ms)}`
}

export interface CellStyle {
  language: Language
  words: { yes: string; no: string }
  /** IANA name; the reader's by default. */
  timeZone?: string
}

/** What a cell says, by its type; empty for no value. The unit stands in the head of the column. */
export function cellText(value: unknown, field: Field, style: CellStyle): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value) && field.type !== 'json_blob')
    return value.map((one) => cellText(one, field, style)).join(', ')
  const { language } = style
  if (typeof value === 'number' && (field.type === 'int' || field.type === 'double')) {
    if (isNaming(field)) return String(value)
    return field.type === 'int' ? formatNumber(value, language) : decimals(language).format(value)
  }
  if (typeof value === 'boolean') return value ? style.words.yes : style.words.no
  if (field.type === 'date') return dateText(String(value), language)
  if (field.type === 'datetime') return instantText(String(value), language, style.timeZone)
  if (field.type === 'geo_point_2d') return pointText(value)
  if (field.type === 'geo_shape') return shapeText(value)
  if (field.type === 'file') return (value as { filename?: string }).filename ?? JSON.stringify(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function pointText(value: unknown): string {
  const { lat, lon } = value as { lat?: number; lon?: number }
  return typeof lat === 'number' && typeof lon === 'number' ? `${lat.toFixed(5)}, ${lon.toFixed(5)}` : ''
}

const shapeText = (value: unknown): string =>
  (value as { geometry?: { type?: string } }).geometry?.type ?? (value as { type?: string }).type ?? ''

/** The cell with its unit, where it stands alone. */
export function cellTextWithUnit(value: unknown, field: Field, style: CellStyle): string {
  const text = cellText(value, field, style)
  const unit = unitOf(field)
  return text !== '' && unit ? `${text}${unit === '°' ? '' : '\u00a0'}${unit}` : text
}

/** A facet value as the page writes it: booleans in words, all else as it is. */
export const valueName = (field: Field, value: string, { words }: CellStyle): string =>
  field.type !== 'boolean' ? value : /^(true|1)$/i.test(value) ? words.yes : words.no
