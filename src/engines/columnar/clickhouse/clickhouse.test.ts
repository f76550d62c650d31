import { describe, it } from 'vitest'
import { clickHouseMissing, startClickHouse } from '../../../../tests/clickhouse/start.ts'
import { columnarSuite } from '../columnar.suite.ts'
import { silentLog } from '../engine-log.ts'
import { openClickHouse } from './open.ts'

if (clickHouseMissing)
  describe.skip(`Columnar on ClickHouse: ${clickHouseMissing}`, () => it('runs', () => {}))
else
  columnarSuite('ClickHouse', false, async () => {
    const server = await startClickHouse()
    const open = () => openClickHouse({ url: server.url, log: silentLog })
    let columnar = await open()
    return {
      columnar,
      async reopen() {
        await columnar.close()
        await server.restart()
        columnar = await open()
        return columnar
      },
      async close() {
        await columnar.close()
        await server.stop()
      },
    }
  })
