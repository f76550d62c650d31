import type { Track } from '../../../src/vessels/schema.ts'

/** The track as a table: one line a position, empty where a value is not available. */
export function trackAsCsv(track: Track): string {
  const rows = track.points.map(([lon, lat, ms, sogKn, cogDeg]) =>
    [track.mmsi, new Date(ms ?? 0).toISOString(), lat, lon, sogKn ?? '', cogDeg ?? ''].join(','),
  )
  return `${['mmsi,at,lat,lon,sogKn,cogDeg', ...rows].join('\n')}\n`
}

/** The track as a line with its instants beside (`properties.times`), readable by GIS. */
export function trackAsGeoJson(track: Track, name: string | null, isSimulated: boolean): string {
  return JSON.stringify({
    type: 'Feature',
    properties: {
      mmsi: track.mmsi,
      name,
      simulated: isSimulated,
      times: track.points.map((point) => new Date(point[2] ?? 0).toISOString()),
      sogKn: track.points.map((point) => point[3] ?? null),
    },
    geometry: { type: 'LineString', coordinates: track.points.map(([lon, lat]) => [lon, lat]) },
  })
}

/** The part of the track drawn: a line, and hours along it. */
export function trackFeatures(
  track: Track,
  category: string,
  label: (ms: number) => string,
): GeoJSON.FeatureCollection {
  const coordinates = track.points.map(([lon, lat]) => [lon!, lat!])
  const features: GeoJSON.Feature[] = []
  if (coordinates.length > 1)
    features.push({
      type: 'Feature',
      properties: { category },
      geometry: { type: 'LineString', coordinates },
    })
  let hour: number | undefined
  for (const [lon, lat, ms] of track.points) {
    const at = Math.floor(ms! / 3_600_000)
    if (hour !== undefined && at !== hour)
      features.push({
        type: 'Feature',
        properties: { category, label: label(ms!) },
        geometry: { type: 'Point', coordinates: [lon!, lat!] },
      })
    hour = at
  }
  return { type: 'FeatureCollection', features }
}

export function download(name: string, type: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
