/**
 * One thing to be done before the product or the tests run.
 * @typedef {object} Step
 * @property {() => string | undefined} title  What will be done, or undefined when nothing has to be.
 * @property {(say: Say) => Promise<void>} run Throws StepError.
 *
 * @typedef {(line: string) => void} Say
 */

/** A step that cannot be done; the message says why and what to do. */
export class StepError extends Error {}

/** Prints a line at once. @type {Say} */
export const say = (line) => void process.stdout.write(`${line}\n`)

/**
 * Does what has to be done, in order, and says how far it is.
 * @param {Step[]} steps
 * @param {Say} tell
 * @returns {Promise<number>} how many steps were due
 */
export async function runSteps(steps, tell = say) {
  const due = steps.flatMap((step) => {
    const title = step.title()
    return title ? [{ step, title }] : []
  })
  for (const [i, { step, title }] of due.entries()) {
    tell(`[${i + 1}/${due.length}] ${title}`)
    await step.run((line) => tell(`      ${line}`))
  }
  return due.length
}

/**
 * Runs an entry script: a StepError becomes its sentence and exit code 1.
 * @param {() => Promise<void>} main
 */
export async function runScript(main) {
  try {
    await main()
  } catch (error) {
    if (!(error instanceof StepError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}
