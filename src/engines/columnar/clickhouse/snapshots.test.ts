import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { clickHouseMissing, startClickHouse } from '../../../../tests/clickhouse/start.ts'
import { batchOfRows } from '../batch-of-rows.ts'
import type { TableSpec } from '../columnar.ts'
import { silentLog } from '../engine-log.ts'
import { table } from '../query.ts'
import { snapshotsSuite } from '../snapshots.suite.ts'
import { openClickHouse } from './open.ts'

if (clickHouseMissing)
  describe.skip(`Snapshots on ClickHouse: ${clickHouseMissing}`, () => it('runs', () => {}))
else
  snapshotsSuite('ClickHouse', async () => {
    const server = await startClickHouse()
    const scratchFolder = await mkdtemp(join(tmpdir(), 'lacydon-scratch-'))
    const open = () => openClickHouse({ url: server.url, scratchFolder, log: silentLog })
    let store = await open()
    return {
      store,
      async reopen() {
        await store.close()
        await server.restart()
        store = await open()
        return store
      },
      async close() {
        await store.close()
        await server.stop()
        await rm(scratchFolder, { recursive: true })
      },
    }
  })

describe.skipIf(clickHouseMissing)('two nodes on one ClickHouse', () => {
  it('read what the other publishes', async () => {
    const server = await startClickHouse()
    const scratchFolder = await mkdtemp(join(tmpdir(), 'lacydon-scratch-'))
    const open = () => openClickHouse({ url: server.url, scratchFolder, log: silentLog })
    const [one, other] = [await open(), await open()]
    try {
      const of: TableSpec = { name: 'staging', columns: [{ name: 'a', type: 'integer' }], sortBy: [] }
      for (const version of [1, 2]) {
        const batches = (async function* () {
          yield batchOfRows(of, [{ a: version }])
        })()
        await one.load(of, { kind: 'batches', batches })
        await one.archive('shared', of.name, version)
        await one.publish('shared', of.name, version)
        expect(await other.query({ from: table('shared', version) })).toEqual([{ a: version, _n: 1 }])
      }
      await expect(other.query({ from: table('shared', 3) })).rejects.toMatchObject({ code: 'not_found' })
    } finally {
      await one.close()
      await other.close()
      await server.stop()
      await rm(scratchFolder, { recursive: true })
    }
  }, 60_000)
})
