/** What queries mean. Part of the columnar suite. */
import { expect, it } from 'vitest'
import { count, from, row, type SuiteContext, stored } from './columnar-fixture.suite.ts'
import { type Aggregate, and, call, column, type Expression, not, or, type Query, value } from './query.ts'

export function answersSuite(context: SuiteContext): void {
  it('gives back every value as it was put in', async () => {
    const answer = await context.db.query({ from, orderBy: [{ by: column('_seq') }] })
    expect(answer).toEqual(stored)
  })

  it('compares with NULL as false, and keeps it under not', async () => {
    for (const where of [
      call('=', column('name'), value('A')),
      call('!=', column('name'), value('A')),
      not(call('=', column('name'), value('A'))),
      not(and(call('>', column('lon'), value(5)), call('<', column('sogKn'), value(1)))),
      or(column('moored'), not(column('moored'))),
      call('is-null', column('lon')),
      { kind: 'in', of: column('name'), values: ['A', null, ''] } as Expression,
      { kind: 'in', of: column('mmsi'), values: [] } as Expression,
      not({ kind: 'in', of: column('status'), values: [1, 2, 3] }),
      {
        kind: 'in',
        of: column('mmsi'),
        values: Array.from({ length: 50 }, (_, i) => 227_000_003 + i),
      } as Expression,
      call('>', column('at'), value('2024-10-27T02:00:00Z')),
      call('=', column('builtOn'), value('1666-03-05')),
      and(),
      or(),
    ])
      await context.check({ from, where, select: [{ as: 'seq', value: column('_seq') }] })
  })

  it('computes in real numbers, NULL where there is no finite result', async () => {
    const lon = column('lon')
    const expressions: Expression[] = [
      call('/', column('status'), value(2)),
      call('/', lon, column('status')),
      call('sqrt', column('status')),
      call('ln', column('status')),
      call('round', call('*', column('status'), value(-0.5))),
      call('power', call('-', lon), value(0.5)),
      call('least', lon, column('status'), value(5.5)),
      call('greatest', lon, column('sogKn')),
      call('atan2', lon, column('status')),
      call('if', column('moored'), lon, value(null)),
      call('coalesce', lon, column('sogKn'), value(-1)),
      { kind: 'grid', of: lon, size: 0.25 },
      call('*', call('power', value(10), value(308)), column('status')),
    ]
    await context.check({ from, select: expressions.map((e, i) => ({ as: `x${i}`, value: e })) })
  })

  it('treats text by characters and code points', async () => {
    const name = column('name')
    const expressions: Expression[] = [
      call('lower', name),
      call('fold', name),
      call('length', name),
      call('substring', name, value(2), value(3)),
      call('substring', name, value(4)),
      call('concat', name, value(' / '), name),
      call('contains', name, value('île')),
      call('starts-with', name, value('É')),
      call('ends-with', name, value('🚢')),
      call('md5', name),
      call('>', name, value('é')),
      {
        kind: 'case',
        when: [
          { if: call('=', name, value('A')), value: value('un') },
          { if: call('is-null', name), value: value('rien') },
        ],
      },
    ]
    await context.check({ from, select: expressions.map((e, i) => ({ as: `x${i}`, value: e })) })
  })

  it('groups, counts and measures, NULL being a group', async () => {
    const of = column('lon')
    const where = call('>=', column('status'), value(3))
    await context.check({
      from,
      groupBy: [column('name'), { kind: 'grid', of, size: 1 }],
      select: [
        { as: 'name', value: column('name') },
        { as: 'cell', value: { kind: 'grid', of, size: 1 } },
        { as: 'n', value: count },
        { as: 'nw', value: { kind: 'aggregate', fn: 'count', where } },
        { as: 'c', value: { kind: 'aggregate', fn: 'count', of, where } },
        { as: 'd', value: { kind: 'aggregate', fn: 'count-distinct', of: column('mmsi') } },
        { as: 's', value: { kind: 'aggregate', fn: 'sum', of, where } },
        { as: 'lo', value: { kind: 'aggregate', fn: 'min', of: column('name') } },
        { as: 'hi', value: { kind: 'aggregate', fn: 'max', of: column('at') } },
        { as: 'avg', value: { kind: 'aggregate', fn: 'avg', of: column('sogKn') } },
        { as: 'sd', value: { kind: 'aggregate', fn: 'stddev', of } },
        { as: 'p50', value: { kind: 'aggregate', fn: 'percentile', of, p: 0.5 } },
        { as: 'p95', value: { kind: 'aggregate', fn: 'percentile', of, p: 0.95, where } },
        { as: 'last', value: { kind: 'aggregate', fn: 'last', of: column('name'), by: column('at') } },
        {
          as: 'first',
          value: {
            kind: 'aggregate',
            fn: 'first',
            of: column('lon'),
            by: column('status'),
            tieBreak: column('_seq'),
          },
        },
      ],
      having: call('>', column('n'), value(1)),
    })
  })

  it('answers one row over nothing, none with keys', async () => {
    const where = call('=', column('mmsi'), value(1))
    const aggregates: Aggregate['fn'][] = ['count', 'count-distinct', 'sum', 'min', 'max', 'avg', 'stddev']
    const select = aggregates.map((fn) => ({
      as: fn,
      value: { kind: 'aggregate', fn, of: column('lon') } as Aggregate,
    }))
    await context.check({ from, where, select })
    await context.check({ from, where, groupBy: [column('name')], select })
  })

  it('cuts time by the clock of a zone, also on the day it changes', async () => {
    for (const zone of [
      undefined,
      'Europe/Paris',
      'Asia/Kathmandu',
      'America/Sao_Paulo',
      'Australia/Lord_Howe',
    ])
      for (const [unit, n] of [
        ['minute', 30],
        ['hour', 1],
        ['hour', 6],
        ['day', 1],
        ['week', 1],
        ['month', 1],
        ['month', 5],
        ['year', 1],
      ] as const) {
        const bucket: Expression = { kind: 'time-bucket', of: column('at'), unit, count: n, zone }
        await context.check({
          from,
          groupBy: [bucket],
          select: [
            { as: 'b', value: bucket },
            { as: 'n', value: count },
          ],
        })
      }
    const parts = [
      'year',
      'quarter',
      'month',
      'week',
      'iso-year',
      'day',
      'day-of-week',
      'day-of-year',
      'hour',
      'minute',
      'second',
      'millisecond',
    ] as const
    await context.check({
      from,
      select: parts.flatMap((part) => [
        {
          as: part,
          value: { kind: 'date-part', of: column('at'), part, zone: 'Europe/Paris' } as Expression,
        },
        { as: `${part}-built`, value: { kind: 'date-part', of: column('builtOn'), part } as Expression },
      ]),
    })
    const bucket: Expression = { kind: 'time-bucket', of: column('builtOn'), unit: 'month', count: 7 }
    await context.check({
      from,
      select: [
        { as: 'b', value: bucket },
        { as: 'ms', value: call('epoch-ms', column('builtOn')) },
      ],
    })
  })

  it('keeps the latest row of each key, ties to the greatest', async () => {
    await context.check({ from, latestBy: { keys: ['mmsi'], by: 'at' } })
    await context.check({
      from,
      latestBy: { keys: ['status', 'moored'], by: 'builtOn', tieBreak: '_seq' },
      where: call('>', column('lon'), value(5)),
    })
    await context.check({ from, latestBy: { keys: [], by: 'name', tieBreak: '_seq' } })
  })

  it('orders with NULL last in both directions, pages, and drops doubles', async () => {
    for (const descending of [false, true])
      await context.check(
        {
          from,
          orderBy: [{ by: column('name'), descending }, { by: column('_seq') }],
          limit: 37,
          offset: 11,
        },
        { ordered: true },
      )
    await context.check(
      {
        from,
        distinct: true,
        select: [
          { as: 'n', value: column('name') },
          { as: 'm', value: column('moored') },
        ],
        orderBy: [{ by: column('m') }, { by: column('n'), descending: true }],
      },
      { ordered: true },
    )
    await context.check(
      {
        from,
        groupBy: [column('status')],
        select: [
          { as: 's', value: column('status') },
          { as: 'n', value: count },
        ],
        orderBy: [{ by: column('n'), descending: true }, { by: call('-', column('s')) }],
        limit: 5,
      },
      { ordered: true },
    )
  })

  it('sees the column, not the alias of the same name', async () => {
    await context.check(
      {
        from,
        where: call('=', column('lon'), value(row(7).lon ?? null)),
        select: [
          { as: 'lon', value: call('round', column('lon')) },
          { as: 'mmsi', value: column('status') },
          { as: 'status', value: column('mmsi') },
        ],
        orderBy: [{ by: column('_seq') }],
      },
      { ordered: true },
    )
  })

  it('joins by key, keeps the left side, and finds the last before', async () => {
    const right: Query = {
      from,
      where: call('<', column('status'), value(4)),
      select: [
        { as: 'vessel', value: column('mmsi') },
        { as: 'when', value: column('at') },
        { as: 'label', value: column('name') },
        { as: 'n', value: column('_seq') },
      ],
    }
    const left: Query = { from, where: call('>', column('status'), value(9)) }
    const take = [
      { column: 'label', as: 'label' },
      { column: 'n', as: 'rightSeq' },
    ]
    for (const kind of ['inner', 'left', 'as-of'] as const)
      await context.check({
        from: { kind: 'query', query: left },
        join: {
          kind,
          from: { kind: 'query', query: right },
          on: [['mmsi', 'vessel']],
          time: ['at', 'when'],
          tieBreak: 'n',
          take,
        },
      })
    const early: Query = { ...right, where: call('>', column('at'), value('2024-10-27T12:00:00Z')) }
    await context.check({
      from,
      join: {
        kind: 'as-of',
        from: { kind: 'query', query: early },
        on: [['mmsi', 'vessel']],
        time: ['at', 'when'],
        take,
      },
    })
  })

  it('stacks queries, and looks into one from another', async () => {
    const part = (name: 'name' | 'details'): Query => ({
      from,
      groupBy: [column(name)],
      select: [
        { as: 'field', value: value(name) },
        { as: 'v', value: column(name) },
        { as: 'n', value: count },
      ],
    })
    await context.check({
      from: { kind: 'union', of: [part('name'), part('details')] },
      where: call('>', column('n'), value(1)),
    })
    const answer = await context.db.query({
      from,
      where: {
        kind: 'in-query',
        of: column('mmsi'),
        query: {
          from,
          where: call('=', column('status'), value(14)),
          select: [{ as: 'm', value: column('mmsi') }],
        },
      },
      select: [{ as: 'n', value: count }],
    })
    const vessels = new Set(stored.filter((r) => r.status === 14).map((r) => r.mmsi))
    expect(answer).toEqual([{ n: stored.filter((r) => vessels.has(r.mmsi!)).length }])
  })
}
