/** What is refused, limited, stopped. Part of the columnar suite. */
import { expect, it } from 'vitest'
import { from, positions, type SuiteContext, stored, total } from './columnar-fixture.suite.ts'
import { call, column, or, type Query, table, value } from './query.ts'

export function refusalsSuite(context: SuiteContext): void {
  it('takes no text as SQL', async () => {
    const evil = `'; DROP TABLE x; -- \\' " \` {p1:String} $1 \u0000 \n\t`
    expect(
      await context.db.query({
        from,
        where: call('=', column('name'), value(evil)),
        select: [{ as: evil.replaceAll('\u0000', ''), value: value(evil) }],
      }),
    ).toEqual([])
    const answer = await context.db.query({
      from,
      select: [{ as: 'a "quoted` \\ name', value: value(evil) }],
      limit: 1,
    })
    expect(answer).toEqual([{ 'a "quoted` \\ name': evil }])
    for (const name of ['lon" OR 1=1 --', 'lon`', '__o0', 'nothing'])
      await expect(
        context.db.query({ from, select: [{ as: 'x', value: column(name) }] }),
      ).rejects.toMatchObject({
        code: 'invalid_input',
      })
    await expect(context.db.query({ from: table('suite-positions"; DROP') })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('refuses what does not fit, before the engine', async () => {
    const wrong: Query[] = [
      { from, where: column('lon') },
      { from, where: call('=', column('lon'), value('x')) },
      { from, select: [{ as: 'x', value: call('+', column('name'), value(1)) }] },
      { from, select: [{ as: 'x', value: column('lon') }], groupBy: [column('mmsi')] },
      { from, select: [] },
      { from, limit: -1 },
      { from, limit: 1.5 },
      {
        from,
        select: [
          {
            as: 'x',
            value: { kind: 'time-bucket', of: column('at'), unit: 'day', count: 1, zone: 'Mars/Olympus' },
          },
        ],
      },
      {
        from,
        select: [{ as: 'x', value: { kind: 'aggregate', fn: 'percentile', of: column('lon'), p: 2 } }],
      },
      { from, where: call('=', column('at'), { kind: 'value', value: 'noon', type: 'timestamp' }) },
      { from, where: value(Number.NaN) },
    ]
    for (const query of wrong)
      await expect(context.db.query(query), JSON.stringify(query)).rejects.toMatchObject({
        code: 'invalid_input',
      })
  })

  it('streams whole lines of JSON and all of them', async () => {
    const chunks: Uint8Array[] = []
    for await (const chunk of context.db.stream({
      from,
      orderBy: [{ by: column('_seq'), descending: true }],
    })) {
      expect(chunk.at(-1)).toBe(10)
      chunks.push(chunk)
    }
    const lines = Buffer.concat(chunks).toString().trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual([...stored].reverse())
    const none: Uint8Array[] = []
    for await (const chunk of context.db.stream({ from, where: or() })) none.push(chunk)
    expect(none).toEqual([])
  })

  it('limits rows, and says so', async () => {
    await expect(context.db.query({ from }, { maxRows: total - 1 })).rejects.toMatchObject({
      code: 'query_too_expensive',
      status: 422,
    })
    expect(await context.db.query({ from }, { maxRows: total })).toHaveLength(total)
  })

  it('stops a query when its caller leaves or its time is over, and goes on', async () => {
    const left: Query = { from, select: [{ as: 'one', value: column('_seq') }] }
    const pairs = (inner: Query): Query => ({
      from: {
        kind: 'query',
        query: {
          from: { kind: 'query', query: inner },
          select: [
            { as: 'k', value: value(1) },
            { as: 'a', value: column('one') },
          ],
        },
      },
      join: {
        kind: 'inner',
        from: {
          kind: 'query',
          query: {
            from,
            select: [
              { as: 'k', value: value(1) },
              { as: 'b', value: column('_seq') },
            ],
          },
        },
        on: [['k', 'k']],
        take: [{ column: 'b', as: 'b' }],
      },
      select: [{ as: 'one', value: call('+', column('a'), column('b')) }],
    })
    const heavy: Query = {
      from: { kind: 'query', query: pairs(pairs(pairs(left))) },
      select: [
        { as: 'd', value: { kind: 'aggregate', fn: 'count-distinct', of: call('sin', column('one')) } },
      ],
    }
    const controller = new AbortController()
    const running = context.db.query(heavy, { class: 'derivation', signal: controller.signal })
    let isOver = false
    running
      .catch(() => undefined)
      .finally(() => {
        isOver = true
      })
    for (let i = 0; i < 5; i++) await context.countOf(positions.name)
    expect(isOver).toBe(false)
    controller.abort()
    await expect(running).rejects.toMatchObject({ code: 'cancelled' })
    await expect(context.db.query(heavy, { class: 'derivation', deadlineMs: 200 })).rejects.toMatchObject({
      code: 'query_too_expensive',
    })
    const aborted = AbortSignal.abort()
    await expect(context.db.query({ from }, { signal: aborted })).rejects.toMatchObject({ code: 'cancelled' })
    for await (const _ of context.db.stream({ from })) break
    expect(await context.countOf(positions.name)).toBeGreaterThanOrEqual(total)
    expect(await context.db.health()).toMatchObject({ running: 0, queued: 0 })
  })

  it('refuses more than a hundred waiting of one class, and serves the others', async () => {
    const small: Query = { from, limit: 1 }
    const answers = Array.from({ length: 130 }, () =>
      context.db.query(small, { class: 'load' }).then(
        () => 'ok',
        (error: { code: string }) => error.code,
      ),
    )
    expect(await context.db.query(small)).toHaveLength(1)
    const codes = await Promise.all(answers)
    expect(codes.filter((code) => code === 'ok')).toHaveLength(101)
    expect(codes.filter((code) => code === 'overloaded')).toHaveLength(29)
  })
}
