/** A7: what a spreadsheet would run: text in workbooks, marked in the CSV of our buttons, as it is in the data. */
import { parse } from 'csv-parse/sync'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DatasetDefinition } from '../../src/datasets/schema.ts'
import { type Instance, startInstance } from '../explore/instance.suite.ts'

const formulas = [
  '=HYPERLINK("http://x","y")',
  "+1+cmd|' /C calc'!A0",
  '-2+3',
  '@SUM(1)',
  '\t=1+1',
  '\r=1+1',
  '＝1',
  '＋1',
  '－1',
  '＠SUM(1)',
]
const definition: DatasetDefinition = {
  id: 'formulas',
  kind: 'snapshot',
  title: { fr: '=1+1', en: '=1+1' },
  description: { fr: '', en: '' },
  simulated: false,
  sortBy: [],
  fields: [
    { name: 'n', type: 'integer', label: { fr: '=cmd()', en: '=cmd()' } },
    { name: 'text', type: 'text', label: { fr: '@SUM(A1)', en: '@SUM(A1)' } },
    { name: 'balance', type: 'double', label: { fr: 'balance', en: 'balance' } },
  ],
}
let instance: Instance
beforeAll(async () => {
  instance = await startInstance()
  await instance.load(
    definition,
    formulas.map((text, n) => ({ n, text, balance: -n - 0.5 })),
  )
})
afterAll(() => instance?.close())

const exported = async (format: string, query = '') =>
  Buffer.from(
    await (
      await instance.get(`/catalog/datasets/formulas/exports/${format}?order_by=n&${query}`)
    ).arrayBuffer(),
  )
const rowsOf = async (query: string) =>
  parse(await exported('csv', `${query}&with_bom=false`), {
    delimiter: ';',
    relax_quotes: false,
  }) as string[][]

describe('A7: a formula', () => {
  it('is marked in the CSV of our buttons, and numbers are not touched', async () => {
    const [, ...rows] = await rowsOf('safe=true')
    expect(rows.map(([, text]) => text)).toEqual(formulas.map((text) => `'${text}`))
    expect(rows.map(([, , balance]) => balance)).toEqual(formulas.map((_, n) => String(-n - 0.5)))
  })

  it('in the label of a column is marked too', async () => {
    const [head] = await rowsOf('safe=true&use_labels=true')
    for (const label of head!) expect(label).not.toMatch(/^[=+\-@\t\r＝＋－＠]/)
  })

  it('is itself where nobody asked for anything else', async () => {
    const [, ...rows] = await rowsOf('')
    expect(rows.map(([, text]) => text)).toEqual(formulas)
    const json = JSON.parse((await exported('json')).toString())
    expect(json.map(({ text }: { text: string }) => text)).toEqual(formulas)
  })

  it('is a string in a workbook, never a formula, whatever a column is called', async () => {
    for (const query of ['', 'use_labels=true']) {
      const files = unzipSync(new Uint8Array(await exported('xlsx', query)))
      const xml = Object.entries(files)
        .filter(([name]) => name.startsWith('xl/'))
        .map(([, content]) => Buffer.from(content).toString('utf8'))
        .join('\n')
      expect(xml).toContain('=HYPERLINK(')
      expect(xml).not.toMatch(/<f[ >]/)
      expect(xml).not.toMatch(/externalLink|ddeLink/)
    }
  })
})
