/** Random rows, organisations, grants, restrictions, agreements and askers. */
import fc from 'fast-check'
import type { DatasetField } from '../datasets/schema.ts'
import type { Row } from '../engines/columnar/columnar.ts'
import { type Action, actions, organisationRoles, type Principal } from '../http/principal.ts'
import type { PolicySnapshot } from './decision.ts'
import { ownerActions } from './presets.ts'
import type { Agreement, Filter, Grant, Grantee, Policy, ReleaseRule, Restriction } from './schema.ts'

export const now = new Date('2026-06-15T12:00:00.000Z')
const at = (hours: number) => new Date(now.getTime() + hours * 3_600_000).toISOString()

const field = (name: string, type: DatasetField['type']): DatasetField => ({
  name,
  type,
  label: { fr: name, en: name },
})
export const fields: DatasetField[] = [
  field('at', 'timestamp'),
  field('mmsi', 'integer'),
  field('name', 'text'),
  field('owner', 'text'),
  field('speed', 'real'),
  field('draught', 'double'),
  field('count', 'bigint'),
  field('moored', 'boolean'),
  field('day', 'date'),
  field('place', 'geo_point_2d'),
  { ...field('spot', 'geo_point_2d'), coordinates: { lon: 'lon', lat: 'lat' } },
  field('lon', 'double'),
  field('lat', 'double'),
]

const texts = ['', 'a', 'A', 'é', 'Étang', '渡船', '🚢', '\uff5a', "it's", '"q"', '%_', 'o1', '9']
const some = <T>(...values: T[]) => fc.constantFrom(...values)
const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null, freq: 4 })
const values: Record<string, fc.Arbitrary<string | number | boolean>> = {
  at: fc.integer({ min: -60, max: 2 }).map((hours) => at(hours)),
  mmsi: fc.integer({ min: 227_000_000, max: 227_000_004 }),
  name: some(...texts),
  owner: some('o1', 'o2', 'o3', '12345678200010'),
  speed: some(0, 0.1, 0.3, 1.5, 12.7, 22.123),
  draught: some(-0.5, 0, 0.1, 0.125, 1.005, 7.25, 1e12),
  count: some(-3, 0, 1, 2 ** 40, 2 ** 53 - 1),
  moored: fc.boolean(),
  day: some('1666-03-05', '2026-06-14', '2026-06-15'),
  lon: some(-180, -5.123456, 0, 4.98765, 5.1, 179.99),
  lat: some(-45.5, 0, 43.2, 43.33333, 89),
}
values.place_lon = values.lon!
values.place_lat = values.lat!

export const randomRows: fc.Arbitrary<Row[]> = fc.array(
  fc.record(Object.fromEntries(Object.entries(values).map(([name, of]) => [name, orNull(of)]))),
  { minLength: 8, maxLength: 24 },
)

const comparable = fields.filter(({ type }) => type !== 'geo_point_2d')
const leaf: fc.Arbitrary<Filter> = some(...comparable).chain(({ name, type }): fc.Arbitrary<Filter> => {
  const literal = values[name]!
  const equality = some('eq' as const, 'ne' as const)
  const kinds: fc.Arbitrary<Filter>[] = [
    fc.record({ op: equality, column: fc.constant(name), value: literal }),
    fc.record({
      op: some('in' as const, 'notIn' as const),
      column: fc.constant(name),
      values: fc.array(literal, { maxLength: 4 }),
    }),
    fc.record({ op: some('isNull' as const, 'isNotNull' as const), column: fc.constant(name) }),
  ]
  if (type !== 'boolean')
    kinds.push(
      fc.record({
        op: some('lt' as const, 'lte' as const, 'gt' as const, 'gte' as const),
        column: fc.constant(name),
        value: literal,
      }),
      fc.record({
        op: fc.constant('between' as const),
        column: fc.constant(name),
        from: literal,
        to: literal,
      }),
    )
  if (type === 'text')
    kinds.push(
      fc.record({ op: fc.constant('startsWith' as const), column: fc.constant(name), value: some(...texts) }),
      fc.record({
        op: equality,
        column: fc.constant(name),
        value: fc.record({ attr: some('id', 'siret', 'lei') }),
      }),
    )
  return fc.oneof(...kinds)
})
const box = fc
  .record({
    column: some('place', 'spot'),
    west: values.lon!,
    east: values.lon!,
    a: values.lat!,
    b: values.lat!,
  })
  .map(({ column, west, east, a, b }) => ({
    column,
    west: Number(west),
    east: Number(east),
    south: Math.min(Number(a), Number(b)),
    north: Math.max(Number(a), Number(b)),
  }))
const rectangle = (w: number, s: number, e: number, n: number) =>
  JSON.stringify({
    type: 'Polygon',
    coordinates: [
      [
        [w, s],
        [e, s],
        [e, n],
        [w, n],
        [w, s],
      ],
    ],
  })
// Edges that no point lies on: there ClickHouse answers as it likes.
const geometry = some(
  rectangle(-10.5, 40.25, 5.05, 44.5),
  rectangle(4.5, -1.5, 6.5, 43.25),
  rectangle(-179, -80, 179, 80),
)
const placeLeaf: fc.Arbitrary<Filter> = fc.oneof(
  box.map((sides): Filter => ({ op: 'withinBox', ...sides })),
  fc.record({ op: fc.constant('withinGeometry' as const), column: some('place', 'spot'), geometry }),
  fc.record({ op: some('isNull' as const, 'isNotNull' as const), column: some('place', 'spot') }),
)
export const randomFilter: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    leaf,
    placeLeaf,
    fc.record({
      op: some('and' as const, 'or' as const),
      of: fc.array(tie('filter'), { maxLength: 3 }),
    }) as fc.Arbitrary<Filter>,
    fc.record({ op: fc.constant('not' as const), of: tie('filter') }),
  ),
})).filter

const names = fields.map(({ name }) => name)
const release: fc.Arbitrary<ReleaseRule> = fc.oneof(
  fc.record({ rule: fc.constant('drop' as const), column: some(...names) }),
  fc.record({
    rule: fc.constant('round' as const),
    column: some('speed', 'draught', 'lon', 'lat', 'spot', 'place', 'count'),
    step: some(0.01, 0.1, 0.5, 2, 0.3),
  }),
  fc.record({ rule: fc.constant('round' as const), column: fc.constant('at'), step: some(60, 3_600, 7_000) }),
  fc.record({
    rule: fc.constant('pseudonym' as const),
    column: some('mmsi', 'name', 'count'),
    period: some('day' as const, 'month' as const),
  }),
  fc.record({ rule: fc.constant('delay' as const), seconds: some(3_600, 86_400) }),
)
const bound = orNull(some(at(-30), at(-1), at(0), at(1), at(40)))
export const organisations = ['o1', 'o2', 'o3']
const grantee: fc.Arbitrary<Grantee> = fc.oneof(
  fc.constant({ kind: 'everyone' as const }),
  fc.constant({ kind: 'authenticated' as const }),
  fc.constant({ kind: 'consortium' as const, consortium: 'c1' }),
  fc.record({ kind: fc.constant('organisation' as const), organisation: some(...organisations) }),
  fc.record({
    kind: fc.constant('role' as const),
    organisation: some(...organisations),
    role: some(...organisationRoles),
  }),
)

export const randomGrant = (id: string): fc.Arbitrary<Grant> =>
  fc.record({
    id: fc.constant(id),
    dataset: fc.constant('d'),
    grantee,
    actions: fc.subarray([...actions], { minLength: 3 }),
    rowFilter: fc.option(randomFilter, { nil: null, freq: 3 }),
    columns: orNull(fc.subarray(names, { minLength: 1 })),
    release: fc.array(release, { maxLength: 3 }),
    spatial: fc.option(fc.record({ column: some('place', 'spot'), geometry, minZoom: fc.constant(null) }), {
      nil: null,
      freq: 1,
    }),
    maxAgeS: fc.option(some(7_200, 100_000), { nil: null, freq: 1 }),
    quota: fc.constant(null),
    agreementTemplate: fc.option(fc.constant('t1'), { nil: null, freq: 1 }),
    from: fc.option(some(at(-1), at(1)), { nil: null, freq: 1 }),
    until: fc.option(some(at(-1), at(0), at(1)), { nil: null, freq: 1 }),
    note: fc.constant(''),
    version: fc.constant(1),
    createdAt: fc.constant(at(-100)),
    revokedAt: fc.option(some(at(-1), at(0)), { nil: null, freq: 1 }),
  })

export const randomRestriction = (id: string): fc.Arbitrary<Restriction> =>
  fc.record({
    id: fc.constant(id),
    dataset: fc.constant('d'),
    keep: orNull(randomFilter),
    deny: fc.oneof(
      { weight: 3, arbitrary: fc.constant<string[]>([]) },
      { weight: 1, arbitrary: fc.subarray(names, { maxLength: 3 }) },
    ),
    release: fc.array(release, { maxLength: 2 }),
    audience: some('all' as const, 'public' as const),
    bindsOwner: fc.boolean(),
    note: fc.constant(''),
    author: fc.constant(null),
    version: fc.constant(1),
    createdAt: fc.constant(at(-100)),
    liftedAt: fc.option(some(at(-1), at(1)), { nil: null, freq: 1 }),
  })

const agreement = fc.record({
  template: fc.constant('t1'),
  templateVersion: some(1, 2),
  dataset: fc.constant('d'),
  organisation: some(...organisations),
  state: some('FINALIZED' as const, 'FINALIZED' as const, 'FINALIZED' as const, 'AGREED' as const),
  validity: some('active' as const, 'active' as const, 'suspended' as const),
  acceptedBy: fc.constant('u1'),
  acceptedAt: fc.constant(at(-50)),
  sha256: fc.constant(''),
  expiresAt: bound,
  version: fc.constant(1),
})

const policy: fc.Arbitrary<Policy> = fc.record({
  dataset: fc.constant('d'),
  owner: orNull(some('o1', 'o2')),
  visibility: fc.constant('private' as const),
  metadataVisibility: some('public' as const, 'consortium' as const, 'private' as const),
  consortium: fc.constant('c1'),
  personalData: fc.constant('none' as const),
  rowFilter: fc.constant(null),
  aggregate: fc.constant(null),
  version: fc.constant(1),
})

export const randomSnapshot: fc.Arbitrary<PolicySnapshot> = fc
  .record({
    policy,
    grants: fc
      .integer({ min: 0, max: 4 })
      .chain((n) => fc.tuple(...Array.from({ length: n }, (_, i) => randomGrant(`g${i}`)))),
    restrictions: fc
      .integer({ min: 0, max: 2 })
      .chain((n) => fc.tuple(...Array.from({ length: n }, (_, i) => randomRestriction(`r${i}`)))),
    agreements: fc.array(agreement, { maxLength: 3 }),
    graceEnd: bound,
    statuses: fc.tuple(
      some('active' as const, 'active' as const, 'suspended' as const),
      some('active' as const, 'active' as const, 'left' as const),
      fc.constant('active' as const),
    ),
    members: fc.array(fc.record({ organisation: some(...organisations), from: bound, until: bound }), {
      maxLength: 3,
    }),
    consortiumUntil: bound,
  })
  .map(({ statuses, members, consortiumUntil, graceEnd, agreements, ...rest }) => ({
    ...rest,
    agreements: agreements.map((one, i): Agreement => ({ ...one, id: `a${i}` })),
    templates: new Map([
      ['t1', { version: 2, previous: graceEnd === null ? [] : [{ version: 1, until: graceEnd }] }],
    ]),
    platformQuota: null,
    ownerActions,
    parties: {
      version: 1,
      firstAccountAt: at(-1000),
      organisations: new Map(
        organisations.map((id, i) => [
          id,
          {
            status: statuses[i]!,
            attributes: (i === 0 ? { siret: '12345678200010' } : {}) as Record<string, string>,
          },
        ]),
      ),
      consortia: new Map([['c1', { from: null, until: consortiumUntil, members }]]),
    },
  }))

const acting = {
  user: fc.constant('u1'),
  organisation: orNull(some(...organisations)),
  role: some(...organisationRoles),
  platformRoles: fc.constant([]),
  endsAt: orNull(some(at(-1), at(5))),
}
const withRole = <T extends { organisation: string | null; role: unknown }>(of: T): T => ({
  ...of,
  role: of.organisation === null ? null : of.role,
})
export const randomPrincipal: fc.Arbitrary<Principal> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ kind: 'anonymous' as const }) },
  {
    weight: 4,
    arbitrary: fc
      .record({ kind: fc.constant('user' as const), session: fc.constant('s'), ...acting })
      .map(withRole),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({
        kind: fc.constant('key' as const),
        key: fc.constant('k'),
        scopes: fc.subarray([...actions]),
        datasets: orNull(some(['d'], ['other'])),
        ...acting,
      })
      .map(withRole),
  },
)
export const randomAction: fc.Arbitrary<Action> = some('query', 'query', 'export', 'stream', 'preview')
