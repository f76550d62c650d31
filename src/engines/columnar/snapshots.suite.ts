/** The contract of `Snapshots`, run on every implementation. */
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchOfRows } from './batch-of-rows.ts'
import type { Columnar, ColumnSpec, Row, TableSpec } from './columnar.ts'
import { openDuckDb } from './duckdb/open.ts'
import { silentLog } from './engine-log.ts'
import { column, type Query, table, value } from './query.ts'
import type { CsvColumn, LoadInput, Snapshots } from './snapshots.ts'

export interface SnapshotsFixture {
  store: Columnar & Snapshots
  /** Closes it and opens it again on the same data. */
  reopen(): Promise<Columnar & Snapshots>
  close(): Promise<void>
}

const columns: ColumnSpec[] = [
  { name: 'berth', type: 'text' },
  { name: 'quayM', type: 'integer' },
  { name: 'depthM', type: 'double' },
  { name: 'since', type: 'date' },
  { name: 'at', type: 'timestamp' },
  { name: 'open', type: 'boolean' },
]
const spec = (name: string, of: readonly ColumnSpec[] = columns): TableSpec => ({
  name,
  columns: of,
  sortBy: [],
})
const all = (name: string, version?: number): Query => ({
  from: table(name, version),
  orderBy: [{ by: column('_n') }],
})

/** Rows as a Parquet file at `path`: an archived version is one. */
async function writeParquet(from: TableSpec, rows: Row[], path: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lacydon-parquet-'))
  const store = await openDuckDb({ folder: join(folder, 'columnar'), coldFolder: folder, log: silentLog })
  try {
    const batches = (async function* () {
      yield batchOfRows(from, rows)
    })()
    await store.load(from, { kind: 'batches', batches })
    await store.archive('made', from.name, 1)
    await copyFile(join(folder, 'made', 'versions', 'v1.parquet'), path)
  } finally {
    await store.close()
    await rm(folder, { recursive: true })
  }
}

export function snapshotsSuite(engine: string, open: () => Promise<SnapshotsFixture>): void {
  describe(`Snapshots on ${engine}`, () => {
    let fixture: SnapshotsFixture
    let store: Columnar & Snapshots
    let files = 0

    beforeAll(async () => {
      fixture = await open()
      store = fixture.store
    }, 60_000)
    afterAll(() => fixture?.close())

    async function csv(
      text: string | Uint8Array,
      of: readonly CsvColumn[],
      more: Partial<LoadInput & { kind: 'csv' }> = {},
    ): Promise<LoadInput> {
      const path = join(store.inboxFolder, `suite-${++files}.csv`)
      await writeFile(path, text)
      return {
        kind: 'csv',
        path,
        delimiter: ',',
        quote: '"',
        skipLines: 1,
        columns: [...of],
        nullTexts: [],
        ...more,
      }
    }
    const placed = (of: readonly ColumnSpec[], more: Partial<CsvColumn> = {}): CsvColumn[] =>
      of.map((one, index) => ({ ...one, index, ...more }))
    async function load(name: string, input: LoadInput, of: readonly ColumnSpec[] = columns) {
      const outcome = await store.load(spec(name, of), input)
      return { ...outcome, rows: await store.query(all(name)) }
    }
    /** Loads one column of texts and answers its values and what was rejected. */
    async function cells(type: ColumnSpec['type'], texts: string[], more: Partial<CsvColumn> = {}) {
      const of: ColumnSpec[] = [{ name: 'v', type }]
      const name = `cells-${++files}`
      const text = `v,k\n${texts.map((cell) => `${cell},x`).join('\n')}\n`
      const { rows, rejects, rejectedCount } = await load(
        name,
        await csv(text, placed(of, more), { width: 2 }),
        of,
      )
      await store.drop(name)
      expect(rejectedCount).toBe(rejects.length)
      return { values: rows.map((row) => row.v), rejects: rejects.map((r) => [r.line, r.rule, r.value]) }
    }
    const batches = (name: string, rows: Row[], of: readonly ColumnSpec[] = columns): LoadInput => ({
      kind: 'batches',
      batches: (async function* () {
        for (let i = 0; i < rows.length; i += 2) yield batchOfRows(spec(name, of), rows.slice(i, i + 2))
      })(),
    })
    const berth = (i: number): Row => ({
      berth: i % 4 === 3 ? null : `Quai n° ${i} « J4 »`,
      quayM: i % 3 === 0 ? null : 100 + i,
      depthM: i / 4 - 3,
      since: i % 2 === 0 ? '1666-03-05' : '2024-02-29',
      at: new Date(Date.UTC(2024, 0, 1, 0, i, 0, i)).toISOString(),
      open: [true, false, null][i % 3]!,
    })
    const berths = (n: number) => Array.from({ length: n }, (_, i) => berth(i))
    const numbered = (rows: Row[]) => rows.map((row, i) => ({ ...row, _n: i + 1 }))

    async function publish(name: string, version: number, rows: Row[], of: readonly ColumnSpec[] = columns) {
      const staging = `${name}-staging-${version}`
      await store.load(spec(staging, of), batches(staging, rows, of))
      const archived = await store.archive(name, staging, version)
      await store.publish(name, staging, version)
      return archived
    }

    describe('load', () => {
      it('reads cells of every type, checked or trusted, the same', async () => {
        const text = `berth,quayM,depthM,since,at,open
"Quai, ""J4""",12,-3.5,1666-03-05,2024-01-02T03:04:05.678Z,true
,,,,,
multi,-7,1e3,2024-02-29,2024-01-02 03:04:05,false\n`
        const expected = numbered([
          {
            berth: 'Quai, "J4"',
            quayM: 12,
            depthM: -3.5,
            since: '1666-03-05',
            at: '2024-01-02T03:04:05.678Z',
            open: true,
          },
          { berth: null, quayM: null, depthM: null, since: null, at: null, open: null },
          {
            berth: 'multi',
            quayM: -7,
            depthM: 1000,
            since: '2024-02-29',
            at: '2024-01-02T03:04:05.000Z',
            open: false,
          },
        ])
        const checked = await load('csv-checked', await csv(text, placed(columns)))
        const trusted = await load('csv-trusted', await csv(text, placed(columns, { isPlain: true })))
        expect(checked).toEqual({ rowCount: 3, rejectedCount: 0, rejects: [], rows: expected })
        expect(trusted).toEqual(checked)
      })

      it('takes no number that is not written as one', async () => {
        expect(
          await cells('integer', ['1', '12.7', '007', 'nan', '2147483648', ' 8 ', '-0', '1_000', '0x10']),
        ).toEqual({
          values: [1, 8],
          rejects: [
            [3, 'type', '12.7'],
            [4, 'type', '007'],
            [5, 'type', 'nan'],
            [6, 'type', '2147483648'],
            [8, 'type', '-0'],
            [9, 'type', '1_000'],
            [10, 'type', '0x10'],
          ],
        })
        expect(
          await cells('double', ['1.5', 'nan', '1e400', '-inf', '.5', '5.', '1e3', '007', '1_0.5']),
        ).toEqual({
          values: [1.5, 0.5, 5, 1000],
          rejects: [
            [3, 'not-finite', 'nan'],
            [4, 'not-finite', '1e400'],
            [5, 'not-finite', '-inf'],
            [9, 'type', '007'],
            [10, 'type', '1_0.5'],
          ],
        })
        expect(await cells('bigint', ['9007199254740991', '9007199254740992', '-9007199254740991'])).toEqual({
          values: [9007199254740991, -9007199254740991],
          rejects: [[3, 'type', '9007199254740992']],
        })
      })

      it('does not trust what was called plain and cannot be stored', async () => {
        const plain = { isPlain: true }
        expect(await cells('double', ['1', 'nan', 'inf', '2'], plain)).toEqual({
          values: [1, 2],
          rejects: [
            [3, 'not-finite', 'nan'],
            [4, 'not-finite', 'inf'],
          ],
        })
        expect(await cells('bigint', ['1', '9007199254740993'], plain)).toEqual({
          values: [1],
          rejects: [[3, 'type', '9007199254740993']],
        })
        expect(await cells('integer', ['1', 'x', ''], plain)).toEqual({
          values: [1, null],
          rejects: [[3, 'type', 'x']],
        })
      })

      it('reads days and instants', async () => {
        expect(
          await cells('timestamp', [
            '2024-01-02T03:04:05+02:00',
            '2024-01-02',
            '2024-01-02T03:04Z',
            '2024-02-30',
            'infinity',
            'now',
            '0000-01-01',
          ]),
        ).toEqual({
          values: ['2024-01-02T01:04:05.000Z', '2024-01-02T00:00:00.000Z', '2024-01-02T03:04:00.000Z'],
          rejects: [
            [5, 'type', '2024-02-30'],
            [6, 'type', 'infinity'],
            [7, 'type', 'now'],
            [8, 'type', '0000-01-01'],
          ],
        })
        expect(
          await cells('date', ['2024-02-29', '2023-02-29', '2024-2-3', '1666-03-05', '9999-12-31']),
        ).toEqual({
          values: ['2024-02-29', '1666-03-05', '9999-12-31'],
          rejects: [
            [3, 'type', '2023-02-29'],
            [4, 'type', '2024-2-3'],
          ],
        })
      })

      it('reads French numbers, words and dates', async () => {
        const comma = { format: { kind: 'decimal-comma' as const } }
        const semicolon = async (type: ColumnSpec['type'], texts: string[], more: Partial<CsvColumn>) => {
          const of: ColumnSpec[] = [{ name: 'v', type }]
          const name = `french-${++files}`
          const input = await csv(`v;k\n${texts.map((t) => `${t};x`).join('\n')}\n`, placed(of, more), {
            width: 2,
            delimiter: ';',
          })
          const { rows, rejects } = await load(name, input, of)
          return { values: rows.map((row) => row.v), rejects: rejects.map((r) => r.value) }
        }
        expect(
          await semicolon(
            'double',
            ['1 234,5', '1.234.567,25', '-0,5', '12', '1\u202f000', '1\u00a0000,', '1,2,3', '12 34'],
            comma,
          ),
        ).toEqual({ values: [1234.5, 1234567.25, -0.5, 12, 1000, 1000], rejects: ['1,2,3', '12 34'] })
        expect(await semicolon('integer', ['1 234', '12,5'], comma)).toEqual({
          values: [1234],
          rejects: ['12,5'],
        })
        const words = { format: { kind: 'words' as const, true: ['oui', 'VRAI'], false: ['non'] } }
        expect(await semicolon('boolean', ['Oui', 'vrai', 'NON', 'peut-être'], words)).toEqual({
          values: [true, true, false],
          rejects: ['peut-être'],
        })
        const paris = {
          format: { kind: 'pattern' as const, pattern: 'dd/MM/yyyy HH:mm', zone: 'Europe/Paris' },
        }
        expect(
          await semicolon('timestamp', ['01/07/2024 12:00', '31/01/2024 00:30', '31/02/2024 00:00'], paris),
        ).toEqual({
          values: ['2024-07-01T10:00:00.000Z', '2024-01-30T23:30:00.000Z'],
          rejects: ['31/02/2024 00:00'],
        })
        const day = { format: { kind: 'pattern' as const, pattern: "dd 'le' MM.yyyy" } }
        expect(await semicolon('date', ['05 le 03.1666', '5/3/1666'], day)).toEqual({
          values: ['1666-03-05'],
          rejects: ['5/3/1666'],
        })
        const offset = { format: { kind: 'pattern' as const, pattern: 'yyyyMMdd HHmm XX' } }
        expect(await semicolon('timestamp', ['20240701 1200 +0200'], offset)).toEqual({
          values: ['2024-07-01T10:00:00.000Z'],
          rejects: [],
        })
      })

      it('tells the line, column and rule of each reject', async () => {
        const of: ColumnSpec[] = [
          { name: 'a', type: 'integer' },
          { name: 'b', type: 'text' },
          { name: 'c', type: 'double' },
        ]
        const text =
          'a,b,c\r\n1,"two\r\nlines",1\r\nx,y,2\r\n3,too few\r\n4,many,5,6\r\n\r\n5,"q ""uoted""\r\n\r\n",bad\r\n6,é,nan\r\n7,end,7'
        const expected = [
          { line: 4, column: 'a', rule: 'type', value: 'x' },
          { line: 5, column: 'c', rule: 'too-few-cells', value: '3,too few' },
          { line: 6, column: null, rule: 'too-many-cells', value: '4,many,5,6' },
          { line: 8, column: 'c', rule: 'type', value: 'bad' },
          { line: 11, column: 'c', rule: 'not-finite', value: 'nan' },
        ]
        const rows = numbered([
          { a: 1, b: 'two\r\nlines', c: 1 },
          { a: 7, b: 'end', c: 7 },
        ])
        const checked = await load('lines-checked', await csv(text, placed(of)), of)
        expect(checked).toEqual({ rowCount: 2, rejectedCount: 5, rejects: expected, rows })
        const half = placed(of).map((one) => ({ ...one, isPlain: one.name === 'a' }))
        expect(await load('lines-half', await csv(text, half), of)).toEqual(checked)
        const unix = text.replaceAll('\r\n', '\n')
        expect((await load('lines-unix', await csv(unix, placed(of)), of)).rejects).toEqual(expected)
      })

      it('keeps numbers of rows in the order of the file', async () => {
        const of: ColumnSpec[] = [{ name: 'i', type: 'integer' }]
        const texts = Array.from({ length: 300_000 }, (_, i) => (i % 100_000 === 99_999 ? 'x' : i))
        const { rowCount, rejects } = await store.load(
          spec('order', of),
          await csv(`i\n${texts.join('\n')}\n`, placed(of, { isPlain: true })),
        )
        expect(rowCount).toBe(299_997)
        expect(rejects.map((r) => r.line)).toEqual([100_001, 200_001, 300_001])
        const page = await store.query({ ...all('order'), limit: 3, offset: 99_998 })
        expect(page).toEqual([
          { i: 99_998, _n: 99_999 },
          { i: 100_000, _n: 100_000 },
          { i: 100_001, _n: 100_001 },
        ])
      })

      it('skips columns and reads other delimiters, quotes and texts for nothing', async () => {
        const of: ColumnSpec[] = [
          { name: 'z', type: 'integer' },
          { name: 'a', type: 'text' },
        ]
        const input = await csv(
          "title\nx|y|z\n'it''s'|-|3\nN/A|-|NULL\n",
          [
            { name: 'z', type: 'integer', index: 2 },
            { name: 'a', type: 'text', index: 0 },
          ],
          { delimiter: '|', quote: "'", skipLines: 2, nullTexts: ['N/A', 'NULL'] },
        )
        expect((await load('skip', input, of)).rows).toEqual(
          numbered([
            { z: 3, a: "it's" },
            { z: null, a: null },
          ]),
        )
        const noQuote = await csv('a\n"5" pipe\n', placed([{ name: 'a', type: 'text' }]), {
          quote: null,
          delimiter: ';',
        })
        const { rows } = await load('no-quote', noQuote, [{ name: 'a', type: 'text' }])
        expect(rows).toEqual([{ a: '"5" pipe', _n: 1 }])
      })

      it('finds the line of every reject, however records are written', async () => {
        const of: ColumnSpec[] = [
          { name: 'a', type: 'integer' },
          { name: 'b', type: 'text' },
        ]
        const text = fc.array(fc.constantFrom('x', 'é', ',', '"', '\n', '\r\n', ' '), { maxLength: 5 })
        const kind = fc.constantFrom('good', 'good', 'bad', 'short', 'long', 'blank')
        await fc.assert(
          fc.asyncProperty(
            fc.array(fc.record({ kind, text, isQuoted: fc.boolean() }), { maxLength: 12 }),
            fc.constantFrom('\n', '\r\n'),
            fc.boolean(),
            async (records, end, isPlain) => {
              let csvText = `a,b${end}`
              let line = 2
              const badLines: number[] = []
              const goodTexts: (string | null)[] = []
              for (const record of records) {
                const cell = record.text.join('').replaceAll(/\r?\n/g, end)
                const isQuoted = record.isQuoted || /[",\n]/.test(cell)
                const b = isQuoted ? `"${cell.replaceAll('"', '""')}"` : cell
                const whole = { good: `7,${b}`, bad: `x,${b}`, short: 'alone', long: `1,${b},2`, blank: '' }[
                  record.kind
                ]
                if (record.kind === 'good') goodTexts.push(cell || null)
                else if (record.kind !== 'blank') badLines.push(line)
                csvText += whole + end
                line += (whole + end).split('\n').length - 1
              }
              const name = `lines-${++files}`
              const { rows, rejects } = await load(name, await csv(csvText, placed(of, { isPlain })), of)
              await store.drop(name)
              expect(rows.map((row) => row.b)).toEqual(goodTexts)
              expect([...new Set(rejects.map((reject) => reject.line))]).toEqual(badLines)
            },
          ),
          { numRuns: 40 },
        )
      }, 60_000)

      it('says where a quote opens that never closes, and leaves nothing', async () => {
        const input = await csv(
          `a,b\n1,x\n2,"open\n3,y\n4,z\n`,
          placed([
            { name: 'a', type: 'integer' },
            { name: 'b', type: 'text' },
          ]),
        )
        const of: ColumnSpec[] = [
          { name: 'a', type: 'integer' },
          { name: 'b', type: 'text' },
        ]
        await expect(store.load(spec('open-quote', of), input)).rejects.toMatchObject({
          code: 'invalid_input',
          details: { line: 3 },
        })
        await expect(store.query(all('open-quote'))).rejects.toMatchObject({ code: 'not_found' })
        expect(await store.stagingTables()).not.toContain('open-quote')
      })

      it('survives line ends of two kinds, wrong encodings, empty files and long lines', async () => {
        const of: ColumnSpec[] = [
          { name: 'a', type: 'integer' },
          { name: 'b', type: 'text' },
        ]
        const mixed = await load('mixed-ends', await csv('a,b\n1,x\r\n2,y\n3,z\r\n', placed(of)), of)
        expect(mixed.rows.map((row) => row.b)).toEqual(['x', 'y', 'z'])
        const latin = Buffer.concat([Buffer.from('a,b\n1,caf'), Buffer.of(0xe9), Buffer.from('\n2,ok\n')])
        const encoded = await load('latin', await csv(latin, placed(of)), of)
        expect(encoded.rows.map((row) => row.b)).toEqual(['ok'])
        expect(encoded.rejects).toMatchObject([{ line: 2, rule: 'encoding' }])
        expect(await load('empty', await csv('', placed(of)), of)).toMatchObject({ rowCount: 0, rows: [] })
        expect(await load('header', await csv('a,b\n', placed(of)), of)).toMatchObject({
          rowCount: 0,
          rows: [],
        })
        const long = await load('long', await csv(`a,b\n1,${'x'.repeat(9_000_000)}\n2,ok\n`, placed(of)), of)
        expect(long.rows.map((row) => row.a)).toEqual([2])
        expect(long.rejects).toMatchObject([{ line: 2, rule: 'line-too-long' }])
      })

      it('refuses files outside its folder, a name in use and columns that are not given', async () => {
        const of: ColumnSpec[] = [{ name: 'a', type: 'text' }]
        const outside = { ...(await csv('', placed(of))), path: '/etc/passwd' } as LoadInput
        await expect(store.load(spec('outside', of), outside)).rejects.toMatchObject({
          code: 'invalid_input',
        })
        const input = await csv('a\nx\n', placed(of))
        await store.load(spec('in-use', of), input)
        await expect(store.load(spec('in-use', of), input)).rejects.toMatchObject({ code: 'conflict' })
        await expect(store.load(spec('other', [{ name: 'b', type: 'text' }]), input)).rejects.toMatchObject({
          code: 'invalid_input',
        })
        const parquet: LoadInput = { kind: 'parquet', path: (input as { path: string }).path }
        await expect(store.load(spec('no-parquet', of), parquet)).rejects.toMatchObject({
          code: 'invalid_input',
        })
      })

      it('reads Parquet of others: types made ours, columns by name, values that do not fit told', async () => {
        const columnsOf: TableSpec = spec('parquet-source', [
          { name: 'whole', type: 'double' },
          { name: 'text', type: 'text' },
          { name: 'day', type: 'date' },
          { name: 'doc', type: 'json' },
        ])
        const rows: Row[] = [
          { whole: 1, text: '12', day: '2024-02-29', doc: '{"a":1}' },
          { whole: 2.5, text: '007', day: null, doc: null },
          { whole: null, text: null, day: '1666-03-05', doc: '[1]' },
          { whole: 3, text: ' 8 ', day: '2024-01-01', doc: '"x"' },
        ]
        const path = join(store.inboxFolder, 'others.parquet')
        await writeParquet(columnsOf, rows, path)
        const of: ColumnSpec[] = [
          { name: 'n', type: 'integer' },
          { name: 'code', type: 'smallint' },
          { name: 'at', type: 'timestamp' },
          { name: 'doc', type: 'json' },
        ]
        const names = [
          { from: 'whole', name: 'n' },
          { from: 'text', name: 'code' },
          { from: 'day', name: 'at' },
        ]
        const outcome = await load('from-parquet', { kind: 'parquet', path, columns: names }, of)
        expect(outcome.rows).toEqual(
          numbered([
            { n: 1, code: 12, at: '2024-02-29T00:00:00.000Z', doc: '{"a":1}' },
            { n: null, code: null, at: '1666-03-05T00:00:00.000Z', doc: '[1]' },
            { n: 3, code: 8, at: '2024-01-01T00:00:00.000Z', doc: '"x"' },
          ]),
        )
        expect(outcome.rejects).toEqual([
          { line: 2, column: 'n', rule: 'type', value: '2.5' },
          { line: 2, column: 'code', rule: 'type', value: '007' },
        ])
        const lacking: LoadInput = { kind: 'parquet', path }
        await expect(store.load(spec('lacking', of), lacking)).rejects.toMatchObject({
          code: 'invalid_input',
          message: expect.stringContaining('“n”'),
        })
        const whole = await readFile(path)
        const cut = join(store.inboxFolder, 'cut.parquet')
        await writeFile(cut, whole.subarray(0, whole.length - 20))
        await expect(
          store.load(spec('cut', of), { kind: 'parquet', path: cut, columns: names }),
        ).rejects.toMatchObject({ code: 'invalid_input' })
        expect(await store.stagingTables()).not.toContain('cut')
      })

      it('stops when told and leaves nothing', async () => {
        const of: ColumnSpec[] = [{ name: 'i', type: 'integer' }]
        const input = await csv(`i\n${'1\n'.repeat(3_000_000)}`, placed(of))
        const stop = new AbortController()
        const loading = store.load(spec('stopped', of), input, { signal: stop.signal })
        setImmediate(() => stop.abort())
        await expect(loading).rejects.toMatchObject({ code: 'cancelled' })
        await expect(
          store.load(spec('stopped', of), batches('stopped', [{ i: 1 }], of), { signal: stop.signal }),
        ).rejects.toMatchObject({ code: 'cancelled' })
        expect(await store.stagingTables()).not.toContain('stopped')
        await store.load(spec('stopped', of), await csv('i\n1\n', placed(of)))
      }, 30_000)

      it('takes batches, all or none', async () => {
        const { rows, rowCount } = await load('by-batch', batches('by-batch', berths(7)))
        expect(rowCount).toBe(7)
        expect(rows).toEqual(numbered(berths(7)))
        const bad = [...berths(3), { ...berth(4), depthM: Number.POSITIVE_INFINITY }]
        await expect(store.load(spec('bad-batch'), batches('bad-batch', bad))).rejects.toMatchObject({
          code: 'invalid_input',
        })
        await expect(store.query(all('bad-batch'))).rejects.toMatchObject({ code: 'not_found' })
      })
    })

    describe('versions', () => {
      it('shows the published one and keeps the others', async () => {
        const first = await publish('quays', 1, berths(5))
        const second = await publish('quays', 2, berths(8))
        expect(first).toMatchObject({ rowCount: 5, checksum: expect.stringMatching(/^[0-9a-f]{64}$/) })
        expect(second.rowCount).toBe(8)
        expect(second.checksum).not.toBe(first.checksum)
        expect(await store.publishedVersion('quays')).toBe(2)
        expect(await store.query(all('quays'))).toEqual(numbered(berths(8)))
        expect(await store.query(all('quays', 1))).toEqual(numbered(berths(5)))
        expect(await store.query(all('quays', 2))).toEqual(numbered(berths(8)))
        await expect(store.query(all('quays', 3))).rejects.toMatchObject({ code: 'not_found' })
        expect(await store.stagingTables()).not.toContain('quays-staging-2')
      })

      it('is the same after a restart', async () => {
        store = await fixture.reopen()
        expect(await store.publishedVersion('quays')).toBe(2)
        expect(await store.archivedVersions('quays')).toEqual([1, 2])
        expect(await store.query(all('quays'))).toEqual(numbered(berths(8)))
        expect(await store.query(all('quays', 1))).toEqual(numbered(berths(5)))
      })

      it('reads an archived version as the start of a new one, with its checksum', async () => {
        const staging = 'quays-staging-3'
        const outcome = await store.load(spec(staging), { kind: 'version', table: 'quays', version: 1 })
        expect(outcome).toEqual({ rowCount: 5, rejectedCount: 0, rejects: [] })
        const third = await store.archive('quays', staging, 3)
        await store.publish('quays', staging, 3)
        expect(third.checksum).toBe((await publish('twin', 1, berths(5))).checksum)
        expect(await store.query(all('quays'))).toEqual(numbered(berths(5)))
      })

      it('lets versions differ in their columns', async () => {
        const wider: ColumnSpec[] = [
          { name: 'berth', type: 'text' },
          { name: 'crane', type: 'text' },
        ]
        await publish('quays', 4, [{ berth: 'J4', crane: 'C1' }], wider)
        expect(await store.query(all('quays'))).toEqual([{ berth: 'J4', crane: 'C1', _n: 1 }])
        expect(await store.query(all('quays', 2))).toEqual(numbered(berths(8)))
        const [joined] = await store.query({
          from: table('quays'),
          join: {
            kind: 'inner',
            from: table('quays', 2),
            on: [['_n', '_n']],
            take: [{ column: 'quayM', as: 'q' }],
          },
          where: { kind: 'call', fn: '=', args: [column('berth'), value('J4')] },
        })
        expect(joined).toEqual({ berth: 'J4', crane: 'C1', _n: 1, q: null })
      })

      it('replaces the table that was defined before its first version', async () => {
        await store.define({
          name: 'empty-first',
          columns: [...columns, { name: '_n', type: 'bigint' }],
          sortBy: [],
        })
        expect(await store.publishedVersion('empty-first')).toBeNull()
        expect(await store.query(all('empty-first'))).toEqual([])
        await publish('empty-first', 1, berths(2))
        expect(await store.query(all('empty-first'))).toEqual(numbered(berths(2)))
      })

      it('gives a reader one version while another is published', async () => {
        await publish('busy', 1, berths(1))
        const seen = new Set<string>()
        let isOver = false
        const reading = (async () => {
          while (!isOver) seen.add(JSON.stringify(await store.query(all('busy', 1))))
        })()
        for (let version = 2; version < 8; version++) await publish('busy', version, berths(version))
        isOver = true
        await reading
        expect([...seen]).toEqual([JSON.stringify(await store.query(all('busy', 1)))])
      })

      it('forgets what it is told to, never what it shows', async () => {
        await expect(store.purge('quays', 4)).rejects.toMatchObject({ code: 'conflict' })
        await store.purge('quays', 1)
        expect(await store.archivedVersions('quays')).toEqual([2, 3, 4])
        await expect(store.query(all('quays', 1))).rejects.toMatchObject({ code: 'not_found' })
        await store.drop('quays')
        expect(await store.publishedVersion('quays')).toBeNull()
        expect(await store.archivedVersions('quays')).toEqual([])
        await expect(store.query(all('quays'))).rejects.toMatchObject({ code: 'not_found' })
        await publish('quays', 1, berths(2))
        expect(await store.query(all('quays', 1))).toEqual(numbered(berths(2)))
      })

      it('shows what is published after a table was dropped and made anew, across a restart', async () => {
        for (const version of [1, 2, 3]) await publish('anew', version, berths(version))
        await store.drop('anew')
        await publish('anew', 1, berths(4))
        store = await fixture.reopen()
        expect(await store.publishedVersion('anew')).toBe(1)
        expect(await store.query(all('anew'))).toEqual(numbered(berths(4)))
      })

      it('shows an archived version again', async () => {
        await publish('again', 1, berths(1))
        await publish('again', 2, berths(2))
        await store.load(spec('again-staging'), { kind: 'version', table: 'again', version: 1 })
        await store.publish('again', 'again-staging', 1)
        expect(await store.publishedVersion('again')).toBe(1)
        expect(await store.query(all('again'))).toEqual(numbered(berths(1)))
        expect(await store.query(all('again', 2))).toEqual(numbered(berths(2)))
        expect(await store.stagingTables()).not.toContain('again-staging')
      })

      it('converts an archived version to other columns, and tells what does not convert', async () => {
        await publish('converted', 1, berths(4))
        const texts: ColumnSpec[] = [
          { name: 'quayM', type: 'text' },
          { name: 'since', type: 'timestamp' },
          { name: 'crane', type: 'double' },
        ]
        const outcome = await store.load(spec('as-texts', texts), {
          kind: 'version',
          table: 'converted',
          version: 1,
        })
        expect(outcome).toEqual({ rowCount: 4, rejectedCount: 0, rejects: [] })
        expect((await store.query(all('as-texts')))[1]).toEqual({
          quayM: '101',
          since: '2024-02-29T00:00:00.000Z',
          crane: null,
          _n: 2,
        })
        const numbers: ColumnSpec[] = [{ name: 'berth', type: 'integer' }]
        expect(
          await store.load(spec('as-numbers', numbers), { kind: 'version', table: 'converted', version: 1 }),
        ).toMatchObject({
          rowCount: 1,
          rejectedCount: 3,
          rejects: [{ line: 1, column: 'berth', rule: 'type' }, {}, {}],
        })
        for (const name of ['as-texts', 'as-numbers']) await store.drop(name)
      })

      it('tells and drops staging tables', async () => {
        await store.load(spec('left-over'), batches('left-over', berths(2)))
        expect(await store.stagingTables()).toContain('left-over')
        await store.drop('left-over')
        expect(await store.stagingTables()).not.toContain('left-over')
        await expect(store.publish('quays', 'left-over', 9)).rejects.toMatchObject({ code: 'not_found' })
        await store.load(spec('unarchived'), batches('unarchived', berths(2)))
        await expect(store.publish('quays', 'unarchived', 9)).rejects.toMatchObject({ code: 'not_found' })
        await expect(store.archive('quays', 'unarchived', 1)).rejects.toMatchObject({ code: 'conflict' })
      })
    })
  })
}
