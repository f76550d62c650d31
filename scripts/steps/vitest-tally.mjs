import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'

/**
 * @typedef {{ passed: number, failed: number, skipped: { test: string, reason: string }[] }} Tally
 */

/** A vitest reporter that writes the tally of the run, with the name of every skipped test, as JSON. */
export default class TallyReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const path = process.env.LACYDON_TEST_TALLY
    if (path) writeFileSync(path, JSON.stringify(tally(modules, unhandledErrors.length)))
  }
}

/**
 * A file that cannot be loaded or a hook that throws counts as one failure more, and so does an error that
 * belongs to no test.
 * @param {readonly import('vitest/node').TestModule[]} modules
 * @param {number} unhandled
 * @returns {Tally}
 */
function tally(modules, unhandled) {
  /** @type {Tally} */
  const result = { passed: 0, failed: unhandled, skipped: [] }
  for (const module of modules) {
    result.failed += module.errors().length
    for (const suite of module.children.allSuites()) result.failed += suite.errors().length
    for (const test of module.children.allTests()) {
      const outcome = test.result()
      if (outcome.state === 'passed') result.passed++
      else if (outcome.state === 'failed') result.failed++
      else {
        const note = 'note' in outcome ? outcome.note : undefined
        const file = relative(process.cwd(), module.moduleId)
        result.skipped.push({ test: `${file} > ${test.fullName}`, reason: note ?? '' })
      }
    }
  }
  return result
}
