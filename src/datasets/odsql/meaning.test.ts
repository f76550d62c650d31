/** What queries mean, on a few rows in memory. */
import { describe, expect, it } from 'vitest'
import { answer, dataset, now, rows } from './calls-dataset.suite.ts'
import { planQuery } from './compile.ts'
import { parseQuery } from './query-text.ts'

const ships = async (where: string) => (await rows({ where, select: 'ship' })).map(({ ship }) => ship)
describe('logic has two values', () => {
  it.each([
    ['lengthM > 100', ['Étoile du Nord']],
    ['not lengthM > 100', ['Étoile', 'Nordic', '100%', null]],
    ['lengthM != 80', ['Étoile du Nord']],
    ['not lengthM = 80', ['Étoile du Nord', 'Nordic', null]],
    ['tanker', ['Étoile', 'Nordic']],
    ['not tanker', ['Étoile du Nord', '100%', null]],
    ['tanker is not true', ['Étoile du Nord', '100%', null]],
    ['lengthM is null', ['Nordic', null]],
    ['position is not null', ['Étoile du Nord', 'Étoile', '100%']],
    ['cargo is null', ['Nordic', '100%']],
    ['lengthM / 0 = 1 or lengthM / 0 != 1', []],
    ['ship = "étoile"', []],
    ['ship = "Étoile"', ['Étoile']],
    ['SHIP = "Nordic" AND CREW > 6', ['Nordic']],
  ])('%s', async (where, expected) => {
    expect(await ships(where)).toEqual(expected)
  })
})

describe('words', () => {
  it.each([
    ['"etoile"', ['Étoile du Nord', 'Étoile']],
    ['"ETOILE nord"', ['Étoile du Nord']],
    ['"nord"', ['Étoile du Nord']],
    ['ship like "nord étoile"', ['Étoile du Nord']],
    ['ship like "%"', []],
    ['"grain FR"', ['Étoile du Nord']],
    ['cargo like "wine"', ['Étoile du Nord']],
    ['suggest("nor")', ['Étoile du Nord', 'Nordic']],
    ['suggest(cargo, "gra")', ['Étoile du Nord']],
    ['search(ship, "etoyle n")', ['Étoile du Nord']],
    ['search(*, "nordik")', []],
    ['search(*, "nordikk nor")', ['Nordic']],
    ['startswith(ship, "Nor")', ['Nordic']],
    ['startswith(ship, "nor")', []],
    ['startswith(ship, "100%")', ['100%']],
    ['""', []],
  ])('%s', async (where, expected) => {
    expect(await ships(where)).toEqual(expected)
  })
})

describe('dates', () => {
  it.each([
    ["arrivedAt = date'2021'", 'UTC', 2],
    ["arrivedAt > date'2021'", 'UTC', 1],
    ["arrivedAt <= date'2021'", 'UTC', 2],
    ["arrivedAt in [date'2021-10'..date'2021-10']", 'UTC', 2],
    ["arrivedAt = '2021-10-31T00:30'", 'UTC', 1],
    ["arrivedAt = date'2021-10-31T02:30'", 'Europe/Paris', 1],
    ["arrivedAt = date'2021-10-31T02:30+01:00'", 'Europe/Paris', 1],
    ["arrivedAt = date'2022'", 'America/New_York', 0],
    ["`month` = date'2021'", 'Asia/Tokyo', 1],
    ["`month` < date'2021-10-02'", 'Asia/Tokyo', 1],
    ['arrivedAt < now()', 'UTC', 2],
    ['arrivedAt > now(months=-1)', 'UTC', 3],
    ['year(arrivedAt) = 2022', 'UTC', 1],
    ['year(arrivedAt) = 2022', 'America/New_York', 0],
  ])('%s in %s', async (where, timezone, count) => {
    expect((await answer({ where, timezone })).totalCount).toBe(count)
  })

  it('are shown in the zone, as exact as their field', async () => {
    const [first] = await rows({ select: 'arrivedAt, `month`', timezone: 'Europe/Paris', limit: 1 })
    expect(first).toEqual({ arrivedAt: '2021-10-31T02:30:00+02:00', month: '2021-10' })
    const [, second] = await rows({ select: 'arrivedAt', timezone: 'Europe/Paris' })
    expect(second).toEqual({ arrivedAt: '2021-10-31T02:30:00+01:00' })
  })

  it('make a day of 25 hours one group and its two hours two', async () => {
    const hours = await rows({
      groupBy: 'range(arrivedAt, 1h) as h',
      select: 'count(*) as n',
      where: 'arrivedAt is not null and year(arrivedAt) = 2021',
      timezone: 'Europe/Paris',
    })
    expect(hours).toHaveLength(2)
    const days = await rows({
      groupBy: 'range(arrivedAt, 1d) as day',
      select: 'count(*) as n',
      where: "arrivedAt < date'2022'",
      timezone: 'Europe/Paris',
    })
    expect(days).toEqual([{ day: '[2021-10-30T22:00:00.000Z, 2021-10-31T23:00:00.000Z[', n: 2 }])
  })
})

describe('selection', () => {
  it('shows every field of a row, empty ones too', async () => {
    const [first] = await rows({ limit: 1 })
    expect(first).toMatchObject({
      position: { lon: 4.9, lat: 43.4 },
      cargo: ['grain', 'wine'],
      notes: { eta: [1, 2] },
      tanker: false,
    })
    const last = (await rows({}))[4]!
    expect(Object.keys(last)).toEqual(dataset.fields.map(({ name }) => name))
    expect(last.position).toBeNull()
  })

  it.each([
    ['include(ship), exclude(ship)', undefined],
    [
      'exclude(c*), exclude(position)',
      ['ship', 'flag', 'berth', 'lengthM', 'tanker', 'arrivedAt', 'month', 'notes'],
    ],
    ['include(c*)', ['crew', 'cargo']],
    [
      'crew as c, *, exclude(n*)',
      ['c', ...dataset.fields.map(({ name }) => name).filter((name) => name !== 'notes')],
    ],
    ['lengthM * 2, length( ship )', ['lengthM * 2', 'length( ship )']],
    ['ship, ship', ['ship']],
  ])('%s', (select, labels) => {
    if (!labels)
      return expect(() => planQuery(parseQuery({ select }), dataset.relation, { now })).toThrow('no column')
    const plan = planQuery(parseQuery({ select }), dataset.relation, { now })
    expect(plan.columns.map(({ label }) => label)).toEqual(labels)
  })
})

describe('order', () => {
  it('puts nothing last both ways, and ends ties by row', async () => {
    const order = async (orderBy: string) => (await rows({ orderBy, select: 'ship' })).map(({ ship }) => ship)
    expect(await order('lengthM')).toEqual(['Étoile', '100%', 'Étoile du Nord', 'Nordic', null])
    expect(await order('-lengthM')).toEqual(['Étoile du Nord', 'Étoile', '100%', 'Nordic', null])
    expect(await order("distance(position, geom'POINT(9 44)')")).toEqual([
      '100%',
      'Étoile',
      'Étoile du Nord',
      'Nordic',
      null,
    ])
    expect(await order('random(1)')).toEqual(await order('random(1)'))
  })

  it('may name a label, reserved or not', async () => {
    const groups = await rows({ groupBy: 'flag', select: 'count(*) as count', orderBy: 'count desc' })
    expect(groups[0]).toEqual({ flag: 'FR', count: 2 })
    const doubled = await rows({ select: 'ship, -crew as c', orderBy: 'c', limit: 1 })
    expect(doubled).toEqual([{ ship: 'Étoile du Nord', c: -12 }])
  })
})
