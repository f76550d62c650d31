import { describe, expect, it } from 'vitest'
import { BaseClock } from './base-clock.ts'

const noon = Date.UTC(2012, 2, 14, 12)
const heard = (...times: number[]) => {
  const clock = new BaseClock()
  for (const ms of times) clock.hear(ms)
  return clock.nowMs
}

describe('the clock of base stations', () => {
  it('knows nothing before the first, unless told', () => {
    expect(heard()).toBeNaN()
    expect(heard(Number.NaN)).toBeNaN()
    expect(new BaseClock(noon).nowMs).toBe(noon)
  })

  it('follows, and never goes back for a small disagreement', () => {
    expect(heard(noon, noon + 10_000)).toBe(noon + 10_000)
    expect(heard(noon, noon - 30_000)).toBe(noon)
  })

  it('is moved by three stations that agree, not by one that is wrong', () => {
    const yearLater = noon + 365 * 86_400_000
    expect(heard(noon, yearLater)).toBe(noon)
    expect(heard(noon, yearLater, noon + 1000, yearLater, noon + 2000, yearLater)).toBe(noon + 2000)
    expect(heard(noon, yearLater, yearLater + 1000, yearLater + 2000)).toBe(yearLater + 2000)
    expect(heard(noon, yearLater, yearLater * 2, yearLater)).toBe(noon)
  })

  it('does not believe in the future', () => {
    const clock = new BaseClock()
    clock.hear(noon + 1, noon)
    expect(clock.nowMs).toBeNaN()
  })
})
