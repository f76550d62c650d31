import { afterAll, beforeAll, expect, it, test } from 'vitest'
import { type LoadsFixture, openLoads } from './loads.suite.ts'
import type { TextLayout } from './schema.ts'
import { checkLayout } from './stated-layout.ts'

let fixture: LoadsFixture
beforeAll(async () => {
  fixture = await openLoads()
})
afterAll(() => fixture.close())

const layout = (change: Partial<TextLayout> = {}): TextLayout => ({
  encoding: 'utf-8',
  delimiter: ';',
  quote: '"',
  skipLines: 1,
  hasHeader: true,
  ...change,
})

/** Sends a file that waits for a person, who says how it is written; the plan that then waits. */
async function stated(id: string, content: string | Uint8Array, said: Partial<TextLayout>) {
  const { id: load } = await fixture.load(id, content, { preview: true })
  await fixture.loads.replan(id, load, layout(said))
  const view = await fixture.loads.settled(id, load)
  expect(view).toMatchObject({ state: 'planned', error: null })
  return { load, plan: (await fixture.loads.preview(id, load)).plan }
}

test('another delimiter gives other columns, and the rows come by it', async () => {
  const { load, plan } = await stated('pipes', 'a;b|c\n1;2|3\n4;5|6\n7;8|9\n', { delimiter: '|' })
  expect(plan.fields.map(({ columns }) => columns[0])).toEqual(['a;b', 'c'])
  expect(plan.layout).toMatchObject({ delimiter: '|', isStated: true })
  await fixture.loads.start('pipes', load, plan)
  expect(await fixture.loads.settled('pipes', load)).toMatchObject({ state: 'published' })
  expect(await fixture.rows('pipes')).toEqual([
    { a_b: '1;2', c: 3 },
    { a_b: '4;5', c: 6 },
    { a_b: '7;8', c: 9 },
  ])
  // The next file is read in the same way, without a word.
  await fixture.load('pipes', 'a;b|c\n1;2|30\n1;3|31\n2;3|32\n')
  expect(await fixture.rows('pipes')).toHaveLength(3)
  expect((await fixture.rows('pipes'))[0]).toEqual({ a_b: '1;2', c: 30 })
})

test('an encoding that bytes alone do not tell', async () => {
  const file = Buffer.from('quai;prix\nM\u00f4le J4;10 \u00a4\nEstaque;12 \u00a4\n', 'latin1')
  const { load, plan } = await stated('euros', file, { encoding: 'iso-8859-15' })
  await fixture.loads.start('euros', load, plan)
  await fixture.loads.settled('euros', load)
  expect(await fixture.rows('euros')).toEqual([
    { quai: 'Môle J4', prix: '10 €' },
    { quai: 'Estaque', prix: '12 €' },
  ])
  const said = await stated('mark', Buffer.from('\ufeffquai;n\nMôle;1\nMôle;2\n'), {
    encoding: 'windows-1252',
  })
  expect(said.plan.layout?.encoding).toBe('utf-8')
})

test('a header further down, and none at all', async () => {
  const file = 'port;quai\nextrait de mars;\nnom;long\nA;120\nB;80\nC;90\n'
  const { plan } = await stated('below', file, { skipLines: 3 })
  expect(plan.fields.map(({ name, type }) => [name, type])).toEqual([
    ['nom', 'text'],
    ['long', 'integer'],
  ])
  const { plan: without } = await stated('without', 'A;120\nB;80\nC;90\n', { skipLines: 0, hasHeader: false })
  expect(without.fields.map(({ name }) => name)).toEqual(['column_1', 'column_2'])
})

test.each([
  [',', 'decimal-comma', [1234, 2500], 'bigint'],
  ['.', 'plain', [1.234, 2.5], 'double'],
] as const)('points mean what “%s” before decimals says', async (decimalMark, reading, values, type) => {
  const id = `mark-${type}`
  const { load, plan } = await stated(id, 'nom;n\nA;1.234\nB;2.500\n', { decimalMark })
  expect(plan.fields[1]).toMatchObject({ type, reading: { kind: reading } })
  await fixture.loads.start(id, load, plan)
  expect(await fixture.loads.settled(id, load)).toMatchObject({ state: 'published' })
  expect((await fixture.rows(id)).map(({ n }) => n)).toEqual(values)
})

test.each([
  [',', 1.234],
  ['.', 1234],
] as const)(
  'commas mean what “%s” before decimals says, and nothing is in doubt',
  async (decimalMark, value) => {
    const id = `comma-${value === 1234 ? 'group' : 'decimal'}`
    const { load, plan } = await stated(id, 'nom;n\nA;1,234\nB;2,500\n', { decimalMark })
    expect(plan.fields[1]?.doubt).toBeUndefined()
    await fixture.loads.start(id, load, plan)
    await fixture.loads.settled(id, load)
    expect((await fixture.rows(id))[0]).toMatchObject({ n: value })
  },
)

test('a layout by which there is no row fails with words, and another one still goes on', async () => {
  const { id: load } = await fixture.load('wrong', 'a;b\n1;2\n3;4\n', { preview: true })
  await fixture.loads.replan('wrong', load, layout({ skipLines: 400 }))
  expect(await fixture.loads.settled('wrong', load)).toMatchObject({
    state: 'failed',
    error: { code: 'no_rows' },
  })
  await fixture.loads.replan('wrong', load, layout())
  expect(await fixture.loads.settled('wrong', load)).toMatchObject({ state: 'planned', error: null })
  await fixture.loads.start('wrong', load)
  await fixture.loads.settled('wrong', load)
  expect(await fixture.rows('wrong')).toHaveLength(2)
  await expect(fixture.loads.replan('wrong', load, layout())).rejects.toMatchObject({ code: 'conflict' })
})

it.each([
  { encoding: 'ebcdic' },
  { delimiter: '"' },
  { delimiter: 'é' },
  { delimiter: '\n' },
  { delimiter: 'a' },
  { delimiter: '-' },
  { quote: '\0' },
  { skipLines: 0 },
])('refuses %j', (change) => {
  expect(() => checkLayout(layout(change))).toThrow(expect.objectContaining({ code: 'invalid_input' }))
})
