import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Relation, spatialTest } from './relate.ts'

const polygon = (...rings: number[][][]) => ({ type: 'Polygon', coordinates: rings })
const box = (west: number, south: number, east: number, north: number) =>
  [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ] as number[][]
const line = (...coordinates: number[][]) => ({ type: 'LineString', coordinates })
const point = (...coordinates: number[]) => ({ type: 'Point', coordinates })
const square = polygon(box(0, 0, 4, 4))
const ring = polygon(box(0, 0, 10, 10), box(4, 4, 6, 6))
const twoSquares = { type: 'MultiPolygon', coordinates: [[box(0, 0, 2, 2)], [box(2, 0, 4, 2)]] }

const holds = (relation: Relation, shape: object, geometry: object) =>
  spatialTest(relation, JSON.stringify(geometry))!.shape(JSON.stringify(shape))

describe('shapes', () => {
  it.each([
    ['a point inside', point(1, 1), square, true, true],
    ['a point on the edge', point(4, 2), square, true, true],
    ['a point on a corner', point(0, 0), square, true, true],
    ['a point outside', point(4.0001, 2), square, false, false],
    ['a point in the hole', point(5, 5), ring, false, false],
    ['a point on the edge of the hole', point(4, 5), ring, true, true],
    ['a line inside', line([1, 1], [3, 3]), square, true, true],
    ['a line along the edge', line([0, 0], [4, 0]), square, true, true],
    ['a line that leaves and comes back', line([1, 1], [5, 1], [1, 2]), square, true, false],
    ['a line that touches a corner', line([4, 4], [5, 5]), square, true, false],
    ['a line across the hole', line([1, 5], [9, 5]), ring, true, false],
    ['a line that passes by', line([5, 0], [5, 4]), square, false, false],
    ['the same polygon', square, square, true, true],
    ['a polygon inside', polygon(box(1, 1, 2, 2)), square, true, true],
    ['a polygon that shares an edge', polygon(box(0, 0, 2, 4)), square, true, true],
    ['a polygon that touches', polygon(box(4, 0, 6, 4)), square, true, false],
    ['a polygon around it', polygon(box(-1, -1, 5, 5)), square, true, false],
    ['a polygon that covers the hole', polygon(box(3, 3, 7, 7)), ring, true, false],
    ['a polygon in the hole', polygon(box(4.5, 4.5, 5.5, 5.5)), ring, false, false],
    ['a polygon that fills the hole', polygon(box(4, 4, 6, 6)), ring, true, false],
    ['a polygon over two that meet', polygon(box(1, 0.5, 3, 1.5)), twoSquares, true, true],
    ['a polygon over two and beyond', polygon(box(1, 1, 3, 3)), twoSquares, true, false],
    ['a point on a line', point(1, 1), line([0, 0], [2, 2]), true, true],
    ['a line on a line', line([0.5, 0.5], [1, 1]), line([0, 0], [2, 2]), true, true],
    ['a line across a line', line([0, 2], [2, 0]), line([0, 0], [2, 2]), true, false],
    ['a polygon and a point', square, point(1, 1), true, false],
    ['the same point', point(3, 3), point(3, 3), true, true],
    [
      'points of which one is out',
      {
        type: 'MultiPoint',
        coordinates: [
          [1, 1],
          [9, 9],
        ],
      },
      square,
      true,
      false,
    ],
  ] as const)('%s', (_, shape, geometry, meets, isInside) => {
    expect({
      meets: holds('intersects', shape, geometry),
      isInside: holds('within', shape, geometry),
    }).toEqual({
      meets,
      isInside,
    })
  })

  it('that cannot be read relate to nothing', () => {
    const test = spatialTest('intersects', JSON.stringify(square))!
    for (const text of [
      '',
      'x',
      '{}',
      '{"type":"Point","coordinates":[null,1]}',
      '{"type":"Polygon","coordinates":[[[0,0]]]}',
    ])
      expect(test.shape(text)).toBe(false)
    expect(spatialTest('within', '{"type":"Polygon","coordinates":[]}')).toBeUndefined()
  })

  const degree = fc.integer({ min: -8, max: 8 })
  const anyBox = fc.tuple(degree, degree, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
  it('that are boxes meet as their sides do', () => {
    fc.assert(
      fc.property(anyBox, anyBox, ([ax, ay, aw, ah], [bx, by, bw, bh]) => {
        const [a, b] = [polygon(box(ax, ay, ax + aw, ay + ah)), polygon(box(bx, by, bx + bw, by + bh))]
        const meets = ax <= bx + bw && bx <= ax + aw && ay <= by + bh && by <= ay + ah
        expect(holds('intersects', a, b)).toBe(meets)
        const isInside = ax >= bx && ay >= by && ax + aw <= bx + bw && ay + ah <= by + bh
        expect(holds('within', a, b)).toBe(isInside)
      }),
      { numRuns: 500 },
    )
  })

  it('agree with points: many edges, found by latitude', () => {
    const round = Array.from({ length: 5_000 }, (_, i) => [
      Math.cos((i * Math.PI) / 2_500) * 5,
      Math.sin((i * Math.PI) / 2_500) * 5,
    ])
    const test = spatialTest('within', JSON.stringify(polygon([...round, round[0]!])))!
    fc.assert(
      fc.property(
        fc.double({ min: -6, max: 6, noNaN: true }),
        fc.double({ min: -6, max: 6, noNaN: true }),
        (x, y) => {
          const distance = Math.hypot(x, y)
          fc.pre(Math.abs(distance - 5) > 0.001)
          expect(test.point(x, y)).toBe(distance < 5)
          expect(test.shape(JSON.stringify(point(x, y)))).toBe(distance < 5)
        },
      ),
      { numRuns: 500 },
    )
  })
})
