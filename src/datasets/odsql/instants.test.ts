import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dateFormat } from './date-pattern.ts'
import { instantAt, isoInZone, localClock, readDate } from './instants.ts'
import { momentOf } from './now.ts'

const at = { start: 0, end: 0 }
const bounds = (text: string, zone = 'UTC') => {
  const found = readDate(text, zone)?.bounds('datetime')
  return found && [found.fromMs, found.toMs].map((ms) => new Date(ms).toISOString())
}

describe('a date literal covers the time it is written to', () => {
  it.each([
    ['2017', 'UTC', '2017-01-01T00:00:00.000Z', '2018-01-01T00:00:00.000Z'],
    ['2017-12', 'UTC', '2017-12-01T00:00:00.000Z', '2018-01-01T00:00:00.000Z'],
    ['2017/4/1', 'UTC', '2017-04-01T00:00:00.000Z', '2017-04-02T00:00:00.000Z'],
    ['20170401', 'UTC', '2017-04-01T00:00:00.000Z', '2017-04-02T00:00:00.000Z'],
    ['2017-04-03T08', 'UTC', '2017-04-03T08:00:00.000Z', '2017-04-03T09:00:00.000Z'],
    ['2017-04-03 08:02', 'UTC', '2017-04-03T08:02:00.000Z', '2017-04-03T08:03:00.000Z'],
    ['2017-04-03T08:02:05Z', 'Europe/Paris', '2017-04-03T08:02:05.000Z', '2017-04-03T08:02:06.000Z'],
    ['2017-04-03T08:02:05.25+02:00', 'UTC', '2017-04-03T06:02:05.250Z', '2017-04-03T06:02:05.251Z'],
    ['2021-10-31', 'Europe/Paris', '2021-10-30T22:00:00.000Z', '2021-10-31T23:00:00.000Z'],
    ['2021-03-28', 'Europe/Paris', '2021-03-27T23:00:00.000Z', '2021-03-28T22:00:00.000Z'],
    ['9999', 'UTC', '9999-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'],
    ['0001', 'Asia/Tokyo', '0001-01-01T00:00:00.000Z', '0001-12-31T14:41:01.000Z'],
  ])('%s in %s', (text, zone, from, to) => {
    expect(bounds(text, zone)).toEqual([from, to])
  })

  it.each([
    '',
    '17',
    '2017-13',
    '2017-02-30',
    '2017-04-31',
    '2017-04-03T24',
    '2017-04-03T08:60',
    '0000',
    'now',
    '2017-04-03Z',
  ])('refuses %j', (text) => {
    expect(bounds(text)).toBeUndefined()
  })
})

it('a clock is read and set alike', () => {
  const zone = fc.constantFrom(
    'UTC',
    'Europe/Paris',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
  )
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date('2100-01-01') }), zone, (date, where) => {
      const ms = date.getTime()
      fc.pre(!Number.isNaN(ms))
      // The second of two equal readings, in autumn, may come back as the first.
      expect([0, 3_600_000, 1_800_000]).toContain(Math.abs(instantAt(localClock(ms, where), where) - ms))
      expect(Date.parse(isoInZone(ms, where))).toBe(ms)
    }),
  )
})

describe('now()', () => {
  const thursday = Date.parse('2021-05-06T12:34:55.450Z')
  const moment = (args: Record<string, number>, zone = 'UTC', from = thursday) =>
    new Date(
      momentOf(
        Object.entries(args).map(([name, value]) => ({ name, value, ...at })),
        from,
        zone,
        at,
      ),
    ).toISOString()
  it.each([
    [{}, '2021-05-06T12:34:55.450Z'],
    [{ hour: 0, minute: 0, second: 0, microsecond: 0 }, '2021-05-06T00:00:00.000Z'],
    [{ month: 2, day: 31, year: 2020 }, '2020-02-29T12:34:55.450Z'],
    [{ months: 10 }, '2022-03-06T12:34:55.450Z'],
    [{ months: -5, days: 31 }, '2021-01-06T12:34:55.450Z'],
    [{ hours: -13, minutes: 1 }, '2021-05-05T23:35:55.450Z'],
    [{ microseconds: -450_000 }, '2021-05-06T12:34:55.000Z'],
    [{ weekday: 3 }, '2021-05-06T12:34:55.450Z'],
    [{ thursdays: 1 }, '2021-05-06T12:34:55.450Z'],
    [{ thursdays: 2 }, '2021-05-13T12:34:55.450Z'],
    [{ sundays: -2 }, '2021-04-25T12:34:55.450Z'],
    [{ mondays: 0 }, '2021-05-06T12:34:55.450Z'],
  ])('%j', (args, expected) => {
    expect(moment(args as Record<string, number>)).toBe(expected)
  })

  it('sets the clock of the zone', () => {
    expect(moment({ hour: 0, minute: 0, second: 0, microsecond: 0 }, 'Europe/Paris')).toBe(
      '2021-05-05T22:00:00.000Z',
    )
  })

  it('stays within four digits of years', () => {
    const wrong: Record<string, number>[] = [
      { year: 0 },
      { years: 9000 },
      { months: -100_000 },
      { month: 13 },
      { fortnight: 1 },
    ]
    for (const args of wrong) expect(() => moment(args)).toThrow(/now\(\)|goes from/)
  })
})

it.each(['q', 'ddd', 'yyy', "'open", 'dd_MM', 'é', 'dd'.repeat(1)])(
  'a date pattern %j is checked',
  (pattern) => {
    const make = () => dateFormat({ kind: 'column', name: 'd' }, pattern, 'fr', undefined, at)
    if (pattern === 'dd') expect(make).not.toThrow()
    else expect(make).toThrow('date pattern')
  },
)
