/** Rows, and the ways to ask for them, that the parts of the columnar suite share. */
import { expect } from 'vitest'
import type { Columnar, Row, TableSpec } from './columnar.ts'
import { evaluateQuery } from './evaluate-query.ts'
import { type Aggregate, type Expression, type Query, table } from './query.ts'

export const positions: TableSpec = {
  name: 'suite-positions',
  sortBy: ['mmsi', 'at'],
  dayOf: 'at',
  retainBy: 'receivedAt',
  columns: [
    { name: '_src', type: 'text' },
    { name: '_seq', type: 'bigint' },
    { name: 'at', type: 'timestamp' },
    { name: 'receivedAt', type: 'timestamp' },
    { name: 'mmsi', type: 'integer' },
    { name: 'lon', type: 'double' },
    { name: 'sogKn', type: 'real' },
    { name: 'name', type: 'text' },
    { name: 'moored', type: 'boolean' },
    { name: 'status', type: 'tinyint' },
    { name: 'builtOn', type: 'date' },
    { name: 'details', type: 'json' },
  ],
}

export const startMs = Date.UTC(2024, 9, 26, 20)
export const row = (i: number): Row => ({
  _src: 'roof',
  _seq: i * 60,
  at: new Date(startMs + i * 420_000).toISOString(),
  receivedAt: i % 11 === 0 ? null : new Date(startMs + i * 420_000 + 1_500).toISOString(),
  mmsi: 227_000_000 + (i % 7),
  lon: i % 5 === 0 ? null : Math.round((4.5 + i / 97) * 1e6) / 1e6,
  sogKn: i % 4 === 0 ? null : Math.fround((i % 30) / 10),
  name: [null, 'ÉTOILE', 'Ïle d’If — Château', 'A', '渡船 🚢', ''][i % 6]!,
  moored: i % 3 === 0 ? null : i % 2 === 0,
  status: (i % 16) - 1,
  builtOn: i % 2 === 0 ? '1666-03-05' : '2011-02-28',
  details: i % 2 === 0 ? '{"a":[1,2]}' : null,
})
export const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => row(from + i))
export const count: Aggregate = { kind: 'aggregate', fn: 'count' }
export const shown = (cells: Row): Row =>
  Object.fromEntries(
    Object.entries(cells).map(([k, v]) => [k, typeof v === 'number' ? Number(v.toPrecision(7)) : v]),
  )
export const sorted = (list: Row[]) => list.map((r) => JSON.stringify(shown(r))).sort()

export const total = 400
export const all = rows(0, total)
/** A 32-bit float reads back as its shortest decimal. */
export const stored: Row[] = all.map((r) => ({
  ...r,
  sogKn: r.sogKn === null ? null : Number(Number(r.sogKn).toPrecision(7)),
}))
export const from = table(positions.name)

export interface ColumnarFixture {
  columnar: Columnar
  /** Closes it and opens it again on the same data. */
  reopen(): Promise<Columnar>
  close(): Promise<void>
}

/** What a part of the suite works with; `db` changes when the engine is opened again. */
export interface SuiteContext {
  readonly db: Columnar
  readonly hasColdStorage: boolean
  reopen(): Promise<void>
  countOf(name: string, where?: Expression): Promise<unknown>
  /** The engine's answer must be the one a plain evaluation over the same rows gives. */
  check(query: Query, options?: { ordered?: boolean }): Promise<Row[]>
}

export async function countOf(db: Columnar, name: string, where?: Expression) {
  return (await db.query({ from: table(name), where, select: [{ as: 'n', value: count }] }))[0]!.n
}

export async function check(db: Columnar, query: Query, options: { ordered?: boolean } = {}) {
  const answer = await db.query(query)
  const expected = evaluateQuery(query, (name) =>
    name === positions.name ? { spec: positions, rows: stored } : undefined,
  )
  const [given, wanted] = options.ordered
    ? [answer, expected].map((list) => list.map((r) => JSON.stringify(shown(r))))
    : [sorted(answer), sorted(expected)]
  // The first difference alone: hundreds of equal rows would hide it.
  const at = given!.findIndex((line, i) => line !== wanted![i])
  expect(at < 0 ? undefined : given![at], JSON.stringify(query).slice(0, 400)).toBe(
    at < 0 ? undefined : wanted![at],
  )
  expect(given!.length).toBe(wanted!.length)
  return answer
}
