/** Writes the value of one field of a record into its columns. */
import { boxColumns, columnsOf, pointColumns } from '../../rules.ts'
import type { DatasetField } from '../../schema.ts'
import { cellText } from '../csv/tokenizer.ts'
import { datePattern } from '../date-pattern.ts'
import { toWgs84 } from '../projection.ts'
import type { PlanField } from '../schema.ts'
import type { BatchBuilder, Sink } from './batch-builder.ts'
import {
  readCommaNumber,
  readDay,
  readDecimal,
  readInstant,
  readInteger,
  readPointNumber,
} from './cell-values.ts'
import { parseGeoJson, parseWkt, shapeOf } from './geometry.ts'

/** The cells of one record. */
export interface RecordView {
  bytes: Buffer
  starts: Int32Array
  ends: Int32Array
  escaped: Uint8Array
  /** Place of the record's first cell in the arrays. */
  first: number
  quote: number | null
}

/**
 * Writes row `n`; answers the rule that the cell breaks, null when it is well. After a call `text` and `value` of the
 * writer hold what was read, for constraints.
 */
export interface FieldWriter {
  field: PlanField
  /** Places of its cells in a record. */
  cells: number[]
  write(record: RecordView, n: number): string | null
  value: number | null
}

type NumberReader = (bytes: Buffer, start: number, end: number) => number

/** Trimmed text of a cell; empty when it has none. */
export function textOf(record: RecordView, cell: number): string {
  const i = record.first + cell
  return cellText(record.bytes, record.starts[i]!, record.ends[i]!, record.escaped[i]!, record.quote).trim()
}

/** The writer of a field. `nullTexts` mean “no value” in every column but those of text. */
export function fieldWriter(
  plan: PlanField,
  field: DatasetField,
  cells: number[],
  nullTexts: ReadonlySet<string>,
  builder: BatchBuilder,
): FieldWriter {
  if (field.coordinates) return ownPointWriter(plan, field.coordinates, cells, builder)
  if (plan.type === 'geo_point_2d') return pointWriter(plan, field, cells, nullTexts, builder)
  if (plan.type === 'geo_shape') return shapeWriter(plan, field, cells, nullTexts, builder)
  const sink = builder.sink(columnsOf(field)[0]!.name)
  if (sink.isText) return textWriter(plan, cells, sink)
  return numberWriter(plan, cells, sink, nullTexts)
}

function textWriter(field: PlanField, cells: number[], sink: Sink): FieldWriter {
  const cell = cells[0]!
  const isJson = sink.type === 'json'
  return {
    field,
    cells,
    value: null,
    write({ bytes, starts, ends, escaped, first, quote }, n) {
      const i = first + cell
      const start = starts[i]!
      const end = ends[i]!
      if (start === end) {
        sink.putNull(n)
        return null
      }
      const text = cellText(bytes, start, end, escaped[i]!, quote)
      if (isJson && !isJsonText(text)) return 'type'
      sink.putText(n, text)
      return null
    },
  }
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const limitsOf: Partial<Record<Sink['type'], [number, number]>> = {
  tinyint: [-128, 127],
  smallint: [-32_768, 32_767],
  integer: [-2_147_483_648, 2_147_483_647],
  bigint: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  real: [-3.4028235e38, 3.4028235e38],
  // Years 1 to 9999: what every engine and client can hold.
  date: [-62_135_596_800_000, 253_402_300_799_999],
  timestamp: [-62_135_596_800_000, 253_402_300_799_999],
}

function numberWriter(
  field: PlanField,
  cells: number[],
  sink: Sink,
  nullTexts: ReadonlySet<string>,
): FieldWriter {
  const cell = cells[0]!
  const read = numberReader(field)
  const isWhole = sink.type !== 'double' && sink.type !== 'real'
  const [min, max] = limitsOf[sink.type] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  const writer: FieldWriter = {
    field,
    cells,
    value: null,
    // HOT: once per cell.
    write(record, n) {
      const { bytes } = record
      const i = record.first + cell
      let start = record.starts[i]!
      let end = record.ends[i]!
      while (start < end && bytes[start]! <= 32) start++
      while (end > start && bytes[end - 1]! <= 32) end--
      if (start === end) {
        sink.putNull(n)
        writer.value = null
        return null
      }
      const value = read(bytes, start, end)
      if (value >= min && value <= max && (!isWhole || value === Math.floor(value))) {
        sink.put(n, value)
        writer.value = value
        return null
      }
      const text = textOf(record, cell)
      if (nullTexts.has(text)) {
        sink.putNull(n)
        writer.value = null
        return null
      }
      if (
        /^[+-]?(nan|inf(inity)?)$/i.test(text) ||
        (/^-?\d[\d.]*[eE]\d+$/.test(text) && !Number.isFinite(Number(text)))
      )
        return 'not-finite'
      return Number.isNaN(value) ? 'type' : 'out-of-range'
    },
  }
  return writer
}

/** What reads the cells of a field that is stored as one number; NaN means that a cell is no such value. */
function numberReader({ type, reading }: PlanField): NumberReader {
  const text = (bytes: Buffer, start: number, end: number) => bytes.toString('utf8', start, end)
  switch (reading.kind) {
    case 'decimal-comma':
      return (bytes, start, end) => readCommaNumber(text(bytes, start, end))
    case 'decimal-point':
      return (bytes, start, end) => readPointNumber(text(bytes, start, end))
    case 'epoch': {
      const scale = reading.unit === 's' ? 1_000 : 1
      const toDay = type === 'date' ? 86_400_000 : 1
      return (bytes, start, end) => Math.floor((readDecimal(bytes, start, end) * scale) / toDay) * toDay
    }
    case 'words': {
      const yes = new Set(reading.true.map((word) => word.toLowerCase()))
      const no = new Set(reading.false.map((word) => word.toLowerCase()))
      return (bytes, start, end) => {
        const word = text(bytes, start, end).toLowerCase()
        return yes.has(word) ? 1 : no.has(word) ? 0 : Number.NaN
      }
    }
    case 'pattern': {
      const patterns = reading.patterns.map((pattern) => datePattern(pattern, reading.zone))
      const toDay = type === 'date' ? 86_400_000 : 1
      return (bytes, start, end) => {
        const cell = text(bytes, start, end)
        for (const pattern of patterns) {
          const ms = pattern.read(cell)
          if (!Number.isNaN(ms)) return Math.floor(ms / toDay) * toDay
        }
        return Number.NaN
      }
    }
    default:
      return plainReader(type)
  }
}

function plainReader(type: PlanField['type']): NumberReader {
  switch (type) {
    case 'boolean':
      return (bytes, start, end) => {
        const word = bytes.toString('latin1', start, end).toLowerCase()
        return word === 'true' ? 1 : word === 'false' ? 0 : Number.NaN
      }
    case 'double':
    case 'real':
      return readDecimal
    case 'date':
      return readDay
    case 'timestamp':
      return readInstant
    default:
      return readInteger
  }
}

/** A point of two fields that are written before it: only checked here. */
function ownPointWriter(
  field: PlanField,
  coordinates: NonNullable<DatasetField['coordinates']>,
  cells: number[],
  builder: BatchBuilder,
): FieldWriter {
  const lon = builder.sink(coordinates.lon)
  const lat = builder.sink(coordinates.lat)
  return {
    field,
    cells,
    value: null,
    // HOT.
    write(_, n) {
      if (lon.nulls[n] === 1 || lat.nulls[n] === 1) return null
      const x = lon.numbers[n]!
      const y = lat.numbers[n]!
      return x >= -180 && x <= 180 && y >= -90 && y <= 90 ? null : 'outside-the-earth'
    },
  }
}

const pair = /^[([]?\s*(-?\d+(?:\.\d+)?)\s*[,; ]\s*(-?\d+(?:\.\d+)?)\s*[)\]]?$/

function pointWriter(
  field: PlanField,
  datasetField: DatasetField,
  cells: number[],
  nullTexts: ReadonlySet<string>,
  builder: BatchBuilder,
): FieldWriter {
  const columns = pointColumns(datasetField)
  const lon = builder.sink(columns.lon)
  const lat = builder.sink(columns.lat)
  const { reading } = field
  const transform = reading.kind === 'xy' ? toWgs84(reading.epsg) : undefined
  const put = (n: number, x: number | null, y: number | null) => {
    if (x === null || y === null) {
      lon.putNull(n)
      lat.putNull(n)
    } else {
      lon.put(n, x)
      lat.put(n, y)
    }
  }
  return {
    field,
    cells,
    value: null,
    write(record, n) {
      const texts = cells.map((cell) => textOf(record, cell))
      if (texts.every((text) => text === '' || nullTexts.has(text))) {
        put(n, null, null)
        return null
      }
      let x = Number.NaN
      let y = Number.NaN
      if (reading.kind === 'wkt' || reading.kind === 'geojson') {
        const geometry = reading.kind === 'wkt' ? parseWkt(texts[0]!) : parseGeoJson(texts[0]!)
        const shape = geometry?.type === 'Point' ? shapeOf(geometry, reading.epsg) : undefined
        if (!shape) return 'geometry'
        x = shape.west
        y = shape.south
      } else {
        const numbers =
          texts.length === 2 ? texts.map(coordinate) : (pair.exec(texts[0]!)?.slice(1, 3).map(Number) ?? [])
        const [first = Number.NaN, second = Number.NaN] = numbers
        if (transform) [x, y] = transform(first, second)
        else if (reading.kind === 'lat-lon') [y, x] = [first, second]
        else [x, y] = [first, second]
      }
      if (Number.isNaN(x) || Number.isNaN(y)) return 'type'
      if (x < -180 || x > 180 || y < -90 || y > 90) return 'outside-the-earth'
      put(n, x, y)
      return null
    },
  }
}

/** A coordinate with a point or a comma. */
function coordinate(text: string): number {
  if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return Number(text)
  return readCommaNumber(text)
}

function shapeWriter(
  field: PlanField,
  datasetField: DatasetField,
  cells: number[],
  nullTexts: ReadonlySet<string>,
  builder: BatchBuilder,
): FieldWriter {
  const text = builder.sink(datasetField.name)
  const names = boxColumns(datasetField)
  const west = builder.sink(names.west)
  const south = builder.sink(names.south)
  const east = builder.sink(names.east)
  const north = builder.sink(names.north)
  const { reading } = field
  const epsg = reading.kind === 'wkt' || reading.kind === 'geojson' ? reading.epsg : 4326
  return {
    field,
    cells,
    value: null,
    write(record, n) {
      const cell = textOf(record, cells[0]!)
      if (cell === '' || nullTexts.has(cell)) {
        for (const sink of [text, west, south, east, north]) sink.putNull(n)
        return null
      }
      const geometry = reading.kind === 'wkt' ? parseWkt(cell) : parseGeoJson(cell)
      const shape = geometry && shapeOf(geometry, epsg)
      if (!shape) return 'geometry'
      text.putText(n, shape.text)
      west.put(n, shape.west)
      south.put(n, shape.south)
      east.put(n, shape.east)
      north.put(n, shape.north)
      return null
    },
  }
}
