import { describe, expect, it } from 'vitest'
import {
  formatAge,
  formatBearing,
  formatBytes,
  formatCoordinate,
  formatDateTime,
  formatDay,
  formatDuration,
  formatKnots,
  formatMetres,
  formatNumber,
  formatTime,
} from './format.ts'

const at = Date.parse('2026-11-23T13:02:09Z')

describe('numbers', () => {
  it('are written as each language does', () => {
    expect(formatNumber(1812, 'fr')).toBe('1\u202f812')
    expect(formatNumber(1812, 'en')).toBe('1,812')
    expect(formatKnots(12.34, 'fr')).toBe('12,3\u00a0nd')
    expect(formatKnots(12.34, 'en')).toBe('12.3\u00a0kn')
    expect(formatMetres(6.4, 'fr', 1)).toBe('6,4\u00a0m')
  })
})

describe('sizes of files', () => {
  it.each([
    [0, '0\u00a0o', '0\u00a0B'],
    [999, '999\u00a0o', '999\u00a0B'],
    [12_400, '12,4\u00a0ko', '12.4\u00a0kB'],
    [1_500_000_000, '1,5\u00a0Go', '1.5\u00a0GB'],
  ])('of %d bytes', (bytes, fr, en) => {
    expect(formatBytes(bytes, 'fr')).toBe(fr)
    expect(formatBytes(bytes, 'en')).toBe(en)
  })
})

describe('angles', () => {
  it('have three figures', () => {
    expect(formatBearing(5)).toBe('005°')
    expect(formatBearing(359.7)).toBe('000°')
  })

  it('are read as on a chart, without 60 minutes', () => {
    expect(formatCoordinate(43.297, 'lat', 'fr')).toBe('43°\u00a017,82′\u00a0N')
    expect(formatCoordinate(-5.5, 'lon', 'fr')).toBe('005°\u00a030,00′\u00a0O')
    expect(formatCoordinate(-5.5, 'lon', 'en')).toBe('005°\u00a030.00′\u00a0W')
    expect(formatCoordinate(42.999999, 'lat', 'en')).toBe('43°\u00a000.00′\u00a0N')
  })
})

describe('ages', () => {
  it.each([
    [3, 'il y a 3\u00a0s', '3\u00a0s ago'],
    [60, 'il y a 1\u00a0min', '1\u00a0min ago'],
    [7260, 'il y a 2\u00a0h', '2\u00a0h ago'],
    [200_000, 'il y a 2\u00a0j', '2\u00a0d ago'],
    [-2, 'il y a 0\u00a0s', '0\u00a0s ago'],
  ])('of %d s', (seconds, fr, en) => {
    expect(formatAge(seconds, 'fr')).toBe(fr)
    expect(formatAge(seconds, 'en')).toBe(en)
  })

  it('change unit at its edge', () => {
    expect(formatDuration(59.9, 'fr')).toBe('59\u00a0s')
    expect(formatDuration(3599, 'fr')).toBe('59\u00a0min')
  })
})

describe('instants', () => {
  it('are dates of the zone, with the year only when it is another', () => {
    expect(formatDay(at, 'fr', 'UTC')).toBe('23 nov. 2026')
    expect(formatTime(at, 'fr', 'Europe/Paris')).toBe('14:02')
    expect(formatDateTime(at, 'fr', at, 'Europe/Paris')).toBe('23 nov. 14:02')
    expect(formatDateTime(at, 'en', at, 'UTC')).toBe('23 Nov 13:02')
    expect(formatDateTime(at, 'fr', Date.parse('2027-01-02T00:00:00Z'), 'UTC')).toBe('23 nov. 2026 13:02')
  })
})
