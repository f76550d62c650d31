/** Tiles of the Web Mercator square (EPSG:3857), counted from the north-west as maps do. Pure. */
import { and, call, type Expression, value } from '../../engines/columnar/query.ts'

export interface TileAddress {
  z: number
  x: number
  y: number
}

/** Degrees. */
export interface TileBox {
  west: number
  south: number
  east: number
  north: number
}

/** Units across a tile. */
export const extent = 4096
export const maxZoom = 22
/** Where the square ends; rows beyond are in no tile. */
export const maxLatitude = (Math.atan(Math.sinh(Math.PI)) * 180) / Math.PI

const lonAt = (x: number) => x * 360 - 180
const latAt = (y: number) => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI

/** Whether there is such a tile. */
export const isTile = ({ z, x, y }: TileAddress): boolean =>
  [z, x, y].every((n) => Number.isInteger(n) && n >= 0) && z <= maxZoom && x < 2 ** z && y < 2 ** z

/** The tile, wider by `buffer` (parts of a tile) on each side and never wider than the world. */
export function tileBox({ z, x, y }: TileAddress, buffer = 0): TileBox {
  const side = 2 ** z
  const within = (part: number) => Math.min(1, Math.max(0, part))
  return {
    west: lonAt(within((x - buffer) / side)),
    east: lonAt(within((x + 1 + buffer) / side)),
    north: latAt(within((y - buffer) / side)),
    south: latAt(within((y + 1 + buffer) / side)),
  }
}

/** A position in units of the tile, as numbers between 0 and `extent` for those inside. */
export function toTile({ z, x, y }: TileAddress, lon: number, lat: number): [number, number] {
  const side = 2 ** z
  const worldY = 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI)
  return [((lon + 180) / 360) * side * extent - x * extent, worldY * side * extent - y * extent]
}

/** Each position is in one tile of a zoom: edges belong to the tile east and south of them, but for the last ones. */
export function isInTile(address: TileAddress, lon: Expression, lat: Expression): Expression {
  const { west, south, east, north } = tileBox(address)
  const last = 2 ** address.z - 1
  return and(
    call('>=', lon, value(west)),
    call(address.x === last ? '<=' : '<', lon, value(east)),
    call('<=', lat, value(north)),
    call(address.y === last ? '>=' : '>', lat, value(south)),
  )
}

/** Column and row, from 0, of the cell that holds a position, for a tile cut into `cells` × `cells`. */
export function cellOf(
  address: TileAddress,
  lon: Expression,
  lat: Expression,
  cells: number,
): [Expression, Expression] {
  const { west, east } = tileBox(address)
  const side = 2 ** address.z
  const across: Expression = {
    kind: 'grid',
    of: call('-', lon, value(west)),
    size: (east - west) / cells,
  }
  const quarter = value(Math.PI / 4)
  const stretched = call('ln', call('tan', call('+', quarter, call('*', lat, value(Math.PI / 360)))))
  // Rows from the north: 0.5 − ln(tan(π/4 + φ/2)) / 2π is the share of the square, Snyder 1987 eq. 7-2.
  const down: Expression = {
    kind: 'grid',
    of: call('-', value(side / 2 - address.y), call('*', stretched, value(side / (2 * Math.PI)))),
    size: 1 / cells,
  }
  return [across, down]
}

/** Boxes of shapes that meet the box. */
export const meetsBox = (
  of: { west: Expression; south: Expression; east: Expression; north: Expression },
  { west, south, east, north }: TileBox,
): Expression =>
  and(
    call('<=', of.west, value(east)),
    call('>=', of.east, value(west)),
    call('<=', of.south, value(north)),
    call('>=', of.north, value(south)),
  )
