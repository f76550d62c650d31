import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bucketStartMs, datePart } from './calendar.ts'
import { zoneOffsetMs } from './time-zone.ts'

const hourMs = 3_600_000

describe('offsets of zones', () => {
  it('change at the second the clocks do', () => {
    const change = Date.UTC(2021, 9, 31, 1)
    expect(zoneOffsetMs(change - 1, 'Europe/Paris')).toBe(2 * hourMs)
    expect(zoneOffsetMs(change, 'Europe/Paris')).toBe(hourMs)
    expect(zoneOffsetMs(Date.UTC(1880, 0, 1), 'Europe/Paris')).toBe(561_000)
    expect(zoneOffsetMs(Date.UTC(2024, 0, 1), 'Asia/Kathmandu')).toBe(5.75 * hourMs)
    // Ramadan: Morocco puts its clock back for a month.
    expect(zoneOffsetMs(Date.UTC(2024, 2, 20), 'Africa/Casablanca')).toBe(0)
    expect(zoneOffsetMs(Date.UTC(2024, 4, 20), 'Africa/Casablanca')).toBe(hourMs)
  })

  it('agree with the runtime at any instant', () => {
    const zones = [
      'Europe/Paris',
      'America/Sao_Paulo',
      'Australia/Lord_Howe',
      'Africa/Casablanca',
      'Pacific/Apia',
    ]
    const instants = fc.integer({ min: Date.UTC(1850, 0, 1) / 1000, max: Date.UTC(2100, 0, 1) / 1000 })
    fc.assert(
      fc.property(fc.constantFrom(...zones), instants, (zone, second) => {
        const local = new Date(second * 1000 + zoneOffsetMs(second * 1000, zone)).toISOString().slice(0, 19)
        const shown = new Date(second * 1000).toLocaleString('sv-SE', { timeZone: zone }).replace(' ', 'T')
        expect(local).toBe(shown)
      }),
      { numRuns: 300 },
    )
  })
})

describe('buckets of time', () => {
  const paris = 'Europe/Paris'
  it('keep the two hours at 02:00 apart and the day of 25 hours whole', () => {
    const first = Date.UTC(2021, 9, 31, 0, 30)
    const second = Date.UTC(2021, 9, 31, 1, 30)
    expect(bucketStartMs(first, 'hour', 1, paris)).toBe(Date.UTC(2021, 9, 31, 0))
    expect(bucketStartMs(second, 'hour', 1, paris)).toBe(Date.UTC(2021, 9, 31, 1))
    const midnight = Date.UTC(2021, 9, 30, 22)
    for (const at of [midnight, first, second, Date.UTC(2021, 9, 31, 22, 59)])
      expect(bucketStartMs(at, 'day', 1, paris)).toBe(midnight)
    expect(bucketStartMs(Date.UTC(2021, 9, 31, 23), 'day', 1, paris)).toBe(Date.UTC(2021, 9, 31, 23))
  })

  it('hold their instant and begin where they say', () => {
    const units = ['second', 'minute', 'hour', 'day', 'week', 'month', 'year'] as const
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        fc.constantFrom(...units),
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom('UTC', paris, 'America/St_Johns'),
        (date, unit, count, zone) => {
          const at = date.getTime()
          const start = bucketStartMs(at, unit, count, zone)
          expect(start).toBeLessThanOrEqual(at)
          expect(bucketStartMs(start, unit, count, zone)).toBe(start)
        },
      ),
    )
  })

  it('number weeks as ISO 8601 does', () => {
    for (const [day, year, week] of [
      ['2021-01-03', 2020, 53],
      ['2021-01-04', 2021, 1],
      ['2024-12-30', 2025, 1],
      ['2026-12-31', 2026, 53],
    ] as const) {
      expect(datePart(Date.parse(day), 'iso-year')).toBe(year)
      expect(datePart(Date.parse(day), 'week')).toBe(week)
    }
  })
})
