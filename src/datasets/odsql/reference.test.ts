/** Each example of the official reference, asked of real engines. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { planQuery } from './compile.ts'
import { parseQuery, type QueryText } from './query-text.ts'
import { referenceDataset } from './reference-dataset.suite.ts'
import { type Example, readExamples, referenceMissing } from './reference-examples.suite.ts'
import { runPlan } from './run.ts'
import { testEngines } from './test-dataset.suite.ts'

const now = new Date('2021-05-06T12:34:55.450Z')

/** The clause that the examples of a block belong to, where they do not say so themselves. */
const clauseOfBlock = (block: number): 'select' | 'where' | 'group_by' =>
  block >= 50
    ? 'group_by'
    : [3, 7, 8, 17, 18, 21, 22, 23, 24, 26].includes(block) || block >= 40
      ? 'select'
      : 'where'
const clauseOf: Record<string, 'select'> = { '2.0': 'select', '2.1': 'select' }

function queryOf({ place, text }: Example): QueryText {
  // The reference leaves the centre of two examples to the reader.
  const whole = text.replace('<geometry>', 'POINT(1 1)')
  if (/^(select|where|group_by)=/.test(whole)) {
    const given = new Map(whole.split(' & ').map((part) => part.trim().split(/=(.*)/s) as [string, string]))
    return {
      select: given.get('select'),
      where: given.get('where'),
      groupBy: given.get('group_by'),
      orderBy: given.get('order_by'),
    }
  }
  const clause = clauseOf[place] ?? clauseOfBlock(Number(place.split('.')[0]))
  if (clause === 'select') return { select: whole, limit: 5 }
  return clause === 'where' ? { where: whole, select: 'id' } : { groupBy: whole, select: 'count(*) as n' }
}

/** What each gives: identifiers of rows, or values of the first rows or of the groups. Reviewed by hand against what the reference says. */
const expected = JSON.parse(
  readFileSync(new URL('./reference.expected.json', import.meta.url), 'utf8'),
) as Record<string, unknown>

/** Engines agree on fractions to the twelfth digit. */
const toDigits = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, v) => (typeof v === 'number' ? Number(v.toPrecision(12)) : v))

const { engines, open, close } = testEngines({ withClickHouse: true })

describe.skipIf(referenceMissing)(
  `examples of the reference${referenceMissing ? `: ${referenceMissing}` : ''}`,
  () => {
    const examples = referenceMissing ? [] : readExamples()
    const datasets = { integer: referenceDataset('integer'), text: referenceDataset('text') }
    beforeAll(async () => {
      await open()
      for (const { replace } of engines) for (const dataset of Object.values(datasets)) await replace(dataset)
    })
    afterAll(close)

    it('are all in the table', () => {
      expect(examples.map(({ place }) => place).sort()).toEqual(Object.keys(expected).sort())
    })

    it.each(examples)('$place', async (example) => {
      const { relation } = datasets[/^[02]\./.test(example.place) ? 'integer' : 'text']
      const query = queryOf(example)
      for (const { name, ask } of engines) {
        // ClickHouse has no test of two shapes that reads GeoJSON.
        if (name === 'ClickHouse' && /^3[123]\./.test(example.place)) continue
        const { results } = await runPlan(planQuery(parseQuery(query), relation, { now }), ask)
        // Values only: labels repeat the text of the reference.
        const seen = query.select === 'id' ? results.map(({ id }) => id) : results.map(Object.values)
        expect({ name, seen: toDigits(seen) }).toEqual({ name, seen: toDigits(expected[example.place]) })
      }
    })
  },
)
