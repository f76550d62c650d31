/** The fields of a dataset from the columns of a file. */
import type { ColumnEvidence } from '../csv/evidence.ts'
import { legalName, uniqueName } from '../field-names.ts'
import { guessProjections, isKnownEpsg, type Projection, projectionOf } from '../projection.ts'
import type { PlanField } from '../schema.ts'
import { type ColumnGuess, type DeclaredType, guessColumn } from './column-type.ts'
import { languageOf } from './language.ts'

export interface SourceColumn {
  /** Unique name of the column in the file. */
  key: string
  declared?: DeclaredType
}

export interface InferenceInput {
  columns: readonly SourceColumn[]
  evidence: readonly ColumnEvidence[]
  rowCount: number
  /** Coordinate system stated by the person or the file. */
  epsg?: number
  /** As a person stated it. */
  decimalMark?: ',' | '.' | undefined
}

export interface Inferred {
  fields: PlanField[]
  notes: string[]
}

const latitudeName = /^(lat|latitude|y_?wgs_?84|y_?lat|geo_?lat)$|(^|_)lat(itude)?$/
const longitudeName =
  /^(lon|lng|long|longitude|x_?wgs_?84|x_?lon|geo_?(lon|lng))$|(^|_)(lon|lng|long|longitude)$/
const eastingName =
  /^(x|coord_?x|x_?coord|xcoord\w*|coordonnee_x|easting|est|x_?l93|x_?lambert(_?93)?|lambert_?x|x_?l2e|x_?cc\d\d|x_?\d{4})$|(^|_)(x|easting|x_?l93|x_?lambert\w*)$/
const northingName =
  /^(y|coord_?y|y_?coord|ycoord\w*|coordonnee_y|northing|nord|y_?l93|y_?lambert(_?93)?|lambert_?y|y_?l2e|y_?cc\d\d|y_?\d{4})$|(^|_)(y|northing|y_?l93|y_?lambert\w*)$/

const isNumeric = ({ type }: ColumnGuess) => type === 'double' || type === 'integer' || type === 'bigint'

/** Guesses every field; each has its reason, and a doubt where a person should look. Never throws. */
export function inferFields({ columns, evidence, rowCount, epsg, decimalMark }: InferenceInput): Inferred {
  const commaDecimals =
    decimalMark === undefined
      ? evidence.some((column) =>
          column.shapes.some(({ kind }) => kind === 'decimal-comma' || kind === 'grouped-comma'),
        )
      : decimalMark === ','

  const monthFirst = evidence.some((column) => {
    const doubtful = column.shapes.filter(({ kind }) => kind === 'date-day-month')
    return doubtful.some(({ max2 }) => max2 > 12) && doubtful.every(({ max }) => max <= 12)
  })
  const guesses = columns.map(({ key, declared }, i) =>
    guessColumn(evidence[i]!, declared, {
      name: key,
      commaDecimals,
      isMarkStated: decimalMark !== undefined,
      monthFirst,
    }),
  )
  const used = new Set<string>()
  const fields = columns.map(({ key }, i): PlanField => {
    const guess = guesses[i]!
    const name = uniqueName(legalName(key, `column_${i + 1}`), used)
    return describe(name, key, guess, evidence[i]!, rowCount, epsg)
  })
  keepOneKey(fields)
  const notes: string[] = []
  const point = pointOf(columns, guesses, fields, used, epsg, notes)
  if (point) fields.push(point)
  return { fields, notes }
}

/** One column is enough to identify a row: the first that can. */
function keepOneKey(fields: PlanField[]): void {
  for (const field of fields.filter(({ annotations }) => annotations?.id).slice(1)) delete field.annotations
}

function describe(
  name: string,
  key: string,
  guess: ColumnGuess,
  evidence: ColumnEvidence,
  rowCount: number,
  epsg: number | undefined,
): PlanField {
  const { type, firstOutlier, outlierCount } = guess
  let { reason, reading } = guess
  if (reading.kind === 'wkt' || reading.kind === 'geojson') {
    const projection = epsg === undefined ? projectionOfTexts(evidence.sample) : undefined
    const known = epsg ?? projection?.epsg
    if (known !== undefined) reading = { ...reading, epsg: known }
    if (projection) reason += `; their coordinates lie within ${projection.name} (EPSG:${projection.epsg})`
  }
  if (outlierCount > 0 && firstOutlier)
    reason += `; ${outlierCount} of ${evidence.filledCount} will be rejected, the first at line ${firstOutlier.line}: “${firstOutlier.value}”`
  const language = type === 'text' ? languageOf(evidence.sample.slice(0, 300)) : undefined
  const annotations = annotationsOf(name, guess, evidence, rowCount)
  return {
    name,
    label: key,
    columns: [key],
    type,
    reading,
    included: true,
    reason,
    ...(guess.doubt && { doubt: guess.doubt }),
    ...(language && { language }),
    ...(annotations && { annotations }),
  }
}

/** The system in which the first coordinates of geometries lie when they are no degrees. */
function projectionOfTexts(texts: readonly string[]): Projection | undefined {
  const box = {
    minX: Number.POSITIVE_INFINITY,
    minY: Number.POSITIVE_INFINITY,
    maxX: Number.NEGATIVE_INFINITY,
    maxY: Number.NEGATIVE_INFINITY,
  }
  for (const text of texts.slice(0, 200)) {
    const pair = /(-?\d+(?:\.\d+)?)[\s,]+(-?\d+(?:\.\d+)?)/.exec(text)
    if (!pair) continue
    const [x, y] = [Number(pair[1]), Number(pair[2])]
    box.minX = Math.min(box.minX, x)
    box.maxX = Math.max(box.maxX, x)
    box.minY = Math.min(box.minY, y)
    box.maxY = Math.max(box.maxY, y)
  }
  if (box.maxX <= 180 && box.minX >= -180 && box.maxY <= 90 && box.minY >= -90) return undefined
  return guessProjections(box.minX, box.minY, box.maxX, box.maxY)[0]
}

/** Few values that come back make a facet; values that never do, under a name of an identifier, identify. */
function annotationsOf(
  name: string,
  { type }: ColumnGuess,
  evidence: ColumnEvidence,
  rowCount: number,
): PlanField['annotations'] {
  const distinct = evidence.sample.length
  const sampled = evidence.sampledCount
  const isComplete = distinct === evidence.filledCount && evidence.emptyCount === 0 && rowCount === distinct
  const neverRepeats =
    distinct === sampled && sampled >= Math.min(rowCount, 1_000) && evidence.emptyCount === 0
  if (
    (isComplete || neverRepeats) &&
    rowCount > 1 &&
    /^(id|.*_id|id_.*|identifiant|code|uuid|guid|ref|reference|num|numero|gid|fid|objectid|key|cle)$/.test(
      name,
    ) &&
    (type === 'text' || type === 'integer' || type === 'bigint')
  )
    return { id: true }
  if (
    (type === 'text' || type === 'boolean') &&
    distinct <= 100 &&
    distinct > 0 &&
    sampled >= distinct * 3 &&
    evidence.maxBytes <= 100
  )
    return { facet: true }
  if (type === 'date' || type === 'timestamp')
    return { timeserie_precision: type === 'date' ? 'day' : 'second' }
  return undefined
}

/** A point from two columns: latitude and longitude by name, or easting and northing by name and range. */
function pointOf(
  columns: readonly SourceColumn[],
  guesses: readonly ColumnGuess[],
  fields: readonly PlanField[],
  used: Set<string>,
  epsg: number | undefined,
  notes: string[],
): PlanField | undefined {
  if (fields.some(({ type }) => type === 'geo_point_2d' || type === 'geo_shape')) return undefined
  const find = (pattern: RegExp, min: number, max: number) =>
    fields.findIndex(({ name }, i) => {
      const guess = guesses[i]!
      return pattern.test(name) && isNumeric(guess) && guess.min >= min && guess.max <= max
    })
  const make = (
    first: number,
    second: number,
    reading: PlanField['reading'],
    reason: string,
    doubt?: string,
  ): PlanField => ({
    name: uniqueName('geo_point', used),
    label: 'geo_point',
    columns: [columns[first]!.key, columns[second]!.key],
    type: 'geo_point_2d',
    reading,
    included: true,
    reason,
    ...(doubt && { doubt }),
  })
  const lat = find(latitudeName, -90, 90)
  const lon = find(longitudeName, -180, 180)
  if (lat >= 0 && lon >= 0)
    return make(
      lat,
      lon,
      { kind: 'lat-lon' },
      `“${columns[lat]!.key}” and “${columns[lon]!.key}” are degrees`,
    )

  const limit = 30_000_000
  const x = find(eastingName, -limit, limit)
  const y = find(northingName, -limit, limit)
  if (x < 0 || y < 0) return undefined
  const names = `“${columns[x]!.key}” and “${columns[y]!.key}”`
  const box = [guesses[x]!.min, guesses[y]!.min, guesses[x]!.max, guesses[y]!.max] as const
  const named = epsgOfNames(fields[x]!.name)
  const stated = epsg ?? named
  if (stated !== undefined && isKnownEpsg(stated))
    return make(x, y, { kind: 'xy', epsg: stated }, `${names} in ${projectionOf(stated).name}, as stated`)
  const candidates = guessProjections(...box)
  const [best, next] = candidates
  if (best)
    return make(
      x,
      y,
      { kind: 'xy', epsg: best.epsg },
      `${names} all lie within ${best.name} (EPSG:${best.epsg})`,
      next && `${next.name} (EPSG:${next.epsg}) would hold them too.`,
    )
  if (box[0] >= -180 && box[2] <= 180 && box[1] >= -90 && box[3] <= 90)
    return make(
      x,
      y,
      { kind: 'lon-lat' },
      `${names} all lie within degrees`,
      'x and y were taken for longitude and latitude.',
    )
  notes.push(`${names} look like coordinates of an unknown system: state its EPSG number.`)
  return undefined
}

/** `x_l93`, `x_lambert_93`, `x_cc44`, `x_2154` name their system. */
function epsgOfNames(name: string): number | undefined {
  if (/l(ambert_?)?93/.test(name)) return 2154
  if (/l2e|lambert_?2/.test(name)) return 27572
  const conic = /cc_?(\d\d)/.exec(name)
  if (conic) return 3900 + Number(conic[1])
  const code = /_(\d{4,5})$/.exec(name)
  return code ? Number(code[1]) : undefined
}
