/** What the cases of the contract of `Snapshots` share. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { batchOfRows } from './batch-of-rows.ts'
import type { Columnar, ColumnSpec, Row, TableSpec } from './columnar.ts'
import { column, type Query, table } from './query.ts'
import type { CsvColumn, LoadInput, Snapshots } from './snapshots.ts'

export interface SnapshotsFixture {
  store: Columnar & Snapshots
  /** Closes it and opens it again on the same data. */
  reopen(): Promise<Columnar & Snapshots>
  close(): Promise<void>
}

export const columns: ColumnSpec[] = [
  { name: 'berth', type: 'text' },
  { name: 'quayM', type: 'integer' },
  { name: 'depthM', type: 'double' },
  { name: 'since', type: 'date' },
  { name: 'at', type: 'timestamp' },
  { name: 'open', type: 'boolean' },
]
export const spec = (name: string, of: readonly ColumnSpec[] = columns): TableSpec => ({
  name,
  columns: of,
  sortBy: [],
})
export const all = (name: string, version?: number): Query => ({
  from: table(name, version),
  orderBy: [{ by: column('_n') }],
})

export const batches = (name: string, rows: Row[], of: readonly ColumnSpec[] = columns): LoadInput => ({
  kind: 'batches',
  batches: (async function* () {
    for (let i = 0; i < rows.length; i += 2) yield batchOfRows(spec(name, of), rows.slice(i, i + 2))
  })(),
})
export const berth = (i: number): Row => ({
  berth: i % 4 === 3 ? null : `Quai n° ${i} « J4 »`,
  quayM: i % 3 === 0 ? null : 100 + i,
  depthM: i / 4 - 3,
  since: i % 2 === 0 ? '1666-03-05' : '2024-02-29',
  at: new Date(Date.UTC(2024, 0, 1, 0, i, 0, i)).toISOString(),
  open: [true, false, null][i % 3]!,
})
export const berths = (n: number) => Array.from({ length: n }, (_, i) => berth(i))
export const numbered = (rows: Row[]) => rows.map((row, i) => ({ ...row, _n: i + 1 }))

export const placed = (of: readonly ColumnSpec[], more: Partial<CsvColumn> = {}): CsvColumn[] =>
  of.map((one, index) => ({ ...one, index, ...more }))

export type SnapshotTools = ReturnType<typeof snapshotTools>

/** The store is another object after `reopen`. */
export function snapshotTools(fixture: SnapshotsFixture) {
  let files = 0
  const tools = {
    store: fixture.store,
    async reopen() {
      tools.store = await fixture.reopen()
    },
    fresh: (prefix: string) => `${prefix}-${++files}`,
    csv,
    load,
    cells,
    publish,
  }
  async function csv(
    text: string | Uint8Array,
    of: readonly CsvColumn[],
    more: Partial<LoadInput & { kind: 'csv' }> = {},
  ): Promise<LoadInput> {
    const path = join(tools.store.inboxFolder, `${tools.fresh('suite')}.csv`)
    await writeFile(path, text)
    return {
      kind: 'csv',
      path,
      delimiter: ',',
      quote: '"',
      skipLines: 1,
      columns: [...of],
      nullTexts: [],
      ...more,
    }
  }
  async function load(name: string, input: LoadInput, of: readonly ColumnSpec[] = columns) {
    const outcome = await tools.store.load(spec(name, of), input)
    return { ...outcome, rows: await tools.store.query(all(name)) }
  }
  /** Loads one column of texts and answers its values and what was rejected. */
  async function cells(type: ColumnSpec['type'], texts: string[], more: Partial<CsvColumn> = {}) {
    const of: ColumnSpec[] = [{ name: 'v', type }]
    const name = tools.fresh('cells')
    const text = `v,k\n${texts.map((cell) => `${cell},x`).join('\n')}\n`
    const { rows, rejects, rejectedCount } = await load(
      name,
      await csv(text, placed(of, more), { width: 2 }),
      of,
    )
    await tools.store.drop(name)
    expect(rejectedCount).toBe(rejects.length)
    return { values: rows.map((row) => row.v), rejects: rejects.map((r) => [r.line, r.rule, r.value]) }
  }
  async function publish(name: string, version: number, rows: Row[], of: readonly ColumnSpec[] = columns) {
    const staging = `${name}-staging-${version}`
    await tools.store.load(spec(staging, of), batches(staging, rows, of))
    const archived = await tools.store.archive(name, staging, version)
    await tools.store.publish(name, staging, version)
    return archived
  }

  return tools
}
