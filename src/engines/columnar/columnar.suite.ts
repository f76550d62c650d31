/** The contract of `Columnar`, run on every implementation. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchOfRows } from './batch-of-rows.ts'
import type { Columnar } from './columnar.ts'
import { answersSuite } from './columnar-answers.suite.ts'
import {
  type ColumnarFixture,
  check,
  countOf,
  positions,
  rows,
  type SuiteContext,
  total,
} from './columnar-fixture.suite.ts'
import { refusalsSuite } from './columnar-refusals.suite.ts'
import { writesSuite } from './columnar-writes.suite.ts'

/** `hasColdStorage`: closed days move to files, and every answer must be the same from there. */
export function columnarSuite(
  engine: string,
  hasColdStorage: boolean,
  open: () => Promise<ColumnarFixture>,
): void {
  describe(`Columnar on ${engine}`, () => {
    let fixture: ColumnarFixture
    let db: Columnar
    const context: SuiteContext = {
      get db() {
        return db
      },
      hasColdStorage,
      async reopen() {
        db = await fixture.reopen()
      },
      countOf: (name, where) => countOf(db, name, where),
      check: (query, options) => check(db, query, options),
    }

    beforeAll(async () => {
      fixture = await open()
      db = fixture.columnar
      await db.define(positions)
      const batch = (from: number, to: number) => [batchOfRows(positions, rows(from, to))]
      const half = { source: 'roof', lo: 0, hi: 250 * 60, resumeFrom: 200 * 60 }
      expect(await db.append(batch(0, 250), half)).toBe(true)
      const rest = { source: 'roof', lo: 250 * 60, hi: total * 60, resumeFrom: 390 * 60 }
      expect(await db.append(batch(250, total), rest)).toBe(true)
    })
    afterAll(() => fixture?.close())

    describe('rows in one table', () => answersSuite(context))
    if (hasColdStorage)
      describe('rows in the table and in files', () => {
        it('moves its closed days', async () => {
          expect(await db.compact(positions.name, '2024-10-28')).toEqual(['2024-10-26', '2024-10-27'])
        })
        answersSuite(context)
      })
    refusalsSuite(context)
    writesSuite(context)
  })
}
