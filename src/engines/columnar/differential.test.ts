/**
 * Random queries over random rows: DuckDB, ClickHouse and the evaluation in memory must give the same rows. Known
 * differences are named in docs/engines-columnar.md and kept out of the generator.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clickHouseMissing, startClickHouse } from '../../../tests/clickhouse/start.ts'
import { batchOfRows } from './batch-of-rows.ts'
import { openClickHouse } from './clickhouse/open.ts'
import type { Cell, Columnar, Row } from './columnar.ts'
import { randomQuery, randomRows, randomTable } from './differential.suite.ts'
import { openDuckDb } from './duckdb/open.ts'
import { silentLog } from './engine-log.ts'
import { evaluateQuery } from './evaluate-query.ts'

const engines: { name: string; columnar: Columnar }[] = []
const ends: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'lacydon-differential-'))
  const duckdb = await openDuckDb({ folder: join(root, 'columnar'), log: silentLog })
  engines.push({ name: 'DuckDB', columnar: duckdb })
  ends.push(
    () => duckdb.close(),
    () => rm(root, { recursive: true }),
  )
  if (!clickHouseMissing) {
    const server = await startClickHouse()
    const clickHouse = await openClickHouse({ url: server.url, log: silentLog })
    engines.push({ name: 'ClickHouse', columnar: clickHouse })
    ends.push(
      () => clickHouse.close(),
      () => server.stop(),
    )
  }
  for (const { columnar } of engines) await columnar.define(randomTable)
})
afterAll(async () => {
  for (const end of ends) await end()
})

/** Sums of fractions and curves agree to the twelfth digit, not to the last bit. */
function isNear(a: Cell | undefined, b: Cell | undefined): boolean {
  if (a === b) return true
  if (typeof a !== 'number' || typeof b !== 'number') return false
  return Math.abs(a - b) <= 1e-11 * Math.max(Math.abs(a), Math.abs(b))
}

function firstDifference(a: Row[], b: Row[]): string | undefined {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [x, y] = [a[i], b[i]]
    const isSame = x && y && Object.keys(y).every((key) => isNear(x[key], y[key]))
    if (!isSame) return `row ${i}: ${JSON.stringify(x)} for ${JSON.stringify(y)}`
  }
  return undefined
}

describe.each([
  { seed: 1, numRuns: 30 },
  { seed: undefined, numRuns: 15 },
])('the same rows everywhere (seed $seed)', ({ seed, numRuns }) => {
  it(`in memory, on DuckDB${clickHouseMissing ? ` (${clickHouseMissing})` : ' and on ClickHouse'}`, async () => {
    const queries = fc.array(randomQuery, { minLength: 4, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(randomRows, queries, async (rows, list) => {
        await Promise.all(engines.map(({ columnar }) => columnar.replace(batchOfRows(randomTable, rows))))
        for (const query of list) {
          const expected = evaluateQuery(query, () => ({ spec: randomTable, rows }))
          for (const { name, columnar } of engines) {
            const difference = firstDifference(await columnar.query(query, { deadlineMs: 60_000 }), expected)
            expect(difference && `${name} gives ${difference}\n${JSON.stringify(query)}`).toBeUndefined()
          }
        }
      }),
      { seed, numRuns, endOnFailure: false, interruptAfterTimeLimit: 100_000 },
    )
  }, 150_000)
})
