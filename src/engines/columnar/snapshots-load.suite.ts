import { beforeAll, describe, expect, it } from 'vitest'
import type { ColumnSpec } from './columnar.ts'
import type { CsvColumn } from './snapshots.ts'
import { all, columns, numbered, placed, type SnapshotTools, spec } from './snapshots-tools.suite.ts'

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
  })
}
