import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LoadsFixture, openLoads, pieces } from './loads.suite.ts'

let fixture: LoadsFixture
beforeAll(async () => {
  fixture = await openLoads()
})
afterAll(() => fixture.close())

const csvOf = (count: number) =>
  `id,name,day\n${Array.from({ length: count }, (_, i) => `${i},berth ${i % 300},2026-01-${String((i % 28) + 1).padStart(2, '0')}`).join('\n')}\n`

/** Sends a whole file and does not wait for its load. */
async function send(id: string, content: string) {
  const view = await fixture.loads.begin(id, { create: true, fileName: `${id}.csv` })
  return fixture.loads.append(id, view.id, 0, pieces(content), true)
}

test('a plain file is read by the engine itself, and its plan is kept', async () => {
  const view = await fixture.load('plain', csvOf(500))
  expect(view).toMatchObject({ state: 'published', version: 1, result: { reader: 'engine', rowCount: 500 } })
  const next = await fixture.load('plain', csvOf(600))
  expect(next).toMatchObject({ state: 'published', version: 2 })
  const { plan } = await fixture.loads.preview('plain', next.id)
  expect(plan.fields.map(({ reason }) => reason)).toEqual(Array(3).fill('as in the last load'))
})

test('what the engine rejects can be downloaded row by row', async () => {
  const lines = csvOf(1_000).split('\n')
  lines[401] = 'four hundred,"berth, ""x""",2026-01-09'
  const view = await fixture.load('few-faults', lines.join('\n'))
  expect(view).toMatchObject({
    state: 'published',
    result: { reader: 'engine', rowCount: 999, rejectedCount: 1 },
  })
  let text = ''
  for await (const piece of await fixture.loads.rejectedRows('few-faults', view.id)) text += piece.toString()
  expect(text.trim().split('\r\n').at(-1)).toBe(
    '402,id: type (four hundred),four hundred,"berth, ""x""",2026-01-09',
  )
})

test('a stop of the server while a file is loaded loses nothing: it is loaded once', async () => {
  await fixture.load('stopped', csvOf(10))
  const { id } = await send('stopped', csvOf(200_000))
  await fixture.restart()
  const view = await fixture.loads.settled('stopped', id)
  expect(view).toMatchObject({ state: 'published', version: 2, result: { rowCount: 200_000 } })
  expect(await fixture.datasets.versions('stopped')).toHaveLength(2)
})

test('a load that is cancelled while it runs leaves no version and no dataset', async () => {
  const { id } = await send('cancelled', csvOf(300_000))
  const view = await fixture.loads.cancel('cancelled', id)
  expect(view).toMatchObject({ state: 'cancelled', version: null })
  expect(fixture.datasets.list().map((dataset) => dataset.id)).not.toContain('cancelled')
})

test('loads of several datasets run one after the other and all end', async () => {
  const sent = await Promise.all(['a', 'b', 'c'].map((id) => send(`many-${id}`, csvOf(1_000))))
  for (const { datasetId, id } of sent)
    expect(await fixture.loads.settled(datasetId, id)).toMatchObject({ state: 'published', version: 1 })
})

test('a load that is held waits over a restart', async () => {
  await fixture.load('held', csvOf(100))
  const held = await fixture.load('held', csvOf(10))
  expect(held.state).toBe('held')
  await fixture.restart()
  await fixture.loads.accept('held', held.id)
  expect(await fixture.loads.settled('held', held.id)).toMatchObject({ state: 'published', version: 2 })
  expect(await fixture.rows('held')).toHaveLength(10)
})

test('new columns are added, changed ones are flagged', async () => {
  await fixture.load('grown', 'id,v\n1,2\n2,3\n')
  const view = await fixture.load('grown', 'id,v,name\n1,2.5,a\n2,3,b\n')
  expect(view.state).toBe('held')
  const { plan, newFields } = await fixture.loads.preview('grown', view.id)
  expect(newFields).toEqual(['name'])
  expect(plan.fields[1]).toMatchObject({ type: 'integer', doubt: expect.stringMatching(/looks like double/) })
  await fixture.loads.start('grown', view.id, {
    ...plan,
    fields: plan.fields.map((field) => (field.name === 'v' ? { ...field, type: 'double' } : field)),
  })
  expect(await fixture.loads.settled('grown', view.id)).toMatchObject({ state: 'published', version: 2 })
  expect(await fixture.rows('grown')).toEqual([
    { id: 1, v: 2.5, name: 'a' },
    { id: 2, v: 3, name: 'b' },
  ])
})
