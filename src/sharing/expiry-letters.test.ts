import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLog } from '../engines/columnar/engine-log.ts'
import { type ControlDb, openControl } from '../engines/control/control.ts'
import { ExpiryLetters } from './expiry-letters.ts'
import type { Agreement, Policy } from './schema.ts'
import type { SharingState } from './store.ts'
import { sharingMigrations } from './tables.ts'

const dayMs = 86_400_000
const end = '2026-07-31T00:00:00.000Z'
const agreement: Agreement = {
  id: 'a1',
  template: 't1',
  templateVersion: 1,
  dataset: 'loads',
  organisation: 'transit',
  state: 'FINALIZED',
  validity: 'active',
  acceptedBy: 'u',
  acceptedAt: '2026-01-01T00:00:00.000Z',
  sha256: '',
  expiresAt: end,
  version: 1,
}
let folder: string
let control: ControlDb
let nowMs: number
let agreements: Agreement[]
let sent: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lacydon-letters-'))
  control = await openControl({ file: join(folder, 'control.sqlite'), log: silentLog })
  await control.migrate([sharingMigrations])
  agreements = [agreement]
  sent = []
})
afterEach(async () => {
  await control.close()
  await rm(folder, { recursive: true })
})

const node = () =>
  new ExpiryLetters({
    control,
    sharing: {
      now: () => new Date(nowMs),
      get state() {
        return {
          agreements: new Map([['loads', agreements]]),
          policies: new Map([['loads', { owner: 'ferry' } as Policy]]),
        } as unknown as SharingState
      },
    },
    send: async ({ organisation, days }) => {
      sent.push(`${days} ${organisation}`)
    },
  })
const daysBefore = (days: number) => {
  nowMs = Date.parse(end) - days * dayMs
}

it('go out 30, 7 and 1 days before the end, once each, to both parties', async () => {
  const nodes = [node(), node()]
  for (let days = 40; days >= -2; days--) {
    daysBefore(days)
    await Promise.all(nodes.map((one) => one.run()))
  }
  expect(sent.sort()).toEqual(['1 ferry', '1 transit', '30 ferry', '30 transit', '7 ferry', '7 transit'])
})

it('only the latest one after a time of silence, none after the end', async () => {
  daysBefore(3)
  await node().run()
  await node().run()
  expect(sent).toEqual(['7 transit', '7 ferry'])
  daysBefore(0)
  await node().run()
  expect(sent).toHaveLength(2)
})

it('not for what is not in force, has no end, or was signed again for longer; again for another end', async () => {
  daysBefore(5)
  for (const other of [
    { state: 'OFFERED' as const },
    { validity: 'revoked' as const },
    { validity: 'suspended' as const },
    { expiresAt: null },
  ]) {
    agreements = [{ ...agreement, ...other }]
    await node().run()
  }
  agreements = [agreement, { ...agreement, id: 'a2', expiresAt: '2027-07-31T00:00:00.000Z' }]
  await node().run()
  expect(sent).toEqual([])
  agreements = [agreement]
  await node().run()
  agreements = [{ ...agreement, expiresAt: '2026-08-01T00:00:00.000Z' }]
  await node().run()
  expect(sent).toEqual(['7 transit', '7 ferry', '7 transit', '7 ferry'])
})
