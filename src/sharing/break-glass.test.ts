/** S13: an administrator of the platform reads no private row, unless it said why and the owner was told; then for an hour. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '../engines/columnar/engine-log.ts'
import { type ControlDb, openControl } from '../engines/control/control.ts'
import { notFound, unavailable } from '../errors.ts'
import type { Principal } from '../http/principal.ts'
import { breakGlass, type GlassBroken } from './break-glass.ts'
import { Policies } from './policies.ts'
import { type DatasetAsked, Sharing } from './service.ts'
import { sharingMigrations } from './tables.ts'

const dataset = (id: string): DatasetAsked => ({
  definition: {
    id,
    kind: 'snapshot',
    title: { fr: id, en: id },
    description: { fr: '', en: '' },
    simulated: false,
    fields: [{ name: 'cars', type: 'integer', label: { fr: 'cars', en: 'cars' } }],
    sortBy: [],
  },
  createdAt: '2026-06-01T00:00:00.000Z',
})
const asked = dataset('loads')
const person = (user: string, more: Partial<Principal & { kind: 'user' }> = {}): Principal => ({
  kind: 'user',
  session: 's',
  user,
  organisation: null,
  role: null,
  platformRoles: [],
  endsAt: null,
  ...more,
})
const chief = person('chief', { platformRoles: ['platform-admin'] })
const steward = person('steward', { organisation: 'ferry', role: 'steward' })
const reason = 'The owner asked us why a row is missing.'

describe('breaking the glass', () => {
  let folder: string
  let control: ControlDb
  let sharing: Sharing
  let nowMs = Date.parse('2026-06-15T12:00:00Z')
  const letters: GlassBroken[] = []
  const tellOwner = async (broken: GlassBroken) => letters.push(broken)
  const reads = (principal: Principal, action: 'query' | 'export' = 'query') =>
    sharing.decide(principal, asked, action).allow

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lacydon-glass-'))
    control = await openControl({ file: join(folder, 'control.sqlite'), log: silentLog })
    await control.migrate([sharingMigrations])
    sharing = await Sharing.open({
      control,
      columnar: { query: async () => [] },
      parties: () => ({
        version: 1,
        firstAccountAt: '2026-01-01T00:00:00.000Z',
        organisations: new Map([['ferry', { status: 'active', attributes: { id: 'ferry' } }]]),
        consortia: new Map(),
      }),
      secret: 'a secret of the tests',
      definitionOf: (id) => {
        throw notFound('dataset', id)
      },
      now: () => new Date(nowMs),
      log: silentLog,
    })
    await new Policies(sharing).claim('loads', steward)
  })
  afterAll(async () => {
    await control?.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('gives nothing to whoever is no administrator, says no reason, or asks for what nobody owns', async () => {
    const by = { sharing, tellOwner }
    await expect(breakGlass(by, steward, asked, reason)).rejects.toThrow(/Administrators/)
    await expect(breakGlass(by, chief, asked, ' '.repeat(30))).rejects.toThrow(/Say why/)
    await expect(breakGlass(by, chief, dataset('nobodys'), reason)).rejects.toThrow(/no owner/)
    expect(letters).toEqual([])
  })

  it('gives nothing while the owner could not be told', async () => {
    const failing = async () => {
      throw unavailable('The mail server is down.')
    }
    await expect(breakGlass({ sharing, tellOwner: failing }, chief, asked, reason)).rejects.toThrow(/mail/)
    await expect(breakGlass({ sharing, tellOwner: async () => 0 }, chief, asked, reason)).rejects.toThrow(
      /no steward/,
    )
    expect(reads(chief)).toBe(false)
  })

  it('tells the owner before anything is given, then lets this one administrator read for an hour', async () => {
    let readWhenTold: boolean | undefined
    const grant = await breakGlass(
      {
        sharing,
        tellOwner: async (broken) => {
          readWhenTold = reads(chief)
          return tellOwner(broken)
        },
      },
      chief,
      asked,
      reason,
    )
    expect(readWhenTold).toBe(false)
    expect(letters).toEqual([
      { dataset: 'loads', owner: 'ferry', user: 'chief', reason, until: '2026-06-15T13:00:00.000Z' },
    ])
    expect(reads(chief)).toBe(true)
    expect(sharing.require(chief, asked, 'query').grants).toEqual([grant.id])
    expect(reads(chief, 'export')).toBe(false)
    // Neither another administrator, nor the same person by a key or without the role.
    expect(reads(person('deputy', { platformRoles: ['platform-admin'] }))).toBe(false)
    expect(reads(person('chief'))).toBe(false)
    const key = { kind: 'key', key: 'k', scopes: ['query'], datasets: null } as const
    const acting = { user: 'chief', organisation: null, role: null, endsAt: null }
    expect(reads({ ...key, ...acting, platformRoles: ['platform-admin'] })).toBe(false)
    nowMs += 3_599_000
    expect(reads(chief)).toBe(true)
    nowMs += 1_000
    expect(reads(chief)).toBe(false)
  })

  it('is written down with its reason, and the owner ends it', async () => {
    const grant = await breakGlass({ sharing, tellOwner }, chief, asked, reason)
    expect(await sharing.store.history(`grant:${grant.id}`)).toMatchObject([
      { actor: 'chief', step: 'glass broken', note: reason },
    ])
    await new Policies(sharing).revoke(steward, asked, grant.id)
    expect(reads(chief)).toBe(false)
  })

  it('is nothing that a steward can grant', async () => {
    const {
      id: _i,
      dataset: _d,
      version: _v,
      createdAt: _c,
      revokedAt: _r,
      ...body
    } = await breakGlass({ sharing, tellOwner }, chief, asked, reason)
    await expect(new Policies(sharing).grant(steward, asked, body)).rejects.toThrow(/not for persons/)
  })
})
