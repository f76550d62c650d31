import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { durationMs, type QualityFacts, qualityShares, scoreOf } from './rules.ts'
import type { QualityPart } from './schema.ts'

const facts: QualityFacts = {
  filledShare: 0.9,
  rejectedShare: 0.1,
  ageMs: 36 * 3_600_000,
  updateEvery: 'P1D',
  fieldCount: 4,
  describedCount: 3,
  hasLicence: true,
  hasDescription: true,
  hasPublisher: false,
}

it.each([
  ['P1D', 86_400_000],
  ['PT3M', 180_000],
  ['P2W', 1_209_600_000],
  ['P1Y', 31_556_952_000],
  ['', null],
  ['P', null],
  ['PT0S', null],
  ['daily', null],
])('reads the duration “%s”', (iso, ms) => expect(durationMs(iso)).toBe(ms))

describe('the shares', () => {
  it('say what each part reaches', () => {
    expect(qualityShares(facts)).toEqual({
      filled: 0.9,
      accepted: 0.9,
      fresh: 0.5,
      described: 0.75,
      licence: 1,
      told: 0.5,
    })
  })
  it('judge nothing that nobody knows', () => {
    const unknown = { ...facts, filledShare: null, rejectedShare: null, ageMs: null, fieldCount: 0 }
    expect(qualityShares(unknown)).toMatchObject({
      filled: null,
      accepted: null,
      fresh: null,
      described: null,
    })
    expect(qualityShares({ ...facts, updateEvery: '' }).fresh).toBeNull()
  })
  it('are between none and whole, and age only lowers them', () => {
    fc.assert(
      fc.property(fc.nat(1e12), fc.nat(1e12), (a, b) => {
        const [younger, older] = [a, b]
          .sort((x, y) => x - y)
          .map((ageMs) => qualityShares({ ...facts, ageMs }).fresh!)
        expect(older).toBeLessThanOrEqual(younger!)
        expect(older).toBeGreaterThanOrEqual(0)
        expect(younger).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe('the score', () => {
  const part = (name: QualityPart['name'], weight: number, share: number | null) => ({ name, weight, share })
  it('is the mean by weight of what can be judged', () => {
    expect(scoreOf([part('filled', 30, 1), part('licence', 10, 0), part('fresh', 60, null)])).toBe(75)
    expect(scoreOf([part('fresh', 10, null)])).toBe(0)
  })
})
