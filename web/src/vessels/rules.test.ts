import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { categories } from './address.ts'
import { vesselOf } from './invented.ts'
import {
  changedFields,
  contains,
  countByState,
  countByType,
  degreesPerSecond,
  directionOf,
  filtersOf,
  growBox,
  isInBox,
  lengthOf,
  maxReckoningS,
  passes,
  reckon,
  shownVessels,
  sizeClassOf,
  sortVessels,
  toggled,
} from './rules.ts'

describe('filters', () => {
  const tanker = vesselOf({ mmsi: 1, category: 'tanker', name: 'Lavéra Star' })
  const yacht = vesselOf({ mmsi: 2, category: 'pleasure', state: 'moored', toBowM: 8, toSternM: 4 })
  const beacon = vesselOf({ mmsi: 3, kind: 'sart', category: 'other' })

  it('let everything through when the address asks for nothing', () => {
    expect([tanker, yacht, beacon].every((v) => passes(v, filtersOf({})))).toBe(true)
  })

  it('combine type, state, length and name', () => {
    expect(passes(tanker, filtersOf({ type: 'tanker' }))).toBe(true)
    expect(passes(yacht, filtersOf({ type: 'tanker' }))).toBe(false)
    expect(passes(yacht, filtersOf({ state: 'moored', size: 'small' }))).toBe(true)
    expect(passes(yacht, filtersOf({ state: 'moored', size: 'giant' }))).toBe(false)
  })

  it('find a name without its accents, and an MMSI by a part of it', () => {
    expect(passes(tanker, filtersOf({ name: 'lavera' }))).toBe(true)
    expect(passes(vesselOf({ mmsi: 227_006_760, name: null }), filtersOf({ name: '00676' }))).toBe(true)
  })

  it('never hide a distress device', () => {
    expect(passes(beacon, filtersOf({ type: 'tanker', state: 'moored', name: 'zzz' }))).toBe(true)
  })

  it('count by type as if no type were chosen', () => {
    const counts = countByType([tanker, yacht], undefined, filtersOf({ type: 'tanker' }))
    expect(counts.tanker).toBe(1)
    expect(counts.pleasure).toBe(1)
    expect(countByState([tanker, yacht])).toEqual({ 'under-way': 1, moored: 1, anchored: 0, unknown: 0 })
  })

  it('isolate a type at the first press, add at the second, and all is none', () => {
    const one = toggled(undefined, 'cargo', categories)
    expect(one).toBe('cargo')
    expect(toggled(one, 'passenger', categories)).toBe('passenger,cargo')
    expect(toggled('cargo', 'cargo', categories)).toBeUndefined()
    const allButOne = categories.filter((c) => c !== 'other').join(',')
    expect(toggled(allButOne, 'other', categories)).toBeUndefined()
  })
})

describe('the box in view', () => {
  it('holds what lies within, across the date line too', () => {
    expect(isInBox({ lon: 5, lat: 43 }, [4, 42, 6, 44])).toBe(true)
    expect(isInBox({ lon: 7, lat: 43 }, [4, 42, 6, 44])).toBe(false)
    expect(isInBox({ lon: -179, lat: 0 }, [170, -10, 190, 10])).toBe(true)
    expect(isInBox({ lon: 0, lat: 0 }, [170, -10, 190, 10])).toBe(false)
    expect(isInBox({ lon: 12, lat: 0 }, [-200, -80, 200, 80])).toBe(true)
  })

  it('grows to hold itself and stays within the world', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -179, max: 170, noNaN: true }),
        fc.double({ min: -84, max: 80, noNaN: true }),
        fc.double({ min: 0.001, max: 9, noNaN: true }),
        (west, south, size) => {
          const box: [number, number, number, number] = [west, south, west + size, Math.min(89, south + size)]
          const grown = growBox(box, 0.25)
          expect(contains(grown, box)).toBe(true)
          expect(grown[1]).toBeGreaterThanOrEqual(-90)
          expect(grown[3]).toBeLessThanOrEqual(90)
        },
      ),
    )
  })

  it('shows exactly the vessels inside that pass', () => {
    const inside = vesselOf({ mmsi: 1 })
    const outside = vesselOf({ mmsi: 2, lon: 9 })
    const filtered = vesselOf({ mmsi: 3, category: 'fishing' })
    expect(shownVessels([inside, outside, filtered], [5, 43, 6, 44], filtersOf({ type: 'cargo' }))).toEqual([
      inside,
    ])
  })
})

describe('sizes and directions', () => {
  it('are unknown without dimensions', () => {
    expect(lengthOf(vesselOf({ toBowM: null }))).toBeNull()
    expect(lengthOf(vesselOf({ toBowM: 0, toSternM: 0 }))).toBeNull()
    expect(sizeClassOf(vesselOf({ toBowM: null }))).toBe('unknown')
    expect(sizeClassOf(vesselOf({ toBowM: 20, toSternM: 4 }))).toBe('small')
    expect(sizeClassOf(vesselOf({ toBowM: 150, toSternM: 50 }))).toBe('giant')
  })

  it('take the course only when the vessel moves', () => {
    expect(directionOf(vesselOf())).toBe(92)
    expect(directionOf(vesselOf({ headingDeg: null }))).toBe(90)
    expect(directionOf(vesselOf({ headingDeg: null, sogKn: 0.1 }))).toBeNull()
    expect(directionOf(vesselOf({ headingDeg: null, cogDeg: null }))).toBeNull()
  })
})

describe('dead reckoning', () => {
  it('goes 12 kn eastward: 61.7 m in ten seconds', () => {
    const from = vesselOf()
    const to = reckon(from, 10)
    const metres = (to.lon - from.lon) * 111_195 * Math.cos((from.lat * Math.PI) / 180)
    expect(metres).toBeCloseTo(61.7, 1)
    expect(to.lat).toBeCloseTo(from.lat, 9)
  })

  it('stops at ten seconds, and before the start', () => {
    expect(reckon(vesselOf(), 600)).toEqual(reckon(vesselOf(), maxReckoningS))
    expect(reckon(vesselOf(), -5)).toEqual({ lon: 5.3, lat: 43.3 })
  })

  it.each([
    ['moored', { state: 'moored' as const }],
    ['old', { stale: true }],
    ['without course', { cogDeg: null }],
    ['without speed', { sogKn: null }],
    ['at the saturated speed', { sogKn: 102.2 }],
  ])('does not move a vessel %s', (_name, change) => {
    expect(degreesPerSecond(vesselOf(change))).toEqual({ lon: 0, lat: 0 })
  })
})

describe('sorting', () => {
  it('puts the unknown last either way and is stable', () => {
    const list = [
      vesselOf({ mmsi: 3, sogKn: null }),
      vesselOf({ mmsi: 1, sogKn: 4 }),
      vesselOf({ mmsi: 2, sogKn: 9 }),
    ]
    const order = (descending: boolean) =>
      sortVessels(list, { key: 'speed', descending }, 'fr').map((v) => v.mmsi)
    expect(order(false)).toEqual([1, 2, 3])
    expect(order(true)).toEqual([2, 1, 3])
  })

  it('sorts names as the language does', () => {
    const names = ['Zélée', 'École', 'Azur 10', 'Azur 9'].map((name, i) => vesselOf({ mmsi: i + 1, name }))
    expect(sortVessels(names, { key: 'name', descending: false }, 'fr').map((v) => v.name)).toEqual([
      'Azur 9',
      'Azur 10',
      'École',
      'Zélée',
    ])
  })
})

describe('the history of an identity', () => {
  it('keeps what changed, the latest first', () => {
    const said = (field: 'name' | 'callSign', value: string, since: string) => ({
      field,
      value,
      since,
      until: since,
      source: 'roof',
    })
    const history = [
      said('name', 'OLD NAME', '2026-01-01T00:00:00Z'),
      said('callSign', 'XX9A', '2026-01-01T00:00:00Z'),
      said('name', 'NEW NAME', '2026-02-01T00:00:00Z'),
    ]
    expect(changedFields(history).map(({ value }) => value)).toEqual(['NEW NAME', 'OLD NAME'])
  })
})
