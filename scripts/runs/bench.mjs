import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSteps } from '../steps/build.mjs'
import { withCheckoutLock } from '../steps/checkout-lock.mjs'
import { runChild, tail } from '../steps/child.mjs'
import { installStep } from '../steps/install.mjs'
import { describeMachine } from '../steps/machine.mjs'
import { insertTables, markdownTable } from '../steps/markdown.mjs'
import { root } from '../steps/root.mjs'
import { runScript, runSteps, StepError, say } from '../steps/step.mjs'

const report = join(root, 'docs/performance.md')
const write = process.argv.includes('--write')
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))

await runScript(async () => {
  const files = readdirSync(join(root, 'bench'))
    .filter((file) => file.endsWith('.bench.ts'))
    .filter((file) => names.length === 0 || names.some((name) => file.includes(name)))
    .sort()
  if (files.length === 0) throw new StepError(`No benchmark in bench/ is called ${names.join(' or ')}.`)
  await withCheckoutLock(root, say, () =>
    runSteps([
      installStep({ root, dev: true, what: 'the packages of the product and its checks' }),
      ...(existsSync(join(root, 'bench/package.json'))
        ? [installStep({ root, folder: 'bench', dev: true, what: 'the peers we compare ourselves with' })]
        : []),
      ...buildSteps(root),
    ]),
  )
  /** @type {string[]} */
  const tables = [describeMachine()]
  say(`${tables[0]}\n`)
  for (const file of files) {
    const table = markdownTable(await runBenchmark(file))
    say(`${table}\n`)
    tables.push(table)
  }
  if (write) {
    if (names.length > 0) throw new StepError('--write needs the whole run: leave the names out.')
    writeFileSync(report, insertTables(readFileSync(report, 'utf8'), tables.join('\n\n')))
    say('Written to docs/performance.md')
  }
})

/**
 * Each benchmark has a process of its own: nothing that one leaves in memory weighs on the next.
 * @param {string} file
 * @returns {Promise<import('../steps/markdown.mjs').Table>}
 */
async function runBenchmark(file) {
  say(`Measuring ${file.replace('.bench.ts', '')}…`)
  const args = ['--expose-gc', '--import', 'tsx', join(root, 'bench/run.ts'), join(root, 'bench', file)]
  const { code, output } = await runChild(process.execPath, args, { cwd: root })
  const line = output.split('\n').findLast((text) => text.startsWith('{'))
  if (code !== 0 || !line) throw new StepError(`${file} failed:\n${tail(output)}`)
  return JSON.parse(line)
}
