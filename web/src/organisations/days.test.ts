import { describe, expect, it } from 'vitest'
import { endOfDay, lastDayOf } from './days.ts'

describe('days of an end', () => {
  it.each(['2026-12-31', '2026-03-29', '2026-10-25', '2028-02-29'])('%s comes back as it was', (day) =>
    expect(lastDayOf(endOfDay(day))).toBe(day),
  )

  it('ends when the day is over', () =>
    expect(new Date(endOfDay('2026-12-31')!).getTime()).toBe(new Date(2027, 0, 1).getTime()))

  it('is none for what is no day', () => {
    expect(endOfDay('')).toBeNull()
    expect(endOfDay('31/12/2026')).toBeNull()
    expect(lastDayOf(null)).toBe('')
  })
})
