/** The type of one column from what its cells look like. */

import type { FieldType } from '../../schema.ts'
import type { ColumnEvidence, Shape } from '../csv/evidence.ts'
import type { Reading } from '../schema.ts'
import { dateStyleOf } from './date-style.ts'
import type { Kind } from './kinds.ts'
import { reasonOfText } from './text-reason.ts'
import { booleanPairs } from './word-tables.ts'

/** What a source says of a column whose values it types itself: text stays text. */
export type DeclaredType = 'text' | 'number' | 'boolean' | 'date' | 'timestamp' | 'geometry' | 'json'

export interface ColumnGuess {
  type: FieldType
  reading: Reading
  reason: string
  doubt?: string
  /** Cells that the reading will not take, and where the first is. */
  outlierCount: number
  firstOutlier?: { line: number; value: string }
  /** Numbers: their range. */
  min: number
  max: number
}

export interface Tastes {
  /** Name of the column as written. */
  name: string
  /** Commas part the decimals in this file: true when another column shows it. */
  commaDecimals: boolean
  /** A person said what parts the decimals: nothing is in doubt. */
  isMarkStated?: boolean
  /** Months come before days in another column of this file. */
  monthFirst: boolean
}

/**
 * One cell in this many may be of another kind without making the whole column text: such cells are rejects that a
 * person sees, not a reason to lose a type.
 */
const outliersPerCells = 200

const textGuess = (reason: string): ColumnGuess => ({
  type: 'text',
  reading: { kind: 'plain' },
  reason,
  outlierCount: 0,
  min: Number.NaN,
  max: Number.NaN,
})

/** Names whose digits identify rather than count. */
const pointExample = /^(SRID=\d+;)?\s*POINT|"type"\s*:\s*"Point"/i
const identifierName =
  /(^|[^a-z])(siret|siren|insee|code|cp|code_?postal|zip|phone|t[eé]l[eé]phone|t[eé]l|fax|mobile|uic|rna|iban|ean|naf|ape|cog|tva|mmsi|imo|d[eé]partement|dept?|r[eé]gion|arrondissement|canton|num[eé]ro_?voie)([^a-z]|$)/i
const instantName = /(^|_|\b|[a-z])(timestamp|epoch|unixtime|datetime|time|at|ts|date)($|_|\b)/i
const dateName = /date|jour|day|_at$|_on$/i
const flagName = /^(is|has|est|a|was|can|flag|actif|active|enabled|visible|valid[ée]?)([_ ].*)?$/i

const integerKinds: ReadonlySet<Kind> = new Set<Kind>(['integer'])
const decimalKinds: ReadonlySet<Kind> = new Set<Kind>(['integer', 'decimal'])
const commaKinds: ReadonlySet<Kind> = new Set<Kind>([
  'integer',
  'decimal-comma',
  'grouped-comma',
  'comma-group',
])
const pointKinds: ReadonlySet<Kind> = new Set<Kind>(['integer', 'decimal', 'grouped-point', 'comma-group'])
const dateKinds: ReadonlySet<Kind> = new Set<Kind>(['date-plain', 'instant-plain', 'date', 'date-day-month'])

/** The likeliest type of a column with the reason; never throws. */
export function guessColumn(
  evidence: ColumnEvidence,
  declared: DeclaredType | undefined,
  tastes: Tastes,
): ColumnGuess {
  const shapes = evidence.shapes.filter(({ kind }) => kind !== 'null-text')
  const total = shapes.reduce((sum, { count }) => sum + count, 0)
  if (evidence.filledCount === 0)
    return { ...textGuess('every cell is empty'), doubt: 'The column is empty.' }
  if (declared === 'geometry') {
    const isPoint = shapes.length > 0 && shapes.every(({ example }) => pointExample.test(example))
    const reading: Reading = { kind: 'geojson', epsg: 4326 }
    const reason = isPoint ? 'every geometry of the file is a point' : 'the geometries of the file'
    return { ...textGuess(reason), type: isPoint ? 'geo_point_2d' : 'geo_shape', reading }
  }
  if (declared === 'json') return { ...textGuess('objects or lists in the file'), type: 'json' }
  if (total === 0) return textGuess('only texts that mean “no value”')

  const countOf = (kinds: ReadonlySet<Kind>) =>
    shapes.reduce((sum, shape) => sum + (kinds.has(shape.kind) ? shape.count : 0), 0)
  const enough = (count: number) => count > 0 && (total - count) * outliersPerCells <= total
  const has = (kind: Kind) => shapes.some((shape) => shape.kind === kind)
  const outliers = (kinds: ReadonlySet<Kind>) => outliersOf(shapes, kinds)

  if (declared === 'text') {
    const place = placeGuess(evidence, shapes, total, outliers)
    if (place) return place
    if (!enough(countOf(dateKinds))) return textGuess('text in the file')
  }

  const words = wordGuess(shapes, total, tastes)
  if (words) return words

  const codes = countOf(new Set<Kind>(['code']))
  // A digit string that is no number, among numbers, says that all of them are names: 13, 2A, 007.
  if (codes > 0 && codes + countOf(decimalKinds) > total / 2) return textGuess(codeReason(shapes, codes))

  if (enough(countOf(integerKinds))) return integerGuess(evidence, shapes, tastes)
  if (enough(countOf(decimalKinds)) && !(tastes.isMarkStated && tastes.commaDecimals && areThousands(shapes)))
    return {
      ...numberGuess('double', { kind: 'plain' }, shapes, decimalKinds),
      reason: `${countOf(decimalKinds)} numbers with a point`,
    }
  const isComma = has('decimal-comma') || has('grouped-comma')
  const isPoint = has('decimal') || has('grouped-point')
  if (tastes.isMarkStated && tastes.commaDecimals && enough(countOf(decimalKinds)))
    return {
      ...numberGuess('bigint', { kind: 'decimal-comma' }, shapes, decimalKinds),
      reason: `${countOf(decimalKinds)} numbers with points between thousands`,
    }
  if (enough(countOf(commaKinds)) && (isComma || (!isPoint && tastes.commaDecimals))) {
    const allWhole = !shapes.some(
      (s) =>
        s.kind === 'decimal-comma' ||
        s.kind === 'comma-group' ||
        (s.kind === 'grouped-comma' && s.example.includes(',')),
    )
    return {
      ...numberGuess(allWhole ? 'bigint' : 'double', { kind: 'decimal-comma' }, shapes, commaKinds),
      reason: `${countOf(commaKinds)} numbers with a comma before decimals or spaces between thousands`,
    }
  }
  if (enough(countOf(pointKinds))) {
    const doubt =
      isPoint || has('grouped-point') || tastes.isMarkStated
        ? undefined
        : '“1,234” could be one thousand or one and a fraction: commas were taken for marks between thousands.'
    const allWhole = !shapes.some(
      ({ kind, example }) => kind === 'decimal' || (kind === 'grouped-point' && example.includes('.')),
    )
    return {
      ...numberGuess(allWhole ? 'bigint' : 'double', { kind: 'decimal-point' }, shapes, pointKinds),
      reason: `${countOf(pointKinds)} numbers with commas between thousands`,
      ...(doubt && { doubt }),
    }
  }
  if (enough(countOf(dateKinds))) return dateGuess(shapes, tastes)

  const place = placeGuess(evidence, shapes, total, outliers)
  if (place) return place
  const json = countOf(new Set<Kind>(['json', 'geojson']))
  if (json === total) return { ...textGuess('every cell is a JSON object or list'), type: 'json' }
  return textGuess(reasonOfText(shapes, total))
}

/** Where commas part decimals, points before three digits part thousands: `1.234`. */
const areThousands = (shapes: readonly Shape[]) =>
  shapes.filter(({ kind }) => kind === 'decimal').every(({ example }) => /^-?\d{1,3}\.\d{3}$/.test(example))

function outliersOf(shapes: readonly Shape[], kinds: ReadonlySet<Kind>) {
  const others = shapes.filter(({ kind }) => !kinds.has(kind))
  const first = others.reduce<Shape | undefined>(
    (a, b) => (a && a.firstLine <= b.firstLine ? a : b),
    undefined,
  )
  return {
    outlierCount: others.reduce((sum, { count }) => sum + count, 0),
    ...(first && { firstOutlier: { line: first.firstLine, value: first.example.slice(0, 200) } }),
  }
}

function numberGuess(
  type: FieldType,
  reading: Reading,
  shapes: readonly Shape[],
  kinds: ReadonlySet<Kind>,
): ColumnGuess {
  const taken = shapes.filter(({ kind }) => kinds.has(kind))
  return {
    type,
    reading,
    reason: '',
    ...outliersOf(shapes, kinds),
    min: Math.min(...taken.map(({ min }) => min)),
    max: Math.max(...taken.map(({ max }) => max)),
  }
}

function integerGuess(evidence: ColumnEvidence, shapes: readonly Shape[], { name }: Tastes): ColumnGuess {
  const guess = numberGuess('bigint', { kind: 'plain' }, shapes, integerKinds)
  const { min, max } = guess
  const lengths = new Set(shapes.filter((s) => s.kind === 'integer').map(({ example }) => example.length))
  const only = lengths.size === 1 ? [...lengths][0]! : 0
  if (only === 14 || (only === 9 && /sire[nt]/i.test(name)))
    return textGuess(`${only} digits each, as SIRET and SIREN numbers: they name, they do not count`)
  if (identifierName.test(name.replace(/([a-z])([A-Z])/g, '$1_$2')) && !/mmsi|imo/i.test(name) && only > 0)
    return textGuess(`“${name}” names things, and its numbers have ${only} digits each`)
  if (only === 8 && dateName.test(name) && min >= 1900_01_01 && max <= 2100_12_31 && isCompactDate(evidence))
    return {
      ...guess,
      type: 'date',
      reading: { kind: 'pattern', patterns: ['yyyyMMdd'] },
      reason: 'eight digits that are days, under a name of a date',
    }
  if (instantName.test(name) && min >= 631_152_000 && max <= 4_102_444_800)
    return {
      ...guess,
      type: 'timestamp',
      reading: { kind: 'epoch', unit: 's' },
      reason: 'seconds since 1970',
      doubt: 'Numbers were taken for seconds since 1970.',
    }
  if (instantName.test(name) && min >= 631_152_000_000 && max <= 4_102_444_800_000)
    return {
      ...guess,
      type: 'timestamp',
      reading: { kind: 'epoch', unit: 'ms' },
      reason: 'milliseconds since 1970',
      doubt: 'Numbers were taken for milliseconds since 1970.',
    }
  if (flagName.test(name) && min >= 0 && max <= 1 && min !== max)
    return {
      ...guess,
      type: 'boolean',
      reading: { kind: 'words', true: ['1'], false: ['0'] },
      reason: `0 and 1 under the name “${name}”`,
    }
  const isSmall = min >= -2_147_483_648 && max <= 2_147_483_647
  return { ...guess, type: isSmall ? 'integer' : 'bigint', reason: `whole numbers from ${min} to ${max}` }
}

const isCompactDate = ({ sample }: ColumnEvidence) =>
  sample.every(
    (text) => !/^\d{8}$/.test(text) || (Number(text.slice(4, 6)) <= 12 && Number(text.slice(6)) <= 31),
  )

function wordGuess(shapes: readonly Shape[], total: number, { name }: Tastes): ColumnGuess | undefined {
  if (!shapes.some(({ kind }) => kind === 'word-boolean')) return undefined
  const counts = new Map<string, number>()
  for (const { kind, example, count } of shapes)
    if (kind === 'word-boolean') {
      const word = example.toLowerCase()
      counts.set(word, (counts.get(word) ?? 0) + count)
    }
  const pairs = booleanPairs.filter(([yes, no]) => counts.has(yes) || counts.has(no))
  const yes = [...new Set(pairs.map(([word]) => word))].filter((word) => counts.has(word))
  const no = [...new Set(pairs.map(([, word]) => word))].filter(
    (word) => counts.has(word) && !yes.includes(word),
  )
  // One word alone may be a value like any other: T, O or ON.
  const isSure =
    (yes.length > 0 && no.length > 0) ||
    [...counts.keys()].some((word) => word.length > 3) ||
    flagName.test(name)
  const known = [...counts.values()].reduce((sum, count) => sum + count, 0)
  if (!isSure || (total - known) * outliersPerCells > total) return undefined
  const kinds = new Set<Kind>(['word-boolean'])
  const pair = (pick: 0 | 1) => {
    const found = pick === 0 ? yes : no
    const partner = pairs.map((words) => words[pick])
    return found.length > 0 ? found : [...new Set(partner)]
  }
  const isPlain = [...counts.keys()].every((word) => word === 'true' || word === 'false')
  return {
    type: 'boolean',
    reading: isPlain ? { kind: 'plain' } : { kind: 'words', true: pair(0), false: pair(1) },
    reason: `only ${[...counts].map(([word, count]) => `“${word}” (${count})`).join(' and ')}`,
    ...outliersOf(shapes, kinds),
    min: Number.NaN,
    max: Number.NaN,
  }
}

function dateGuess(shapes: readonly Shape[], { monthFirst }: Tastes): ColumnGuess {
  const dated = shapes.filter(({ kind }) => dateKinds.has(kind))
  const doubtful = dated.filter(({ kind }) => kind === 'date-day-month')
  const first = Math.max(0, ...doubtful.map(({ max }) => max))
  const second = Math.max(0, ...doubtful.map(({ max2 }) => max2))
  const isMonthFirst = second > 12 && first <= 12 ? true : first > 12 ? false : monthFirst
  const styles = dated.flatMap(({ example, kind }) => {
    const style = dateStyleOf(example)
    return style ? [{ ...style, kind }] : []
  })
  const patterns = [
    ...new Set(
      styles.map(({ pattern, kind }) =>
        kind === 'date-day-month' ? orderOf(pattern, isMonthFirst) : pattern,
      ),
    ),
  ]
  const hasTime = styles.some((style) => style.hasTime)
  const needsZone = styles.some((style) => style.hasTime && !style.hasOffset)
  const isPlain = styles.every((style) => style.isPlain) && (hasTime ? styles.every((s) => s.hasTime) : true)
  const doubts: string[] = []
  if (doubtful.length > 0 && first <= 12 && second <= 12)
    doubts.push(
      `No value is above 12, so day and month could be either: ${isMonthFirst ? 'months first, as in another column' : 'days first, the French order, was taken'}.`,
    )
  if (first > 12 && second > 12)
    doubts.push('Some days come first and some months do: the latter will be rejected.')
  if (needsZone) doubts.push('The times have no offset: they are read as UTC unless a zone is stated.')
  const evidenceOfOrder =
    doubtful.length === 0
      ? ''
      : first > 12
        ? `; a first number is ${first}: days first`
        : second > 12
          ? `; a second number is ${second}: months first`
          : ''
  return {
    type: hasTime ? 'timestamp' : 'date',
    reading: isPlain ? { kind: 'plain' } : { kind: 'pattern', patterns },
    reason: `${hasTime ? 'instants' : 'days'} written ${patterns.slice(0, 6).join(', ')}${evidenceOfOrder}`,
    ...(doubts.length > 0 && { doubt: doubts.join(' ') }),
    ...outliersOf(shapes, dateKinds),
    min: Number.NaN,
    max: Number.NaN,
  }
}

/** Day and month of a pattern in the order decided for the column. */
function orderOf(pattern: string, isMonthFirst: boolean): string {
  return pattern.replace(/(dd|MM)([-/. ])(dd|MM)/, (_, __, mark: string) =>
    isMonthFirst ? `MM${mark}dd` : `dd${mark}MM`,
  )
}

function placeGuess(
  evidence: ColumnEvidence,
  shapes: readonly Shape[],
  total: number,
  outliers: (kinds: ReadonlySet<Kind>) => Pick<ColumnGuess, 'outlierCount' | 'firstOutlier'>,
): ColumnGuess | undefined {
  const guess = (
    kind: Kind,
    made: Pick<ColumnGuess, 'type' | 'reading' | 'reason' | 'doubt'>,
  ): ColumnGuess | undefined => {
    const kinds = new Set<Kind>([kind])
    const { outlierCount } = outliers(kinds)
    if (outlierCount === total || outlierCount * outliersPerCells > total) return undefined
    return { ...made, ...outliers(kinds), min: Number.NaN, max: Number.NaN }
  }
  if (shapes.some(({ kind }) => kind === 'position')) {
    const pairs = evidence.sample.flatMap((text) => {
      const match = /(-?\d+\.\d+)[^\d-]+(-?\d+\.\d+)/.exec(text)
      return match ? [[Number(match[1]), Number(match[2])] as const] : []
    })
    const first = Math.max(0, ...pairs.map(([a]) => Math.abs(a)))
    const second = Math.max(0, ...pairs.map(([, b]) => Math.abs(b)))
    if (first <= 180 && second <= 180 && !(first > 90 && second > 90)) {
      const isLonFirst =
        first > 90 ||
        (second <= 90 && pairs.length > 0 && pairs.every(([a, b]) => a > -10 && a < 20 && b > 35 && b < 60))
      return guess('position', {
        type: 'geo_point_2d',
        reading: { kind: isLonFirst ? 'lon-lat' : 'lat-lon' },
        reason: `two numbers, ${isLonFirst ? 'longitude and latitude' : 'latitude and longitude'}`,
        ...(!isLonFirst && first <= 90 && second <= 90 && { doubt: 'Latitude was taken to come first.' }),
      })
    }
  }
  const places: [Kind, Reading][] = [
    ['wkt', { kind: 'wkt', epsg: 4326 }],
    ['geojson', { kind: 'geojson', epsg: 4326 }],
  ]
  for (const [kind, reading] of places) {
    if (!shapes.some((shape) => shape.kind === kind)) continue
    const isPoint = shapes.every((shape) => shape.kind !== kind || pointExample.test(shape.example))
    const found = guess(kind, {
      type: isPoint ? 'geo_point_2d' : 'geo_shape',
      reading,
      reason: kind === 'wkt' ? 'geometries as well-known text' : 'geometries as GeoJSON',
    })
    if (found) return found
  }
  return undefined
}

function codeReason(shapes: readonly Shape[], count: number): string {
  const example = shapes.find(({ kind }) => kind === 'code')!.example.slice(0, 40)
  return `${count} values like “${example}” would change if they were numbers`
}
