import fc from 'fast-check'
import { expect, test } from 'vitest'
import { datePattern } from '../date-pattern.ts'
import { dateStyleOf } from './date-style.ts'

const day = '2026-03-04'
const styles: [text: string, pattern: string, instant: string][] = [
  ['2026-03-04', 'yyyy-MM-dd', day],
  ['2026/03/04', 'yyyy/MM/dd', day],
  ['2026.3.4', 'yyyy.MM.dd', day],
  ['04/03/2026', 'dd/MM/yyyy', day],
  ['4/3/2026', 'dd/MM/yyyy', day],
  ['04-03-2026', 'dd-MM-yyyy', day],
  ['04.03.2026', 'dd.MM.yyyy', day],
  ['04/03/26', 'dd/MM/yy', day],
  ['4 mars 2026', 'd MMMM yyyy', day],
  ['1er mars 2026', 'd MMMM yyyy', '2026-03-01'],
  ['mercredi 4 mars 2026', 'EEE d MMMM yyyy', day],
  ['4-Mar-2026', 'd-MMMM-yyyy', day],
  ['4 févr. 2026', 'd MMMM yyyy', '2026-02-04'],
  ['March 4, 2026', 'MMMM d, yyyy', day],
  ['Wed, 04 Mar 2026 08:05:06 GMT', 'EEE, d MMMM yyyy HH:mm:ssXXX', '2026-03-04T08:05:06Z'],
  ['2026-03', 'yyyy-MM', '2026-03-01'],
  ['03/2026', 'MM/yyyy', '2026-03-01'],
  ['2026-03-04T08:05:06Z', "yyyy-MM-dd'T'HH:mm:ssXXX", '2026-03-04T08:05:06Z'],
  ['2026-03-04T08:05:06.250+02:00', "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", '2026-03-04T06:05:06.250Z'],
  ['2026-03-04 08:05', 'yyyy-MM-dd HH:mm', '2026-03-04T08:05:00Z'],
  ['04/03/2026 08:05:06', 'dd/MM/yyyy HH:mm:ss', '2026-03-04T08:05:06Z'],
  ['04/03/2026 8h05', "dd/MM/yyyy HH'h'mm", '2026-03-04T08:05:00Z'],
  ['04/03/2026 à 08:05', "dd/MM/yyyy' à 'HH:mm", '2026-03-04T08:05:00Z'],
  ['04/03/2026 8:05 PM', 'dd/MM/yyyy h:mm a', '2026-03-04T20:05:00Z'],
  ['20260304T080506Z', "yyyyMMdd'T'HHmmssXXX", '2026-03-04T08:05:06Z'],
]

test.each(styles)('%s is %s', (text, pattern, instant) => {
  const style = dateStyleOf(text)
  expect(style?.pattern).toBe(pattern)
  expect(new Date(datePattern(pattern).read(text)).toISOString()).toBe(new Date(instant).toISOString())
})

test.each([
  '13/13/2026',
  '2026-13-01',
  '2026-00-10',
  '99/99/9999',
  '192.168.1.1',
  '1.2.3',
  '06 12 34 56 78',
  '12:30',
  '2026-03-04 25:00',
  'mardi',
  'may be 2026',
  '4 foo 2026',
  '2026-03-04 or so',
  '',
])('“%s” is no date', (text) => {
  expect(dateStyleOf(text)).toBeUndefined()
})

test.each([['31/02/2026'], ['29/02/2025'], ['31/04/2026']])('%s is on no calendar', (text) => {
  expect(datePattern('dd/MM/yyyy').read(text)).toBeNaN()
})

test('a zone is that of texts without an offset, in summer and in winter', () => {
  const { read } = datePattern('dd/MM/yyyy HH:mm', 'Europe/Paris')
  expect(new Date(read('04/03/2026 08:05')).toISOString()).toBe('2026-03-04T07:05:00.000Z')
  expect(new Date(read('04/07/2026 08:05')).toISOString()).toBe('2026-07-04T06:05:00.000Z')
})

test('unknown letters, a missing year and unknown zones are named', () => {
  expect(() => datePattern('dd/MM/yyyy QQ')).toThrow(/“QQ” means nothing/)
  expect(() => datePattern('dd/MM')).toThrow(/year is missing/)
  expect(() => datePattern('yyyy', 'Mars/Olympus')).toThrow(/no time zone/)
})

test('every style that is recognised is read by its own pattern', () => {
  const date = fc.date({ min: new Date('1950-01-01'), max: new Date('2049-12-31'), noInvalidDate: true })
  fc.assert(
    fc.property(
      date,
      fc.constantFrom('fr-FR', 'en-GB', 'de-DE', 'es-ES', 'it-IT'),
      fc.constantFrom('long', 'short', 'numeric'),
      (at, locale, month) => {
        const text = new Intl.DateTimeFormat(locale, {
          day: 'numeric',
          month,
          year: 'numeric',
          timeZone: 'UTC',
        } as Intl.DateTimeFormatOptions).format(at)
        const style = dateStyleOf(text)
        if (!style) return
        const read = datePattern(style.pattern).read(text)
        // German and Spanish put words and points where the recogniser does not look; numbers may be day or month first.
        expect(new Date(read).getUTCFullYear()).toBe(at.getUTCFullYear())
      },
    ),
  )
})
