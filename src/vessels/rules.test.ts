import { describe, expect, it } from 'vitest'
import { assertionsOf, type Box, boundsOf, etaAtMs, fold, isInBox, matchRank, motionState } from './rules.ts'

describe('motionState', () => {
  it.each([
    [1, 0.1, 'anchored'],
    [1, 8, 'under-way'],
    [5, 0, 'moored'],
    [5, 12, 'under-way'],
    [0, 0.2, 'moored'],
    [0, 9, 'under-way'],
    [null, 4, 'under-way'],
    [null, null, 'unknown'],
    [15, 0, 'moored'],
  ] as const)('status %s at %s kn is %s', (navStatus, sogKn, state) => {
    expect(motionState(navStatus, sogKn)).toBe(state)
  })
})

describe('etaAtMs', () => {
  const at = (text: string) => Date.parse(text)

  it.each([
    ['in a few days', '2026-11-24T12:00:00Z', 11, 27, 6, 30, '2026-11-27T06:30:00Z'],
    ['over new year', '2026-12-30T12:00:00Z', 1, 2, 4, 0, '2027-01-02T04:00:00Z'],
    ['just past', '2026-11-24T12:00:00Z', 11, 20, 0, 0, '2026-11-20T00:00:00Z'],
    ['past over new year', '2027-01-03T12:00:00Z', 12, 28, 0, 0, '2026-12-28T00:00:00Z'],
    ['on a leap day', '2028-02-20T00:00:00Z', 2, 29, 10, 0, '2028-02-29T10:00:00Z'],
  ])('finds the year: %s', (_name, message, month, day, hour, minute, eta) => {
    expect(etaAtMs(at(message), month, day, hour, minute)).toBe(at(eta))
  })

  it.each([
    ['a part is missing', 11, null, 6, 30],
    ['the day does not exist', 6, 31, 6, 30],
  ])('is none when %s', (_name, month, day, hour, minute) => {
    expect(etaAtMs(at('2026-05-24T12:00:00Z'), month, day, hour, minute)).toBe(0)
  })
})

describe('boxes', () => {
  it('hold what lies inside, over the antimeridian too', () => {
    const pacific: Box = [170, -20, -170, 20]
    expect(isInBox([4, 42, 7, 44], 5.3, 43.3)).toBe(true)
    expect(isInBox([4, 42, 7, 44], 5.3, 44.1)).toBe(false)
    expect(isInBox(pacific, 175, 0)).toBe(true)
    expect(isInBox(pacific, -175, 0)).toBe(true)
    expect(isInBox(pacific, 0, 0)).toBe(false)
  })

  it('of a feed leave its outliers out', () => {
    const lons = Array.from({ length: 100 }, (_, i) => 5 + i / 1000)
    const lats = lons.map((lon) => lon + 38)
    const [west, south, east, north] = boundsOf([...lons, -40], [...lats, 10])!
    expect([west > 4.9, south > 42.9, east < 5.2, north < 43.2]).toEqual([true, true, true, true])
    expect(boundsOf([], [])).toBeNull()
  })
})

describe('search', () => {
  it('folds accents and case and ranks equal over beginning over containing', () => {
    const query = fold('Étoile')
    expect(matchRank(query, ['ETOILE', null])).toBe(3)
    expect(matchRank(query, ['ETOILE DU SUD'])).toBe(2)
    expect(matchRank(query, ["L'ETOILE"])).toBe(1)
    expect(matchRank(query, ['MISTRAL', '228000000'])).toBe(0)
  })
})

describe('assertionsOf', () => {
  it('merges spells of the same statement and keeps changes apart, newest first', () => {
    const spell = (name: string, sinceMs: number, untilMs: number, source: string) => ({
      values: { name, destination: null },
      sinceMs,
      untilMs,
      source,
    })
    const assertions = assertionsOf([
      spell('VENTOUX', 1_000, 2_000, 'a'),
      spell('MISTRAL II', 5_000, 6_000, 'b'),
      spell('VENTOUX', 2_500, 3_000, 'b'),
    ])
    expect(assertions).toEqual([
      { field: 'name', value: 'MISTRAL II', since: iso(5_000), until: iso(6_000), source: 'b' },
      { field: 'name', value: 'VENTOUX', since: iso(1_000), until: iso(3_000), source: 'b' },
    ])
  })
})

const iso = (ms: number) => new Date(ms).toISOString()
