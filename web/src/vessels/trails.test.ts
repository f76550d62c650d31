import { describe, expect, it } from 'vitest'
import { vesselOf } from './invented.ts'
import { TrailBook } from './trails.ts'

const minute = 60_000
const now = Date.parse('2026-11-24T12:00:00.000Z')

describe('trails', () => {
  it('lengthen with the stream and end at the vessel', () => {
    const book = new TrailBook(20 * minute)
    book.replace({ at: '', trails: { '900000001': [[5.2, 43.3, now - 5 * minute]] } })
    const vessel = vesselOf()
    book.extend([vessel])
    const { features } = book.features([vessel], now)
    const points = features.flatMap((f) => (f.geometry as GeoJSON.LineString).coordinates)
    expect(points[0]).toEqual([5.2, 43.3])
    expect(points.at(-1)).toEqual([5.3, 43.3])
  })

  it('fade with age, in parts that share their joints', () => {
    const book = new TrailBook(30 * minute)
    const points = [25, 15, 5].map((ago, i) => [5 + i / 10, 43.3, now - ago * minute])
    book.replace({ at: '', trails: { '900000001': points } })
    const { features } = book.features([vesselOf()], now)
    expect(features.map((f) => f.properties?.opacity)).toEqual([0.3, 0.55])
    const [, last] = features.map((f) => (f.geometry as GeoJSON.LineString).coordinates)
    expect(last![0]).toEqual([5.1, 43.3])
  })

  it('forget what is too old and leave out what does not move', () => {
    const book = new TrailBook(10 * minute)
    book.replace({ at: '', trails: { '900000001': [[5.2, 43.3, now - 60 * minute]] } })
    expect(book.features([vesselOf()], now).features).toEqual([])
    expect(book.features([vesselOf({ state: 'moored' })], now).features).toEqual([])
  })

  it('ignore trembling at anchor speed', () => {
    const book = new TrailBook(10 * minute)
    book.extend([vesselOf()])
    book.extend([vesselOf({ lon: 5.30001, positionAt: '2026-11-24T12:00:10.000Z' })])
    const moved = vesselOf({ lon: 5.301, positionAt: '2026-11-24T12:00:20.000Z' })
    book.extend([moved])
    const points = book
      .features([moved], now + 20_000)
      .features.flatMap((f) => (f.geometry as GeoJSON.LineString).coordinates)
    expect(points).not.toContainEqual([5.30001, 43.3])
    expect(points).toContainEqual([5.301, 43.3])
  })
})
