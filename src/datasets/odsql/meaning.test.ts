/** What queries mean, on a few rows in memory. */
import { describe, expect, it } from 'vitest'
import { evaluateQuery } from '../../engines/columnar/evaluate-query.ts'
import { LacydonError } from '../../errors.ts'
import { planQuery } from './compile.ts'
import { planFacets, runFacets } from './facets.ts'
import { parseQuery, type QueryText } from './query-text.ts'
import { rowFilter } from './row-filter.ts'
import { runPlan } from './run.ts'
import { field, testDataset } from './test-dataset.suite.ts'

const dataset = testDataset(
  'calls',
  [
    field('ship', 'text', { facet: true }),
    field('flag', 'text', { facet: true, disjunctive: true }),
    field('berth', 'text', { facet: true, hierarchical: '/' }),
    field('lengthM', 'double'),
    field('crew', 'integer'),
    field('tanker', 'boolean', { facet: true }),
    field('arrivedAt', 'timestamp', { facet: true }),
    field('month', 'date', { timeserie_precision: 'month' }),
    field('position', 'geo_point_2d'),
    field('cargo', 'text', { multivalued: true, facet: true }),
    field('notes', 'json'),
  ],
  [
    {
      ship: 'Étoile du Nord',
      flag: 'FR',
      berth: 'Fos/Graveleau/1',
      lengthM: 120.5,
      crew: 12,
      tanker: false,
      arrivedAt: '2021-10-31T00:30:00.000Z',
      month: '2021-10-01',
      position: { lon: 4.9, lat: 43.4 },
      cargo: ['grain', 'wine'],
      notes: { eta: [1, 2] },
    },
    {
      ship: 'Étoile',
      flag: 'FR',
      berth: 'Fos/Graveleau/2',
      lengthM: 80,
      crew: 5,
      tanker: true,
      arrivedAt: '2021-10-31T01:30:00.000Z',
      position: { lon: 4.9, lat: 43.41 },
      cargo: ['oil'],
    },
    {
      ship: 'Nordic',
      flag: 'NO',
      berth: 'Fos',
      crew: 7,
      tanker: true,
      arrivedAt: '2022-01-01T00:00:00.000Z',
    },
    { ship: '100%', flag: 'IT', berth: 'Marseille/Joliette', lengthM: 80, position: { lon: 9, lat: 44.4 } },
    { cargo: [] },
  ],
)
const now = new Date('2021-11-01T12:00:00.000Z')
const ask = async (query: Parameters<typeof evaluateQuery>[0]) => evaluateQuery(query, () => dataset)
const answer = (text: QueryText) => runPlan(planQuery(parseQuery(text), dataset.relation, { now }), ask)
const rows = async (text: QueryText) => (await answer(text)).results
const ships = async (where: string) => (await rows({ where, select: 'ship' })).map(({ ship }) => ship)
const refusal = (text: QueryText) => {
  try {
    planQuery(parseQuery(text), dataset.relation, { now })
  } catch (error) {
    expect(error).toBeInstanceOf(LacydonError)
    return (error as LacydonError).details as { clause: string; position: number; message: string }
  }
  throw new Error(`${JSON.stringify(text)} was not refused`)
}

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
    if (!labels) return void refusal({ select })
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

describe('groups', () => {
  it('hold nothing as a group of its own, last', async () => {
    expect(await rows({ groupBy: 'flag' })).toEqual([
      { flag: 'FR' },
      { flag: 'IT' },
      { flag: 'NO' },
      { flag: null },
    ])
  })

  it('are counted as groups', async () => {
    expect(await answer({ groupBy: 'flag', limit: 1, offset: 1 })).toEqual({
      totalCount: 4,
      results: [{ flag: 'IT' }],
    })
    expect((await answer({ select: 'count(*) as n', where: 'crew > 1000' })).results).toEqual([{ n: 0 }])
  })

  it('compute with aggregates and with keys', async () => {
    expect(
      await rows({
        groupBy: 'upper(flag) as f',
        select: 'sum(crew) / count(*) as mean, f, length(f) as l',
        where: 'crew > 0',
        orderBy: 'sum(crew) desc',
      }),
    ).toEqual([
      { mean: 8.5, f: 'FR', l: 2 },
      { mean: 7, f: 'NO', l: 2 },
    ])
  })

  it('take a list apart', async () => {
    const groups = await rows({ groupBy: 'cargo', select: 'count(*) as n, avg(crew) as crew' })
    expect(groups).toEqual([
      { cargo: 'grain', n: 1, crew: 12 },
      { cargo: 'oil', n: 1, crew: 5 },
      { cargo: 'wine', n: 1, crew: 12 },
    ])
  })

  it('cluster points that are near on the screen', async () => {
    const cluster = (zoom: number) =>
      rows({
        groupBy: `geo_cluster(position, ${zoom}) as c`,
        select: 'count(*) as n, max(lengthM) as longest',
      })
    const near = await cluster(6)
    expect(near).toHaveLength(2)
    expect(near[0]).toMatchObject({ n: 2, longest: 120.5 })
    expect((near[0]!.c as { lat: number }).lat).toBeCloseTo(43.405, 9)
    expect(await cluster(16)).toHaveLength(3)
    expect(await cluster(0)).toHaveLength(1)
  })

  it('draw the hull of their points', async () => {
    const [fr] = await rows({
      groupBy: 'flag',
      select: 'envelope(position) as hull, bbox(position) as box',
      limit: 1,
    })
    expect(fr!.hull).toMatchObject({
      geometry: {
        type: 'LineString',
        coordinates: [
          [4.9, 43.4],
          [4.9, 43.41],
        ],
      },
    })
    expect(fr!.box).toMatchObject({ type: 'Feature', geometry: { type: 'Polygon' } })
  })
})

describe('refusals', () => {
  const hidden = { ...dataset.relation, fields: dataset.fields.filter(({ name }) => name !== 'crew') }
  it('do not tell a hidden field from one that does not exist', () => {
    const messageOf = (name: string, clause: (name: string) => QueryText) => {
      try {
        planQuery(parseQuery(clause(name)), hidden, { now })
      } catch (error) {
        return JSON.stringify((error as LacydonError).details).replaceAll(name, 'NAME')
      }
      return 'accepted'
    }
    for (const clause of [
      (name: string) => ({ where: `${name} > 3` }),
      (name: string) => ({ select: `sum(${name})` }),
      (name: string) => ({ groupBy: name }),
      (name: string) => ({ orderBy: `-${name}` }),
      (name: string) => ({ refine: [`${name}:3`] }),
    ]) {
      expect(messageOf('crew', clause)).toContain('no field')
      expect(messageOf('crew', clause)).toBe(messageOf('nope', clause))
    }
    expect(planQuery(parseQuery({}), hidden, { now }).columns.map(({ label }) => label)).not.toContain('crew')
    expect(
      JSON.stringify(planQuery(parseQuery({ where: '"x"', orderBy: 'random(1)' }), hidden, { now })),
    ).not.toContain('crew')
  })

  it.each([
    [{ where: 'ship > 3 + "x"' }, 'where', 11],
    [{ where: 'crew = "many"' }, 'where', 7],
    [{ where: 'ship' }, 'where', 0],
    [{ where: 'tanker > true' }, 'where', 9],
    [{ where: 'position = 1' }, 'where', 11],
    [{ where: 'notes = "x"' }, 'where', 8],
    [{ where: 'length(crew) > 1' }, 'where', 7],
    [{ where: 'length(ship, ship) > 1' }, 'where', 0],
    [{ where: "arrivedAt = date'2021-02-30'" }, 'where', 12],
    [{ where: "arrivedAt = 'soon'" }, 'where', 12],
    [{ where: 'count(*) > 1' }, 'where', 0],
    [{ where: "within_distance(position, geom'POINT(1 1)', 10)" }, 'where', 44],
    [{ where: "within_distance(position, geom'POINT(1 1)', 10 parsec)" }, 'where', 44],
    [{ where: "intersects(position, geom'POINT(1)')" }, 'where', 21],
    [{ where: "intersects(ship, geom'POINT(1 1)')" }, 'where', 11],
    [{ select: 'crew > 3' }, 'select', 0],
    [{ select: 'sum(ship)' }, 'select', 4],
    [{ select: 'percentile(crew, 101)' }, 'select', 17],
    [{ select: 'crew as a, ship as a' }, 'select', 11],
    [{ select: 'ship', groupBy: 'flag' }, 'select', 0],
    [{ select: 'range(crew, 5)' }, 'select', 0],
    [{ select: "date_format(arrivedAt, 'qq')" }, 'select', 23],
    [{ groupBy: 'position' }, 'group_by', 0],
    [{ groupBy: 'range(crew, 9, 3)' }, 'group_by', 15],
    [{ groupBy: 'range(crew, 0)' }, 'group_by', 12],
    [{ groupBy: 'range(arrivedAt, 2 months)' }, 'group_by', 17],
    [{ groupBy: 'range(arrivedAt, 1 D)' }, 'group_by', 17],
    [{ groupBy: 'geo_cluster(position, 26)' }, 'group_by', 22],
    [{ groupBy: 'flag', orderBy: 'flag, count(*)' }, 'order_by', 6],
    [{ orderBy: 'notes' }, 'order_by', 0],
    [{ orderBy: 'cargo' }, 'order_by', 0],
    [{ refine: ['position:1'] }, 'refine', 0],
    [{ refine: ['tanker:maybe'] }, 'refine', 0],
    [{ exclude: ['arrivedAt:soon'] }, 'exclude', 0],
  ] as [QueryText, string, number][])('%j', (text, clause, position) => {
    expect(refusal(text)).toMatchObject({ clause, position })
  })
})

describe('facets', () => {
  const facets = async (text: QueryText) =>
    runFacets(planFacets(parseQuery(text), dataset.relation, now), ask)
  const of = async (name: string, text: QueryText) =>
    (await facets(text)).find((f) => f.name === name)!.facets

  it('are those annotated when none is asked for', async () => {
    expect((await facets({})).map(({ name }) => name)).toEqual([
      'ship',
      'flag',
      'berth',
      'tanker',
      'arrivedAt',
      'cargo',
    ])
    expect(await of('tanker', {})).toEqual([
      { name: 'true', value: 'true', count: 2, state: 'displayed' },
      { name: 'false', value: 'false', count: 1, state: 'displayed' },
    ])
  })

  it('open the next level when refined', async () => {
    expect(await of('berth', {})).toEqual([
      { name: 'Fos', value: 'Fos', count: 3, state: 'displayed' },
      { name: 'Marseille', value: 'Marseille', count: 1, state: 'displayed' },
    ])
    const [fos] = await of('berth', { refine: ['berth:Fos'] })
    expect(fos).toMatchObject({ count: 3, state: 'refined' })
    expect(fos!.facets).toEqual([{ name: 'Graveleau', value: 'Fos/Graveleau', count: 2, state: 'displayed' }])
    const [year] = await of('arrivedAt', { refine: ['arrivedAt:2021'], timezone: 'Europe/Paris' })
    expect(year).toMatchObject({ name: '2021', facets: [{ name: '10', value: '2021/10', count: 2 }] })
  })

  it('keep the other values of a disjunctive field', async () => {
    expect((await of('flag', { refine: ['flag:FR'] })).map((f) => [f.value, f.count, f.state])).toEqual([
      ['FR', 2, 'refined'],
      ['IT', 1, 'displayed'],
      ['NO', 1, 'displayed'],
    ])
    expect((await of('ship', { refine: ['flag:FR', 'flag:NO'] })).length).toBe(3)
    expect((await of('ship', { refine: ['ship:Nordic'] })).length).toBe(1)
  })

  it('say what is excluded, without a count', async () => {
    expect(await of('cargo', { exclude: ['cargo:oil'] })).toEqual([
      { name: 'grain', value: 'grain', count: 1, state: 'displayed' },
      { name: 'wine', value: 'wine', count: 1, state: 'displayed' },
      { name: 'oil', value: 'oil', state: 'excluded' },
    ])
  })

  it('are sorted and cut as asked', async () => {
    const sorted = async (options: string) =>
      (await of('crew', { facet: [`facet(name="crew", ${options})`] })).map(({ value }) => value)
    expect(await sorted('sort="num"')).toEqual(['5', '7', '12'])
    expect(await sorted('sort="-num", limit=2')).toEqual(['12', '7'])
    expect(await sorted('sort="-count"')).toEqual(['5', '7', '12'])
  })
})

describe('a stream', () => {
  it('is filtered and shown as the table is', () => {
    const filter = rowFilter(
      parseQuery({ where: 'crew > 6', select: 'ship, crew * 2 as twice, position' }),
      dataset.relation,
      now,
    )
    expect(dataset.rows.filter((row) => filter.passes(row)).map((row) => filter.read(row))).toEqual([
      { ship: 'Étoile du Nord', twice: 24, position: { lon: 4.9, lat: 43.4 } },
      { ship: 'Nordic', twice: 14, position: null },
    ])
  })

  it('cannot be grouped, sorted or summarised', () => {
    for (const text of [{ groupBy: 'flag' }, { orderBy: 'crew' }, { select: 'count(*)' }])
      expect(() => rowFilter(parseQuery(text), dataset.relation, now)).toThrow(LacydonError)
  })
})
