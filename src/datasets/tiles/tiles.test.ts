import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Row } from '../../engines/columnar/columnar.ts'
import { maxLatitude, tileBox, toTile } from './mercator.ts'
import { maxTileRows } from './tile-query.ts'
import {
  openTiles,
  plain,
  positions,
  type ReadFeature,
  readTile,
  square,
  tileOf,
  treeRows,
  trees,
  zones,
} from './tiles.suite.ts'

let opened: Awaited<ReturnType<typeof openTiles>>
beforeAll(async () => {
  opened = await openTiles()
})
afterAll(() => opened.close())

const ask = (path: string, headers: Record<string, string> = {}) =>
  opened.app.inject({ url: `/api/v1/datasets/${path}`, headers })
const layersOf = async (path: string): Promise<Record<string, ReadFeature[]>> => {
  const { statusCode, rawPayload, body } = await ask(path)
  expect([200, 204], body).toContain(statusCode)
  return statusCode === 204 ? {} : readTile(rawPayload)
}
const path = (id: string, { z, x, y }: { z: number; x: number; y: number }, query = '') =>
  `${id}/tiles/${z}/${x}/${y}.mvt${query}`
const countIn = (layers: Record<string, ReadFeature[]>) =>
  (layers.rows ?? []).length +
  (layers.cells ?? []).reduce((sum, { properties }) => sum + Number(properties.count), 0)

/** Every tile of a zoom that meets the box of the trees. */
function tilesAround(z: number) {
  const [from, to] = [tileOf(z, 5, 43.6), tileOf(z, 5.8, 43)]
  const all = []
  for (let x = from.x; x <= to.x; x++) for (let y = from.y; y <= to.y; y++) all.push({ z, x, y })
  return all
}

describe('points', () => {
  const rows = treeRows(12_000)
  const placed = rows.filter(({ place_lon }) => place_lon !== null)
  beforeAll(() => opened.make(trees, rows))

  it.each([0, 3, 8, 11, 13])('are each in one tile of zoom %i', async (z) => {
    let count = 0
    const singles: ReadFeature[] = []
    for (const tile of tilesAround(z)) {
      const layers = await layersOf(path('trees', tile))
      count += countIn(layers)
      singles.push(...(layers.rows ?? []))
      for (const { geometry } of Object.values(layers).flat())
        for (const { x, y } of geometry.flat()) {
          expect(x).toBeGreaterThanOrEqual(0)
          expect(x).toBeLessThan(4096)
          expect(y).toBeGreaterThanOrEqual(0)
          expect(y).toBeLessThan(4096)
        }
    }
    expect(count).toBe(placed.length)
    for (const { properties, id } of singles) {
      const row = rows[Number(properties.code)]!
      expect(id).toBe(Number(properties.code) + 1)
      const { place_lon: _lon, place_lat: _lat, ...cells } = row
      expect(properties).toEqual(Object.fromEntries(Object.entries(cells).filter(([, v]) => v !== null)))
    }
    if (z === 13) expect(singles.length).toBe(placed.length)
  })

  it('stand where they are', async () => {
    const row = placed[5]!
    const tile = tileOf(14, Number(row.place_lon), Number(row.place_lat))
    const { rows: found } = await layersOf(path('trees', tile))
    const feature = found!.find(({ properties }) => properties.code === row.code)!
    const [x, y] = toTile(tile, Number(row.place_lon), Number(row.place_lat))
    expect(feature.geometry[0]![0]).toMatchObject({ x: Math.floor(x), y: Math.floor(y) })
  })

  it('are counted by cell where they are dense, and keep their columns where they are alone', async () => {
    const layers = await layersOf(path('trees', tileOf(8, 5.4, 43.3)))
    expect(countIn(layers)).toBeGreaterThan(maxTileRows)
    expect(layers.cells!.length).toBeGreaterThan(0)
    for (const { properties } of layers.cells!) {
      expect(Object.keys(properties)).toEqual(['count'])
      expect(properties.count).toBeGreaterThan(1)
    }
    expect(layers.rows!.length + layers.cells!.length).toBeLessThanOrEqual(64 * 64 + 64)
  })

  it('are filtered and described by ODSQL', async () => {
    const tile = tileOf(5, 5.4, 43.3)
    const query = `?${new URLSearchParams({ where: 'species = "pin" and heightM > 20', columns: 'code, upper(species) as s' })}`
    const layers = await layersOf(path('trees', tile, query))
    const expected = placed.filter(({ species, heightM }) => species === 'pin' && Number(heightM) > 20)
    expect(countIn(layers)).toBe(expected.length)
    expect(new Set(layers.rows!.map(({ properties }) => properties.s))).toEqual(new Set(['PIN']))
    expect(countIn(await layersOf(path('trees', tile, '?refine=species:pin&where=heightM%3E20')))).toBe(
      expected.length,
    )
    const bare = await layersOf(path('trees', tile, `?columns=&where=code%3C10`))
    expect(bare.rows!.map(({ properties }) => properties)).toEqual(new Array(10).fill({}))
  })

  it('refuse what is wrong in one sentence', async () => {
    const tile = { z: 3, x: 4, y: 2 }
    for (const [url, status, code] of [
      [path('trees', tile, '?where=nope%20%3D%201'), 400, 'odsql_error'],
      [path('trees', tile, '?columns=count(*)'), 400, 'invalid_input'],
      [path('trees', tile, '?columns=place'), 400, 'invalid_input'],
      [path('trees', tile, '?geometry=species'), 400, 'invalid_input'],
      [path('trees', tile, '?at=v99'), 404, 'not_found'],
      [path('trees', tile, '?window=soon'), 400, 'invalid_input'],
      [path('trees', { z: 3, x: 8, y: 2 }), 400, 'invalid_input'],
      ['trees/tiles/23/0/0.mvt', 400, 'invalid_input'],
      ['trees/tiles/1/-1/0.mvt', 400, 'invalid_input'],
      [path('nothing', tile), 404, 'not_found'],
    ] as const) {
      const answer = await ask(url)
      expect([answer.statusCode, answer.json().code], url).toEqual([status, code])
      expect(answer.headers.etag, url).toBeUndefined()
    }
    await opened.make(plain, [{ name: 'x' }])
    expect((await ask(path('plain', tile))).json()).toMatchObject({
      status: 404,
      kind: 'geometry in the dataset',
    })
  })

  it('are sent once as long as they stay the same', async () => {
    const url = path('trees', tileOf(3, 5.4, 43.3))
    const first = await ask(url, { 'accept-encoding': 'gzip' })
    expect(first.headers).toMatchObject({
      'content-type': 'application/vnd.mapbox-vector-tile',
      'content-encoding': 'gzip',
      'access-control-allow-origin': '*',
      'lacydon-dataset-version': 'v1',
    })
    const raw = await ask(url)
    expect(Buffer.from(gunzipSync(first.rawPayload)).equals(raw.rawPayload)).toBe(true)
    const etag = String(first.headers.etag)
    expect((await ask(url, { 'if-none-match': etag })).statusCode).toBe(304)
    await opened.make(trees, treeRows(50, 2))
    const second = await ask(url, { 'if-none-match': etag })
    expect(second.statusCode).toBe(200)
    expect(countIn(readTile(second.rawPayload))).toBe(50)
    const old = await ask(`${url}?at=v1`)
    expect(countIn(readTile(old.rawPayload))).toBe(placed.length)
  })

  it('are nothing where there is none', async () => {
    const { statusCode, rawPayload } = await ask(path('trees', { z: 5, x: 0, y: 0 }))
    expect([statusCode, rawPayload.length]).toEqual([204, 0])
  })

  it('on the edges of the world are in its outer tiles', async () => {
    const edges: Row[] = [
      [180, 0],
      [-180, 0],
      [0, maxLatitude],
      [0, -maxLatitude],
      [0, 89],
    ].map(([place_lon, place_lat], code) => ({ code, place_lon: place_lon!, place_lat: place_lat! }))
    await opened.make({ ...trees, id: 'edges' }, edges)
    for (const z of [0, 1, 2]) {
      let count = 0
      for (let x = 0; x < 2 ** z; x++)
        for (let y = 0; y < 2 ** z; y++) count += countIn(await layersOf(path('edges', { z, x, y })))
      // The last one lies beyond the square.
      expect(count).toBe(4)
    }
  })
})

describe('shapes', () => {
  it('are drawn where they are large and counted where they are small', async () => {
    const large = [square('bay', 5.1, 43.1, 0.4), square('gulf', 4, 42, 2)]
    const small = Array.from({ length: 30 }, (_, i) => square(`kiosk ${i}`, 5.2 + i * 1e-6, 43.2, 1e-6))
    await opened.make(zones, [...large, ...small, { name: 'nowhere' }])
    const tile = tileOf(8, 5.2, 43.2)
    const { rows, cells } = await layersOf(path('zones', tile))
    const drawn = rows!.filter(({ type }) => type === 3)
    expect(drawn.map(({ properties }) => properties.name)).toEqual(['gulf', 'bay'])
    expect(
      rows!.length -
        drawn.length +
        (cells ?? []).reduce((n, { properties }) => n + Number(properties.count), 0),
    ).toBe(30)
    for (const { x, y } of drawn.flatMap(({ geometry }) => geometry.flat())) {
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(-64)
      expect(Math.max(x, y)).toBeLessThanOrEqual(4096 + 64)
    }
    const corner = drawn[1]!.geometry[0]![0]!
    const [x, y] = toTile(tile, 5.1, 43.1)
    expect(
      drawn[1]!.geometry[0]!.some((at) => Math.abs(at.x - x) <= 1 && Math.abs(at.y - y) <= 1),
      JSON.stringify(corner),
    ).toBe(true)
    const near = await layersOf(path('zones', tileOf(22, 5.2000005, 43.2000005)))
    expect(near.rows!.some(({ type, properties }) => type === 3 && properties.name === 'kiosk 0')).toBe(true)
  })

  it('that cannot be read are left out', async () => {
    const bad = { ...square('bad', 5, 43, 1), shape: JSON.stringify({ type: 'Polygon', coordinates: [] }) }
    await opened.make({ ...zones, id: 'bad' }, [bad, square('good', 5, 43, 1)])
    const { rows } = await layersOf(path('bad', tileOf(7, 5.5, 43.5)))
    expect(rows!.map(({ properties }) => properties.name)).toEqual(['good'])
  })
})

describe('streams', () => {
  const heard = (mmsi: number, minute: number, lon: number | null, sogKn = 5): Row => ({
    mmsi,
    at: new Date(Date.UTC(2026, 2, 1, 8, minute)).toISOString(),
    receivedAt: new Date(Date.UTC(2026, 2, 1, 8, minute, 2)).toISOString(),
    lon,
    lat: lon === null ? null : 43.2,
    sogKn,
  })
  const tile = tileOf(9, 5.2, 43.2)
  const shown = async (query = '') =>
    ((await layersOf(path('positions', tile, query))).rows ?? [])
      .map(({ id, properties }) => [id, properties.sogKn])
      .sort()

  it('show the latest row of each key, and whoever left is gone', async () => {
    await opened.hear([heard(1, 0, 5.2), heard(2, 0, 5.25), heard(3, 0, 5.3), heard(1, 1, 5.21, 8)])
    expect(await shown()).toEqual([
      [1, 8],
      [2, 5],
      [3, 5],
    ])
    const { etag } = (await ask(path('positions', tile))).headers
    await opened.hear([heard(2, 2, 9), heard(3, 2, null)])
    // What is known of the last row is believed for a second.
    await expect
      .poll(async () => (await ask(path('positions', tile), { 'if-none-match': String(etag) })).statusCode, {
        timeout: 10_000,
      })
      .toBe(200)
    expect(await shown()).toEqual([
      [1, 8],
      [3, 5],
    ])
    expect(await shown('?where=sogKn%3C8')).toEqual([[3, 5]])
    expect(await shown('?at=2026-03-01T08:01:30Z')).toEqual([
      [1, 8],
      [2, 5],
      [3, 5],
    ])
    expect(await shown('?window=1m')).toEqual([[1, 8]])
  })
})

describe('TileJSON', () => {
  it('says where the rows are and how the tiles are called', async () => {
    const answer = (await ask('zones/tiles.json?where=name%3D%22bay%22&lang=en&apikey=')).json()
    expect(answer).toMatchObject({
      tilejson: '3.0.0',
      name: 'zones (en)',
      tiles: ['https://port.example/api/v1/datasets/zones/tiles/{z}/{x}/{y}.mvt?where=name%3D%22bay%22'],
      minzoom: 0,
      maxzoom: 22,
      bounds: [5.1, 43.1, 5.5, 43.5],
      simulated: false,
    })
    expect(answer.vector_layers.map(({ id }: { id: string }) => id)).toEqual(['rows', 'cells'])
    expect(answer.vector_layers[0].fields).toEqual({ name: 'String' })
    expect((await ask('positions/tiles.json')).json().vector_layers[0].fields).toMatchObject({
      mmsi: 'Number',
    })
    expect(positions.fields.length).toBeGreaterThan(0)
  })
})

it('a box is as wide as its tile', () => {
  expect(tileBox({ z: 0, x: 0, y: 0 })).toEqual({
    west: -180,
    east: 180,
    north: maxLatitude,
    south: -maxLatitude,
  })
})
