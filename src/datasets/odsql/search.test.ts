/** Searches by an index of words find what searches by reading find. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { compileList } from '../../engines/columnar/evaluate.ts'
import { column, type List } from '../../engines/columnar/query.ts'
import { planQuery } from './compile.ts'
import { fill, grammarDataset, randomCondition, randomRecords } from './grammar.suite.ts'
import { parseQuery } from './query-text.ts'
import type { Relation } from './relation.ts'
import { runPlan } from './run.ts'
import { field, type TestDataset, testDataset, testEngines } from './test-dataset.suite.ts'

const { engines, open, close } = testEngines()
beforeAll(open)
afterAll(close)

/** The tables a loader makes beside the rows. */
function wordTables({ fields, rows }: TestDataset): { tokens: TestDataset; vocabulary: TestDataset } {
  const found: { field: string; token: string; row: number }[] = []
  for (const { name, type, annotations } of fields) {
    if (type !== 'text') continue
    const words: List = { kind: 'words', of: column('text') }
    const wordsOf = compileList(words, () => 'text')
    for (const row of rows) {
      const texts = annotations?.multivalued ? JSON.parse(String(row[name] ?? '[]')) : [row[name]]
      for (const text of texts)
        for (const token of wordsOf({ text }))
          found.push({ field: name, token: String(token), row: Number(row.n_) })
    }
  }
  const text = (name: string) => field(name, 'text')
  return {
    tokens: testDataset('tokens', [text('field'), text('token'), field('row', 'bigint')], found),
    vocabulary: testDataset(
      'vocabulary',
      [text('token')],
      [...new Set(found.map(({ token }) => token))].map((token) => ({ token })),
    ),
  }
}

it('finds the same rows', async () => {
  const search = fc
    .tuple(
      fc.constantFrom('search', 'suggest'),
      fc.constantFrom('*, ', '', 't, ', 'u, tags, '),
      fc.constantFrom('école nor', 'ecol x', 'say sl', 'a b', 'slach b'),
    )
    .map(([fn, of, text]) => `${fn}(${of}"${text}")`)
  const wheres = fc.array(fc.oneof(search, randomCondition.chain(fill)), { minLength: 3, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(randomRecords, wheres, async (records, list) => {
      const dataset = grammarDataset(records)
      const { tokens, vocabulary } = wordTables(dataset)
      for (const engine of engines) for (const of of [dataset, tokens, vocabulary]) await engine.replace(of)
      const words = { tokens: tokens.relation.from, vocabulary: vocabulary.relation.from, row: 'n_' }
      const indexed: Relation = { ...dataset.relation, words }
      const [{ ask }] = engines as [(typeof engines)[0]]
      for (const where of list) {
        const found = async (relation: Relation) =>
          (await runPlan(planQuery(parseQuery({ where }), relation, { now: new Date(0) }), ask)).results
        expect({ where, found: await found(indexed) }).toEqual({
          where,
          found: await found(dataset.relation),
        })
      }
    }),
    { numRuns: 20, interruptAfterTimeLimit: 30_000 },
  )
}, 60_000)

it('asks the index, and only for the fields it was asked', () => {
  const { relation } = grammarDataset([])
  const words = {
    tokens: { kind: 'table', table: 'tokens' },
    vocabulary: { kind: 'table', table: 'vocabulary' },
    row: 'n_',
  } as const
  const sent = (where: string) =>
    JSON.stringify(planQuery(parseQuery({ where }), { ...relation, words }, { now: new Date(0) }).query.where)
  expect(sent('search(t, "ecole x")')).toContain('"values":["t"]')
  expect(sent('search(t, "ecole x")')).toContain('vocabulary')
  expect(sent('"x"')).toContain('"values":["t","u","path","tags"]')
  expect(sent('lower(t) like "x"')).not.toContain('in-query')
})
