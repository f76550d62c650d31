import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  durationDays,
  isEori,
  isLei,
  isSignatureEnough,
  isSiret,
  isWithin,
  monthsOf,
  requiredVersion,
  soundIdentifiers,
} from './rules.ts'

describe('a SIRET', () => {
  test.each(['73282932000074', '13002526500013', '35600000000048'])('%s is one', (text) =>
    expect(isSiret(text)).toBe(true),
  )

  // La Poste: the sum of the digits, not Luhn.
  test.each(['35600000049837', '35600000009075'])('%s is one of La Poste', (text) =>
    expect(isSiret(text)).toBe(true),
  )

  test.each([
    '73282932000075',
    '73282932100074',
    '35600000049838',
    '7328293200007',
    '732829320000744',
    '7328293200007a',
    '00000000000000',
    '',
    '٧٣٢٨٢٩٣٢٠٠٠٠٧٤',
  ])('%s is none', (text) => expect(isSiret(text)).toBe(false))

  test('with one digit changed is none, but at La Poste', () => {
    fc.assert(
      fc.property(fc.nat(13), fc.integer({ min: 1, max: 9 }), (at, step) => {
        const digits = [...'73282932000074']
        digits[at] = String((Number(digits[at]) + step) % 10)
        expect(isSiret(digits.join(''))).toBe(false)
      }),
    )
  })
})

describe('a LEI', () => {
  // Of GLEIF's own examples, and of the Bank of France.
  test.each(['506700GE1G29325QX363', '529900T8BM49AURSDO55'])('%s is one', (text) =>
    expect(isLei(text)).toBe(true),
  )
  test.each(['506700GE1G29325QX364', '506700GE1G29325QX36', '506700ge1g29325qx363', ''])(
    '%s is none',
    (text) => expect(isLei(text)).toBe(false),
  )

  test('with check digits worked out is one; with a digit or letter misread as another it is none', () => {
    const sign = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789')
    fc.assert(
      fc.property(fc.array(sign, { minLength: 18, maxLength: 18 }), fc.nat(17), (signs, at) => {
        const body = signs.join('')
        const value = (text: string) => BigInt([...text].map((each) => Number.parseInt(each, 36)).join(''))
        const check = String(98n - (value(`${body}00`) % 97n)).padStart(2, '0')
        expect(isLei(body + check)).toBe(true)
        const kind = /\d/.test(signs[at]!) ? '0123456789' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
        for (const wrong of kind) {
          if (wrong === signs[at]) continue
          const misread = [...signs]
          misread[at] = wrong
          expect(isLei(misread.join('') + check)).toBe(false)
        }
      }),
    )
  })
})

test.each([
  ['FR73282932000074', true],
  ['FR73282932000075', false],
  ['DE1234567', true],
  ['XI123456789000', true],
  ['FR', false],
  ['DE1234567890123456', false],
  ['de1234567', false],
])('EORI %s: %s', (text, is) => expect(isEori(text)).toBe(is))

test('identifiers lose spaces; wrong ones are named', () => {
  expect(soundIdentifiers({ siret: '732 829 320 00074', eori: 'fr 73282932000074', lei: '' })).toEqual({
    siret: '73282932000074',
    eori: 'FR73282932000074',
    lei: null,
  })
  expect(soundIdentifiers({})).toEqual({})
  expect(() => soundIdentifiers({ siret: '1' })).toThrow('SIRET')
  expect(() => soundIdentifiers({ lei: 'x' })).toThrow('LEI')
})

test('a period has its beginning and not its end', () => {
  expect(isWithin('2026-01-01', '2026-02-01', '2026-01-01')).toBe(true)
  expect(isWithin('2026-01-01', '2026-02-01', '2026-02-01')).toBe(false)
  expect(isWithin('2026-01-01', null, '9999-01-01')).toBe(true)
  expect(isWithin('2026-01-01', null, '2025-12-31')).toBe(false)
})

test('a version of a charter is required from its day on; later signatures are enough', () => {
  const versions = [
    { version: 1, requiredAt: '2026-01-01' },
    { version: 2, requiredAt: '2026-06-01' },
  ]
  expect(requiredVersion([], '2026-01-01')).toBeNull()
  expect(requiredVersion(versions, '2026-05-31')).toBe(1)
  expect(requiredVersion(versions, '2026-06-01')).toBe(2)
  expect(isSignatureEnough(1, 2)).toBe(false)
  expect(isSignatureEnough(2, 1)).toBe(true)
  expect(isSignatureEnough(null, null)).toBe(true)
  expect(isSignatureEnough(null, 1)).toBe(false)
})

test('months tell the rows that were current at their end', () => {
  const versions = [
    { dataset: 'quays', rowCount: 10, createdAt: '2025-11-03T00:00:00Z' },
    { dataset: 'quays', rowCount: 12, createdAt: '2025-11-20T00:00:00Z' },
    { dataset: 'calls', rowCount: 100, createdAt: '2026-01-31T23:59:59Z' },
    { dataset: 'quays', rowCount: 5, createdAt: '2026-02-01T00:00:00Z' },
  ]
  expect(monthsOf(versions, '2026-02-10T00:00:00Z')).toEqual([
    { month: '2025-11', datasets: 1, rows: 12, versionsPublished: 2 },
    { month: '2025-12', datasets: 1, rows: 12, versionsPublished: 0 },
    { month: '2026-01', datasets: 2, rows: 112, versionsPublished: 1 },
    { month: '2026-02', datasets: 2, rows: 105, versionsPublished: 1 },
  ])
  expect(monthsOf([], '2026-02-10T00:00:00Z')).toEqual([])
  expect(monthsOf(versions, '2026-02-10T00:00:00Z', 2)).toHaveLength(2)
})

test.each([
  ['P1D', 1],
  ['P1W', 7],
  ['P3M', 90],
  ['P1Y', 365],
  ['PT1H', 1 / 24],
  ['P1DT12H', 1.5],
  ['', null],
  ['P', null],
  ['PT', null],
  ['1D', null],
  ['P1.5D', null],
])('the duration %s is %s days', (text, days) => expect(durationDays(text)).toBe(days))
