/** Loads, as the contract of `Snapshots` has them. */
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { batchOfRows } from './batch-of-rows.ts'
import type { ColumnSpec, Row, TableSpec } from './columnar.ts'
import { openDuckDb } from './duckdb/open.ts'
import { silentLog } from './engine-log.ts'
import type { CsvColumn, LoadInput } from './snapshots.ts'
import {
  all,
  batches,
  berth,
  berths,
  columns,
  numbered,
  placed,
  type SnapshotTools,
  spec,
} from './snapshots-tools.suite.ts'

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

/** `open` gives the tools once they are there. */
export function loadCases(open: () => SnapshotTools): void {
  let tools: SnapshotTools
  beforeAll(() => {
    tools = open()
  })

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
      const checked = await tools.load('csv-checked', await tools.csv(text, placed(columns)))
      const trusted = await tools.load(
        'csv-trusted',
        await tools.csv(text, placed(columns, { isPlain: true })),
      )
      expect(checked).toEqual({ rowCount: 3, rejectedCount: 0, rejects: [], rows: expected })
      expect(trusted).toEqual(checked)
    })

    it('takes no number that is not written as one', async () => {
      expect(
        await tools.cells('integer', ['1', '12.7', '007', 'nan', '2147483648', ' 8 ', '-0', '1_000', '0x10']),
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
        await tools.cells('double', ['1.5', 'nan', '1e400', '-inf', '.5', '5.', '1e3', '007', '1_0.5']),
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
      expect(
        await tools.cells('bigint', ['9007199254740991', '9007199254740992', '-9007199254740991']),
      ).toEqual({
        values: [9007199254740991, -9007199254740991],
        rejects: [[3, 'type', '9007199254740992']],
      })
    })

    it('does not trust what was called plain and cannot be stored', async () => {
      const plain = { isPlain: true }
      expect(await tools.cells('double', ['1', 'nan', 'inf', '2'], plain)).toEqual({
        values: [1, 2],
        rejects: [
          [3, 'not-finite', 'nan'],
          [4, 'not-finite', 'inf'],
        ],
      })
      expect(await tools.cells('bigint', ['1', '9007199254740993'], plain)).toEqual({
        values: [1],
        rejects: [[3, 'type', '9007199254740993']],
      })
      expect(await tools.cells('integer', ['1', 'x', ''], plain)).toEqual({
        values: [1, null],
        rejects: [[3, 'type', 'x']],
      })
    })

    it('reads days and instants', async () => {
      expect(
        await tools.cells('timestamp', [
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
        await tools.cells('date', ['2024-02-29', '2023-02-29', '2024-2-3', '1666-03-05', '9999-12-31']),
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
        const name = tools.fresh('french')
        const input = await tools.csv(`v;k\n${texts.map((t) => `${t};x`).join('\n')}\n`, placed(of, more), {
          width: 2,
          delimiter: ';',
        })
        const { rows, rejects } = await tools.load(name, input, of)
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
      const checked = await tools.load('lines-checked', await tools.csv(text, placed(of)), of)
      expect(checked).toEqual({ rowCount: 2, rejectedCount: 5, rejects: expected, rows })
      const half = placed(of).map((one) => ({ ...one, isPlain: one.name === 'a' }))
      expect(await tools.load('lines-half', await tools.csv(text, half), of)).toEqual(checked)
      const unix = text.replaceAll('\r\n', '\n')
      expect((await tools.load('lines-unix', await tools.csv(unix, placed(of)), of)).rejects).toEqual(
        expected,
      )
    })

    it('keeps numbers of rows in the order of the file', async () => {
      const of: ColumnSpec[] = [{ name: 'i', type: 'integer' }]
      const texts = Array.from({ length: 300_000 }, (_, i) => (i % 100_000 === 99_999 ? 'x' : i))
      const { rowCount, rejects } = await tools.store.load(
        spec('order', of),
        await tools.csv(`i\n${texts.join('\n')}\n`, placed(of, { isPlain: true })),
      )
      expect(rowCount).toBe(299_997)
      expect(rejects.map((r) => r.line)).toEqual([100_001, 200_001, 300_001])
      const page = await tools.store.query({ ...all('order'), limit: 3, offset: 99_998 })
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
      const input = await tools.csv(
        "title\nx|y|z\n'it''s'|-|3\nN/A|-|NULL\n",
        [
          { name: 'z', type: 'integer', index: 2 },
          { name: 'a', type: 'text', index: 0 },
        ],
        { delimiter: '|', quote: "'", skipLines: 2, nullTexts: ['N/A', 'NULL'] },
      )
      expect((await tools.load('skip', input, of)).rows).toEqual(
        numbered([
          { z: 3, a: "it's" },
          { z: null, a: null },
        ]),
      )
      const noQuote = await tools.csv('a\n"5" pipe\n', placed([{ name: 'a', type: 'text' }]), {
        quote: null,
        delimiter: ';',
      })
      const { rows } = await tools.load('no-quote', noQuote, [{ name: 'a', type: 'text' }])
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
            const name = tools.fresh('lines')
            const { rows, rejects } = await tools.load(
              name,
              await tools.csv(csvText, placed(of, { isPlain })),
              of,
            )
            await tools.store.drop(name)
            expect(rows.map((row) => row.b)).toEqual(goodTexts)
            expect([...new Set(rejects.map((reject) => reject.line))]).toEqual(badLines)
          },
        ),
        { numRuns: 40 },
      )
    }, 60_000)

    it('says where a quote opens that never closes, and leaves nothing', async () => {
      const input = await tools.csv(
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
      await expect(tools.store.load(spec('open-quote', of), input)).rejects.toMatchObject({
        code: 'invalid_input',
        details: { line: 3 },
      })
      await expect(tools.store.query(all('open-quote'))).rejects.toMatchObject({ code: 'not_found' })
      expect(await tools.store.stagingTables()).not.toContain('open-quote')
    })

    it('survives line ends of two kinds, wrong encodings, empty files and long lines', async () => {
      const of: ColumnSpec[] = [
        { name: 'a', type: 'integer' },
        { name: 'b', type: 'text' },
      ]
      const mixed = await tools.load(
        'mixed-ends',
        await tools.csv('a,b\n1,x\r\n2,y\n3,z\r\n', placed(of)),
        of,
      )
      expect(mixed.rows.map((row) => row.b)).toEqual(['x', 'y', 'z'])
      const latin = Buffer.concat([Buffer.from('a,b\n1,caf'), Buffer.of(0xe9), Buffer.from('\n2,ok\n')])
      const encoded = await tools.load('latin', await tools.csv(latin, placed(of)), of)
      expect(encoded.rows.map((row) => row.b)).toEqual(['ok'])
      expect(encoded.rejects).toMatchObject([{ line: 2, rule: 'encoding' }])
      expect(await tools.load('empty', await tools.csv('', placed(of)), of)).toMatchObject({
        rowCount: 0,
        rows: [],
      })
      expect(await tools.load('header', await tools.csv('a,b\n', placed(of)), of)).toMatchObject({
        rowCount: 0,
        rows: [],
      })
      const long = await tools.load(
        'long',
        await tools.csv(`a,b\n1,${'x'.repeat(9_000_000)}\n2,ok\n`, placed(of)),
        of,
      )
      expect(long.rows.map((row) => row.a)).toEqual([2])
      expect(long.rejects).toMatchObject([{ line: 2, rule: 'line-too-long' }])
    })

    it('refuses files outside its folder, a name in use and columns that are not given', async () => {
      const of: ColumnSpec[] = [{ name: 'a', type: 'text' }]
      const outside = { ...(await tools.csv('', placed(of))), path: '/etc/passwd' } as LoadInput
      await expect(tools.store.load(spec('outside', of), outside)).rejects.toMatchObject({
        code: 'invalid_input',
      })
      const input = await tools.csv('a\nx\n', placed(of))
      await tools.store.load(spec('in-use', of), input)
      await expect(tools.store.load(spec('in-use', of), input)).rejects.toMatchObject({ code: 'conflict' })
      await expect(
        tools.store.load(spec('other', [{ name: 'b', type: 'text' }]), input),
      ).rejects.toMatchObject({
        code: 'invalid_input',
      })
      const parquet: LoadInput = { kind: 'parquet', path: (input as { path: string }).path }
      await expect(tools.store.load(spec('no-parquet', of), parquet)).rejects.toMatchObject({
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
      const path = join(tools.store.inboxFolder, 'others.parquet')
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
      const outcome = await tools.load('from-parquet', { kind: 'parquet', path, columns: names }, of)
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
      await expect(tools.store.load(spec('lacking', of), lacking)).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining('“n”'),
      })
      const whole = await readFile(path)
      const cut = join(tools.store.inboxFolder, 'cut.parquet')
      await writeFile(cut, whole.subarray(0, whole.length - 20))
      await expect(
        tools.store.load(spec('cut', of), { kind: 'parquet', path: cut, columns: names }),
      ).rejects.toMatchObject({ code: 'invalid_input' })
      expect(await tools.store.stagingTables()).not.toContain('cut')
    })

    it('stops when told and leaves nothing', async () => {
      const of: ColumnSpec[] = [{ name: 'i', type: 'integer' }]
      const input = await tools.csv(`i\n${'1\n'.repeat(3_000_000)}`, placed(of))
      const stop = new AbortController()
      const loading = tools.store.load(spec('stopped', of), input, { signal: stop.signal })
      setImmediate(() => stop.abort())
      await expect(loading).rejects.toMatchObject({ code: 'cancelled' })
      await expect(
        tools.store.load(spec('stopped', of), batches('stopped', [{ i: 1 }], of), { signal: stop.signal }),
      ).rejects.toMatchObject({ code: 'cancelled' })
      expect(await tools.store.stagingTables()).not.toContain('stopped')
      await tools.store.load(spec('stopped', of), await tools.csv('i\n1\n', placed(of)))
    }, 30_000)

    it('takes batches, all or none', async () => {
      const { rows, rowCount } = await tools.load('by-batch', batches('by-batch', berths(7)))
      expect(rowCount).toBe(7)
      expect(rows).toEqual(numbered(berths(7)))
      const bad = [...berths(3), { ...berth(4), depthM: Number.POSITIVE_INFINITY }]
      await expect(tools.store.load(spec('bad-batch'), batches('bad-batch', bad))).rejects.toMatchObject({
        code: 'invalid_input',
      })
      await expect(tools.store.query(all('bad-batch'))).rejects.toMatchObject({ code: 'not_found' })
    })
  })
}
