/** Each folder tests/golden/load-* holds an input file and what loading it gives. A new case is a new folder. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packageRoot } from '../../package-root.ts'
import { type LoadsFixture, openLoads } from './loads.suite.ts'

const golden = join(packageRoot, 'tests', 'golden')
const cases = readdirSync(golden).filter((name) => name.startsWith('load-'))

let fixture: LoadsFixture
beforeAll(async () => {
  fixture = await openLoads()
})
afterAll(() => fixture.close())

test.each(cases)('%s', async (name) => {
  const folder = join(golden, name)
  const input = readdirSync(folder).find((file) => file.startsWith('input.'))!
  const view = await fixture.load(name, readFileSync(join(folder, input)), { fileName: input })
  const { plan } = await fixture.loads.preview(name, view.id)
  const found = {
    state: view.state,
    notes: plan.notes,
    fields: plan.fields.map(({ name, label, type, reading, doubt, language, annotations }) => ({
      name,
      label,
      type,
      reading,
      doubt,
      language,
      annotations,
    })),
    rows: await fixture.rows(name),
  }
  const path = join(folder, 'expected.json')
  if (process.env.UPDATE_GOLDEN) writeFileSync(path, `${JSON.stringify(found, null, 2)}\n`)
  expect(JSON.parse(JSON.stringify(found))).toEqual(JSON.parse(readFileSync(path, 'utf8')))
})
