import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { clickHouseMissing, startClickHouse } from '../../../../tests/clickhouse/start.ts'
import { silentLog } from '../engine-log.ts'
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
