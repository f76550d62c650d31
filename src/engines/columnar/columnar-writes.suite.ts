/** How rows come in, change and go. Part of the columnar suite. */
import { expect, it } from 'vitest'
import { batchOfRows } from './batch-of-rows.ts'
import type { ColumnData, Row, TableBatch, TableSpec } from './columnar.ts'
import {
  all,
  count,
  positions,
  row,
  rows,
  type SuiteContext,
  startMs,
  total,
} from './columnar-fixture.suite.ts'
import { call, column, instant, table, value } from './query.ts'

export function writesSuite(context: SuiteContext): void {
  it('takes a range once, whatever is sent again', async () => {
    const range = { source: 'again', lo: 0, hi: 60, resumeFrom: 0 }
    const batch = () => [batchOfRows(positions, [{ ...row(1), _src: 'again', _seq: 1, mmsi: 1 }])]
    expect(await context.db.append(batch(), range)).toBe(true)
    expect(await context.db.append(batch(), range)).toBe(false)
    expect(await context.db.append(batch(), { ...range, hi: 30 })).toBe(false)
    await expect(context.db.append(batch(), { ...range, lo: 30, hi: 90 })).rejects.toMatchObject({
      code: 'invalid_input',
    })
    await expect(context.db.append(batch(), { ...range, lo: 90, hi: 80 })).rejects.toMatchObject({
      code: 'invalid_input',
    })
    expect(await context.countOf(positions.name, call('=', column('_src'), value('again')))).toBe(1)
    // An empty range moves the mark too: a spool of rejected lines only.
    expect(await context.db.append([], { ...range, lo: 60, hi: 120, resumeFrom: 110 })).toBe(true)
    expect(await context.db.ranges()).toContainEqual({ source: 'again', hi: 120, resumeFrom: 110 })
  })

  it('answers a question that was asked before by the rows that came since', async () => {
    const notes: TableSpec = {
      name: 'growing_notes',
      columns: [
        { name: 'n', type: 'integer' },
        { name: 'text', type: 'text' },
      ],
      sortBy: [],
    }
    await context.db.define(notes)
    const inOrder = { from: table(notes.name), orderBy: [{ by: column('n') }] }
    const larger = { ...inOrder, where: call('>', column('n'), value(100)) }
    const known: Row[] = []
    for (const [lo, added] of [
      [],
      [{ n: 1, text: 'incomplete' }],
      [
        { n: 200, text: 'longer than any text that was there before' },
        { n: 7_000_000, text: '' },
      ],
    ].entries()) {
      await context.db.append([batchOfRows(notes, added)], {
        source: 'notes',
        lo,
        hi: lo + 1,
        resumeFrom: lo,
      })
      known.push(...added)
      // More often than there are connections.
      for (let i = 0; i < 12; i++) {
        expect(await context.db.query(inOrder)).toEqual(known)
        expect(await context.db.query(larger)).toEqual(known.filter(({ n }) => Number(n) > 100))
      }
    }
    await context.db.drop(notes.name)
  })

  it('refuses a bad batch whole', async () => {
    const before = await context.countOf(positions.name)
    const bad = (columns: Record<string, ColumnData | undefined>) => {
      const batch = batchOfRows(positions, rows(0, 3))
      batch.columns = { ...batch.columns, ...columns } as TableBatch['columns']
      return context.db.append([batchOfRows(positions, rows(3, 5)), batch], {
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
      context.db.append([{ table: 'nowhere', rowCount: 0, columns: {} }], {
        source: 'bad',
        lo: 0,
        hi: 1,
        resumeFrom: 0,
      }),
    ).rejects.toMatchObject({ code: 'not_found' })
    expect(await context.countOf(positions.name)).toBe(before)
    expect((await context.db.ranges()).map((r) => r.source)).not.toContain('bad')
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
    await context.db.define(vessels)
    await context.db.replace(
      batchOfRows(vessels, [
        { mmsi: 2, name: 'b' },
        { mmsi: 1, name: 'a' },
      ]),
    )
    expect(await context.db.query({ from: table(vessels.name), orderBy: [{ by: column('mmsi') }] })).toEqual([
      { mmsi: 1, name: 'a' },
      { mmsi: 2, name: 'b' },
    ])
    const reads: Promise<Row[]>[] = []
    for (let i = 0; i < 10; i++) {
      reads.push(
        context.db.query({
          from: table(vessels.name),
          select: [
            { as: 'n', value: count },
            { as: 'm', value: { kind: 'aggregate', fn: 'min', of: column('mmsi') } },
          ],
        }),
      )
      await context.db.replace(
        batchOfRows(
          vessels,
          Array.from({ length: 10 }, (_, k) => ({ mmsi: 10 * i + k, name: null })),
        ),
      )
    }
    for (const [answer] of await Promise.all(reads)) expect([2, 10]).toContain(answer!.n)
    await context.db.replace(batchOfRows(vessels, []))
    expect(await context.countOf(vessels.name)).toBe(0)
    await context.db.drop(vessels.name)
    await context.db.drop(vessels.name)
    await expect(context.countOf(vessels.name)).rejects.toMatchObject({ code: 'not_found' })
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
    await context.db.define(base)
    await context.db.define(base)
    const at = '2024-01-01T10:00:00.000Z'
    await context.db.append([batchOfRows(base, [{ at, a: 1 }])], {
      source: 'growing',
      lo: 0,
      hi: 1,
      resumeFrom: 0,
    })
    if (context.hasColdStorage)
      expect(await context.db.compact(base.name, '2024-01-02')).toEqual(['2024-01-01'])
    await context.db.define(grown)
    await context.db.append([batchOfRows(grown, [{ at, a: 2, b: 'new' }])], {
      source: 'growing',
      lo: 1,
      hi: 2,
      resumeFrom: 0,
    })
    const expected = [
      { at, a: 1, b: null },
      { at, a: 2, b: 'new' },
    ]
    expect(await context.db.query({ from: table(base.name), orderBy: [{ by: column('a') }] })).toEqual(
      expected,
    )
    await context.db.compact(base.name, '2024-01-02')
    expect(await context.db.query({ from: table(base.name), orderBy: [{ by: column('a') }] })).toEqual(
      expected,
    )
    await expect(
      context.db.define({ ...base, sortBy: [], columns: [base.columns[0]!] }),
    ).rejects.toMatchObject({
      code: 'conflict',
    })
    await expect(
      context.db.define({
        ...grown,
        columns: [
          { name: 'at', type: 'timestamp' },
          { name: 'a', type: 'text' },
          { name: 'b', type: 'text' },
        ],
      }),
    ).rejects.toMatchObject({ code: 'conflict' })
    for (const name of ['', 'a b', '../x', 'x"', 'x/y', '1x'])
      await expect(context.db.define({ ...base, name })).rejects.toMatchObject({ code: 'invalid_input' })
    await context.db.drop(base.name)
  })

  it('keeps what retention does not name, hot and cold', async () => {
    const spec: TableSpec = { ...positions, name: 'suite-retained' }
    await context.db.define(spec)
    await context.db.append([batchOfRows(spec, all)], { source: 'retained', lo: 0, hi: 1, resumeFrom: 0 })
    const days = await context.db.compact(spec.name, '2024-10-28')
    if (context.hasColdStorage) expect(days).toEqual(['2024-10-26', '2024-10-27'])
    else expect(days).toEqual([])
    expect(await context.countOf(spec.name)).toBe(total)
    const before = new Date(startMs + 200 * 420_000)
    const old = all.filter(
      (r) => r.receivedAt !== null && Date.parse(String(r.receivedAt)) < before.getTime(),
    )
    expect(await context.db.retain(spec.name, before)).toBe(old.length)
    expect(await context.db.retain(spec.name, before)).toBe(0)
    expect(await context.countOf(spec.name)).toBe(total - old.length)
    expect(await context.countOf(spec.name, call('<', column('receivedAt'), instant(before)))).toBe(0)
    await context.db.drop(spec.name)
  })

  it('finds everything again after a restart', async () => {
    const before = await context.countOf(positions.name)
    await context.reopen()
    expect(await context.countOf(positions.name)).toBe(before)
    expect(await context.db.ranges()).toContainEqual({ source: 'roof', hi: total * 60, resumeFrom: 390 * 60 })
    expect(
      await context.db.append([batchOfRows(positions, rows(0, 250))], {
        source: 'roof',
        lo: 0,
        hi: 250 * 60,
        resumeFrom: 0,
      }),
    ).toBe(false)
    await context.db.define(positions)
    expect((await context.db.health()).ok).toBe(true)
  })
}
