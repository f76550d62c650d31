import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../engine-log.ts'
import { snapshotsSuite } from '../snapshots.suite.ts'
import { openDuckDb } from './open.ts'

snapshotsSuite('DuckDB', async () => {
  const root = await mkdtemp(join(tmpdir(), 'lacydon-snapshots-'))
  const open = () => openDuckDb({ folder: join(root, 'columnar'), log: silentLog })
  let store = await open()
  return {
    store,
    async reopen() {
      await store.close()
      store = await open()
      return store
    },
    async close() {
      await store.close()
      await rm(root, { recursive: true })
    },
  }
})
