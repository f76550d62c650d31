/** Counts that are kept, and rows read as they lie, are those that the engine would give. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchOfRows } from '../batch-of-rows.ts'
import type { Columnar, Row, TableSpec } from '../columnar.ts'
import { silentLog } from '../engine-log.ts'
import { compilePredicate } from '../evaluate.ts'
import { and, call, column, type Expression, type Query, table, value } from '../query.ts'
import type { Snapshots } from '../snapshots.ts'
import { tableScope } from '../typing.ts'
import { openDuckDb } from './open.ts'

const columns: TableSpec['columns'] = [
  { name: 'kind', type: 'text' },
  { name: 'size', type: 'double' },
  { name: 'count', type: 'integer' },
  { name: 'at', type: 'timestamp' },
  { name: 'day', type: 'date' },
]
const numbered: TableSpec = {
  name: 'calls',
  columns: [...columns, { name: '_n', type: 'bigint' }],
  sortBy: [],
}
const staging = (name: string): TableSpec => ({ ...numbered, name })

const dayOf = (i: number) => new Date(Date.UTC(2026, 0, 1 + (i % 40)))
const rowOf = (i: number, shift: number): Row => ({
  kind: i % 11 === 0 ? null : ['tanker', 'cargo', 'tug'][i % 3]!,
  size: i % 7 === 0 ? null : ((i * 37) % 101) / (4 + shift) - 5,
  count: i % 13 === 0 ? null : (i * 29) % 53,
  at: i % 5 === 0 ? null : new Date(dayOf(i).getTime() + (i % 3) * 3_600_000).toISOString(),
  day: i % 9 === 0 ? null : dayOf(i).toISOString().slice(0, 10),
})
const versions = [0, 17].map((shift) => Array.from({ length: 3_000 }, (_, i) => rowOf(i, shift)))

let folder: string
let db: Columnar & Snapshots
const publish = async (version: number) => {
  const of = staging(`calls-s${version}`)
  const batches = (async function* () {
    yield batchOfRows({ ...of, columns }, versions[version - 1]!)
  })()
  await db.load({ ...of, columns }, { kind: 'batches', batches })
  await db.archive('calls', of.name, version)
  await db.publish('calls', of.name, version)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lacydon-counts-'))
  db = await openDuckDb({ folder: join(folder, 'columnar'), log: silentLog })
  await publish(1)
})
afterAll(async () => {
  await db.close()
  await rm(folder, { recursive: true })
})

const countOf = (where: Expression, version?: number): Query => ({
  from: table('calls', version),
  where,
  select: [{ as: 'n', value: { kind: 'aggregate', fn: 'count' } }],
})
const scope = tableScope(numbered)
const expected = (where: Expression, version: number) =>
  versions[version - 1]!.filter(compilePredicate(where, scope)).length

const operator = fc.constantFrom(
  '=' as const,
  '!=' as const,
  '<' as const,
  '<=' as const,
  '>' as const,
  '>=' as const,
)
const literal = fc.oneof(
  fc.tuple(
    fc.constant('size'),
    fc.integer({ min: -30, max: 110 }).map((n) => n / 4),
  ),
  fc.tuple(fc.constant('count'), fc.oneof(fc.integer({ min: -3, max: 60 }), fc.constant(7.5))),
  fc.tuple(
    fc.constant('at'),
    fc.integer({ min: 0, max: 60 }).map((i) => dayOf(i).toISOString()),
  ),
  fc.tuple(
    fc.constant('day'),
    fc.integer({ min: 0, max: 60 }).map((i) => dayOf(i).toISOString().slice(0, 10)),
  ),
)
const comparison = fc
  .tuple(operator, literal, fc.boolean())
  .map(([fn, [name, of], isMirrored]) =>
    isMirrored ? call(fn, value(of), column(name)) : call(fn, column(name), value(of)),
  )
const condition = fc
  .tuple(fc.array(comparison, { minLength: 1, maxLength: 3 }), fc.constantFrom('tanker', 'cargo', undefined))
  .map(([of, kind]) => and(...of, ...(kind ? [call('=', column('kind'), value(kind))] : [])))

describe('counts of a snapshot', () => {
  it('are exact, asked for the first time and again', async () => {
    await fc.assert(
      fc.asyncProperty(condition, async (where) => {
        const counts = [await db.query(countOf(where)), await db.query(countOf(where, 1))]
        expect(counts.flat().map(({ n }) => n)).toEqual([expected(where, 1), expected(where, 1)])
      }),
      { numRuns: 300 },
    )
  })

  it('are those of the version that is asked for', async () => {
    const where = and(call('>', column('size'), value(3)))
    expect(await db.query(countOf(where))).toEqual([{ n: expected(where, 1) }])
    await publish(2)
    expect(expected(where, 1)).not.toBe(expected(where, 2))
    for (let i = 0; i < 3; i++) {
      expect(await db.query(countOf(where))).toEqual([{ n: expected(where, 2) }])
      expect(await db.query(countOf(where, 1))).toEqual([{ n: expected(where, 1) }])
      expect(await db.query(countOf(where, 2))).toEqual([{ n: expected(where, 2) }])
    }
  })
})

describe('pages of a snapshot', () => {
  it('show rows by their number, filtered or not, now and in the archive', async () => {
    const currentVersion = (await db.publishedVersion('calls'))!
    const where = call('=', column('kind'), value('tug'))
    for (const version of [undefined, 1])
      for (const [filter, offset] of [
        [undefined, 0],
        [undefined, 2_500],
        [where, 0],
        [where, 700],
      ] as const) {
        const rows = versions[(version ?? currentVersion) - 1]!.map((row, i) => ({ ...row, _n: i + 1 }))
        const passing = filter ? rows.filter(compilePredicate(filter, scope)) : rows
        const asked: Query = {
          from: table('calls', version),
          ...(filter && { where: filter }),
          select: [{ as: 'number', value: column('_n') }],
          orderBy: [{ by: column('_n') }],
          limit: 20,
          ...(offset && { offset }),
        }
        const wanted = passing.slice(offset, offset + 20).map(({ _n }) => ({ number: _n }))
        expect(await db.query(asked)).toEqual(wanted)
      }
  })
})
