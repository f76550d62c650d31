import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clusterPoints, precisionFor } from './clusters.ts'
import { convexHull } from './hulls.ts'

describe('the grid of clusters', () => {
  it('is as fine as its radius allows', () => {
    expect([0, 2, 5, 8, 12, 16, 20, 25].map((zoom) => precisionFor(zoom, 40))).toEqual([
      1, 1, 2, 3, 5, 7, 8, 10,
    ])
    expect(precisionFor(25, 1)).toBe(10)
  })

  const cell = fc.record({
    cell: fc.integer({ min: 0, max: 1_000 }),
    n: fc.integer({ min: 1, max: 9 }),
    lon: fc.double({ min: -1, max: 1, noNaN: true }),
    lat: fc.double({ min: -1, max: 1, noNaN: true }),
  })
  it('puts each cell in one cluster, whatever the order', () => {
    const cells = fc.uniqueArray(cell, { selector: (c) => c.cell, maxLength: 40 })
    fc.assert(
      fc.property(cells, fc.integer({ min: 4, max: 12 }), (rows, zoom) => {
        const found = clusterPoints(rows, 4, zoom, 40)
        const again = clusterPoints([...rows].reverse(), 4, zoom, 40)
        expect([...found.cells].sort((a, b) => a - b)).toEqual(rows.map((r) => r.cell).sort((a, b) => a - b))
        expect(new Set(found.numbers).size).toBe(found.centres.length)
        expect(again.centres.length).toBe(found.centres.length)
        const weights = found.numbers.map((_, i) => rows.find((r) => r.cell === found.cells[i])!.n)
        const mean = (of: (i: number) => number) => weights.reduce((sum, n, i) => sum + n * of(i), 0)
        expect(mean((i) => found.centres[found.numbers[i]!]!.lon)).toBeCloseTo(
          rows.reduce((sum, r) => sum + r.n * r.lon, 0),
          6,
        )
      }),
    )
  })
})

it('a convex hull holds every point, and its corners are points', () => {
  const point = fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -5, max: 5 })) as fc.Arbitrary<
    [number, number]
  >
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 30 }), (points) => {
      const hull = convexHull(points)
      expect(points).toEqual(expect.arrayContaining(hull))
      for (const [i, a] of hull.entries()) {
        const b = hull[(i + 1) % hull.length]!
        for (const p of points)
          expect((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])).toBeGreaterThanOrEqual(0)
      }
    }),
  )
})
