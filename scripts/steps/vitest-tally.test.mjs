import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runChild } from './child.mjs'
import { root } from './root.mjs'

let folder = ''
beforeEach(() => {
  // Below node_modules so that the tests written there find vitest and nobody takes them for ours.
  folder = mkdtempSync(join(root, 'node_modules/.cache/tally-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('every test counts once, a broken file or hook counts as failed, a skipped test keeps its reason', async () => {
  writeFileSync(
    join(folder, 'some.test.mjs'),
    `import { describe, expect, test, beforeAll } from 'vitest'
     test('good', () => {})
     test('bad', () => { expect(1).toBe(2) })
     test('not here', (context) => context.skip('no reference data'))
     test.skip('never', () => {})
     test.todo('later')
     describe('hook', () => {
       beforeAll(() => { throw new Error('no') })
       test('lost', () => {})
     })`,
  )
  writeFileSync(join(folder, 'broken.test.mjs'), `import './absent.mjs'`)
  writeFileSync(join(folder, 'vitest.config.mjs'), `export default { test: { include: ['*.test.mjs'] } }`)
  const tally = join(folder, 'tally.json')
  const reporter = join(root, 'scripts/steps/vitest-tally.mjs')
  const { code } = await runChild(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder, `--reporter=${reporter}`],
    { cwd: folder, env: { LACYDON_TEST_TALLY: tally } },
  )
  expect(code).toBe(1)
  const { passed, failed, skipped } = JSON.parse(readFileSync(tally, 'utf8'))
  expect({ passed, failed }).toEqual({ passed: 1, failed: 3 })
  expect(skipped).toEqual(
    expect.arrayContaining([
      { test: expect.stringContaining('some.test.mjs > not here'), reason: 'no reference data' },
      { test: expect.stringContaining('some.test.mjs > never'), reason: '' },
      { test: expect.stringContaining('some.test.mjs > later'), reason: '' },
    ]),
  )
})
