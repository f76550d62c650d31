/** A journal on real engines in a temporary folder, with a clock that the test moves. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tableOf } from '../datasets/rules.ts'
import type { Columnar } from '../engines/columnar/columnar.ts'
import { openDuckDb } from '../engines/columnar/duckdb/open.ts'
import { silentLog } from '../engines/columnar/engine-log.ts'
import { table } from '../engines/columnar/query.ts'
import { type ControlDb, openControl } from '../engines/control/control.ts'
import { openSpoolStore } from '../engines/spool/segment-spool.ts'
import type { AccessClosing, AccessOpening, Standing } from '../http/access-log.ts'
import type { Principal } from '../http/principal.ts'
import { journalDatasets } from './datasets.ts'
import { Journal } from './service.ts'
import { journalMigrations } from './tables.ts'
import { type Verified, verifyJournal } from './verify.ts'

export interface JournalWorld {
  folder: string
  columnar: Columnar
  control: ControlDb
  /** The journal that is open now. */
  journal: Journal
  clock: { now: Date }
  /** As a process that dies: what was open is not closed, what waits is not written. */
  reopen(options?: { segmentBytes?: number }): Promise<Journal>
  rows(dataset: 'access_log' | 'usage'): Promise<Record<string, unknown>[]>
  hoursStored(): Promise<number>
  lines(): Promise<string[]>
  verify(): Promise<Verified>
  close(): Promise<void>
}

export async function openWorld(
  at = '2026-03-01T10:00:00.000Z',
  { segmentBytes }: { segmentBytes?: number } = {},
): Promise<JournalWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'lacydon-journal-'))
  const columnar = await openDuckDb({ folder: join(folder, 'columnar'), log: silentLog })
  for (const dataset of journalDatasets) await columnar.define(tableOf(dataset))
  const control = await openControl({ file: join(folder, 'control.sqlite'), log: silentLog })
  await control.migrate([journalMigrations])
  const clock = { now: new Date(at) }
  const open = () =>
    Journal.open({
      spools: openSpoolStore({
        folder: join(folder, 'spool'),
        fsyncEveryMs: 1,
        ...(segmentBytes && { segmentBytes }),
      }),
      columnar,
      control,
      folder,
      now: () => clock.now,
      log: silentLog,
    })
  const abandoned: Journal[] = []
  const world: JournalWorld = {
    folder,
    columnar,
    control,
    journal: await open(),
    clock,
    async reopen() {
      // The files as they are: nothing of the old one writes to them any more.
      abandoned.push(world.journal)
      world.journal = await open()
      return world.journal
    },
    rows: (dataset) => columnar.query({ from: table(dataset) }),
    async hoursStored() {
      const count = { as: 'count', value: { kind: 'aggregate', fn: 'count' } as const }
      return Number((await columnar.query({ from: table('usage'), select: [count] }))[0]!.count)
    },
    async lines() {
      const lines: string[] = []
      for await (const line of world.journal.lines()) lines.push(line)
      return lines
    },
    async verify() {
      const { heads } = world.journal
      return verifyJournal(await world.lines(), { heads: await heads.list({}), keys: await heads.keys() })
    },
    async close() {
      await world.journal.close()
      for (const journal of abandoned) await journal.close()
      await control.close()
      await columnar.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return world
}

export const partner: Principal = {
  kind: 'user',
  session: 's1',
  user: 'u1',
  organisation: 'metropole',
  role: 'analyst',
  platformRoles: [],
  endsAt: null,
}

const privately: Standing = {
  owner: 'ferries',
  isPublic: false,
  grants: ['g1'],
  agreements: [],
  denial: null,
}
export const openly: Standing = { owner: 'ferries', isPublic: true, grants: [], agreements: [], denial: null }

export const opening = (change: Partial<AccessOpening> = {}): AccessOpening => ({
  principal: partner,
  datasetId: 'loads',
  action: 'query',
  standing: privately,
  requestId: 'r1',
  ...change,
})

export const closing = (change: Partial<AccessClosing> = {}): AccessClosing => ({
  outcome: 'complete',
  status: 200,
  rows: 20,
  bytes: 1_000,
  ms: 7,
  columns: ['name'],
  filterHash: null,
  ...change,
})
