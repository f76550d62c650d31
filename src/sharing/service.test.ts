/** Sharing with its tables and rows: what is written is in force at once, on other nodes soon, and ends what is under way. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { aisDatasets } from '../connectors/ais/datasets.ts'
import { tableOf } from '../datasets/rules.ts'
import type { DatasetDefinition } from '../datasets/schema.ts'
import { batchOfRows } from '../engines/columnar/batch-of-rows.ts'
import type { Columnar, Row } from '../engines/columnar/columnar.ts'
import { openDuckDb } from '../engines/columnar/duckdb/open.ts'
import { silentLog } from '../engines/columnar/engine-log.ts'
import { column, table } from '../engines/columnar/query.ts'
import { type ControlDb, openControl } from '../engines/control/control.ts'
import { notFound } from '../errors.ts'
import { anonymous, type OrganisationRole, type Principal } from '../http/principal.ts'
import { Agreements } from './agreements.ts'
import { Policies } from './policies.ts'
import type { GrantBody, Parties, PolicyBody, TemplateBody } from './schema.ts'
import { seeAs } from './see-as.ts'
import { type DatasetAsked, Sharing } from './service.ts'
import { sharingMigrations } from './tables.ts'

const label = (name: string) => ({ fr: name, en: name })
const loads: DatasetDefinition = {
  id: 'ferry-loads',
  kind: 'snapshot',
  title: label('Loads'),
  description: label(''),
  simulated: false,
  fields: [
    { name: 'zone', type: 'text', label: label('zone') },
    { name: 'cars', type: 'integer', label: label('cars') },
    { name: 'phone', type: 'text', label: label('phone') },
  ],
  sortBy: [],
}
const rows: Row[] = [
  { zone: 'north', cars: 12, phone: '0612' },
  { zone: 'south', cars: 40, phone: '0613' },
  { zone: null, cars: 3, phone: '0614' },
]
const asked: DatasetAsked = { definition: loads, createdAt: '2026-06-01T00:00:00.000Z' }
const member = (organisation: string, role: OrganisationRole = 'steward'): Principal => ({
  kind: 'user',
  session: 's',
  user: `${role}@${organisation}`,
  organisation,
  role,
  platformRoles: [],
  endsAt: null,
})
const ferry = member('ferry')
const transit = member('transit')
const grantTo = (organisation: string, more: Partial<GrantBody> = {}): GrantBody => ({
  grantee: { kind: 'organisation', organisation },
  actions: ['query', 'export'],
  rowFilter: null,
  columns: null,
  release: [],
  spatial: null,
  maxAgeS: null,
  quota: null,
  agreementTemplate: null,
  from: null,
  until: null,
  note: '',
  ...more,
})
const openPolicy: PolicyBody = {
  visibility: 'private',
  metadataVisibility: 'public',
  consortium: null,
  personalData: 'none',
  rowFilter: null,
  aggregate: null,
}
const terms: TemplateBody = {
  title: { fr: 'Conditions', en: 'Terms' },
  text: { fr: 'Ne pas rediffuser.', en: 'Do not pass on.' },
  odrl: {
    permission: [
      { action: 'use', constraint: { leftOperand: 'purpose', operator: 'eq', rightOperand: 'planning' } },
    ],
  },
  graceDays: 0,
  termDays: 30,
  clickThrough: true,
}

describe('Sharing', () => {
  let folder: string
  let columnar: Columnar
  let control: ControlDb
  let nowMs = Date.parse('2026-06-15T12:00:00Z')
  let parties: Parties
  let sharing: Sharing
  let other: Sharing
  let policies: Policies
  let agreements: Agreements
  let file = 0

  const open = () =>
    Sharing.open({
      control,
      columnar,
      parties: () => parties,
      secret: 'a secret of the tests',
      definitionOf: (id) => {
        const found = [loads, ...aisDatasets].find((one) => one.id === id)
        if (!found) throw notFound('dataset', id)
        return found
      },
      now: () => new Date(nowMs),
      log: silentLog,
    })
  const read = async (principal: Principal, definition = loads, createdAt = asked.createdAt) => {
    const of = { definition, createdAt }
    const decision = sharing.require(principal, of, 'query')
    const { from, fields } = await sharing.secure(decision, {
      dataset: definition.id,
      from: table(tableOf(definition).name),
      fields: definition.fields,
      eventTime: definition.eventTime,
      rowOrder: [],
      state: 'v1',
    })
    const names = fields.filter(({ coordinates }) => !coordinates).map(({ name }) => name)
    return columnar.query({ from, select: names.map((as) => ({ as, value: column(as) })) })
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lacydon-sharing-service-'))
    columnar = await openDuckDb({ folder: join(folder, 'columnar'), log: silentLog })
    for (const definition of [loads, ...aisDatasets]) await columnar.define(tableOf(definition))
    await columnar.replace(batchOfRows(tableOf(loads), rows))
  })
  afterAll(async () => {
    await columnar.close()
    await control.close()
    await rm(folder, { recursive: true })
  })
  beforeEach(async () => {
    await control?.close()
    control = await openControl({ file: join(folder, `control-${file++}.sqlite`), log: silentLog })
    await control.migrate([sharingMigrations])
    parties = {
      version: file,
      firstAccountAt: '2026-01-01T00:00:00.000Z',
      organisations: new Map(
        ['ferry', 'transit', 'third'].map((id) => [id, { status: 'active' as const, attributes: {} }]),
      ),
      consortia: new Map(),
    }
    sharing = await open()
    other = await open()
    policies = new Policies(sharing)
    agreements = new Agreements(sharing)
    await policies.claim(loads.id, ferry)
  })

  it('a new dataset is its organisation’s, and nobody else knows of it', async () => {
    expect(await read(ferry)).toHaveLength(3)
    for (const principal of [anonymous, transit, member('third', 'admin')])
      expect(() => sharing.require(principal, asked, 'query')).toThrow(
        'There is no dataset “ferry-loads” here.',
      )
  })

  it('S6: a grant is in force when it is answered, and what it revokes ends within a tick on every node', async () => {
    await policies.put(ferry, asked, openPolicy, undefined)
    expect(sharing.decide(transit, asked, 'query')).toMatchObject({ allow: false, reason: 'not_granted' })
    const body = grantTo('transit', {
      columns: ['zone', 'cars'],
      rowFilter: { op: 'ne', column: 'zone', value: 'south' },
      release: [{ rule: 'round', column: 'cars', step: 10 }],
    })
    const grant = await policies.grant(ferry, asked, body)
    expect(await read(transit)).toEqual([
      { zone: 'north', cars: 10 },
      { zone: null, cars: 0 },
    ])
    await other.tick()
    const decision = other.require(transit, asked, 'export')
    const watch = other.watch(transit, asked, 'export', decision.fingerprint)
    await other.tick()
    expect(watch.signal.aborted).toBe(false)
    await policies.revoke(ferry, asked, grant.id)
    expect(sharing.decide(transit, asked, 'query').allow).toBe(false)
    await other.tick()
    expect(watch.signal.aborted).toBe(true)
    expect(watch.signal.reason).toMatchObject({ code: 'right_ended' })
  })

  it('a suspended organisation has what everybody has, at once', async () => {
    await policies.put(ferry, asked, openPolicy, undefined)
    await policies.grant(ferry, asked, grantTo('transit'))
    expect(sharing.decide(transit, asked, 'query').allow).toBe(true)
    const organisations = new Map(parties.organisations)
    organisations.set('transit', { status: 'suspended', attributes: {} })
    parties = { ...parties, version: parties.version + 1, organisations }
    expect(sharing.decide(transit, asked, 'query')).toMatchObject({ allow: false, reason: 'suspended' })
  })

  it('S7: an agreement is accepted by its hash, expires by the clock, and a new version asks again', async () => {
    await policies.put(ferry, asked, openPolicy, undefined)
    const template = await agreements.publish(ferry, undefined, terms)
    await policies.grant(ferry, asked, grantTo('transit', { agreementTemplate: template.id }))
    expect(() => sharing.require(transit, asked, 'query')).toThrow(
      expect.objectContaining({ code: 'agreement_required', status: 403 }),
    )
    const wanted = { template: template.id, organisation: 'transit' }
    const offered = await agreements.open(transit, asked, wanted)
    await expect(agreements.accept(transit, offered.id, '0'.repeat(64))).rejects.toMatchObject({
      status: 409,
    })
    await expect(agreements.accept(member('third'), offered.id, template.sha256)).rejects.toMatchObject({
      status: 404,
    })
    const signed = await agreements.accept(transit, offered.id, template.sha256)
    expect(signed).toMatchObject({ state: 'FINALIZED', acceptedBy: 'steward@transit' })
    const steps = (await agreements.history('agreement', offered.id)).map(({ step }) => step)
    expect(steps.sort()).toEqual(['ACCEPTED', 'AGREED', 'FINALIZED', 'OFFERED', 'VERIFIED'])
    expect(await read(transit)).toHaveLength(3)

    await agreements.setValidity(ferry, asked, offered.id, 'suspended')
    expect(sharing.decide(transit, asked, 'query')).toMatchObject({ reason: 'suspended' })
    await agreements.setValidity(ferry, asked, offered.id, 'active')
    const next = await agreements.publish(ferry, template.id, {
      ...terms,
      text: { fr: 'Autre.', en: 'Other.' },
    })
    expect(sharing.decide(transit, asked, 'query')).toMatchObject({ reason: 'agreement_required' })
    const again = await agreements.open(transit, asked, wanted)
    await agreements.accept(transit, again.id, next.sha256)
    expect(sharing.decide(transit, asked, 'query').allow).toBe(true)
    nowMs += 31 * 86_400_000
    expect(sharing.decide(transit, asked, 'query')).toMatchObject({ reason: 'agreement_required' })
  })

  it('a data request goes from draft to an offered agreement', async () => {
    await policies.put(ferry, asked, openPolicy, undefined)
    const template = await agreements.publish(ferry, undefined, terms)
    const body = {
      dataset: loads.id,
      subject: '',
      purpose: 'Planning',
      durationDays: 30,
      actions: ['query' as const],
    }
    const { id } = await agreements.draft(transit, body)
    expect(agreements.requests(ferry, () => true)).toEqual([])
    const say = (text: string, grant?: string) => ({ text, grant })
    await agreements.advance(transit, asked, id, 'submitted', say(''))
    await expect(agreements.advance(transit, asked, id, 'approved', say(''))).rejects.toMatchObject({
      status: 403,
    })
    await agreements.advance(ferry, asked, id, 'questions', say('For whom?'))
    await agreements.advance(transit, asked, id, 'submitted', say('For us.'))
    const grant = await policies.grant(ferry, asked, grantTo('transit', { agreementTemplate: template.id }))
    const done = await agreements.advance(ferry, asked, id, 'approved', say('Welcome.', grant.id))
    expect(done.exchange.map(({ text }) => text)).toEqual(['For whom?', 'For us.', 'Welcome.'])
    expect(agreements.list(transit, loads.id, () => false)).toMatchObject([
      { id: done.agreement, state: 'OFFERED' },
    ])
    await expect(agreements.advance(ferry, asked, id, 'refused', say(''))).rejects.toMatchObject({
      status: 409,
    })
  })

  it('only stewards of the owner write, and only what the dataset can carry', async () => {
    await policies.put(ferry, asked, openPolicy, undefined)
    for (const principal of [member('ferry', 'reader'), transit, anonymous])
      await expect(policies.grant(principal, asked, grantTo('transit'))).rejects.toMatchObject({
        code: 'forbidden',
      })
    const wrong: Partial<GrantBody>[] = [
      { columns: ['secret'] },
      { release: [{ rule: 'round', column: 'zone', step: 1 }] },
      { release: [{ rule: 'delay', seconds: 60 }] },
      { maxAgeS: 60 },
      { rowFilter: { op: 'eq', column: 'cars', value: '1' } },
      {
        rowFilter: {
          op: 'inDataset',
          column: 'cars',
          dataset: 'x',
          field: 'y',
          where: { op: 'and', of: [] },
        },
      },
      { agreementTemplate: 'none' },
      { from: '2026-02-01T00:00:00Z', until: '2026-01-01T00:00:00Z' },
    ]
    for (const more of wrong)
      await expect(policies.grant(ferry, asked, grantTo('transit', more))).rejects.toThrow()
    await expect(
      agreements.publish(ferry, undefined, { ...terms, odrl: { permission: [{ action: 'sell' }] } }),
    ).rejects.toThrow('“"sell"”')
    expect(sharing.state.grants.size).toBe(0)
  })

  it('a restriction binds everybody but the owner, and only its author lifts it', async () => {
    await policies.put(ferry, asked, { ...openPolicy, visibility: 'public' }, undefined)
    const body = {
      keep: null,
      deny: ['phone'],
      release: [],
      audience: 'all' as const,
      bindsOwner: false,
      note: '',
    }
    const { id } = await policies.restrict(ferry, asked, body)
    expect(Object.keys((await read(anonymous))[0]!)).toEqual(['zone', 'cars'])
    expect(Object.keys((await read(ferry))[0]!)).toEqual(['zone', 'cars', 'phone'])
    await expect(policies.lift(transit, asked, id)).rejects.toMatchObject({ status: 403 })
    await policies.lift(ferry, asked, id)
    expect(Object.keys((await read(anonymous))[0]!)).toContain('phone')
  })

  it('see-as shows what somebody else gets, exactly', async () => {
    await policies.put(ferry, asked, openPolicy, undefined)
    await policies.grant(
      ferry,
      asked,
      grantTo('transit', {
        columns: ['zone'],
        release: [{ rule: 'pseudonym', column: 'zone', period: 'day' }],
      }),
    )
    const given = { from: table(tableOf(loads).name), rowOrder: [], state: 'v1' }
    const as = (principal: Principal) =>
      seeAs({ sharing, columnar }, asked, { principal, action: 'query' }, given)
    const seen = await as(transit)
    expect(seen).toMatchObject({ allow: true, rowCount: 3, fields: [{ name: 'zone' }] })
    expect(new Set(seen.sample.map(({ zone }) => zone))).not.toContain('north')
    expect(seen.sample).toEqual(expect.arrayContaining(await read(transit)))
    expect(await as(anonymous)).toMatchObject({ allow: false, reason: 'login_required', sample: [] })
  })

  it('the public sees large ships and stations only, whoever else sees all', async () => {
    const vessels = aisDatasets.find(({ id }) => id === 'vessels')!
    const positions = aisDatasets.find(({ id }) => id === 'ais-positions')!
    const ship = (mmsi: number, more: Row): Row => ({
      mmsi,
      kind: 'ship',
      aisClass: 'A',
      shipType: 70,
      toBowM: 80,
      toSternM: 20,
      ...more,
    })
    const fleet = [
      ship(1, {}),
      ship(2, { aisClass: 'B' }),
      ship(3, { shipType: 36 }),
      ship(4, { shipType: 35 }),
      ship(5, { shipType: 55 }),
      ship(6, { shipType: null }),
      ship(7, { shipType: 0 }),
      ship(8, { toBowM: 10, toSternM: 9 }),
      ship(9, { toBowM: null }),
      ship(10, { shipType: 30, toBowM: 15, toSternM: 10 }),
      ship(11, { kind: 'aid-to-navigation', aisClass: null, shipType: null, toBowM: null }),
      ship(12, { aisClass: null }),
    ]
    await columnar.replace(batchOfRows(tableOf(vessels), fleet))
    await columnar.replace(
      batchOfRows(
        tableOf(positions),
        [...fleet, ship(99, {})].map((one, i) => ({
          mmsi: one.mmsi ?? null,
          at: '2026-06-15T10:00:00.000Z',
          receivedAt: '2026-06-15T10:00:00.000Z',
          aisClass: 'A',
          _src: 's',
          _seq: i,
        })),
      ),
    )
    const mmsis = async (principal: Principal, definition: DatasetDefinition) =>
      (await read(principal, definition, null as never))
        .map(({ mmsi }) => mmsi)
        .sort((a, b) => Number(a) - Number(b))
    expect(await mmsis(anonymous, vessels)).toEqual([1, 10, 11])
    expect(await mmsis(anonymous, positions)).toEqual([1, 10])
    expect(await mmsis(transit, positions)).toEqual([1, 10])
    const pilots: DatasetAsked = { definition: positions, createdAt: null }
    await policies.grant({ kind: 'service', name: 'local' }, pilots, grantTo('transit'))
    expect(await mmsis(transit, positions)).toHaveLength(13)
    expect(await mmsis(member('third'), positions)).toEqual([1, 10])
    const raw = aisDatasets.find(({ id }) => id === 'ais-rejects')!
    expect(sharing.decide(anonymous, { definition: raw, createdAt: null }, 'query')).toMatchObject({
      reason: 'login_required',
    })
  })
})
