import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Row } from '../../engines/columnar/columnar.ts'
import { silentLog } from '../../engines/columnar/engine-log.ts'
import { planQuery } from '../odsql/compile.ts'
import { parseQuery } from '../odsql/query-text.ts'
import { runPlan } from '../odsql/run.ts'
import type { DatasetDefinition } from '../schema.ts'
import { field, openDatasets, publishRows, quays, temporaryFolder } from '../versions.suite.ts'
import { rowNumberColumn } from '../versions-rules.ts'
import { wordMeasure } from './measures.ts'
import { WordIndexes } from './word-indexes.ts'
import { wordTables } from './words-query.ts'

const books: DatasetDefinition = {
  ...quays(),
  id: 'books',
  fields: [
    field('title', 'text'),
    { ...field('tags', 'text'), annotations: { multivalued: true } },
    field('pages', 'integer'),
  ],
}
const rows: Row[] = [
  { title: 'THE BOOK OF SECRETS', tags: '["roman","île d’If"]', pages: 1 },
  { title: 'Le livre des secrets', tags: null, pages: 2 },
  { title: null, tags: '["port\\nsecret"]', pages: 3 },
  { title: 'secret secret', tags: '[]', pages: 4 },
]
const searches = [
  '"secret"',
  'search("bok of secr")',
  'search(tags, "ile if")',
  'title like "livre"',
  'suggest("sec")',
  'search("port sec")',
  '"nowhere"',
]

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let opened: Awaited<ReturnType<typeof openDatasets>>
let words: WordIndexes
const begin = (leastRows = 1) =>
  new WordIndexes({ store: opened.columnar, datasets: opened.datasets, log: silentLog, leastRows })
beforeAll(async () => {
  folder = await temporaryFolder()
  opened = await openDatasets(folder.folder)
  words = begin()
})
afterAll(async () => {
  await words.close()
  await opened.close()
  await folder.remove()
})

const tablesOf = (id: string) => wordTables({ id, createdAt: opened.datasets.describe(id).createdAt! })

async function found(where: string, at?: string, withWords = true) {
  const { from, version, definition } = await opened.datasets.source('books', at === undefined ? {} : { at })
  const index = withWords ? words.indexOf('books', version) : undefined
  const plan = planQuery(
    parseQuery({ where, select: 'pages' }),
    { from, fields: definition.fields, rowOrder: [rowNumberColumn], ...(index && { words: index }) },
    { now: new Date() },
  )
  return (await runPlan(plan, (query) => opened.columnar.query(query))).results.map(({ pages }) => pages)
}

it('finds with an index what it finds without, in every version', async () => {
  await opened.datasets.create(books)
  await words.tend()
  expect(words.state('books')).toBe('waiting')
  await publishRows(opened, 'books', rows)
  expect(words.indexOf('books', 1)).toBeUndefined()
  await words.tend()
  expect([words.state('books'), words.indexOf('books', 1)?.row]).toEqual(['ready', '_n'])
  for (const where of searches)
    expect(await found(where), where).toEqual(await found(where, undefined, false))
  expect(await found('"secret"')).toEqual([3, 4])
  await publishRows(opened, 'books', rows.slice(0, 2))
  expect(await found('"secrets"')).toEqual([1, 2])
  await words.tend()
  expect(words.indexOf('books', 2)).toBeDefined()
  for (const at of ['v1', 'v2'])
    for (const where of searches) expect(await found(where, at), where).toEqual(await found(where, at, false))
})

it('knows its indexes again after a start', async () => {
  await words.close()
  words = begin()
  expect(words.indexOf('books', 1)).toBeUndefined()
  await words.tend()
  expect([words.indexOf('books', 1), words.indexOf('books', 2)].map(Boolean)).toEqual([true, true])
  const { vocabulary } = tablesOf('books')
  const tokens = (
    await opened.columnar.query({ from: { kind: 'table', table: vocabulary, version: 1 } })
  ).map(({ token }) => token)
  expect(tokens).toEqual([...new Set(tokens)].sort())
  expect(tokens).toContain('ile')
})

it('goes on with what a crash left half made', async () => {
  await publishRows(opened, 'books', rows)
  const { tokens, vocabulary } = tablesOf('books')
  const store = {
    ...opened.columnar,
    archive: (name: string, staging: string, version: number) =>
      name === vocabulary
        ? Promise.reject(new Error('power cut'))
        : opened.columnar.archive(name, staging, version),
  }
  const cut = new WordIndexes({ store, datasets: opened.datasets, log: silentLog, leastRows: 1 })
  await cut.tend()
  expect([cut.state('books'), cut.indexOf('books', 3)]).toEqual(['failed', undefined])
  expect(await opened.columnar.archivedVersions(tokens)).toEqual([1, 2, 3])
  words = begin()
  await words.tend()
  expect(words.state('books')).toBe('ready')
  expect(await found('"secret"')).toEqual([3, 4])
})

it('lets go what its dataset let go', async () => {
  await publishRows(opened, 'books', rows)
  await opened.datasets.prune({ keepLast: 1, keepDays: 0 })
  await words.tend()
  const { tokens, vocabulary } = tablesOf('books')
  for (const name of [tokens, vocabulary]) expect(await opened.columnar.archivedVersions(name)).toEqual([4])
  expect(words.indexOf('books', 2)).toBeUndefined()
  await opened.datasets.delete('books')
  await opened.datasets.create(books)
  await publishRows(opened, 'books', rows.slice(1))
  await words.tend()
  for (const name of [tokens, vocabulary]) expect(await opened.columnar.archivedVersions(name)).toEqual([])
  expect(await found('"secrets"')).toEqual([2])
  expect(words.indexOf('books', 1)).toBeDefined()
  expect(await opened.columnar.stagingTables()).toEqual([])
})

it('leaves alone what is small or has no text, and survives what fails', async () => {
  await words.close()
  words = begin(3)
  await opened.datasets.create({ ...books, id: 'few' })
  await publishRows(opened, 'few', rows.slice(0, 2))
  await opened.datasets.create({ ...books, id: 'bare', fields: [field('pages', 'integer')] })
  await publishRows(
    opened,
    'bare',
    rows.map(({ pages }) => ({ pages: pages! })),
  )
  await words.tend()
  expect([words.state('few'), words.state('bare')]).toEqual(['not-needed', 'not-needed'])
  const { ready, 'not-needed': notNeeded } = words.states()
  expect([ready, notNeeded]).toEqual([1, 2])
  expect([...wordMeasure(words).read()]).toContainEqual({ labels: { state: 'not-needed' }, value: 2 })
  const store = { ...opened.columnar, archive: () => Promise.reject(new Error('no space left')) }
  const failing = new WordIndexes({ store, datasets: opened.datasets, log: silentLog, leastRows: 1 })
  await failing.tend()
  expect([failing.state('few'), failing.state('bare')]).toEqual(['failed', 'not-needed'])
  expect(await opened.columnar.stagingTables()).toEqual([])
})
