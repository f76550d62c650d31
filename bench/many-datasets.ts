/** A data folder with many small datasets, made by the way that loads take: created, staged, archived, published. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Datasets } from '../src/datasets/service.ts'
import { datasetMigrations } from '../src/datasets/tables.ts'
import { batchOfRows } from '../src/engines/columnar/batch-of-rows.ts'
import { openDuckDb } from '../src/engines/columnar/duckdb/open.ts'
import { silentLog } from '../src/engines/columnar/engine-log.ts'
import { openControl } from '../src/engines/control/control.ts'
import { openDataFolder } from '../src/engines/data-folder.ts'

const subjects =
  'quais bouées marées houle trafic escales dragages phares pontons plaisance ferries croisières carburants émissions bruit herbiers poissons courants vent température salinité chantiers grues remorqueurs pilotage conteneurs vrac câbles épaves mouillages'.split(
    ' ',
  )
const places =
  'Marseille Martigues Cassis Fos La-Ciotat Istres Carry Sausset Port-de-Bouc Arles Niolon Estaque'.split(' ')
const themes = ['Environnement', 'Transport', 'Économie', 'Énergie', 'Culture', 'Urbanisme']
const pick = (list: readonly string[], i: number) => list[i % list.length]!

const field = (name: string, type: 'text' | 'double' | 'timestamp') => ({
  name,
  type,
  label: { fr: name, en: name },
})

/** Makes datasets `d0000`, `d0001`… with three rows each. */
export async function makeDatasets(folder: string, count: number): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const held = openDataFolder(folder)
  const columnar = await openDuckDb({
    folder: join(folder, 'columnar'),
    coldFolder: join(folder, 'files', 'datasets'),
    inboxFolder: join(folder, 'files', 'uploads'),
    log: silentLog,
  })
  const control = await openControl({ file: join(folder, 'control.sqlite'), log: silentLog })
  try {
    await control.migrate([datasetMigrations])
    const now = () => new Date()
    const datasets = await Datasets.open({ columnar, control, builtIn: [], now, log: silentLog })
    const make = async (i: number) => {
      const id = `d${String(i).padStart(4, '0')}`
      const [subject, place] = [pick(subjects, i), pick(places, Math.floor(i / subjects.length))]
      const title = `${subject} ${place} ${2000 + (i % 27)}`
      const description = `Relevés des ${subject} à ${place} par le service ${i % 40}, avec ${pick(subjects, i * 7 + 3)} et ${pick(subjects, i * 11 + 5)}, mis à jour chaque semaine.`
      await datasets.create(
        {
          id,
          kind: 'snapshot',
          title: { fr: title, en: title },
          description: { fr: description, en: description },
          simulated: false,
          fields: [field('name', 'text'), field('value', 'double'), field('at', 'timestamp')],
          sortBy: [],
        },
        {
          theme: [pick(themes, i)],
          keyword: [subject, place, pick(subjects, i * 13)],
          publisher: `Service ${i % 40}`,
          license: 'Licence Ouverte 2.0',
        },
      )
      const staging = datasets.stagingTable(id)
      const rows = [1, 2, 3].map((n) => ({
        name: `${subject} ${n}`,
        value: n / 2,
        at: '2026-01-01T00:00:00.000Z',
      }))
      const batches = (async function* () {
        yield batchOfRows(staging, rows)
      })()
      await columnar.load(staging, { kind: 'batches', batches })
      await datasets.publish(id, staging.name, { rejectedCount: 0 }, { origin: 'bench' })
    }
    for (let i = 0; i < count; i++) await make(i)
  } finally {
    await columnar.close()
    await control.close()
    held.release()
  }
}
