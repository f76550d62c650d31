/** Areas of grants as GeoJSON text. Pure. */
export interface Box {
  west: number
  south: number
  east: number
  north: number
}
export type Corner = [lon: number, lat: number]

/** Corners as GeoJSON of a polygon; null for fewer than three. */
export function polygonOf(corners: readonly Corner[]): string | null {
  if (corners.length < 3) return null
  const ring = [...corners, corners[0]!].map(([lon, lat]) => [round(lon), round(lat)])
  return JSON.stringify({ type: 'Polygon', coordinates: [ring] })
}

export const polygonOfBox = ({ west, south, east, north }: Box): string =>
  polygonOf([
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ])!

/** About a metre: more digits would say more than a hand can draw. */
const round = (degrees: number) => Math.round(degrees * 1e5) / 1e5

/** Corners of the outer ring of a polygon; none of what is no polygon. */
export function cornersOf(geometry: string): Corner[] {
  try {
    const { type, coordinates } = JSON.parse(geometry) as { type: string; coordinates: Corner[][] }
    return type === 'Polygon' ? (coordinates[0] ?? []).slice(0, -1) : []
  } catch {
    return []
  }
}

/** The box around an area; undefined where it has no corners. */
export function boxOf(geometry: string): Box | undefined {
  const corners = cornersOf(geometry)
  if (corners.length === 0) return undefined
  const [lons, lats] = [corners.map(([lon]) => lon), corners.map(([, lat]) => lat)]
  return {
    west: Math.min(...lons),
    south: Math.min(...lats),
    east: Math.max(...lons),
    north: Math.max(...lats),
  }
}
