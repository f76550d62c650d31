/** Loads of what is broken, foreign or stopped, as the contract of `Snapshots` has them. */
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { batchOfRows } from './batch-of-rows.ts'
import type { ColumnSpec, Row, TableSpec } from './columnar.ts'
import { openDuckDb } from './duckdb/open.ts'
import { silentLog } from './engine-log.ts'
import type { LoadInput } from './snapshots.ts'
import {
  all,
  batches,
  berth,
  berths,
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
export function faultyLoadCases(open: () => SnapshotTools): void {
  let tools: SnapshotTools
  beforeAll(() => {
    tools = open()
  })

  describe('load, in trouble', () => {
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
