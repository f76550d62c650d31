/** Imports on real engines in a temporary folder. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ImportRequest } from '../../src/connectors/portals/schema.ts'
import { Imports } from '../../src/connectors/portals/service.ts'
import { portalMigrations } from '../../src/connectors/portals/tables.ts'
import { Loads } from '../../src/datasets/loading/service.ts'
import { loadingMigrations } from '../../src/datasets/loading/tables.ts'
import { Datasets } from '../../src/datasets/service.ts'
import { datasetMigrations } from '../../src/datasets/tables.ts'
import type { Row } from '../../src/engines/columnar/columnar.ts'
import { openDuckDb } from '../../src/engines/columnar/duckdb/open.ts'
import { silentLog } from '../../src/engines/columnar/engine-log.ts'
import { openControl } from '../../src/engines/control/control.ts'
import { Outbound, type OutboundOptions } from '../../src/http/outbound.ts'

export type ImportInstance = Awaited<ReturnType<typeof openInstance>>

export const newFolder = () => mkdtempSync(join(tmpdir(), 'lacydon-import-'))

export async function openInstance(folder: string, options: OutboundOptions = {}) {
  const now = () => new Date()
  const columnar = await openDuckDb({ folder: join(folder, 'columnar'), log: silentLog })
  const control = await openControl({ file: join(folder, 'control.sqlite'), log: silentLog })
  await control.migrate([datasetMigrations, loadingMigrations, portalMigrations])
  const datasets = await Datasets.open({ columnar, control, builtIn: [], now, log: silentLog })
  const loads = await Loads.open({ datasets, columnar, control, now, log: silentLog })
  const outbound = new Outbound({ allow: '127.0.0.0/8', ...options })
  const imports = await Imports.open({ datasets, loads, control, outbound, now, log: silentLog })
  return {
    datasets,
    loads,
    imports,
    columnar,
    async run(request: ImportRequest) {
      const { id } = await imports.begin(request)
      await imports.settled(id)
      return imports.report(id)
    },
    async rows(id: string): Promise<Row[]> {
      return datasets.query(id, (table) => ({
        from: { kind: 'table', table },
        orderBy: [{ by: { kind: 'column', name: '_n' } }],
      }))
    },
    async close() {
      await imports.close()
      await loads.close()
      await outbound.close()
      await columnar.close()
      await control.close()
    },
  }
}

export const removeFolder = (folder: string) => rmSync(folder, { recursive: true, force: true })
