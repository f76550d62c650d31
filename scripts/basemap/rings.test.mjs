import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as rings from './rings.mjs'

const read = (name) => JSON.parse(readFileSync(new URL(`../../data/geo/${name}`, import.meta.url), 'utf8'))

/** Even-odd over every ring of every land polygon. */
function isLand(features, point) {
  const polygons = features
    .filter((f) => f.geometry.type === 'Polygon' && f.properties.kind !== 'extent')
    .map((f) => f.geometry.coordinates)
  return polygons.some((rs) => rs.filter((ring) => rings.isInside(point, ring)).length % 2 === 1)
}

describe('joining shore segments', () => {
  it('makes one ring of pieces in any order', () => {
    const pieces = [
      [
        [1, 1],
        [0, 1],
        [0, 0],
      ],
      [
        [0, 0],
        [1, 0],
        [1, 1],
      ],
    ]
    const joined = rings.joinSegments(pieces)
    expect(joined.chains).toEqual([])
    expect(joined.rings).toHaveLength(1)
    expect(rings.signedArea(joined.rings[0])).toBe(2)
  })

  it('closes a chain along the border with the land on its left', () => {
    // Sea in the south, the coast runs westward through the middle of the box: land is on the right of it, north.
    const closed = rings.closeAlongBorder(
      [
        [0, 1],
        [2, 1],
      ],
      [0, 0, 2, 2],
    )
    expect(rings.isInside([1, 1.5], closed)).toBe(true)
    expect(rings.isInside([1, 0.5], closed)).toBe(false)
  })

  it('refuses a chain that ends inside the box', () => {
    expect(() =>
      rings.closeAlongBorder(
        [
          [0, 1],
          [1, 1],
        ],
        [0, 0, 2, 2],
      ),
    ).toThrow(/missing/)
  })
})

describe('the coarse coast', () => {
  it('meets the fine one on the border and keeps its far points', () => {
    const ring = [
      [0, 0],
      [4, 0],
      [4, 4],
      [0, 4],
      [0, 0],
    ]
    const moved = rings.meetCrossings(ring, [[2, 0.1]], [2, -1, 9, 9], 0.5)
    expect(moved).toContainEqual([2, 0.1])
    expect(moved).toContainEqual([4, 4])
  })
})

describe('cutAtAntimeridian', () => {
  const closed = (points) => [...points, points[0]]

  it('leaves what crosses nothing as it is', () => {
    const ring = closed([
      [0, 0],
      [1, 0],
      [1, 1],
    ])
    expect(rings.cutAtAntimeridian(ring)).toEqual([ring])
  })

  it('makes two of a land on both sides, and no coast of the cut', () => {
    const pieces = rings.cutAtAntimeridian(
      closed([
        [170, 60],
        [-170, 60],
        [-170, 70],
        [170, 70],
      ]),
    )
    const boxes = pieces
      .map((ring) => ring.map(([lon]) => lon))
      .map((lons) => [Math.min(...lons), Math.max(...lons)])
    expect(boxes.sort()).toEqual([
      [-180, -170],
      [170, 180],
    ])
    const coast = pieces.flatMap(rings.coastOf)
    expect(coast.some((line) => line.every(([lon]) => Math.abs(lon) === 180))).toBe(false)
  })

  it('closes a land around the pole along it', () => {
    const south = closed([
      [-180, -70],
      [-90, -75],
      [0, -70],
      [90, -72],
      [179, -70],
    ])
    const pieces = rings.cutAtAntimeridian(south)
    expect(pieces.some((ring) => rings.isInside([45, -85], ring))).toBe(true)
    expect(pieces.some((ring) => rings.isInside([45, -60], ring))).toBe(false)
  })
})

describe('the shipped coast', () => {
  const home = read('land-home.geojson').features
  const world = read('land-world.geojson').features
  const lagoons = read('inland-waters.geojson').features

  it.each([
    ['Marseille, inland', [5.42, 43.3], true],
    ['Aix-en-Provence', [5.44, 43.53], true],
    ['Roads of Marseille', [5.28, 43.33], false],
    ['Gulf of Fos', [4.93, 43.38], false],
    ['Riou island', [5.384, 43.178], true],
    ['Étang de Thau', [3.6, 43.39], false],
  ])('knows %s', (_name, point, land) => {
    expect(isLand(home, point)).toBe(land)
  })

  it('covers the world', () => {
    expect(isLand(world, [2.35, 48.85])).toBe(true)
    expect(isLand(world, [-30, 40])).toBe(false)
    expect(isLand(world, [-30, 55])).toBe(false)
    expect(isLand(world, [178, 67])).toBe(true)
    expect(isLand(world, [-177, 66])).toBe(true)
    expect(isLand(world, [45, -85])).toBe(true)
    const longest = world.flatMap((f) => (f.properties.kind === 'coast' ? f.geometry.coordinates : []))
    expect(
      longest
        .flatMap((line) => line.slice(1).map((p, i) => Math.abs(p[0] - line[i][0])))
        .every((d) => d < 20),
    ).toBe(true)
  })

  it('has the Étang de Berre in at least 60 points, joined to the sea by Caronte', () => {
    const berre = lagoons.find((f) => f.properties.id === 'berre' && f.properties.kind === 'lagoon')
    const ring = berre.geometry.coordinates[0]
    expect(ring.length).toBeGreaterThanOrEqual(60)
    expect(rings.isInside([5.1, 43.46], ring)).toBe(true)
    expect(ring.some((point) => !isLand(home, point))).toBe(true)
  })

  it('lays the coarse coast on the fine one where the fine one ends', () => {
    const coast = home.find((f) => f.properties.kind === 'coast').geometry.coordinates
    const leaving = coast.flatMap((line) => [line[0], line.at(-1)]).filter(([lon]) => lon === 7.75)
    expect(leaving.length).toBeGreaterThan(0)
    const points = world.flatMap((f) => f.geometry.coordinates.flat())
    for (const [lon, lat] of leaving)
      expect(points.some((p) => Math.hypot(p[0] - lon, p[1] - lat) < 0.002)).toBe(true)
  })
})
