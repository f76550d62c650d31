import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { columnarSuite } from '../columnar.suite.ts'
import { silentLog } from '../engine-log.ts'
import { openDuckDb } from './open.ts'

columnarSuite('DuckDB', true, async () => {
  const root = await mkdtemp(join(tmpdir(), 'lacydon-duckdb-'))
  const open = () => openDuckDb({ folder: join(root, 'columnar'), log: silentLog })
  let columnar = await open()
  return {
    columnar,
    async reopen() {
      await columnar.close()
      columnar = await open()
      return columnar
    },
    async close() {
      await columnar.close()
      await rm(root, { recursive: true })
    },
  }
})
