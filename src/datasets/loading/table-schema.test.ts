import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LoadsFixture, openLoads } from './loads.suite.ts'
import { parseTableSchema } from './table-schema.ts'

let fixture: LoadsFixture
beforeAll(async () => {
  fixture = await openLoads({ thresholds: { rejectedShare: 1 } })
})
afterAll(() => fixture.close())

const schema = {
  name: 'bornes',
  title: 'Bornes à quai',
  fields: [
    {
      name: 'id_borne',
      title: 'Identifiant',
      type: 'string',
      constraints: { required: true, unique: true, pattern: '^FR[A-Z0-9]{3}-\\d{2}$' },
    },
    { name: 'puissance', type: 'number', constraints: { minimum: 1, maximum: 400 } },
    { name: 'prise', type: 'string', constraints: { enum: ['T2', 'CCS'] } },
    { name: 'mise_en_service', type: 'date', format: '%d/%m/%Y', constraints: { minimum: '2015-01-01' } },
    { name: 'gratuit', type: 'boolean', trueValues: ['1'], falseValues: ['0'] },
  ],
  primaryKey: 'id_borne',
  missingValues: ['', 'nc'],
}
const csv = `id_borne,puissance,prise,mise_en_service,gratuit
FRMRS-01,22,T2,01/02/2020,1
FRMRS-02,500,T2,01/02/2020,0
FRMRS-01,22,T2,01/02/2020,0
FRMRS-3,22,T2,01/02/2020,0
FRMRS-04,22,USB,01/02/2014,0
,22,T2,01/02/2020,0
FRMRS-06,nc,CCS,31/12/2025,oui
FRMRS-07,nc,CCS,31/12/2025,0
`

test('types by the schema, rejects row by row, and names each rule', async () => {
  const view = await fixture.load('bornes', csv, {}, JSON.stringify(schema))
  expect(view).toMatchObject({ state: 'published', result: { rowCount: 2, rejectedCount: 6 } })
  const rules = view.result!.rules.map(({ column, rule, firstLine }) => [firstLine, column, rule])
  expect(rules).toEqual([
    [3, 'puissance', 'maximum'],
    [4, 'id_borne', 'unique'],
    [5, 'id_borne', 'pattern'],
    [6, 'prise', 'enum'],
    [6, 'mise_en_service', 'minimum'],
    [7, 'id_borne', 'required'],
    [8, 'gratuit', 'type'],
  ])
  expect(await fixture.rows('bornes')).toEqual([
    { id_borne: 'FRMRS-01', puissance: 22, prise: 'T2', mise_en_service: '2020-02-01', gratuit: true },
    { id_borne: 'FRMRS-07', puissance: null, prise: 'CCS', mise_en_service: '2025-12-31', gratuit: false },
  ])
  expect(fixture.datasets.get('bornes').fields[0]).toMatchObject({
    label: { fr: 'Identifiant' },
    annotations: { id: true },
  })
})

test('report-only takes the rows and counts what they break', async () => {
  const view = await fixture.load('bornes-report', csv, { reportOnly: true }, JSON.stringify(schema))
  expect(view.result).toMatchObject({ rowCount: 7, rejectedCount: 1 })
  expect(view.result!.violations).toContainEqual({
    column: 'puissance',
    rule: 'maximum',
    count: 1,
    firstLine: 3,
  })
})

test('a column that the schema requires must be there', async () => {
  const view = await fixture.load('bornes-short', 'puissance\n22\n', {}, JSON.stringify(schema))
  expect(view.error).toMatchObject({
    code: 'invalid_input',
    title: expect.stringMatching(/requires: id_borne/),
  })
})

test('patterns that would take for ever elsewhere take no time, and those that cannot be used are named', async () => {
  const evil = {
    fields: [
      { name: 'a', type: 'string', constraints: { pattern: '(a+)+$' } },
      { name: 'b', type: 'integer' },
    ],
  }
  const view = await fixture.load(
    'evil',
    `a,b\n${'a'.repeat(5_000)}!,1\nab,2\naa,3\n`,
    {},
    JSON.stringify(evil),
  )
  expect(view.result).toMatchObject({ rowCount: 1, rejectedCount: 2 })
  const back = { fields: [{ name: 'a', type: 'string', constraints: { pattern: '(a)\\1' } }] }
  expect((await fixture.load('evil-back', 'a,b\naa,1\n', {}, JSON.stringify(back))).error?.title).toMatch(
    /pattern of “a”/,
  )
})

test.each([
  ['no JSON', '{', /not JSON/],
  ['a catalogue entry', '{"schemas":[]}', /no Table Schema/],
  ['a field without name', '{"fields":[{"type":"string"}]}', /Field 1/],
  ['a key that is no field', '{"fields":[{"name":"a"}],"primaryKey":["b"]}', /“b”/],
])('refuses %s', (_, text, says) => {
  expect(() => parseTableSchema(text)).toThrow(says)
})
