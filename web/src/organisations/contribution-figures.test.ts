import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changeOf, figuresOf, scaleTop } from './contribution-figures.ts'

const dataset = (given: Partial<Parameters<typeof figuresOf>[0][number]>) => ({
  id: 'quais',
  title: { fr: 'Quais' },
  rowCount: 0,
  versions: 1,
  updatedAt: null,
  ageDays: null,
  expectedDays: null,
  isLate: false,
  quality: null,
  ...given,
})

describe('what an organisation brings', () => {
  it('is nothing without datasets', () =>
    expect(figuresOf([])).toEqual({ datasets: 0, rows: 0, updatedAt: null, late: 0, quality: null }))

  it('weighs quality by the rows that were sent', () => {
    const figures = figuresOf([
      dataset({ rowCount: 90, quality: 0.9, updatedAt: '2026-11-02T00:00:00Z' }),
      dataset({ rowCount: 300, quality: 1, updatedAt: '2026-11-20T00:00:00Z', isLate: true }),
      dataset({ rowCount: 50 }),
    ])
    expect(figures).toMatchObject({ datasets: 3, rows: 440, late: 1, updatedAt: '2026-11-20T00:00:00Z' })
    expect(figures.quality).toBeCloseTo(390 / 400)
  })

  it('changed since the month before', () => {
    const month = (rows: number) => ({ month: '2026-11', datasets: 1, rows, versionsPublished: 1 })
    expect(changeOf([month(5), month(10), month(7)])).toBe(-3)
    expect(changeOf([month(5)])).toBeUndefined()
  })
})

it('a scale ends at a round number that holds the largest bar and is at most ten times it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000_000 }), (largest) => {
      const top = scaleTop(largest)
      expect(top).toBeGreaterThanOrEqual(largest)
      expect(top).toBeLessThan(largest * 10)
      expect(String(top)).toMatch(/^[125]0*$/)
    }),
  )
})
