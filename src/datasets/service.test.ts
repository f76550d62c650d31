import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, it } from 'vitest'
import { clickHouseMissing, startClickHouse } from '../../tests/clickhouse/start.ts'
import { openClickHouse } from '../engines/columnar/clickhouse/open.ts'
import { silentLog } from '../engines/columnar/engine-log.ts'
import { datasetsSuite } from './service.suite.ts'

datasetsSuite('DuckDB')

if (clickHouseMissing)
  describe.skip(`Datasets on ClickHouse: ${clickHouseMissing}`, () => it('runs', () => {}))
else
  describe('with a server', () => {
    let running: { server: Awaited<ReturnType<typeof startClickHouse>>; scratchFolder: string } | undefined
    afterAll(async () => {
      await running?.server.stop()
      if (running) await rm(running.scratchFolder, { recursive: true, force: true })
    })
    datasetsSuite('ClickHouse', async () => {
      running ??= {
        server: await startClickHouse(),
        scratchFolder: await mkdtemp(join(tmpdir(), 'lacydon-scratch-')),
      }
      return openClickHouse({
        url: running.server.url,
        scratchFolder: running.scratchFolder,
        log: silentLog,
      })
    })
  })
