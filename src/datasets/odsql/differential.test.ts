/** The same question on DuckDB, on ClickHouse and in memory: the same answer. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clickHouseMissing } from '../../../tests/clickhouse/start.ts'
import { planQuery } from './compile.ts'
import { planFacets, runFacets } from './facets.ts'
import {
  fill,
  grammarDataset,
  type QueryTemplate,
  randomCondition,
  randomQuery,
  randomRecords,
} from './grammar.suite.ts'
import { parseQuery, type QueryText } from './query-text.ts'
import { rowFilter } from './row-filter.ts'
import { runPlan } from './run.ts'
import { type TestEngine, testEngines } from './test-dataset.suite.ts'

const now = new Date('2021-10-31T00:30:00.000Z')
const { engines, open, close } = testEngines({ withClickHouse: true })
beforeAll(open)
afterAll(close)

const filled = ({ select, where, groupBy, orderBy, timezone }: QueryTemplate): fc.Arbitrary<QueryText> =>
  fc.record({
    select: fill(select),
    where: fill(where),
    groupBy: fill(groupBy),
    orderBy: fill(orderBy),
    timezone: fc.constant(timezone),
    lang: fc.constantFrom('fr', 'en'),
    limit: fc.constantFrom(undefined, 3),
    offset: fc.constantFrom(undefined, 1),
  })
const randomText = randomQuery.chain(filled)

/** Sums and curves agree to the ninth digit. */
const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, v) => (typeof v === 'number' ? Number(v.toPrecision(9)) || 0 : v))

/** ClickHouse cannot test shapes (see docs/odsql.md); it is asked everything else. */
const canAnswer = ({ name }: TestEngine, text: string) =>
  name !== 'ClickHouse' || !/\b(intersects|disjoint|within|within_distance)\((s|p)\b/i.test(text)

describe.each([{ seed: 7 }, { seed: undefined }])('random queries (seed $seed)', ({ seed }) => {
  const parameters = { seed, numRuns: 25, endOnFailure: false, interruptAfterTimeLimit: 40_000 }

  it(`give the same answer${clickHouseMissing ? ` (${clickHouseMissing})` : ''}`, async () => {
    await fc.assert(
      fc.asyncProperty(
        randomRecords,
        fc.array(randomText, { minLength: 5, maxLength: 10 }),
        async (records, texts) => {
          const dataset = grammarDataset(records)
          for (const engine of engines) await engine.replace(dataset)
          for (const text of texts) {
            const plan = planQuery(parseQuery(text), dataset.relation, { now })
            const answers = []
            for (const engine of engines.filter((e) => canAnswer(e, String(text.where))))
              answers.push({ name: engine.name, answer: rounded(await runPlan(plan, engine.ask)) })
            const memory = answers.at(-1)!.answer
            for (const { name, answer } of answers)
              expect({ name, text, answer }).toEqual({ name, text, answer: memory })
          }
        },
      ),
      parameters,
    )
  }, 120_000)

  it('filter streams as they filter tables', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomRecords,
        fc.array(randomCondition.chain(fill), { maxLength: 5 }),
        async (records, wheres) => {
          const dataset = grammarDataset(records)
          for (const engine of engines) await engine.replace(dataset)
          for (const where of wheres) {
            const query = parseQuery({ where, timezone: 'Europe/Paris' })
            const filter = rowFilter(query, dataset.relation, now)
            const streamed = dataset.rows.filter((row) => filter.passes(row)).map((row) => filter.read(row))
            const { results } = await runPlan(planQuery(query, dataset.relation, { now }), engines[0]!.ask)
            expect({ where, rows: rounded(streamed) }).toEqual({ where, rows: rounded(results) })
          }
        },
      ),
      parameters,
    )
  }, 120_000)

  it('count facets as groups do', async () => {
    const refine = fc.subarray([
      'path:fr',
      't:a',
      'i:3',
      'i:4',
      'b:true',
      'd:2021',
      'd:2021/10',
      'tags:é',
      '`t`:école',
    ])
    await fc.assert(
      fc.asyncProperty(
        randomRecords,
        refine,
        fc.subarray(['t:A', 'path:fr/13', 'd:1666'], { maxLength: 1 }),
        async (records, refined, exclude) => {
          const dataset = grammarDataset(records)
          for (const engine of engines) await engine.replace(dataset)
          const query = parseQuery({ refine: refined, exclude, timezone: 'Europe/Paris' })
          const answers = []
          for (const { name, ask } of engines)
            answers.push({ name, facets: await runFacets(planFacets(query, dataset.relation, now), ask) })
          for (const { name, facets } of answers)
            expect({ name, refined, facets }).toEqual({ name, refined, facets: answers.at(-1)!.facets })
          const { results } = await runPlan(
            planQuery({ ...query, ...parseGroups('t') }, dataset.relation, { now }),
            engines[0]!.ask,
          )
          const counted = results.filter(({ t }) => t !== null).sort((a, b) => Number(b.n) - Number(a.n))
          const shown = answers[0]!.facets
            .find(({ name }) => name === 't')!
            .facets.filter((f) => f.state !== 'excluded')
          expect(shown.map(({ count }) => count)).toEqual(counted.map(({ n }) => n))
        },
      ),
      parameters,
    )
  }, 120_000)
})

const parseGroups = (groupBy: string) => {
  const { groupBy: keys, select } = parseQuery({ groupBy, select: 'count(*) as n' })
  return { groupBy: keys, select }
}
