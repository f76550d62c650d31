import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecentPayloads } from './recent-payloads.ts'

describe('RecentPayloads', () => {
  it('knows a payload again within ten seconds, whoever is late', () => {
    const recent = new RecentPayloads()
    expect(recent.isRepeated('13aJFi0P0cPF>;6M', 10_000)).toBe(false)
    expect(recent.isRepeated('13aJFi0P0cPF>;6M', 12_000)).toBe(true)
    expect(recent.isRepeated('13aJFi0P0cPF>;6M', 3_000)).toBe(true)
    expect(recent.isRepeated('13aJFi0P0cPF>;6M', 20_001)).toBe(false)
  })

  it('is not emptied by one sender with a wrong clock', () => {
    const recent = new RecentPayloads()
    recent.isRepeated('near', 1_000)
    recent.isRepeated('from the future', 1e12)
    expect(recent.isRepeated('near', 2_000)).toBe(true)
  })

  it('answers as a list of all that was sent would', () => {
    const sent = fc.array(
      fc.record({ payload: fc.string({ maxLength: 3 }), stepMs: fc.integer({ min: 0, max: 900 }) }),
      {
        maxLength: 300,
      },
    )
    fc.assert(
      fc.property(sent, (steps) => {
        const recent = new RecentPayloads()
        const remembered: { payload: string; atMs: number }[] = []
        let atMs = 0
        for (const { payload, stepMs } of steps) {
          atMs += stepMs
          const expected = remembered.some((one) => one.payload === payload && atMs - one.atMs <= 10_000)
          expect(recent.isRepeated(payload, atMs)).toBe(expected)
          if (!expected) remembered.push({ payload, atMs })
        }
      }),
    )
  })

  it('grows without losing anyone', () => {
    const recent = new RecentPayloads()
    const payloads = Array.from({ length: 50_000 }, (_, i) => `payload ${i}`)
    expect(payloads.filter((payload) => recent.isRepeated(payload, 0))).toEqual([])
    expect(payloads.filter((payload) => recent.isRepeated(payload, 1))).toHaveLength(50_000)
  })

  it('knows a fix told in other words', () => {
    const recent = new RecentPayloads()
    expect(recent.isRepeatedFix(227006760, 5.3, 43.3, 12, 0)).toBe(false)
    expect(recent.isRepeatedFix(227006760, 5.3, 43.3, 12, 900)).toBe(true)
    expect(recent.isRepeatedFix(227006760, 5.3, 43.3, 13, 1_000)).toBe(false)
  })
})
