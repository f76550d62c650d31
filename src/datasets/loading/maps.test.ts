import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LoadsFixture, openLoads, zipOf } from './loads.suite.ts'
import { toWgs84 } from './projection.ts'

let fixture: LoadsFixture
let folder: string
beforeAll(async () => {
  fixture = await openLoads()
  folder = mkdtempSync(join(tmpdir(), 'lacydon-maps-'))
})
afterAll(async () => {
  await fixture.close()
  rmSync(folder, { recursive: true, force: true })
})

async function published(id: string, content: Uint8Array | string) {
  const view = await fixture.load(id, content)
  expect(view).toMatchObject({ state: 'published', error: null })
  return fixture.rows(id)
}

function hasGdal(): boolean {
  try {
    execFileSync('ogr2ogr', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe.skipIf(!hasGdal())('maps written by GDAL (ogr2ogr; skipped where it is missing)', () => {
  const rings = [
    [
      [5.36, 43.29],
      [5.38, 43.29],
      [5.38, 43.31],
      [5.36, 43.31],
      [5.36, 43.29],
    ],
    [
      [5.365, 43.295],
      [5.365, 43.305],
      [5.375, 43.305],
      [5.375, 43.295],
      [5.365, 43.295],
    ],
  ]
  const source = {
    type: 'FeatureCollection',
    features: [
      {
        type: 'Feature',
        properties: { nom: 'Bassin à flot', code: '013', places: 12, depth: 4.5, since: '2026-01-31' },
        geometry: { type: 'Polygon', coordinates: rings },
      },
      {
        type: 'Feature',
        properties: { nom: 'Deux môles', code: '014', places: 7, depth: 3.25, since: '2026-02-01' },
        geometry: {
          type: 'MultiPolygon',
          coordinates: [
            [rings[0]],
            [
              [
                [5.5, 43.1],
                [5.6, 43.1],
                [5.6, 43.2],
                [5.5, 43.1],
              ],
            ],
          ],
        },
      },
    ],
  }

  function convert(driver: string, name: string, ...options: string[]): string {
    const from = join(folder, 'source.geojson')
    writeFileSync(from, JSON.stringify(source))
    const to = join(folder, name)
    execFileSync('ogr2ogr', ['-f', driver, to, from, ...options], { stdio: 'pipe' })
    return to
  }

  function zipFolder(path: string): Buffer {
    return zipOf(
      readdirSync(path).map((name) => ({ name: `layer/${name}`, content: readFileSync(join(path, name)) })),
    )
  }

  const files: [name: string, make: () => Uint8Array][] = [
    ['gpkg', () => readFileSync(convert('GPKG', 'a.gpkg'))],
    ['gpkg-lambert', () => readFileSync(convert('GPKG', 'b.gpkg', '-t_srs', 'EPSG:2154'))],
    ['fgb', () => readFileSync(convert('FlatGeobuf', 'a.fgb'))],
    ['kml', () => readFileSync(convert('KML', 'a.kml'))],
    ['kmz', () => readFileSync(convert('LIBKML', 'a.kmz'))],
    [
      'shp',
      () => {
        mkdirSync(join(folder, 'shp'))
        convert('ESRI Shapefile', 'shp', '-lco', 'ENCODING=UTF-8')
        return zipFolder(join(folder, 'shp'))
      },
    ],
    [
      'shp-lambert-latin1',
      () => {
        mkdirSync(join(folder, 'shp2'))
        convert('ESRI Shapefile', 'shp2', '-lco', 'ENCODING=ISO-8859-1', '-t_srs', 'EPSG:2154')
        return zipFolder(join(folder, 'shp2'))
      },
    ],
  ]

  test.each(files)('%s', async (name, make) => {
    const rows = await published(`map-${name}`, make())
    expect(rows).toHaveLength(2)
    const { fields } = fixture.datasets.get(`map-${name}`)
    const shape = fields.find(({ type }) => type === 'geo_shape')!.name
    const [basin, moles] = ['Bassin à flot', 'Deux môles'].map((nom) => rows.find((row) => row.nom === nom)!)
    expect(basin).toMatchObject({ code: '013', places: 12, depth: 4.5 })
    expect(basin![`${shape}_west`]).toBeCloseTo(5.36, 5)
    expect(basin![`${shape}_north`]).toBeCloseTo(43.31, 5)
    expect(moles![`${shape}_east`]).toBeCloseTo(5.6, 5)
    const geometry = JSON.parse(String(basin![shape])) as {
      type: string
      coordinates: number[][][] | number[][][][]
    }
    // Some drivers write every area as a multiple one.
    const polygon = (
      geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates[0]
    ) as number[][][]
    expect(polygon).toHaveLength(2)
    expect(JSON.parse(String(moles![shape])).type).toBe('MultiPolygon')
    if (!name.startsWith('km')) expect(basin!.since).toMatch(/^2026-01-31/)
  })

  test('GPX waypoints, routes and tracks', async () => {
    const gpx =
      '<?xml version="1.0"?><gpx version="1.1"><wpt lat="43.3" lon="5.4"><name>Balise</name><ele>2.5</ele></wpt><trk><name>Sortie</name><trkseg><trkpt lat="43.1" lon="5.1"><time>2026-01-01T08:00:00Z</time></trkpt><trkpt lat="43.2" lon="5.2"><time>2026-01-01T09:00:00Z</time></trkpt></trkseg></trk></gpx>'
    const rows = await published('gpx', gpx)
    expect(rows).toMatchObject([
      { kind: 'waypoint', name: 'Balise', ele: 2.5, started_at: null },
      {
        kind: 'track',
        name: 'Sortie',
        started_at: '2026-01-01T08:00:00.000Z',
        ended_at: '2026-01-01T09:00:00.000Z',
      },
    ])
    expect(JSON.parse(String(rows[1]!.geometry))).toEqual({
      type: 'LineString',
      coordinates: [
        [5.1, 43.1],
        [5.2, 43.2],
      ],
    })
  })

  test('positions of each projection equal those of GDAL', () => {
    for (const epsg of [2154, 27572, 3943, 3944, 32631, 25831, 3857, 3035]) {
      const input = execFileSync(
        'ogr2ogr',
        [
          '-f',
          'CSV',
          '/vsistdout/',
          join(folder, 'points.csv'),
          '-oo',
          'X_POSSIBLE_NAMES=lon',
          '-oo',
          'Y_POSSIBLE_NAMES=lat',
          '-s_srs',
          'EPSG:4326',
          '-t_srs',
          `EPSG:${epsg}`,
          '-lco',
          'GEOMETRY=AS_XY',
        ],
        { input: '' },
      ).toString()
      const [, ...lines] = input.trim().split('\n')
      for (const line of lines) {
        const [x, y, lon, lat] = line.replaceAll('"', '').split(',').map(Number)
        const [east, north] = toWgs84(epsg)(x!, y!)
        // NTF to WGS 84 by three parameters is good to some metres; the others to a millimetre.
        const digits = epsg === 27572 ? 4 : 7
        expect(east).toBeCloseTo(lon!, digits)
        expect(north).toBeCloseTo(lat!, digits)
      }
    }
  })
  beforeAll(() => writeFileSync(join(folder, 'points.csv'), 'lon,lat\n5.36,43.29\n4.85,43.4\n5.6,43.17\n'))
})
