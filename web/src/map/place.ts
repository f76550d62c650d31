export interface Place {
  id: string
  kind: string
  nameFr: string
  nameEn: string
  lon: number
  lat: number
  /** 0 = seen from afar … 6 = seen only close. */
  rank: number
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
    }
  })
}

/** Zoom at which a place is worth going to see. */
export const zoomOf = (place: Place) => Math.min(14, 6 + place.rank * 1.4)

/** The place that names a view: the most important within it, the nearest to its centre among equals. */
export function placeOfView(
  places: readonly Place[],
  view: readonly [number, number, number, number],
): Place | undefined {
  const [west, south, east, north] = view
  const [lon, lat] = [(west + east) / 2, (south + north) / 2]
  const distance = (place: Place) =>
    Math.hypot((place.lon - lon) / (east - west), (place.lat - lat) / (north - south))
  return places
    .filter(({ kind }) => ['city', 'town', 'port', 'island', 'sea', 'bay'].includes(kind))
    .filter((place) => place.lon > west && place.lon < east && place.lat > south && place.lat < north)
    .map((place) => ({ place, score: place.rank * 0.25 + distance(place) }))
    .sort((a, b) => a.score - b.score)[0]?.place
}
