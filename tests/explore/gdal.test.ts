/** What GDAL, which we did not write, reads in our files. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callRows, callsDefinition, type Instance, startInstance } from './instance.suite.ts'

const run = promisify(execFile)
const isMissing = spawnSync('ogrinfo', ['--version']).error !== undefined
const rowCount = 300
/** The last row is all NULL: formats without empty geometries leave it out. */
const placedCount = rowCount - 1

interface OgrFeature {
  properties: Record<string, unknown>
  geometry: { type: string; coordinates: unknown } | null
}

describe.skipIf(isMissing)(isMissing ? 'GDAL (ogrinfo is not installed)' : 'GDAL', () => {
  let instance: Instance
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lacydon-gdal-'))
    instance = await startInstance()
    await instance.load(callsDefinition, callRows(rowCount))
  })
  afterAll(async () => {
    await instance?.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function file(format: string, extension: string, query = ''): Promise<string> {
    const response = await instance.get(
      `/catalog/datasets/port-calls/exports/${format}${query && `?${query}`}`,
    )
    expect([format, response.status]).toEqual([format, 200])
    const path = join(folder, `${format}${query.length}.${extension}`)
    await writeFile(path, new Uint8Array(await response.arrayBuffer()))
    return extension === 'zip' ? `/vsizip/${path}` : path
  }

  /** The features of a layer as GeoJSON, read by GDAL. */
  async function features(path: string, layer?: string): Promise<OgrFeature[]> {
    const args = ['-f', 'GeoJSONSeq', '/vsistdout/', path, ...(layer ? [layer] : [])]
    const { stdout, stderr } = await run('ogr2ogr', args, { maxBuffer: 1 << 28 })
    expect(stderr.replace(/^.*(Warning|warning).*$/gm, '').trim()).toBe('')
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as OgrFeature)
  }

  it.each([
    ['geojson', 'geojson', rowCount, undefined],
    ['fgb', 'fgb', placedCount, undefined],
    ['kml', 'kml', rowCount, undefined],
    ['gpx', 'gpx', placedCount, 'waypoints'],
    ['shp', 'zip', rowCount, undefined],
    ['xlsx', 'xlsx', rowCount, 'Data'],
  ] as const)('reads as many features in %s, with their values', async (format, extension, count, layer) => {
    const found = await features(await file(format, extension), layer)
    expect(found).toHaveLength(count)
    const second = found[1]!
    const values = Object.entries(second.properties).map(([name, value]) => [
      name.replace(/^ogr_/, ''),
      value,
    ])
    const { ship, crew } = Object.fromEntries(values)
    expect(ship).toBe('Sirocco')
    expect(Number(crew)).toBe(1)
    if (format !== 'xlsx')
      expect(second.geometry).toMatchObject({
        type: 'Point',
        coordinates: [expect.closeTo(4.81, 9), expect.closeTo(43.21, 9)],
      })
  })

  it.each([
    ['geojson', 'geojson', undefined],
    ['fgb', 'fgb', undefined],
    ['kml', 'kml', undefined],
    ['shp', 'zip', 'port-calls-polygon'],
  ] as const)('reads shapes in %s', async (format, extension, layer) => {
    const found = await features(await file(format, extension, 'geo=hull'), layer)
    const shapes = found.filter(({ geometry }) => geometry)
    expect(shapes).toHaveLength(placedCount)
    expect(shapes[1]!.geometry!.type).toBe('Polygon')
    const [ring] = shapes[1]!.geometry!.coordinates as [number, number][][]
    expect(ring!.map(([lon]) => lon).sort()[0]).toBeCloseTo(4.81, 9)
  })

  it('knows the coordinate systems asked for', async () => {
    for (const [format, extension] of [
      ['geojson', 'geojson'],
      ['fgb', 'fgb'],
      ['shp', 'zip'],
    ] as const) {
      const path = await file(format, extension, 'epsg=2154')
      const { stdout } = await run('ogrinfo', ['-al', '-so', path])
      expect([format, /Lambert[-_ ]93|RGF93|Lambert_Conformal|Lambert Conic/i.test(stdout)]).toEqual([
        format,
        true,
      ])
      // Back to degrees by GDAL's own transformation.
      const args = ['-f', 'GeoJSONSeq', '-t_srs', 'EPSG:4326', '/vsistdout/', path]
      const lines = (await run('ogr2ogr', args, { maxBuffer: 1 << 28 })).stdout.trim().split('\n')
      const { geometry } = JSON.parse(lines[1]!) as OgrFeature
      const [lon, lat] = geometry!.coordinates as [number, number]
      expect([lon, lat]).toEqual([expect.closeTo(4.81, 6), expect.closeTo(43.21, 6)])
    }
  })

  it('reads CSV and a tile', async () => {
    const { stdout } = await run('ogrinfo', ['-al', '-so', await file('csv', 'csv')])
    expect(stdout).toContain(`Feature Count: ${rowCount}`)
    const tile = await run('ogrinfo', ['-al', '-so', await file('mvt', 'mvt', 'tile=5/16/11')])
    expect(tile.stdout).toContain(`Feature Count: ${placedCount}`)
  })
})
