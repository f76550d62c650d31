/** What a tile asks of the engine. Pure. */
import {
  and,
  call,
  column,
  type Expression,
  type From,
  instant,
  not,
  type Output,
  type Query,
  value,
} from '../../engines/columnar/query.ts'
import { invalidInput } from '../../errors.ts'
import { planQuery } from '../odsql/compile.ts'
import { type ParsedQuery, parseQuery } from '../odsql/query-text.ts'
import type { Relation } from '../odsql/relation.ts'
import { cellOf, isInTile, meetsBox, type TileAddress, type TileBox, tileBox } from './mercator.ts'
import type { TileGeometry } from './tile-geometry.ts'

/** More rows than this in a tile are shown by cell. */
export const maxTileRows = 5_000
/** A tile is cut into this many cells on each side: eight pixels of a tile drawn 512 wide. */
export const cellsAcross = 64
/** More shapes than this are not drawn in one tile: the smaller ones are counted by cell. */
export const maxTileShapes = 5_000
/** Drawn beyond the edge of a tile, in parts of it: outlines meet under the edge. */
export const shapeBuffer = 64 / 4096

export interface TileText {
  /** ODSQL, as `select`; undefined for the plain fields, empty for none. */
  columns: string | undefined
  where: readonly string[]
  refine: readonly string[]
  exclude: readonly string[]
  timezone: string | undefined
}

/** The rows of a tile's dataset, not yet cut to the tile. */
export interface TileRows {
  from: From
  where: Expression | undefined
  select: Output[]
  /** Name of each selected column as the tile shows it. */
  labels: string[]
  /** Column of whole numbers that tells rows apart, where there is one. */
  id: string | undefined
}

const scalarTypes = new Set(['text', 'int', 'double', 'boolean', 'date', 'datetime'])

/** Throws `odsql_error`, and `invalid_input` for a column that a tile cannot carry. */
export function tileRows(
  text: TileText,
  relation: Relation,
  { now, defaults, id }: { now: Date; defaults: readonly string[]; id: string | undefined },
): TileRows {
  const quoted = defaults.map((name) => `\`${name}\``).join(', ')
  const select = text.columns ?? quoted
  const parsed: ParsedQuery = parseQuery({
    select: select === '' ? undefined : select,
    where: text.where,
    refine: text.refine,
    exclude: text.exclude,
    timezone: text.timezone,
  })
  const plan = planQuery(parsed, relation, { now, order: 'physical' })
  if (plan.kind !== 'rows')
    throw invalidInput('columns of a tile are fields and expressions of rows, no aggregates.')
  const { from, where } = plan.query
  if (select === '') return { from, where, select: [], labels: [], id }
  const bad = plan.columns.find(({ type }) => !scalarTypes.has(type))
  if (bad)
    throw invalidInput(`“${bad.label}” cannot be a column of a tile: tiles carry texts, numbers and truths.`)
  return { from, where, select: plan.query.select!, labels: plan.columns.map(({ label }) => label), id }
}

/** Rows whose latest state counts: of each key the last one, of those received within the window. */
export function latestRows(
  relation: Relation,
  of: {
    keys: string[]
    eventTime: string
    receiveTime: string
    tieBreak: string
    since: Date | undefined
    geometry: TileGeometry
  },
): Relation {
  const { keys, eventTime, receiveTime, tieBreak, since, geometry } = of
  const hasPlace = and(not(call('is-null', geometry.lon)), not(call('is-null', geometry.lat)))
  const where = since ? and(call('>=', column(receiveTime), instant(since)), hasPlace) : hasPlace
  const latest = keys.length > 0 ? { latestBy: { keys, by: eventTime, tieBreak } } : {}
  return { ...relation, from: { kind: 'query', query: { from: relation.from, where, ...latest } } }
}

/** Names no label can have. */
export const tileColumns = { lon: '@lon', lat: '@lat', shape: '@shape', count: '@count', id: '@id' } as const

const idOutput = ({ id }: TileRows): Output[] => (id ? [{ as: tileColumns.id, value: column(id) }] : [])
const all = (...of: (Expression | undefined)[]): Expression => and(...of.filter((e) => e !== undefined))

export interface PlacedRows extends TileRows {
  lon: Expression
  lat: Expression
}

const placeOutputs = ({ lon, lat }: PlacedRows): Output[] => [
  { as: tileColumns.lon, value: lon },
  { as: tileColumns.lat, value: lat },
]

/** How a tile is cut into cells: how many rows stand in each, their mean position, and the id of one of them. */
export function cellsQuery(rows: PlacedRows, address: TileAddress): Query {
  const mean = (of: Expression): Output['value'] => ({ kind: 'aggregate', fn: 'avg', of })
  return {
    from: rows.from,
    where: all(rows.where, isInTile(address, rows.lon, rows.lat)),
    groupBy: cellOf(address, rows.lon, rows.lat, cellsAcross),
    select: [
      ...(rows.id ? [{ as: tileColumns.id, value: least(column(rows.id)) }] : []),
      { as: tileColumns.lon, value: mean(rows.lon) },
      { as: tileColumns.lat, value: mean(rows.lat) },
      { as: tileColumns.count, value: { kind: 'aggregate', fn: 'count' } },
    ],
  }
}

/** Every row that stands in the tile. */
export const rowsQuery = (rows: PlacedRows, address: TileAddress): Query => ({
  from: rows.from,
  where: all(rows.where, isInTile(address, rows.lon, rows.lat)),
  select: [...rows.select, ...idOutput(rows), ...placeOutputs(rows)],
})

/** The rows that stand alone in their cell, by their ids. */
export const aloneQuery = (rows: PlacedRows, ids: number[], address: TileAddress): Query => {
  const query = rowsQuery(rows, address)
  return { ...query, where: all(query.where, { kind: 'in', of: column(rows.id!), values: ids }) }
}

const least = (of: Expression): Output['value'] => ({ kind: 'aggregate', fn: 'min', of })

type Shape = NonNullable<TileGeometry['shape']>

/** Doublings of the least size at which shapes are drawn. */
const sizeSteps = 9

/** Whether a box is at least `steps` doublings of a cell wide or high. */
function isLarge({ box }: Shape, tile: TileBox, steps: number): Expression {
  const part = 2 ** steps / cellsAcross
  const wide = call('>=', call('-', box.east, box.west), value((tile.east - tile.west) * part))
  const high = call('>=', call('-', box.north, box.south), value((tile.north - tile.south) * part))
  return { kind: 'or', of: [wide, high] }
}

/** One row: how many shapes would be drawn at each least size, columns `0`, `1`… */
export function shapeSizesQuery(rows: TileRows, shape: Shape, address: TileAddress): Query {
  const tile = tileBox(address)
  return {
    from: rows.from,
    where: all(rows.where, meetsBox(shape.box, tileBox(address, shapeBuffer)), isLarge(shape, tile, 0)),
    select: Array.from({ length: sizeSteps }, (_, steps) => ({
      as: String(steps),
      value: { kind: 'aggregate', fn: 'count', where: isLarge(shape, tile, steps) },
    })),
  }
}

/** The least size at which not too many shapes are drawn. */
export const sizeStepOf = (counts: Record<string, unknown>): number => {
  for (let steps = 0; steps < sizeSteps; steps++) if (Number(counts[steps]) <= maxTileShapes) return steps
  return sizeSteps - 1
}

/** The shapes that are drawn, largest first. */
export function shapesQuery(rows: TileRows, shape: Shape, address: TileAddress, steps: number): Query {
  const tile = tileBox(address)
  const { box } = shape
  const span = call('+', call('-', box.east, box.west), call('-', box.north, box.south))
  return {
    from: rows.from,
    where: all(rows.where, meetsBox(box, tileBox(address, shapeBuffer)), isLarge(shape, tile, steps)),
    select: [...rows.select, ...idOutput(rows), { as: tileColumns.shape, value: shape.text }],
    orderBy: [{ by: span, descending: true }],
    limit: maxTileShapes,
  }
}

/** The rows whose shapes are too small to be drawn in the tile: shown as points. */
export const smallShapes = (
  rows: PlacedRows,
  shape: Shape,
  address: TileAddress,
  steps: number,
): PlacedRows => ({
  ...rows,
  where: all(rows.where, not(isLarge(shape, tileBox(address), steps))),
})
