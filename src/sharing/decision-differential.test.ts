/**
 * S3: the cells of a decision on every engine and in the stream evaluator are those that the oracle works out from what
 * owners wrote. The seed is printed, so that a failure can be had again.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clickHouseMissing, startClickHouse } from '../../tests/clickhouse/start.ts'
import { columnsOf } from '../datasets/rules.ts'
import { batchOfRows } from '../engines/columnar/batch-of-rows.ts'
import { openClickHouse } from '../engines/columnar/clickhouse/open.ts'
import type { Columnar, Row, TableSpec } from '../engines/columnar/columnar.ts'
import { openDuckDb } from '../engines/columnar/duckdb/open.ts'
import { silentLog } from '../engines/columnar/engine-log.ts'
import { column, type Query, table } from '../engines/columnar/query.ts'
import { pseudonymNeeds, rowCondition, type SecuredRows, secureRows } from './compile.ts'
import type { Allowed } from './decision.ts'
import { oracle } from './oracle.suite.ts'
import { makePseudonyms, Pseudonyms } from './pseudonym.ts'
import {
  fields,
  now,
  randomAction,
  randomPrincipal,
  randomRows,
  randomSnapshot,
} from './random-world.suite.ts'
import { compileReader } from './reader.ts'
import { effective } from './rules.ts'

const secret = 'a secret of the tests'
const pseudonyms = new Pseudonyms(secret)
const spec: TableSpec = {
  name: 'd',
  sortBy: [],
  columns: [{ name: '_n', type: 'integer' }, ...fields.flatMap(columnsOf)],
}
const today = Math.floor(now.getTime() / 86_400_000)
const rowOrder = [{ name: '_n', type: 'integer' as const }]

const engines: { name: string; columnar: Columnar }[] = []
const ends: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'lacydon-sharing-'))
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
  for (const { columnar } of engines) await columnar.define(spec)
})
afterAll(async () => {
  for (const end of ends) await end()
})

/** Cells by column, 32-bit floats as what they are near to. */
function plain(row: Row, ofReal: (name: string) => boolean): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, cell]) => [
      name,
      typeof cell === 'number' && ofReal(name) ? Math.fround(cell) : cell,
    ]),
  )
}

async function secured(
  columnar: Columnar,
  decision: Allowed,
  eventTime: string | undefined,
): Promise<SecuredRows> {
  const from = table('d')
  const needs = pseudonymNeeds(decision, fields)
  const rows = { from, where: rowCondition(decision, fields), eventTime, today }
  const made = await makePseudonyms(columnar, pseudonyms, needs, rows, decision.space)
  return secureRows(decision, { from, fields, eventTime, rowOrder }, { pseudonyms: made })
}

const caseOf = fc.record({
  snapshot: randomSnapshot,
  principal: randomPrincipal,
  action: randomAction,
  isTimed: fc.boolean(),
})

describe('S3: cells equal those of the oracle', () => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  const casesAtOnce = 25

  it(`in 5,000 random cases on DuckDB${clickHouseMissing ? ` (${clickHouseMissing})` : ' and ClickHouse'} and in the stream evaluator (seed ${seed})`, async () => {
    let compared = 0
    let seenRows = 0
    const checked = await fc.check(
      fc.asyncProperty(
        randomRows,
        fc.array(caseOf, { minLength: casesAtOnce, maxLength: casesAtOnce }),
        async (rows, cases) => {
          const numbered = rows.map((row, i): Row => ({ _n: i, ...row }))
          await Promise.all(engines.map(({ columnar }) => columnar.replace(batchOfRows(spec, numbered))))
          for (const { snapshot, principal, action, isTimed } of cases) {
            compared++
            const eventTime = isTimed ? 'at' : undefined
            const decision = effective(principal, { id: 'd', fields, eventTime }, action, snapshot, now)
            const expected = oracle({ fields, eventTime, snapshot, secret }, principal, action, rows, now)
            if (!decision.allow) {
              expect(expected.every((row) => row === undefined)).toBe(true)
              continue
            }
            const read = compileReader(decision, { fields, eventTime, pseudonyms, today })
            const shown = new Set(Object.keys(decision.cells))
            // Beside a rounded value a 32-bit one is widened: it is compared as what the column holds.
            const isReal = (name: string) => name === 'speed'
            const wanted = expected.flatMap((row, i) => (row ? [{ _n: i, ...plain(row, isReal) }] : []))
            seenRows += wanted.length
            expect(
              numbered.flatMap((row, i) => {
                const seen = read(row)
                return seen ? [{ _n: i, ...plain(seen, isReal) }] : []
              }),
            ).toEqual(wanted)
            for (const { name, columnar } of engines) {
              const { from, fields: outFields } = await secured(columnar, decision, eventTime)
              const names = outFields.flatMap(columnsOf).map((one) => one.name)
              expect(outFields.filter(({ coordinates }) => !coordinates).map((one) => one.name)).toEqual(
                fields.filter((one) => shown.has(one.name)).map((one) => one.name),
              )
              const query: Query = {
                from,
                select: ['_n', ...names].map((as) => ({ as, value: column(as) })),
                orderBy: [{ by: column('_n') }],
              }
              const answer = await columnar.query(query, { deadlineMs: 60_000 })
              expect(
                answer.map((row) => plain(row, isReal)),
                name,
              ).toEqual(wanted)
            }
          }
        },
      ),
      { seed, numRuns: 5_000 / casesAtOnce, endOnFailure: true },
    )
    if (checked.failed)
      throw new Error(`seed ${seed}, path ${checked.counterexamplePath}`, { cause: checked.errorInstance })
    console.info(`sharing: ${compared} decisions, ${seenRows} visible rows, 0 differences, seed ${seed}`)
    expect(seenRows).toBeGreaterThan(compared)
  }, 600_000)
})
