import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDuckDb } from '../../engines/columnar/duckdb/open.ts'
import { openControl } from '../../engines/control/control.ts'
import { Datasets } from '../service.ts'
import { datasetMigrations } from '../tables.ts'
import type { LoadOptions } from './schema.ts'
import { Loads } from './service.ts'
import { loadingMigrations } from './tables.ts'

const log = { info() {}, warn() {}, error() {} }
let folder: string
let columnar: Awaited<ReturnType<typeof openDuckDb>>
let control: Awaited<ReturnType<typeof openControl>>
let datasets: Datasets
let loads: Loads

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lacydon-loads-'))
  columnar = await openDuckDb({ folder: join(folder, 'columnar'), log })
  control = await openControl({ file: join(folder, 'control.sqlite'), log })
  await control.migrate([datasetMigrations, loadingMigrations])
  datasets = await Datasets.open({ columnar, control, builtIn: [], now: () => new Date(), log })
  loads = await Loads.open({ datasets, columnar, control, now: () => new Date(), log })
})

afterAll(async () => {
  await loads.close()
  await columnar.close()
  await control.close()
  rmSync(folder, { recursive: true, force: true })
})

async function load(id: string, content: string | Buffer, options: LoadOptions = {}) {
  const view = await loads.begin(id, { create: true, fileName: `${id}.csv`, ...options })
  await loads.append(
    id,
    view.id,
    0,
    (async function* () {
      yield Buffer.from(content)
    })(),
    true,
  )
  return loads.settled(id, view.id)
}

const rows = (id: string) => datasets.query(id, (table) => ({ from: { kind: 'table', table } }))

test('loads a CSV and serves its rows', async () => {
  const view = await load('quays', 'id;nom;longueur\n1;Quai d’Arenc;320,5\n2;Quai de la Joliette;280,0\n')
  expect(view).toMatchObject({ state: 'published', version: 1, error: null })
  expect(await rows('quays')).toMatchObject([
    { id: 1, nom: 'Quai d’Arenc', longueur: 320.5 },
    { id: 2, nom: 'Quai de la Joliette', longueur: 280 },
  ])
})
