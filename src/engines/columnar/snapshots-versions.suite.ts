/** Versions, as the contract of `Snapshots` has them. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { ColumnSpec } from './columnar.ts'
import { column, table, value } from './query.ts'
import { all, batches, berths, columns, numbered, type SnapshotTools, spec } from './snapshots-tools.suite.ts'

/** `open` gives the tools once they are there. */
export function versionCases(open: () => SnapshotTools): void {
  let tools: SnapshotTools
  beforeAll(() => {
    tools = open()
  })

  describe('versions', () => {
    it('shows the published one and keeps the others', async () => {
      const first = await tools.publish('quays', 1, berths(5))
      const second = await tools.publish('quays', 2, berths(8))
      expect(first).toMatchObject({ rowCount: 5, checksum: expect.stringMatching(/^[0-9a-f]{64}$/) })
      expect(second.rowCount).toBe(8)
      expect(second.checksum).not.toBe(first.checksum)
      expect(await tools.store.publishedVersion('quays')).toBe(2)
      expect(await tools.store.query(all('quays'))).toEqual(numbered(berths(8)))
      expect(await tools.store.query(all('quays', 1))).toEqual(numbered(berths(5)))
      expect(await tools.store.query(all('quays', 2))).toEqual(numbered(berths(8)))
      await expect(tools.store.query(all('quays', 3))).rejects.toMatchObject({ code: 'not_found' })
      expect(await tools.store.stagingTables()).not.toContain('quays-staging-2')
    })

    it('is the same after a restart', async () => {
      await tools.reopen()
      expect(await tools.store.publishedVersion('quays')).toBe(2)
      expect(await tools.store.archivedVersions('quays')).toEqual([1, 2])
      expect(await tools.store.query(all('quays'))).toEqual(numbered(berths(8)))
      expect(await tools.store.query(all('quays', 1))).toEqual(numbered(berths(5)))
    })

    it('reads an archived version as the start of a new one, with its checksum', async () => {
      const staging = 'quays-staging-3'
      const outcome = await tools.store.load(spec(staging), { kind: 'version', table: 'quays', version: 1 })
      expect(outcome).toEqual({ rowCount: 5, rejectedCount: 0, rejects: [] })
      const third = await tools.store.archive('quays', staging, 3)
      await tools.store.publish('quays', staging, 3)
      expect(third.checksum).toBe((await tools.publish('twin', 1, berths(5))).checksum)
      expect(await tools.store.query(all('quays'))).toEqual(numbered(berths(5)))
    })

    it('lets versions differ in their columns', async () => {
      const wider: ColumnSpec[] = [
        { name: 'berth', type: 'text' },
        { name: 'crane', type: 'text' },
      ]
      await tools.publish('quays', 4, [{ berth: 'J4', crane: 'C1' }], wider)
      expect(await tools.store.query(all('quays'))).toEqual([{ berth: 'J4', crane: 'C1', _n: 1 }])
      expect(await tools.store.query(all('quays', 2))).toEqual(numbered(berths(8)))
      const [joined] = await tools.store.query({
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
      await tools.store.define({
        name: 'empty-first',
        columns: [...columns, { name: '_n', type: 'bigint' }],
        sortBy: [],
      })
      expect(await tools.store.publishedVersion('empty-first')).toBeNull()
      expect(await tools.store.query(all('empty-first'))).toEqual([])
      await tools.publish('empty-first', 1, berths(2))
      expect(await tools.store.query(all('empty-first'))).toEqual(numbered(berths(2)))
    })

    it('gives a reader one version while another is published', async () => {
      await tools.publish('busy', 1, berths(1))
      const seen = new Set<string>()
      let isOver = false
      const reading = (async () => {
        while (!isOver) seen.add(JSON.stringify(await tools.store.query(all('busy', 1))))
      })()
      for (let version = 2; version < 8; version++) await tools.publish('busy', version, berths(version))
      isOver = true
      await reading
      expect([...seen]).toEqual([JSON.stringify(await tools.store.query(all('busy', 1)))])
    })

    it('forgets what it is told to, never what it shows', async () => {
      await expect(tools.store.purge('quays', 4)).rejects.toMatchObject({ code: 'conflict' })
      await tools.store.purge('quays', 1)
      expect(await tools.store.archivedVersions('quays')).toEqual([2, 3, 4])
      await expect(tools.store.query(all('quays', 1))).rejects.toMatchObject({ code: 'not_found' })
      await tools.store.drop('quays')
      expect(await tools.store.publishedVersion('quays')).toBeNull()
      expect(await tools.store.archivedVersions('quays')).toEqual([])
      await expect(tools.store.query(all('quays'))).rejects.toMatchObject({ code: 'not_found' })
      await tools.publish('quays', 1, berths(2))
      expect(await tools.store.query(all('quays', 1))).toEqual(numbered(berths(2)))
    })

    it('shows what is published after a table was dropped and made anew, across a restart', async () => {
      for (const version of [1, 2, 3]) await tools.publish('anew', version, berths(version))
      await tools.store.drop('anew')
      await tools.publish('anew', 1, berths(4))
      await tools.reopen()
      expect(await tools.store.publishedVersion('anew')).toBe(1)
      expect(await tools.store.query(all('anew'))).toEqual(numbered(berths(4)))
    })

    it('shows an archived version again', async () => {
      await tools.publish('again', 1, berths(1))
      await tools.publish('again', 2, berths(2))
      await tools.store.load(spec('again-staging'), { kind: 'version', table: 'again', version: 1 })
      await tools.store.publish('again', 'again-staging', 1)
      expect(await tools.store.publishedVersion('again')).toBe(1)
      expect(await tools.store.query(all('again'))).toEqual(numbered(berths(1)))
      expect(await tools.store.query(all('again', 2))).toEqual(numbered(berths(2)))
      expect(await tools.store.stagingTables()).not.toContain('again-staging')
    })

    it('converts an archived version to other columns, and tells what does not convert', async () => {
      await tools.publish('converted', 1, berths(4))
      const texts: ColumnSpec[] = [
        { name: 'quayM', type: 'text' },
        { name: 'since', type: 'timestamp' },
        { name: 'crane', type: 'double' },
      ]
      const outcome = await tools.store.load(spec('as-texts', texts), {
        kind: 'version',
        table: 'converted',
        version: 1,
      })
      expect(outcome).toEqual({ rowCount: 4, rejectedCount: 0, rejects: [] })
      expect((await tools.store.query(all('as-texts')))[1]).toEqual({
        quayM: '101',
        since: '2024-02-29T00:00:00.000Z',
        crane: null,
        _n: 2,
      })
      const numbers: ColumnSpec[] = [{ name: 'berth', type: 'integer' }]
      expect(
        await tools.store.load(spec('as-numbers', numbers), {
          kind: 'version',
          table: 'converted',
          version: 1,
        }),
      ).toMatchObject({
        rowCount: 1,
        rejectedCount: 3,
        rejects: [{ line: 1, column: 'berth', rule: 'type' }, {}, {}],
      })
      for (const name of ['as-texts', 'as-numbers']) await tools.store.drop(name)
    })

    it('tells and drops staging tables', async () => {
      await tools.store.load(spec('left-over'), batches('left-over', berths(2)))
      expect(await tools.store.stagingTables()).toContain('left-over')
      await tools.store.drop('left-over')
      expect(await tools.store.stagingTables()).not.toContain('left-over')
      await expect(tools.store.publish('quays', 'left-over', 9)).rejects.toMatchObject({ code: 'not_found' })
      await tools.store.load(spec('unarchived'), batches('unarchived', berths(2)))
      await expect(tools.store.publish('quays', 'unarchived', 9)).rejects.toMatchObject({ code: 'not_found' })
      await expect(tools.store.archive('quays', 'unarchived', 1)).rejects.toMatchObject({ code: 'conflict' })
    })
  })
}
