/** What a policy costs: the 20-row list of a published version under decisions, against the same rows asked plainly. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { planQuery } from '../src/datasets/odsql/compile.ts'
import { parseQuery } from '../src/datasets/odsql/query-text.ts'
import type { Relation } from '../src/datasets/odsql/relation.ts'
import { runPlan } from '../src/datasets/odsql/run.ts'
import { columnsOf } from '../src/datasets/rules.ts'
import type { DatasetField } from '../src/datasets/schema.ts'
import { rowNumberColumn } from '../src/datasets/versions-rules.ts'
import { openDuckDb } from '../src/engines/columnar/duckdb/open.ts'
import { silentLog } from '../src/engines/columnar/engine-log.ts'
import { table } from '../src/engines/columnar/query.ts'
import { secureRows } from '../src/sharing/compile.ts'
import type { Allowed } from '../src/sharing/decision.ts'
import { everyRow } from '../src/sharing/filter.ts'
import type { Filter } from '../src/sharing/schema.ts'
import { callsColumns, writeCalls } from './calls-file.ts'
import { quantile } from './process-usage.ts'
import type { BenchTable } from './table.ts'

export const name = 'sharing'

const rows = Math.round(1_000_000 * Number(process.env.BENCH_SCALE ?? 1))
const rounds = 101

const typeOf = (sql: string) =>
  (({ BIGINT: 'bigint', INTEGER: 'integer', VARCHAR: 'text', BOOLEAN: 'boolean', DATE: 'date' })[sql] ??
    (sql === 'TIMESTAMP' ? 'timestamp' : 'double')) as Exclude<DatasetField['type'], 'geo_shape' | 'file'>
const fields: DatasetField[] = callsColumns.map(([field, sql]) => ({
  name: field,
  type: typeOf(sql),
  label: { fr: field, en: field },
}))

/** A decision of grants that give these rows, `rounded` fields to half a unit. */
function decisionOf(given: readonly Filter[], keep: readonly Filter[], rounded: readonly string[]): Allowed {
  const cells = fields.map(({ name: field }) => [
    field,
    given.map((_, grant) => ({
      grant,
      ...(rounded.includes(field) && grant > 0 && { transform: { kind: 'round' as const, steps: [0.5] } }),
    })),
  ])
  return {
    allow: true,
    rows: given,
    keep,
    cells: Object.fromEntries(cells),
    grants: given.map((_, i) => `g${i}`),
    agreements: [],
    quota: null,
    quotaGrant: null,
    space: 'bench',
    isPublic: false,
    movesWithTime: false,
    recheckAt: null,
    fingerprint: 'bench',
  }
}

const tankers: Filter = { op: 'eq', column: 'category', value: 'tanker' }
const long: Filter = { op: 'gt', column: 'length_m', value: 200 }
const harmless: Filter = { op: 'eq', column: 'is_dangerous', value: false }

export async function run(): Promise<BenchTable> {
  const folder = await mkdtemp(join(tmpdir(), 'lacydon-bench-'))
  const store = await openDuckDb({ folder: join(folder, 'columnar'), log: silentLog })
  try {
    const path = join(store.inboxFolder, 'calls.csv')
    await writeCalls(path, rows)
    const columns = fields.flatMap(columnsOf)
    await store.define({ name: 'calls', columns: [rowNumberColumn, ...columns], sortBy: [] })
    await store.load(
      { name: 'staged', columns, sortBy: [] },
      {
        kind: 'csv',
        path,
        delimiter: ',',
        quote: '"',
        skipLines: 1,
        columns: columns.map((column, index) => ({ ...column, index, isPlain: true })),
        nullTexts: [],
      },
    )
    await store.archive('calls', 'staged', 1)
    await store.publish('calls', 'staged', 1)
    const base = { from: table('calls', 1), fields, rowOrder: [rowNumberColumn] }
    const under = (decision: Allowed): Relation => secureRows(decision, base)

    const list = async (relation: Relation, where: string) => {
      const parsed = { ...parseQuery({ where }), limit: 20, offset: 0 }
      const plan = planQuery(parsed, relation, { now: new Date(0) })
      const { results } = await runPlan(plan, (query, maxRows) =>
        store.query(query, maxRows === undefined ? {} : { maxRows }),
      )
      if (results.length !== 20) throw new Error(`The list shows ${results.length} rows.`)
    }
    // Each question another value; with and without the policy in turn, so that both see the same machine.
    const compare = async (relation: Relation, rest: string): Promise<[number, number]> => {
      const [plain, bound]: [number[], number[]] = [[], []]
      for (let i = 0; i < rounds; i++) {
        const own = `draught_m > ${1 + ((i * 7_919) % 100_003) / 10_000}`
        for (const [times, ask] of [
          [plain, () => list(base, [own, rest].filter(Boolean).join(' and '))],
          [bound, () => list(relation, own)],
        ] as const) {
          const beganMs = performance.now()
          await ask()
          times.push(performance.now() - beganMs)
        }
      }
      return [quantile(plain, 0.5), quantile(bound, 0.5)]
    }
    const two = 'not (is_dangerous) and (category = "tanker" or length_m > 200)'
    const cases: [string, Relation, string][] = [
      ['everything given', under(decisionOf([everyRow], [], [])), ''],
      ['one grant with a row filter', under(decisionOf([tankers], [], [])), 'category = "tanker"'],
      ['two grants, one restriction', under(decisionOf([tankers, long], [harmless], [])), two],
      [
        'the same, two cells rounded for one grant',
        under(decisionOf([tankers, long], [harmless], ['lon', 'lat'])),
        two,
      ],
    ]
    const lines: (string | number)[][] = []
    for (const [work, relation, rest] of cases) {
      const [plain, bound] = await compare(relation, rest)
      const goal = work.startsWith('the same') ? '' : '× 1.2'
      lines.push([work, round(plain), round(bound), goal, `× ${Math.round((bound / plain) * 100) / 100}`])
    }
    return {
      title: `A policy on the 20-row list of ${rows.toLocaleString('en')} rows`,
      columns: ['policy', 'the same rows asked plainly, ms', 'under the policy, ms', 'goal', 'ratio'],
      rows: lines,
      notes: [
        `Medians of ${rounds} lists with their exact count, each with another value, plain and under the policy in turn. Plain: the filter of the policy as the condition of the question.`,
      ],
    }
  } finally {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  }
}

const round = (ms: number) => Math.round(ms * 100) / 100
