import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DatasetVersion } from './schema.ts'
import { readAt, versionAt, versionInForce, versionsToPurge } from './versions-rules.ts'

const version = (
  number: number,
  createdAt: string,
  state: DatasetVersion['state'] = 'kept',
): DatasetVersion => ({
  version: number,
  rowCount: 1,
  byteCount: 1,
  checksum: '',
  origin: '',
  note: '',
  rejectedCount: 0,
  createdAt,
  state,
})
const day = (n: number) => new Date(Date.UTC(2026, 0, n, 12)).toISOString()

describe('readAt', () => {
  it.each([
    ['v12', { kind: 'version', version: 12 }],
    ['2026-03-01', { kind: 'instant', at: '2026-03-01T23:59:59.999Z' }],
    ['2026-03-01T08:00:00Z', { kind: 'instant', at: '2026-03-01T08:00:00.000Z' }],
    ['2026-03-01T08:00:00.5+02:00', { kind: 'instant', at: '2026-03-01T06:00:00.500Z' }],
    ['2026-03-01T08:00:00 02:00', { kind: 'instant', at: '2026-03-01T06:00:00.000Z' }],
  ])('reads %s', (text, expected) => expect(readAt(text)).toEqual(expected))

  it.each([
    '',
    'v0',
    'v-1',
    'v1.5',
    '12',
    '2026-02-30',
    '2026-13-01',
    '2026-03-01T08:00:00',
    'yesterday',
    'v99999999999',
  ])('refuses %j and says what to write', (text) =>
    expect(() => readAt(text)).toThrow(/write a version such as v12/),
  )
})

describe('versionInForce', () => {
  const versions = [
    version(1, day(1)),
    version(2, day(3), 'purged'),
    version(3, day(5)),
    version(4, day(7), 'staged'),
  ]
  it('is the last one made until then', () => {
    expect(versionInForce(versions, day(0))).toBeUndefined()
    expect(versionInForce(versions, day(1))?.version).toBe(1)
    expect(versionInForce(versions, day(4))?.version).toBe(2)
    expect(versionInForce(versions, day(30))?.version).toBe(3)
  })
  it('is refused with its reason when it is not there', () => {
    expect(() => versionAt('quays', versions, readAt('2026-01-04'))).toThrow(
      expect.objectContaining({ code: 'gone', status: 410 }),
    )
    expect(() => versionAt('quays', versions, readAt('v4'))).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    )
    expect(() => versionAt('quays', versions, readAt('2025-12-31'))).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    )
    expect(versionAt('quays', versions, readAt('v3')).version).toBe(3)
  })
})

describe('versionsToPurge', () => {
  it('keeps the current one, the last ones and the young ones, whatever the numbers', () =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 30 }),
        fc.nat(40),
        fc.nat(400),
        fc.nat(30),
        (ages, keepLast, keepDays, currentIndex) => {
          const now = new Date(Date.UTC(2026, 5, 1))
          const versions = ages
            .sort((a, b) => b - a)
            .map((age, i) => version(i + 1, new Date(now.getTime() - age * 86_400_000).toISOString()))
          const current = versions.length === 0 ? 0 : (currentIndex % versions.length) + 1
          const gone = new Set(versionsToPurge(versions, current, { keepLast, keepDays }, now))
          for (const { version: number } of versions) {
            const isLast = number > versions.length - keepLast
            const isYoung = ages[number - 1]! <= keepDays
            expect(gone.has(number)).toBe(!(isLast || isYoung || number === current))
          }
        },
      ),
    ))
})
