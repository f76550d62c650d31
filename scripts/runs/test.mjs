import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSteps } from '../steps/build.mjs'
import { withCheckoutLock } from '../steps/checkout-lock.mjs'
import { runChild, tail } from '../steps/child.mjs'
import { installStep } from '../steps/install.mjs'
import { root } from '../steps/root.mjs'
import { runSteps, StepError, say } from '../steps/step.mjs'
import { missingSystemPackages, systemPackagesStep } from '../steps/system-packages.mjs'

const tool = (/** @type {string} */ path) => join(root, 'node_modules', path)
const tsc = tool('typescript/bin/tsc')

/** What is checked beside the tests; each counts as one. */
const checks = [
  { name: 'lint and format', args: [tool('@biomejs/biome/bin/biome'), 'check', '.'] },
  { name: 'types of the server', args: [tsc, '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'types of the pages', args: [tsc, '--noEmit', '-p', 'web/tsconfig.json'] },
  { name: 'types of the scripts', args: [tsc, '--noEmit', '-p', 'scripts/tsconfig.json'] },
  { name: 'unused code and packages', args: [tool('knip/bin/knip.js'), '--no-progress'] },
]

const filters = process.argv.slice(2)
/** @type {import('../steps/vitest-tally.mjs').Tally} */
const total = { passed: 0, failed: 0, skipped: [] }
/** @type {string[]} */
const failures = []

if (await prepare()) {
  if (filters.length === 0) for (const check of checks) await runCheck(check)
  await runTests()
}
report()

/** Installs and builds; false when the packages could not be installed, without which nothing can be tested. */
async function prepare() {
  const isInstalled = await withCheckoutLock(root, say, async () => {
    const installed = await attempt('installation', () =>
      runSteps([
        installStep({ root, dev: true, what: 'the packages of the product and its checks' }),
        installStep({ root, folder: 'tests', dev: true, what: 'the engines that only tests use (550 MB)' }),
      ]),
    )
    // Off the continuous integration a machine without these still tests the rest.
    await attempt(process.env.CI ? 'system packages' : undefined, () => runSteps([systemPackagesStep()]))
    if (installed) await attempt('build', () => runSteps(buildSteps(root)))
    return installed
  })
  for (const { name, purpose } of missingSystemPackages())
    say(`Missing on this machine: ${name}. Tests of ${purpose} are skipped by name.`)
  return isInstalled
}

/**
 * @param {string | undefined} name what has failed when a StepError comes; undefined to say it and go on
 * @param {() => Promise<unknown>} work
 * @returns {Promise<boolean>} whether it was done
 */
async function attempt(name, work) {
  try {
    await work()
    return true
  } catch (error) {
    if (!(error instanceof StepError)) throw error
    say(error.message)
    if (name) failures.push(name)
    return false
  }
}

/** @param {{ name: string, args: string[] }} check */
async function runCheck({ name, args }) {
  const { code, output } = await runChild(process.execPath, args, { cwd: root })
  if (code === 0) total.passed++
  else failures.push(name)
  say(code === 0 ? `ok      ${name}` : `FAILED  ${name}\n${tail(output, 80)}`)
}

async function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'lacydon-test-'))
  const path = join(folder, 'tally.json')
  const reporters = ['--reporter=default', `--reporter=${join(root, 'scripts/steps/vitest-tally.mjs')}`]
  const vitest = tool('vitest/vitest.mjs')
  const { code } = await runChild(process.execPath, [vitest, 'run', ...reporters, ...filters], {
    cwd: root,
    env: { LACYDON_TEST_TALLY: path },
    show: true,
  })
  /** @type {import('../steps/vitest-tally.mjs').Tally | undefined} */
  const tally = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
  rmSync(folder, { recursive: true })
  total.passed += tally?.passed ?? 0
  total.failed += tally?.failed ?? 0
  total.skipped.push(...(tally?.skipped ?? []))
  // A run that ends badly without a failed test (a crash, no test found) is a failure of its own.
  if (code !== 0 && !tally?.failed) failures.push('the test run')
}

function report() {
  for (const { test, reason } of total.skipped) say(`skipped ${test}${reason ? ` (${reason})` : ''}`)
  for (const name of failures) say(`FAILED  ${name}`)
  const failed = total.failed + failures.length
  process.exitCode = failed > 0 ? 1 : 0
  say(`${total.passed} passed, ${failed} failed, ${total.skipped.length} skipped`)
}
