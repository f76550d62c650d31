export interface Place {
  id: string
  kind: string
  nameFr: string
  nameEn: string
  lon: number
  lat: number
  /** 0 = seen from afar … 6 = seen only close. */
  rank: number
  /** Side of the point on which the name is written, `n`, `e`, `s`, `w`; empty = over it. */
  side: string
}

/** Reads the columns of data/geo/places.csv by their names; no field there holds a comma or a quote. */
export function parsePlaces(csv: string): Place[] {
  const [header = '', ...rows] = csv.trim().split('\n')
  const columns = header.split(',')
  const at = (row: string[], column: string) => row[columns.indexOf(column)] ?? ''
  return rows.map((line) => {
    const row = line.split(',')
    return {
      id: at(row, 'id'),
      kind: at(row, 'kind'),
      nameFr: at(row, 'name_fr'),
      nameEn: at(row, 'name_en'),
      lon: Number(at(row, 'lon')),
      lat: Number(at(row, 'lat')),
      rank: Number(at(row, 'rank')),
      side: at(row, 'side'),
    }
  })
}

/** Zoom at which a place is worth going to see. */
export const zoomOf = (place: Place) => Math.min(14, 8 + place.rank * 1.2)

const naming = ['city', 'town', 'port', 'island', 'sea', 'bay']
/** Further than this, a place says nothing about where the view is. */
const nearDeg = 0.3

/** The place that names a view: the most important within it, near its centre; else the nearest around. */
export function placeOfView(
  places: readonly Place[],
  [west, south, east, north]: readonly [number, number, number, number],
): Place | undefined {
  const [lon, lat] = [(west + east) / 2, (south + north) / 2]
  const known = places.filter(({ kind }) => naming.includes(kind))
  const inside = known.filter((p) => p.lon > west && p.lon < east && p.lat > south && p.lat < north)
  const distance = (place: Place) => Math.hypot(place.lon - lon, place.lat - lat)
  if (inside.length === 0) {
    const nearest = known.toSorted((a, b) => distance(a) - distance(b))[0]
    return nearest && distance(nearest) < nearDeg ? nearest : undefined
  }
  const share = (place: Place) =>
    Math.hypot((place.lon - lon) / (east - west), (place.lat - lat) / (north - south))
  return inside
    .map((place) => ({ place, score: place.rank * 0.25 + share(place) }))
    .sort((a, b) => a.score - b.score)[0]?.place
}
