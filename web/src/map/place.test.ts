import { describe, expect, it } from 'vitest'
import { placeOfView, zoomOf } from './place.ts'
import { places } from './places.ts'

describe('the places', () => {
  it('are complete and on Earth', () => {
    expect(places.length).toBeGreaterThan(120)
    for (const place of places) {
      expect(place.nameFr && place.nameEn && place.kind, place.id).toBeTruthy()
      expect(Math.abs(place.lat), place.id).toBeLessThan(80)
      expect(Math.abs(place.lon), place.id).toBeLessThanOrEqual(180)
      expect(place.rank, place.id).toBeLessThanOrEqual(6)
      expect(['', 'n', 'e', 's', 'w'], place.id).toContain(place.side)
    }
  })

  it('have one identifier each', () => {
    expect(new Set(places.map(({ id }) => id)).size).toBe(places.length)
  })
})

describe('the name of a view', () => {
  it('is its most important place', () => {
    expect(placeOfView(places, [4.72, 43.12, 5.62, 43.47])?.id).toBe('marseille')
  })

  it('is the nearest place when none lies within', () => {
    expect(placeOfView(places, [5.0, 43.394, 5.003, 43.396])?.id).toBe('lavera')
  })

  it('is nothing in the middle of nowhere', () => {
    expect(placeOfView(places, [-120, -50, -119.9, -49.9])).toBeUndefined()
  })

  it('is seen from further the more important the place', () => {
    const [marseille, lavera] = ['marseille', 'lavera'].map((id) => places.find((p) => p.id === id)!)
    expect(zoomOf(marseille!)).toBeLessThan(zoomOf(lavera!))
  })
})
