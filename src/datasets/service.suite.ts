/** What datasets do, whatever the engine of their rows. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchOfRows } from '../engines/columnar/batch-of-rows.ts'
import type { Row } from '../engines/columnar/columnar.ts'
import { DatasetChanges } from './changes.ts'
import type { Change } from './changes-query.ts'
import { tableOf } from './rules.ts'
import type { DatasetField } from './schema.ts'
import { versionStep } from './version-steps.suite.ts'
import {
  field,
  heard,
  minuteClock,
  openDatasets,
  publishRows,
  quays,
  rowsAt,
  stageRows,
  temporaryFolder,
} from './versions.suite.ts'
import type { RowStore } from './versions.ts'

/** `openStore` opens the same rows each time; DuckDB in the folder when absent. */
export function datasetsSuite(engine: string, openStore?: () => Promise<RowStore>): void {
  describe(`Datasets on ${engine}`, () => {
    let folder: Awaited<ReturnType<typeof temporaryFolder>>
    let opened: Awaited<ReturnType<typeof openDatasets>>
    const now = minuteClock()

    beforeAll(async () => {
      folder = await temporaryFolder()
      opened = await openDatasets(folder.folder, now, openStore)
    }, 60_000)
    afterAll(async () => {
      await opened.close()
      await folder.remove()
    })

    const changes = () => new DatasetChanges({ ...opened, now })
    const reopen = async () => {
      await opened.close()
      opened = await openDatasets(folder.folder, now, openStore)
    }
    const quay = (code: string, lengthM: number | null, depthM: number | null = null): Row => ({
      code,
      lengthM,
      depthM,
    })
    const collect = async (changes: AsyncIterable<Change>) => {
      const all: Change[] = []
      for await (const change of changes) all.push(change)
      return all
    }

    describe('a dataset', () => {
      const first = [quay('J1', 100, 8.5), quay('J2', 120), quay('J3', null, 12)]
      const second = [quay('J1', 100, 8.5), quay('J2', 125), quay('J4', 240, 14)]

      it('is made empty, once, and only as it can be', async () => {
        expect(await opened.datasets.create(quays())).toMatchObject({
          currentVersion: null,
          isBuiltIn: false,
        })
        expect(await rowsAt(opened, 'quays')).toEqual([])
        expect((await opened.datasets.source('quays')).version).toBeNull()
        await expect(opened.datasets.create(quays())).rejects.toMatchObject({ code: 'conflict' })
        await expect(opened.datasets.create({ ...quays(), id: 'heard' })).rejects.toMatchObject({
          code: 'conflict',
        })
        for (const id of ['Quays', '1quays', '-quays', 'quays-', 'qu ays', '', 'a'.repeat(81), '../x'])
          await expect(opened.datasets.create({ ...quays(), id })).rejects.toMatchObject({
            code: 'invalid_input',
          })
        for (const fields of [
          [],
          [field('_n', 'integer')],
          [field('a', 'text'), field('a', 'text')],
          [field('a b', 'text')],
        ])
          await expect(opened.datasets.create({ ...quays(fields), id: 'other' })).rejects.toMatchObject({
            code: 'invalid_input',
          })
      })

      it('shows its last version and keeps the others readable by number, day and instant', async () => {
        const v1 = await publishRows(opened, 'quays', first)
        const v2 = await publishRows(opened, 'quays', second)
        expect([v1.version, v2.version]).toEqual([1, 2])
        expect(v2).toMatchObject({ rowCount: 3, state: 'kept', origin: 'test', rejectedCount: 0 })
        expect(await rowsAt(opened, 'quays')).toEqual(second)
        expect(await rowsAt(opened, 'quays', 'v1')).toEqual(first)
        expect(await rowsAt(opened, 'quays', v1.createdAt)).toEqual(first)
        expect(await rowsAt(opened, 'quays', v2.createdAt)).toEqual(second)
        expect(await rowsAt(opened, 'quays', '2026-03-01')).toEqual(second)
        await expect(rowsAt(opened, 'quays', '2026-02-28')).rejects.toMatchObject({ code: 'not_found' })
        await expect(rowsAt(opened, 'quays', 'v3')).rejects.toMatchObject({ code: 'not_found' })
        await expect(rowsAt(opened, 'quays', 'soon')).rejects.toMatchObject({ code: 'invalid_input' })
      })

      it('tells what changed by key', async () => {
        const { columns, version, changes: found } = await changes().between(opened.rows, 'quays', 'v1')
        expect({ columns, version }).toEqual({ columns: ['code', 'lengthM', 'depthM'], version: 2 })
        expect(await collect(found)).toEqual([
          { op: 'update', row: quay('J2', 125), changed: ['lengthM'] },
          { op: 'delete', row: quay('J3', null, 12) },
          { op: 'insert', row: quay('J4', 240, 14) },
        ])
        expect(await collect((await changes().between(opened.rows, 'quays', 'v2')).changes)).toEqual([])
      })

      it('goes back by a new version', async () => {
        const v3 = await opened.datasets.rollback('quays', 1, 'wrong file')
        expect(v3).toMatchObject({ version: 3, origin: 'rollback to v1', note: 'wrong file' })
        expect(await rowsAt(opened, 'quays')).toEqual(first)
        const [, , v1] = await opened.datasets.versions('quays')
        expect(v3.checksum).toBe(v1?.checksum)
        await expect(opened.datasets.rollback('quays', 9)).rejects.toMatchObject({ code: 'not_found' })
      })

      it('is the same after a restart', async () => {
        const before = [opened.datasets.describe('quays'), await opened.datasets.versions('quays')]
        await reopen()
        expect([opened.datasets.describe('quays'), await opened.datasets.versions('quays')]).toEqual(before)
        expect(await rowsAt(opened, 'quays')).toEqual(first)
        expect(await rowsAt(opened, 'quays', 'v2')).toEqual(second)
      })

      it('changes what is told about it without a new version', async () => {
        const etag = (await opened.datasets.source('quays')).etag
        const after = await opened.datasets.update('quays', {
          title: { fr: 'Les quais', en: 'The quays' },
          metadata: { license: 'Licence Ouverte 2.0', keyword: ['port'] },
        })
        expect(after).toMatchObject({
          currentVersion: 3,
          definition: { title: { fr: 'Les quais' } },
          metadata: { license: 'Licence Ouverte 2.0', publisher: '' },
        })
        expect((await opened.datasets.source('quays')).etag).not.toBe(etag)
      })

      it('converts its rows when types change, or changes nothing', async () => {
        const texts = [field('code', 'text', true), field('lengthM', 'text'), field('depthM', 'double')]
        expect(await opened.datasets.update('quays', { fields: texts })).toMatchObject({ currentVersion: 4 })
        expect((await rowsAt(opened, 'quays'))[0]).toEqual({ code: 'J1', lengthM: '100', depthM: 8.5 })
        const wrong = [field('code', 'integer', true), field('lengthM', 'text')]
        await expect(opened.datasets.update('quays', { fields: wrong })).rejects.toMatchObject({
          code: 'conflict',
          message: expect.stringContaining('“J1” in “code”'),
        })
        expect(opened.datasets.get('quays').fields).toEqual(texts)
        expect(await opened.columnar.stagingTables()).toEqual([])
        const wider: DatasetField[] = [
          field('code', 'text', true),
          field('lengthM', 'integer'),
          field('crane', 'text'),
        ]
        await opened.datasets.update('quays', { fields: wider })
        expect((await rowsAt(opened, 'quays'))[0]).toEqual({ code: 'J1', lengthM: 100, crane: null })
        expect(
          (await opened.datasets.source('quays', { at: 'v1' })).definition.fields.map(({ name }) => name),
        ).toEqual(['code', 'lengthM', 'depthM'])
        const { changes: found } = await changes().between(opened.rows, 'quays', 'v4', 'v5')
        expect((await collect(found))[0]).toEqual({
          op: 'update',
          row: { code: 'J1', lengthM: 100, crane: null },
          changed: ['lengthM', 'depthM'],
        })
      })

      it('lets old versions go, and says so', async () => {
        expect(await opened.datasets.prune({ keepLast: 2, keepDays: 0 })).toBe(3)
        await expect(rowsAt(opened, 'quays', 'v1')).rejects.toMatchObject({ code: 'gone', status: 410 })
        await expect(opened.datasets.rollback('quays', 1)).rejects.toMatchObject({ code: 'gone' })
        expect((await opened.datasets.versions('quays')).map(({ state }) => state)).toEqual([
          'kept',
          'kept',
          'purged',
          'purged',
          'purged',
        ])
        expect(await opened.columnar.archivedVersions('quays')).toEqual([4, 5])
        expect(await opened.datasets.prune({ keepLast: 0, keepDays: 10_000 })).toBe(0)
      })

      it('writes its changelog, which outlives it', async () => {
        const kinds = (await opened.datasets.events('quays', 100)).map(({ kind, version }) => [kind, version])
        expect(kinds).toEqual([
          ['version', 5],
          ['definition', null],
          ['version', 4],
          ['definition', null],
          ['definition', null],
          ['version', 3],
          ['version', 2],
          ['version', 1],
          ['created', null],
        ])
        await opened.datasets.delete('quays')
        expect(() => opened.datasets.get('quays')).toThrow(expect.objectContaining({ code: 'not_found' }))
        expect(await opened.columnar.archivedVersions('quays')).toEqual([])
        expect((await opened.datasets.events('quays', 1))[0]).toMatchObject({
          kind: 'deleted',
          title: { fr: 'Les quais' },
        })
        await expect(opened.datasets.events('nothing', 1)).rejects.toMatchObject({ code: 'not_found' })
      })

      it('may be made again under the same name', async () => {
        await opened.datasets.create(quays([field('a', 'integer')]))
        await publishRows(opened, 'quays', [{ a: 1 }])
        expect(await rowsAt(opened, 'quays')).toEqual([{ a: 1 }])
        expect((await opened.datasets.versions('quays')).map(({ version }) => version)).toEqual([1])
        await opened.datasets.delete('quays')
      })

      it('shows its current version again when the rows are older than it, as after a restore', async () => {
        await opened.datasets.create(quays([field('a', 'integer')]))
        for (const a of [1, 2]) await publishRows(opened, 'quays', [{ a }])
        const staging = opened.datasets.stagingTable('quays')
        await opened.columnar.load(staging, { kind: 'version', table: 'quays', version: 1 })
        await opened.columnar.publish('quays', staging.name, 1)
        expect(await opened.columnar.publishedVersion('quays')).toBe(1)
        await reopen()
        expect(await opened.columnar.publishedVersion('quays')).toBe(2)
        expect(await rowsAt(opened, 'quays')).toEqual([{ a: 2 }])
        await opened.datasets.delete('quays')
      })

      it('publishes loads that come at once one after the other', async () => {
        await opened.datasets.create(quays([field('a', 'integer')]))
        const stagings = await Promise.all([1, 2, 3, 4].map((a) => stageRows(opened, 'quays', [{ a }])))
        const versions = await Promise.all(
          stagings.map((staging) =>
            opened.datasets.publish('quays', staging, { rejectedCount: 0 }, { origin: staging }),
          ),
        )
        expect(versions.map(({ version }) => version)).toEqual([1, 2, 3, 4])
        for (const [i, version] of versions.entries())
          expect(await rowsAt(opened, 'quays', `v${version.version}`)).toEqual([{ a: i + 1 }])
        await opened.datasets.delete('quays')
      })
    })

    describe('a dataset of the product', () => {
      const row = (minute: number): Row => ({
        at: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
        receivedAt: new Date(Date.UTC(2026, 0, 1, 0, minute, 30)).toISOString(),
        mmsi: minute,
        _src: 'roof',
        _seq: minute,
      })
      it('reads a stream as it had been received', async () => {
        const batch = batchOfRows(tableOf(heard), [row(1), row(2), row(3)])
        await opened.columnar.append([batch], { source: 'roof', lo: 0, hi: 4, resumeFrom: 0 })
        const mmsis = async (at?: string) => (await rowsAt(opened, 'heard', at)).map(({ mmsi }) => mmsi)
        expect(await mmsis()).toEqual([1, 2, 3])
        expect(await mmsis('2026-01-01T00:02:30Z')).toEqual([1, 2])
        expect(await mmsis('2025-12-31')).toEqual([])
        await expect(opened.datasets.source('heard', { at: 'v1' })).rejects.toMatchObject({
          code: 'invalid_input',
        })
        await expect(changes().between(opened.rows, 'heard', '2026-01-01')).rejects.toMatchObject({
          code: 'invalid_input',
        })
      })
      it('is not for people to change', async () => {
        expect(opened.datasets.describe('heard')).toMatchObject({
          definition: { id: 'heard' },
          metadata: { license: 'CC0 1.0' },
          isBuiltIn: true,
        })
        expect(opened.datasets.get('heard')).not.toHaveProperty('metadata')
        await expect(opened.datasets.delete('heard')).rejects.toMatchObject({ code: 'conflict' })
        await expect(opened.datasets.update('heard', {})).rejects.toMatchObject({ code: 'conflict' })
        await expect(opened.datasets.rollback('heard', 1)).rejects.toMatchObject({ code: 'conflict' })
      })
    })

    describe('the operations between two versions', () => {
      const cell = fc.option(fc.integer({ min: 0, max: 3 }), { nil: null })
      const text = fc.option(fc.constantFrom('', 'a', 'NULL', 'é'), { nil: null })
      const rows = fc.array(
        fc.record({ code: text, lengthM: cell, depthM: fc.constantFrom(null, 0, -0, 0.1, 1e300) }),
        {
          maxLength: 8,
        },
      )
      const plain = (list: Row[]) =>
        list.map((row) => JSON.stringify([row.code ?? null, row.lengthM ?? null, row.depthM ?? null])).sort()

      /** Applies operations as a reader that holds the old rows would. */
      function applied(old: Row[], changes: Change[], keyNames: string[]): Row[] {
        const result = [...old]
        const keyOf = (row: Row) => JSON.stringify(keyNames.map((name) => row[name] ?? null))
        for (const { op, row, changed } of changes) {
          if (op === 'insert') {
            result.push(row)
            continue
          }
          const same = (candidate: Row) =>
            op === 'update'
              ? keyOf(candidate) === keyOf(row) &&
                ['code', 'lengthM', 'depthM'].every(
                  (name) => (candidate[name] ?? null) === (row[name] ?? null) || changed!.includes(name),
                )
              : plain([candidate])[0] === plain([row])[0]
          // Where a key repeats, an update may have meant another row of it; without repeats there is one.
          const at = result.findIndex(same)
          expect(at).toBeGreaterThanOrEqual(0)
          if (op === 'update') result[at] = row
          else result.splice(at, 1)
        }
        return result
      }

      it.each([
        ['by key', ['code']],
        ['by content', []],
      ])(
        'make the old rows the new ones, %s',
        async (_, keyNames) => {
          await opened.datasets.create(
            quays([
              field('code', 'text', keyNames.length > 0),
              field('lengthM', 'integer'),
              field('depthM', 'double'),
            ]),
          )
          const unique = (list: Row[]) =>
            keyNames.length === 0 ? list : [...new Map(list.map((row) => [String(row.code), row])).values()]
          await fc.assert(
            fc.asyncProperty(rows, rows, async (a, b) => {
              const [old, next] = [unique(a as Row[]), unique(b as Row[])]
              const from = await publishRows(opened, 'quays', old)
              await publishRows(opened, 'quays', next)
              const found = await changes().between(opened.rows, 'quays', `v${from.version}`)
              const operations = await collect(found.changes)
              expect(plain(applied(old, operations, keyNames))).toEqual(plain(next))
              // No more than needed: nothing comes and goes alike.
              const goneRows = operations
                .filter(({ op }) => op === 'delete')
                .map(({ row }) => plain([row])[0])
              const newRows = new Set(
                operations.filter(({ op }) => op === 'insert').map(({ row }) => plain([row])[0]),
              )
              for (const row of goneRows) expect(newRows.has(row)).toBe(false)
            }),
            { numRuns: 12 },
          )
          await opened.datasets.delete('quays')
        },
        60_000,
      )
    })

    describe('any sequence of loads, rollbacks, purges and restarts', () => {
      it('leaves every kept version as it was loaded', async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(versionStep, { maxLength: 8 }), async (steps) => {
            await opened.datasets.create(quays([field('a', 'integer')]))
            try {
              const model: (number[] | undefined)[] = []
              for (const one of steps) {
                if (one.do === 'load') {
                  await publishRows(
                    opened,
                    'quays',
                    one.rows.map((a) => ({ a })),
                  )
                  model.push(one.rows)
                } else if (one.do === 'restart') await reopen()
                else if (one.do === 'prune') {
                  await opened.datasets.prune({ keepLast: 2, keepDays: 0 })
                  for (let i = 0; i < model.length - 2; i++) model[i] = undefined
                } else if (model[one.to - 1]) {
                  await opened.datasets.rollback('quays', one.to)
                  model.push(model[one.to - 1])
                } else await expect(opened.datasets.rollback('quays', one.to)).rejects.toThrow()
              }
              for (const [i, expected] of model.entries()) {
                const reading = rowsAt(opened, 'quays', `v${i + 1}`)
                if (expected) expect((await reading).map(({ a }) => a)).toEqual(expected)
                else await expect(reading).rejects.toMatchObject({ code: 'gone' })
              }
              expect((await rowsAt(opened, 'quays')).map(({ a }) => a)).toEqual(model.at(-1) ?? [])
            } finally {
              await opened.datasets.delete('quays')
            }
          }),
          { numRuns: 8, endOnFailure: true },
        )
      }, 60_000)
    })
  })
}
