import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountMigrations } from '../accounts/tables.ts'
import { openDatasets, publishRows, quays, temporaryFolder } from '../datasets/versions.suite.ts'
import { anonymous, type Principal } from '../http/principal.ts'
import { contributionOf } from './contributions.ts'
import { Organisations } from './service.ts'
import { organisationMigrations } from './tables.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let opened: Awaited<ReturnType<typeof openDatasets>>
let organisations: Organisations
let nowMs = Date.parse('2026-01-20T00:00:00Z')
const now = () => new Date(nowMs)

beforeAll(async () => {
  folder = await temporaryFolder()
  opened = await openDatasets(folder.folder, now)
  await opened.control.migrate([accountMigrations, organisationMigrations])
  organisations = new Organisations({ control: opened.control, now, log: { warn() {} } })
  await organisations.make({ name: 'Port', kind: 'public' }, { id: 'port', status: 'active' })
}, 60_000)
afterAll(async () => {
  await opened?.close()
  await folder?.remove()
})

test('an organisation sees its datasets grow, grow old and lose rows', async () => {
  const { datasets } = opened
  await datasets.create(quays(), { updateEvery: 'P30D' })
  await publishRows(opened, 'quays', [{ code: 'J1' }, { code: 'J2' }])
  nowMs = Date.parse('2026-03-02T00:00:00Z')
  await datasets.create({ ...quays(), id: 'hidden' })
  await publishRows(opened, 'hidden', [{ code: 'X' }])
  const ownedBy = (id: string, principal: Principal) =>
    id !== 'port' ? [] : principal.kind === 'anonymous' ? ['quays'] : ['quays', 'hidden']
  const options = { organisations, datasets, ownedBy, now }

  const seen = await contributionOf(options, anonymous, 'port')
  expect(seen).toMatchObject({
    organisation: 'port',
    datasets: [{ id: 'quays', rowCount: 2, versions: 1, expectedDays: 30, isLate: true, quality: 1 }],
    months: [
      { month: '2026-01', datasets: 1, rows: 2, versionsPublished: 1 },
      { month: '2026-02', datasets: 1, rows: 2, versionsPublished: 0 },
      { month: '2026-03', datasets: 1, rows: 2, versionsPublished: 0 },
    ],
  })
  expect(seen.datasets[0]!.ageDays).toBeCloseTo(41, 1)
  const own = await contributionOf(options, { kind: 'service', name: 'local' }, 'port')
  expect(own.datasets.map(({ id }) => id)).toEqual(['hidden', 'quays'])
  expect(own.datasets[0]).toMatchObject({ isLate: false, expectedDays: null })
  expect(own.months.at(-1)).toMatchObject({ datasets: 2, rows: 3 })
  await expect(contributionOf(options, anonymous, 'nobody')).rejects.toMatchObject({ status: 404 })
})
