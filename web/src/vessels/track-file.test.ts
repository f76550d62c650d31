import { describe, expect, it } from 'vitest'
import { trackAsCsv, trackAsGeoJson, trackFeatures } from './track-file.ts'

const track = {
  mmsi: 227006760,
  from: '2026-11-24T10:00:00.000Z',
  to: '2026-11-24T12:00:00.000Z',
  thinned: false,
  points: [
    [5.3, 43.3, Date.parse('2026-11-24T10:58:00Z'), 12.1, 90],
    [5.4, 43.31, Date.parse('2026-11-24T11:02:00Z'), null, null],
  ],
}

describe('a track as a file', () => {
  it('is a table with empty cells for what was not available', () => {
    expect(trackAsCsv(track)).toBe(
      'mmsi,at,lat,lon,sogKn,cogDeg\n' +
        '227006760,2026-11-24T10:58:00.000Z,43.3,5.3,12.1,90\n' +
        '227006760,2026-11-24T11:02:00.000Z,43.31,5.4,,\n',
    )
  })

  it('is a line that says when it is simulated', () => {
    const feature = JSON.parse(trackAsGeoJson(track, 'ÉTOILE', true))
    expect(feature.geometry.coordinates).toEqual([
      [5.3, 43.3],
      [5.4, 43.31],
    ])
    expect(feature.properties).toMatchObject({ simulated: true, name: 'ÉTOILE', sogKn: [12.1, null] })
    expect(feature.properties.times[1]).toBe('2026-11-24T11:02:00.000Z')
  })

  it('is drawn with a label where the hour turns', () => {
    const { features } = trackFeatures(track, 'cargo', (ms) => new Date(ms).toISOString().slice(11, 16))
    expect(features.map((f) => f.properties?.label)).toEqual([undefined, '11:02'])
  })
})
