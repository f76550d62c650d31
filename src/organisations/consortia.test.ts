import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accountMigrations } from '../accounts/tables.ts'
import { type ControlDb, openControl } from '../engines/control/control.ts'
import type { OrganisationRole, Principal } from '../http/principal.ts'
import { Charters, charterHash } from './charters.ts'
import { Consortia } from './consortia.ts'
import { type AccessEnded, Organisations } from './service.ts'
import { organisationMigrations } from './tables.ts'

let folder = ''
let control: ControlDb
let nowMs = Date.parse('2026-03-01T08:00:00Z')
let organisations: Organisations
let charters: Charters
let consortia: Consortia
let ended: AccessEnded[] = []
let changes = 0

const admin: Principal = { kind: 'service', name: 'local' }
const member = (organisation: string, role: OrganisationRole = 'admin'): Principal => ({
  kind: 'user',
  session: 's',
  user: `user-of-${organisation}`,
  organisation,
  role,
  platformRoles: [],
  endsAt: null,
})
const text = { fr: 'Nous partageons.', en: 'We share.' }

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lacydon-organisations-'))
  control = await openControl({ file: join(folder, 'control.sqlite'), log: { warn() {} } })
  await control.migrate([accountMigrations, organisationMigrations])
  nowMs = Date.parse('2026-03-01T08:00:00Z')
  const now = () => new Date(nowMs)
  organisations = new Organisations({ control, now, log: { warn() {} } })
  charters = new Charters({ control, organisations, now })
  consortia = new Consortia({ control, organisations, charters, now })
  ended = []
  changes = 0
  organisations.onAccessEnded((each) => void ended.push(each))
  organisations.onChanged(() => void changes++)
  for (const id of ['port', 'ferry', 'air'])
    await organisations.make({ name: id, kind: 'public' }, { id, status: 'active' })
})
afterEach(async () => {
  await control.close()
  rmSync(folder, { recursive: true })
})

describe('organisations', () => {
  test('keep checked identifiers, each of one organisation only', async () => {
    await organisations.change(member('port'), 'port', { identifiers: { siret: '732 829 320 00074' } })
    expect(await organisations.get('port')).toMatchObject({ siret: '73282932000074', eori: null })
    await expect(
      organisations.change(member('ferry'), 'ferry', { identifiers: { siret: '73282932000074' } }),
    ).rejects.toMatchObject({ code: 'conflict' })
    await expect(organisations.change(member('port'), 'ferry', { name: 'x' })).rejects.toMatchObject({
      status: 403,
    })
    await expect(
      organisations.change(member('port', 'steward'), 'port', { name: 'x' }),
    ).rejects.toMatchObject({
      status: 403,
    })
    await expect(organisations.change(admin, 'port', { name: 'a\u202Eb' })).rejects.toMatchObject({
      status: 400,
    })
  })

  test('end all access when they are suspended or leave; leaving is their own affair too', async () => {
    await organisations.setStatus(admin, 'port', 'suspended')
    await organisations.setStatus(member('ferry'), 'ferry', 'left')
    expect(ended).toEqual([{ organisation: 'port' }, { organisation: 'ferry' }])
    await expect(organisations.setStatus(member('air'), 'air', 'suspended')).rejects.toMatchObject({
      status: 403,
    })
    await expect(organisations.setStatus(member('ferry'), 'ferry', 'active')).rejects.toMatchObject({
      status: 403,
    })
  })
})

describe('a consortium', () => {
  const names = async (id: string) => {
    const parties = await consortia.parties()
    return parties.consortia.get(id)?.members.map(({ organisation }) => organisation)
  }

  test('is made by an administrator for their own organisation, which coordinates it', async () => {
    const { id, members } = await consortia.create(member('port'), { name: 'Golfe' })
    expect(members).toMatchObject([{ organisation: 'port', isInForce: true }])
    await expect(
      consortia.create(member('port'), { name: 'x', organisation: 'ferry' }),
    ).rejects.toMatchObject({
      status: 403,
    })
    await expect(consortia.create(member('port', 'steward'), { name: 'x' })).rejects.toMatchObject({
      status: 403,
    })
    await expect(consortia.setMember(member('ferry'), id, 'ferry', {})).rejects.toMatchObject({ status: 403 })
    const before = changes
    await consortia.setMember(member('port'), id, 'ferry', { until: '2026-06-01' })
    expect(changes).toBe(before + 1)
    expect(await names(id)).toEqual(['ferry', 'port'])
  })

  test('has members between their dates, and none before or after its own', async () => {
    const id = await consortia.make({ name: 'Défi', organisation: 'port', until: '2026-12-31' })
    await consortia.setMember(admin, id, 'ferry', { from: '2026-04-01', until: '2026-05-01' })
    const force = async () =>
      (await consortia.get(id)).members
        .filter(({ isInForce }) => isInForce)
        .map(({ organisation }) => organisation)
    expect(await force()).toEqual(['port'])
    nowMs = Date.parse('2026-04-15')
    expect(await force()).toEqual(['ferry', 'port'])
    nowMs = Date.parse('2026-05-01')
    expect(await force()).toEqual(['port'])
    nowMs = Date.parse('2027-01-01')
    expect(await force()).toEqual([])
    await expect(
      consortia.make({ name: 'x', organisation: 'port', until: '2020-01-01' }),
    ).rejects.toMatchObject({
      status: 400,
    })
  })

  test('with a charter counts who has signed the version that is required', async () => {
    const id = await consortia.make({ name: 'Golfe', organisation: 'port' })
    await consortia.setMember(admin, id, 'ferry', {})
    expect(await names(id)).toEqual(['ferry', 'port'])
    const [first] = await charters.publish(member('port'), id, { text })
    expect(await names(id)).toEqual([])
    const sign = (who: string, version: number, sha256: string, role: OrganisationRole = 'admin') =>
      charters.sign(member(who, role), id, { version, sha256 })
    await sign('port', 1, first!.sha256)
    await sign('ferry', 1, first!.sha256)
    expect(await names(id)).toEqual(['ferry', 'port'])

    const later = { fr: 'Nous partageons plus.', en: 'We share more.' }
    const [second] = await charters.publish(member('port'), id, { text: later, requiredAt: '2026-04-01' })
    expect(await names(id)).toEqual(['ferry', 'port'])
    await sign('ferry', 2, second!.sha256)
    nowMs = Date.parse('2026-04-01')
    expect(await names(id)).toEqual(['ferry'])

    for (const attempt of [
      () => sign('port', 1, first!.sha256),
      () => sign('port', 2, first!.sha256),
      () => sign('port', 3, second!.sha256),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'conflict' })
    await expect(sign('port', 2, second!.sha256, 'steward')).rejects.toMatchObject({ status: 403 })
    await expect(charters.publish(member('ferry'), id, { text })).rejects.toMatchObject({ status: 403 })
    await sign('port', 2, second!.sha256)
    await sign('port', 2, second!.sha256)
    expect((await charters.list(id))[0]!.signatures).toHaveLength(2)
    expect(await names(id)).toEqual(['ferry', 'port'])
  })

  test('is left by a member itself, or ended by the coordinator', async () => {
    const id = await consortia.make({ name: 'Golfe', organisation: 'port' })
    await consortia.setMember(admin, id, 'ferry', {})
    await consortia.setMember(admin, id, 'air', {})
    await expect(consortia.endMember(member('air'), id, 'ferry')).rejects.toMatchObject({ status: 403 })
    await consortia.endMember(member('ferry'), id, 'ferry')
    await consortia.endMember(member('port'), id, 'air')
    expect(await names(id)).toEqual(['port'])
    await expect(consortia.endMember(member('ferry'), id, 'ferry')).rejects.toMatchObject({ status: 404 })
  })
})

test('the hash of a charter is that of both texts, whatever their order', () => {
  expect(charterHash({ fr: 'a', en: 'b' })).toBe(charterHash({ en: 'b', fr: 'a' }))
  expect(charterHash({ fr: 'a', en: 'b' })).not.toBe(charterHash({ fr: 'b', en: 'a' }))
})
