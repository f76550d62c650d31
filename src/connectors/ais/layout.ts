import type { SixBits } from './sixbit.ts'

/**
 * Layouts of message contents as data: a list of fields read one after the other. The same lists decode, range-check
 * and document (docs/ais-fields.md).
 */
export type Field = NumberField | FlagField | TextField | HexField | SpareField | ListField | ChoiceField

interface Named {
  /** Name in the decoded object, with its unit. */
  name: string
  meaning: string
}

export interface NumberField extends Named {
  kind: 'number'
  bits: number
  signed: boolean
  /** value = (raw + plus) / per, to six decimals. */
  per: number
  plus: number
  /** Raw values that mean “not available”. */
  none: readonly number[]
  /** Raw range of possible values. */
  lowest: number
  highest: number
}

export interface FlagField extends Named {
  kind: 'flag'
}

export interface TextField extends Named {
  kind: 'text'
  /** Six-bit characters; 0 = all that is left. */
  characters: number
}

/** All that is left, as hexadecimal under `name` and its length in bits under `dataBits`. */
export interface HexField extends Named {
  kind: 'hex'
}

export interface SpareField {
  kind: 'spare'
  bits: number
}

export interface ListField extends Named {
  kind: 'list'
  fields: readonly Field[]
  most: number
  /** Bits of an item without which it is not there; by default all but the spare bits at its end. */
  leastBits?: number
  /** Field read before that says how many there are; otherwise as many as the payload holds. */
  countedBy?: string
  derive?: (item: Record<string, unknown>) => Record<string, unknown>
}

/** A list whose items begin with a code that decides what follows; all items are of the same size. */
export interface ChoiceField extends Named {
  kind: 'choice'
  most: number
  /** Size of an item with its code. */
  itemBits: number
  codeName: string
  codeBits: number
  /** Between code and content, the same for all. */
  common: readonly Field[]
  choices: Readonly<Record<number, { name: string; fields: readonly Field[] }>>
  derive?: (item: Record<string, unknown>) => Record<string, unknown>
}

interface NumberOptions {
  per?: number
  plus?: number
  none?: number | readonly number[]
  lowest?: number
  highest?: number
}

/** An unsigned number. */
export function unsigned(
  name: string,
  bits: number,
  meaning: string,
  options: NumberOptions = {},
): NumberField {
  return number(name, bits, meaning, false, options)
}

/** A two's complement number. */
export function signed(
  name: string,
  bits: number,
  meaning: string,
  options: NumberOptions = {},
): NumberField {
  return number(name, bits, meaning, true, options)
}

function number(
  name: string,
  bits: number,
  meaning: string,
  isSigned: boolean,
  options: NumberOptions,
): NumberField {
  const { none = [] } = options
  return {
    kind: 'number',
    name,
    bits,
    meaning,
    signed: isSigned,
    per: options.per ?? 1,
    plus: options.plus ?? 0,
    none: typeof none === 'number' ? [none] : none,
    lowest: options.lowest ?? (isSigned ? -(2 ** (bits - 1)) : 0),
    highest: options.highest ?? 2 ** (isSigned ? bits - 1 : bits) - 1,
  }
}

export const flag = (name: string, meaning: string): FlagField => ({ kind: 'flag', name, meaning })
export const text = (name: string, characters: number, meaning: string): TextField => ({
  kind: 'text',
  name,
  characters,
  meaning,
})
export const hex = (name: string, meaning: string): HexField => ({ kind: 'hex', name, meaning })
export const spare = (bits: number): SpareField => ({ kind: 'spare', bits })

/** Longitude then latitude or the reverse, in 1/`perDegree` of a degree. */
export function lon(bits: number, perDegree: number, name = 'lon', none?: number): NumberField {
  return coordinate(name, bits, perDegree, 180, 'longitude, degrees east', none)
}
export function lat(bits: number, perDegree: number, name = 'lat', none?: number): NumberField {
  return coordinate(name, bits, perDegree, 90, 'latitude, degrees north', none)
}

function coordinate(
  name: string,
  bits: number,
  perDegree: number,
  limit: number,
  meaning: string,
  none = (limit + 1) * perDegree,
): NumberField {
  const highest = limit * perDegree
  return signed(name, bits, meaning, { per: perDegree, none, lowest: -highest, highest })
}

/** Bits that a layout needs, without the spare bits at its end and without lists and open text. */
export function fixedBits(fields: readonly Field[]): { needed: number; total: number } {
  let needed = 0
  let total = 0
  for (const field of fields) {
    total += bitsOf(field)
    if (field.kind !== 'spare') needed = total
  }
  return { needed, total }
}

function bitsOf(field: Field): number {
  switch (field.kind) {
    case 'number':
    case 'spare':
      return field.bits
    case 'flag':
      return 1
    case 'text':
      return field.characters * 6
    default:
      return 0
  }
}

/** Whether the layout ends with something of variable length. */
export const isOpenEnded = (fields: readonly Field[]): boolean =>
  fields.some((field) => ['list', 'choice', 'hex'].includes(field.kind) || bitsOf(field) === 0)

/** Where a message is: its one pair of coordinates, which is not one of its fields. */
export interface Place {
  lon: number | null
  lat: number | null
}

/** What a layout gave: `inRange` is false when a number lay outside its range (given as null). */
export interface Reading {
  values: Record<string, unknown>
  inRange: boolean
  end: number
  place: Place | undefined
}

/**
 * Reads `fields` from bit `at`; what lies beyond `end` is null, lists stop there. With `place`, the fields `lon` and
 * `lat` go there.
 */
export function readFields(
  fields: readonly Field[],
  bits: SixBits,
  at: number,
  end: number,
  place?: Place,
): Reading {
  const reading: Reading = { values: {}, inRange: true, end: at, place }
  for (const field of fields) readField(field, bits, end, reading)
  return reading
}

function readField(field: Field, bits: SixBits, end: number, into: Reading): void {
  const at = into.end
  switch (field.kind) {
    case 'spare':
      break
    case 'number':
      keepNumber(field, readNumber(field, bits, at, end, into), into)
      break
    case 'flag':
      into.values[field.name] = at < end ? bits.flag(at) : null
      break
    case 'text':
      into.values[field.name] = bits.text(at, field.characters === 0 ? end - at : field.characters * 6)
      if (field.characters === 0) into.end = end
      break
    case 'hex':
      into.values[field.name] = at < end ? bits.hex(at, end) : null
      into.values.dataBits = Math.max(0, end - at)
      into.end = end
      break
    case 'list':
      readList(field, bits, end, into)
      break
    case 'choice':
      readChoices(field, bits, end, into)
  }
  into.end += bitsOf(field)
}

function keepNumber(field: NumberField, value: number | null, into: Reading): void {
  if (into.place && field.name === 'lon') into.place.lon = value
  else if (into.place && field.name === 'lat') into.place.lat = value
  else into.values[field.name] = value
}

function readNumber(
  field: NumberField,
  bits: SixBits,
  at: number,
  end: number,
  into: Reading,
): number | null {
  if (at + field.bits > end) return null
  const raw = field.signed ? bits.signed(at, field.bits, 0) : bits.unsigned(at, field.bits, 0)
  if (field.none.includes(raw)) return null
  if (raw < field.lowest || raw > field.highest) {
    into.inRange = false
    if (!bits.keepImpossible) return null
  }
  // + 0 turns −0 into 0.
  return Math.round(((raw + field.plus) * 1e6) / field.per) / 1e6 + 0
}

function readList(field: ListField, bits: SixBits, end: number, into: Reading): void {
  const size = field.leastBits ?? fixedBits(field.fields).needed
  const counted = field.countedBy === undefined ? field.most : Number(into.values[field.countedBy] ?? 0)
  const items: Record<string, unknown>[] = []
  while (items.length < Math.min(field.most, counted) && into.end + size <= end) {
    const item = readFields(field.fields, bits, into.end, end)
    items.push(field.derive ? field.derive(item.values) : item.values)
    into.inRange &&= item.inRange
    into.end = item.end
  }
  into.values[field.name] = items
}

function readChoices(field: ChoiceField, bits: SixBits, end: number, into: Reading): void {
  const items: Record<string, unknown>[] = []
  while (items.length < field.most && into.end + field.itemBits <= end) {
    const code = bits.unsigned(into.end, field.codeBits, 0)
    const choice = field.choices[code]
    if (!choice) {
      into.inRange = false
      break
    }
    const common = readFields(field.common, bits, into.end + field.codeBits, end)
    const own = readFields(choice.fields, bits, common.end, into.end + field.itemBits)
    const item = { [field.codeName]: choice.name, ...common.values, ...own.values }
    items.push(field.derive ? field.derive(item) : item)
    into.inRange &&= common.inRange && own.inRange
    into.end += field.itemBits
  }
  into.values[field.name] = items
}
