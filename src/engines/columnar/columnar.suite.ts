/** The contract of `Columnar`, run on every implementation. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchOfRows } from './batch-of-rows.ts'
import type { Columnar, ColumnData, Row, TableBatch, TableSpec } from './columnar.ts'
import { evaluateQuery } from './evaluate-query.ts'
import {
  type Aggregate,
  and,
  call,
  column,
  type Expression,
  instant,
  not,
  or,
  type Query,
  table,
  value,
} from './query.ts'

const positions: TableSpec = {
  name: 'suite-positions',
  sortBy: ['mmsi', 'at'],
  dayOf: 'at',
  retainBy: 'receivedAt',
  columns: [
    { name: '_src', type: 'text' },
    { name: '_seq', type: 'bigint' },
    { name: 'at', type: 'timestamp' },
    { name: 'receivedAt', type: 'timestamp' },
    { name: 'mmsi', type: 'integer' },
    { name: 'lon', type: 'double' },
    { name: 'sogKn', type: 'real' },
    { name: 'name', type: 'text' },
    { name: 'moored', type: 'boolean' },
    { name: 'status', type: 'tinyint' },
    { name: 'builtOn', type: 'date' },
    { name: 'details', type: 'json' },
  ],
}

const startMs = Date.UTC(2024, 9, 26, 20)
const row = (i: number): Row => ({
  _src: 'roof',
  _seq: i * 60,
  at: new Date(startMs + i * 420_000).toISOString(),
  receivedAt: i % 11 === 0 ? null : new Date(startMs + i * 420_000 + 1_500).toISOString(),
  mmsi: 227_000_000 + (i % 7),
  lon: i % 5 === 0 ? null : Math.round((4.5 + i / 97) * 1e6) / 1e6,
  sogKn: i % 4 === 0 ? null : Math.fround((i % 30) / 10),
  name: [null, 'ÉTOILE', 'Ïle d’If — Château', 'A', '渡船 🚢', ''][i % 6]!,
  moored: i % 3 === 0 ? null : i % 2 === 0,
  status: (i % 16) - 1,
  builtOn: i % 2 === 0 ? '1666-03-05' : '2011-02-28',
  details: i % 2 === 0 ? '{"a":[1,2]}' : null,
})
const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => row(from + i))
const count: Aggregate = { kind: 'aggregate', fn: 'count' }
const shown = (cells: Row): Row =>
  Object.fromEntries(
    Object.entries(cells).map(([k, v]) => [k, typeof v === 'number' ? Number(v.toPrecision(7)) : v]),
  )
const sorted = (list: Row[]) => list.map((r) => JSON.stringify(shown(r))).sort()

export interface ColumnarFixture {
  columnar: Columnar
  /** Closes it and opens it again on the same data. */
  reopen(): Promise<Columnar>
  close(): Promise<void>
  /** Whether closed days move to files. */
  hasColdStorage: boolean
}

export function columnarSuite(engine: string, open: () => Promise<ColumnarFixture>): void {
  describe(`Columnar on ${engine}`, () => {
    let fixture: ColumnarFixture
    let db: Columnar
    const total = 400
    const all = rows(0, total)
    const stored: Row[] = all.map((r) => ({
      ...r,
      sogKn: r.sogKn === null ? null : Number(Number(r.sogKn).toPrecision(7)),
    }))

    beforeAll(async () => {
      fixture = await open()
      db = fixture.columnar
      await db.define(positions)
      const batch = (from: number, to: number) => [batchOfRows(positions, rows(from, to))]
      expect(
        await db.append(batch(0, 250), { source: 'roof', lo: 0, hi: 250 * 60, resumeFrom: 200 * 60 }),
      ).toBe(true)
      expect(
        await db.append(batch(250, total), {
          source: 'roof',
          lo: 250 * 60,
          hi: total * 60,
          resumeFrom: 390 * 60,
        }),
      ).toBe(true)
    })
    afterAll(() => fixture?.close())

    const countOf = async (name: string, where?: Expression) =>
      (await db.query({ from: table(name), where, select: [{ as: 'n', value: count }] }))[0]!.n

    /** The engine's answer must be the one a plain evaluation over the same rows gives. */
    async function check(query: Query, options: { ordered?: boolean } = {}) {
      const answer = await db.query(query)
      const expected = evaluateQuery(query, (name) =>
        name === positions.name ? { spec: positions, rows: stored } : undefined,
      )
      const [given, wanted] = options.ordered
        ? [answer, expected].map((list) => list.map((r) => JSON.stringify(shown(r))))
        : [sorted(answer), sorted(expected)]
      // The first difference alone: hundreds of equal rows would hide it.
      const at = given!.findIndex((line, i) => line !== wanted![i])
      expect(at < 0 ? undefined : given![at], JSON.stringify(query).slice(0, 400)).toBe(
        at < 0 ? undefined : wanted![at],
      )
      expect(given!.length).toBe(wanted!.length)
      return answer
    }
    const from = table(positions.name)

    it('gives back every value as it was put in', async () => {
      const answer = await db.query({ from, orderBy: [{ by: column('_seq') }] })
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
        await check({ from, where, select: [{ as: 'seq', value: column('_seq') }] })
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
      await check({ from, select: expressions.map((e, i) => ({ as: `x${i}`, value: e })) })
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
      await check({ from, select: expressions.map((e, i) => ({ as: `x${i}`, value: e })) })
    })

    it('groups, counts and measures, NULL being a group', async () => {
      const of = column('lon')
      const where = call('>=', column('status'), value(3))
      await check({
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
      await check({ from, where, select })
      await check({ from, where, groupBy: [column('name')], select })
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
          await check({
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
      await check({
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
      await check({
        from,
        select: [
          { as: 'b', value: bucket },
          { as: 'ms', value: call('epoch-ms', column('builtOn')) },
        ],
      })
    })

    it('keeps the latest row of each key, ties to the greatest', async () => {
      await check({ from, latestBy: { keys: ['mmsi'], by: 'at' } })
      await check({
        from,
        latestBy: { keys: ['status', 'moored'], by: 'builtOn', tieBreak: '_seq' },
        where: call('>', column('lon'), value(5)),
      })
      await check({ from, latestBy: { keys: [], by: 'name', tieBreak: '_seq' } })
    })

    it('orders with NULL last in both directions, pages, and drops doubles', async () => {
      for (const descending of [false, true])
        await check(
          {
            from,
            orderBy: [{ by: column('name'), descending }, { by: column('_seq') }],
            limit: 37,
            offset: 11,
          },
          { ordered: true },
        )
      await check(
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
      await check(
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
      await check(
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
        await check({
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
      await check({
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
      await check({
        from: { kind: 'union', of: [part('name'), part('details')] },
        where: call('>', column('n'), value(1)),
      })
      const answer = await db.query({
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

    it('takes no text as SQL', async () => {
      const evil = `'; DROP TABLE x; -- \\' " \` {p1:String} $1 \u0000 \n\t`
      expect(
        await db.query({
          from,
          where: call('=', column('name'), value(evil)),
          select: [{ as: evil.replaceAll('\u0000', ''), value: value(evil) }],
        }),
      ).toEqual([])
      const answer = await db.query({
        from,
        select: [{ as: 'a "quoted` \\ name', value: value(evil) }],
        limit: 1,
      })
      expect(answer).toEqual([{ 'a "quoted` \\ name': evil }])
      for (const name of ['lon" OR 1=1 --', 'lon`', '__o0', 'nothing'])
        await expect(db.query({ from, select: [{ as: 'x', value: column(name) }] })).rejects.toMatchObject({
          code: 'invalid_input',
        })
      await expect(db.query({ from: table('suite-positions"; DROP') })).rejects.toMatchObject({
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
        await expect(db.query(query), JSON.stringify(query)).rejects.toMatchObject({ code: 'invalid_input' })
    })

    it('streams whole lines of JSON and all of them', async () => {
      const chunks: Uint8Array[] = []
      for await (const chunk of db.stream({ from, orderBy: [{ by: column('_seq'), descending: true }] })) {
        expect(chunk.at(-1)).toBe(10)
        chunks.push(chunk)
      }
      const lines = Buffer.concat(chunks).toString().trimEnd().split('\n')
      expect(lines.map((line) => JSON.parse(line))).toEqual([...stored].reverse())
      const none: Uint8Array[] = []
      for await (const chunk of db.stream({ from, where: or() })) none.push(chunk)
      expect(none).toEqual([])
    })

    it('limits rows, and says so', async () => {
      await expect(db.query({ from }, { maxRows: total - 1 })).rejects.toMatchObject({
        code: 'query_too_expensive',
        status: 422,
      })
      expect(await db.query({ from }, { maxRows: total })).toHaveLength(total)
    })

    it('takes a range once, whatever is sent again', async () => {
      const range = { source: 'again', lo: 0, hi: 60, resumeFrom: 0 }
      const batch = () => [batchOfRows(positions, [{ ...row(1), _src: 'again', _seq: 1, mmsi: 1 }])]
      expect(await db.append(batch(), range)).toBe(true)
      expect(await db.append(batch(), range)).toBe(false)
      expect(await db.append(batch(), { ...range, hi: 30 })).toBe(false)
      await expect(db.append(batch(), { ...range, lo: 30, hi: 90 })).rejects.toMatchObject({
        code: 'invalid_input',
      })
      await expect(db.append(batch(), { ...range, lo: 90, hi: 80 })).rejects.toMatchObject({
        code: 'invalid_input',
      })
      expect(await countOf(positions.name, call('=', column('_src'), value('again')))).toBe(1)
      // An empty range moves the mark too: a spool of rejected lines only.
      expect(await db.append([], { ...range, lo: 60, hi: 120, resumeFrom: 110 })).toBe(true)
      expect(await db.ranges()).toContainEqual({ source: 'again', hi: 120, resumeFrom: 110 })
    })

    it('refuses a bad batch whole', async () => {
      const before = await countOf(positions.name)
      const bad = (columns: Record<string, ColumnData | undefined>) => {
        const batch = batchOfRows(positions, rows(0, 3))
        batch.columns = { ...batch.columns, ...columns } as TableBatch['columns']
        return db.append([batchOfRows(positions, rows(3, 5)), batch], {
          source: 'bad',
          lo: 0,
          hi: 1,
          resumeFrom: 0,
        })
      }
      const wrong: Record<string, ColumnData | undefined>[] = [
        { lon: { kind: 'float64', values: Float64Array.of(1, Number.NaN, 2) } },
        { lon: { kind: 'float64', values: Float64Array.of(1, 2) } },
        { lon: { kind: 'int32', values: Int32Array.of(1, 2, 3) } },
        { at: { kind: 'float64-integer', values: Float64Array.of(0, 1e300, 0) } },
        { at: { kind: 'float64-integer', values: Float64Array.of(0, 0, 0), nulls: Uint8Array.of(0, 0, 1) } },
        { _seq: { kind: 'float64-integer', values: Float64Array.of(0, 0.5, 0) } },
        { name: { kind: 'dictionary', dictionary: ['a'], codes: Int32Array.of(0, 1, 0) } },
        { name: undefined },
        { other: { kind: 'text', values: ['a', 'b', 'c'] } },
      ]
      for (const columns of wrong) await expect(bad(columns)).rejects.toMatchObject({ code: 'invalid_input' })
      await expect(
        db.append([{ table: 'nowhere', rowCount: 0, columns: {} }], {
          source: 'bad',
          lo: 0,
          hi: 1,
          resumeFrom: 0,
        }),
      ).rejects.toMatchObject({ code: 'not_found' })
      expect(await countOf(positions.name)).toBe(before)
      expect((await db.ranges()).map((r) => r.source)).not.toContain('bad')
    })

    it('replaces a snapshot in one step', async () => {
      const vessels: TableSpec = {
        name: 'suite-vessels',
        sortBy: ['mmsi'],
        columns: [
          { name: 'mmsi', type: 'integer' },
          { name: 'name', type: 'text' },
        ],
      }
      await db.define(vessels)
      await db.replace(
        batchOfRows(vessels, [
          { mmsi: 2, name: 'b' },
          { mmsi: 1, name: 'a' },
        ]),
      )
      expect(await db.query({ from: table(vessels.name), orderBy: [{ by: column('mmsi') }] })).toEqual([
        { mmsi: 1, name: 'a' },
        { mmsi: 2, name: 'b' },
      ])
      const reads: Promise<Row[]>[] = []
      for (let i = 0; i < 10; i++) {
        reads.push(
          db.query({
            from: table(vessels.name),
            select: [
              { as: 'n', value: count },
              { as: 'm', value: { kind: 'aggregate', fn: 'min', of: column('mmsi') } },
            ],
          }),
        )
        await db.replace(
          batchOfRows(
            vessels,
            Array.from({ length: 10 }, (_, k) => ({ mmsi: 10 * i + k, name: null })),
          ),
        )
      }
      for (const [answer] of await Promise.all(reads)) expect([2, 10]).toContain(answer!.n)
      await db.replace(batchOfRows(vessels, []))
      expect(await countOf(vessels.name)).toBe(0)
      await db.drop(vessels.name)
      await db.drop(vessels.name)
      await expect(countOf(vessels.name)).rejects.toMatchObject({ code: 'not_found' })
    })

    it('lets a table grow, and only grow', async () => {
      const base: TableSpec = {
        name: 'suite-growing',
        sortBy: ['a'],
        dayOf: 'at',
        columns: [
          { name: 'at', type: 'timestamp' },
          { name: 'a', type: 'integer' },
        ],
      }
      const grown: TableSpec = { ...base, columns: [...base.columns, { name: 'b', type: 'text' }] }
      await db.define(base)
      await db.define(base)
      const at = '2024-01-01T10:00:00.000Z'
      await db.append([batchOfRows(base, [{ at, a: 1 }])], { source: 'growing', lo: 0, hi: 1, resumeFrom: 0 })
      if (fixture.hasColdStorage) expect(await db.compact(base.name, '2024-01-02')).toEqual(['2024-01-01'])
      await db.define(grown)
      await db.append([batchOfRows(grown, [{ at, a: 2, b: 'new' }])], {
        source: 'growing',
        lo: 1,
        hi: 2,
        resumeFrom: 0,
      })
      const expected = [
        { at, a: 1, b: null },
        { at, a: 2, b: 'new' },
      ]
      expect(await db.query({ from: table(base.name), orderBy: [{ by: column('a') }] })).toEqual(expected)
      await db.compact(base.name, '2024-01-02')
      expect(await db.query({ from: table(base.name), orderBy: [{ by: column('a') }] })).toEqual(expected)
      await expect(db.define({ ...base, sortBy: [], columns: [base.columns[0]!] })).rejects.toMatchObject({
        code: 'conflict',
      })
      await expect(
        db.define({
          ...grown,
          columns: [
            { name: 'at', type: 'timestamp' },
            { name: 'a', type: 'text' },
            { name: 'b', type: 'text' },
          ],
        }),
      ).rejects.toMatchObject({ code: 'conflict' })
      for (const name of ['', 'a b', '../x', 'x"', 'x/y', '1x'])
        await expect(db.define({ ...base, name })).rejects.toMatchObject({ code: 'invalid_input' })
      await db.drop(base.name)
    })

    it('keeps what retention does not name, hot and cold', async () => {
      const spec: TableSpec = { ...positions, name: 'suite-retained' }
      await db.define(spec)
      await db.append([batchOfRows(spec, all)], { source: 'retained', lo: 0, hi: 1, resumeFrom: 0 })
      const days = await db.compact(spec.name, '2024-10-28')
      if (fixture.hasColdStorage) expect(days).toEqual(['2024-10-26', '2024-10-27'])
      else expect(days).toEqual([])
      expect(await countOf(spec.name)).toBe(total)
      const before = new Date(startMs + 200 * 420_000)
      const old = all.filter(
        (r) => r.receivedAt !== null && Date.parse(String(r.receivedAt)) < before.getTime(),
      )
      expect(await db.retain(spec.name, before)).toBe(old.length)
      expect(await db.retain(spec.name, before)).toBe(0)
      expect(await countOf(spec.name)).toBe(total - old.length)
      expect(await countOf(spec.name, call('<', column('receivedAt'), instant(before)))).toBe(0)
      await db.drop(spec.name)
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
      const running = db.query(heavy, { class: 'derivation', signal: controller.signal })
      let isOver = false
      running
        .catch(() => undefined)
        .finally(() => {
          isOver = true
        })
      for (let i = 0; i < 5; i++) await countOf(positions.name)
      expect(isOver).toBe(false)
      controller.abort()
      await expect(running).rejects.toMatchObject({ code: 'cancelled' })
      await expect(db.query(heavy, { class: 'derivation', deadlineMs: 200 })).rejects.toMatchObject({
        code: 'query_too_expensive',
      })
      const aborted = AbortSignal.abort()
      await expect(db.query({ from }, { signal: aborted })).rejects.toMatchObject({ code: 'cancelled' })
      for await (const _ of db.stream({ from })) break
      expect(await countOf(positions.name)).toBeGreaterThanOrEqual(total)
      expect(await db.health()).toMatchObject({ running: 0, queued: 0 })
    })

    it('refuses more than a hundred waiting of one class, and serves the others', async () => {
      const small: Query = { from, limit: 1 }
      const answers = Array.from({ length: 130 }, () =>
        db.query(small, { class: 'load' }).then(
          () => 'ok',
          (error: { code: string }) => error.code,
        ),
      )
      expect(await db.query(small)).toHaveLength(1)
      const codes = await Promise.all(answers)
      expect(codes.filter((code) => code === 'ok')).toHaveLength(101)
      expect(codes.filter((code) => code === 'overloaded')).toHaveLength(29)
    })

    it('finds everything again after a restart', async () => {
      const before = await countOf(positions.name)
      db = await fixture.reopen()
      expect(await countOf(positions.name)).toBe(before)
      expect(await db.ranges()).toContainEqual({ source: 'roof', hi: total * 60, resumeFrom: 390 * 60 })
      expect(
        await db.append([batchOfRows(positions, rows(0, 250))], {
          source: 'roof',
          lo: 0,
          hi: 250 * 60,
          resumeFrom: 0,
        }),
      ).toBe(false)
      await db.define(positions)
      expect((await db.health()).ok).toBe(true)
    })
  })
}
