import { describe, expect, it } from 'vitest'
import { vesselOf } from './invented.ts'
import { advance, axisTicks, driftBetween, scrubStep, windowOf } from './replay.ts'

const hour = 3_600_000
const now = Date.parse('2026-11-24T12:00:00Z')

describe('a replay', () => {
  it('advances at its speed and stops at the end', () => {
    expect(advance(1000, 60, 500, 1e9)).toBe(31_000)
    expect(advance(1000, 300, 5000, 4000)).toBe(4000)
  })

  it('moves a vessel from one frame to the next', () => {
    const from = vesselOf()
    const to = vesselOf({ lon: 5.31 })
    expect(driftBetween(from, to, 100)).toEqual({ lon: (to.lon - from.lon) / 100, lat: 0 })
  })

  it('does not draw a leap as a journey, nor a vessel that is gone', () => {
    expect(driftBetween(vesselOf(), vesselOf({ lon: 8 }), 60)).toEqual({ lon: 0, lat: 0 })
    expect(driftBetween(vesselOf(), undefined, 60)).toEqual({ lon: 0, lat: 0 })
  })
})

describe('the scrubber', () => {
  it('steps by minutes, tens and hours', () => {
    expect(scrubStep('ArrowLeft', false)).toBe(-60_000)
    expect(scrubStep('ArrowRight', true)).toBe(600_000)
    expect(scrubStep('PageUp', false)).toBe(hour)
    expect(scrubStep('a', false)).toBeUndefined()
  })

  it('ends now while the instant lies in its last stretch', () => {
    const { fromMs, toMs } = windowOf(now - hour, now, 24 * hour, '2026-11-20T00:00:00Z')
    expect(toMs).toBe(now)
    expect(toMs - fromMs).toBe(24 * hour)
  })

  it('goes around an instant further back', () => {
    const at = now - 80 * hour
    const { fromMs, toMs } = windowOf(at, now, 24 * hour, '2026-11-01T00:00:00Z')
    expect(fromMs).toBeLessThan(at)
    expect(toMs).toBeGreaterThan(at)
    expect(toMs).toBeLessThan(now)
  })

  it('is no longer than what is stored, but never empty', () => {
    const { fromMs, toMs } = windowOf(now, now, 24 * hour, new Date(now - 2 * hour).toISOString())
    expect(toMs - fromMs).toBeLessThan(2.2 * hour)
    const fresh = windowOf(now, now, 24 * hour, null)
    expect(fresh.toMs - fresh.fromMs).toBeGreaterThanOrEqual(600_000)
  })

  it('labels the axis within its stretch, never too often', () => {
    for (const length of [0.2, 1, 6, 24, 168].map((hours) => hours * hour)) {
      const ticks = axisTicks(now - length, now, 8)
      expect(ticks.length).toBeGreaterThan(1)
      expect(ticks.length).toBeLessThanOrEqual(9)
      expect(ticks.every((tick) => tick >= now - length && tick <= now)).toBe(true)
    }
  })
})
