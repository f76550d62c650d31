import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildSteps } from '../steps/build.mjs'
import { withCheckoutLock } from '../steps/checkout-lock.mjs'
import { installStep } from '../steps/install.mjs'
import { stopWithParent } from '../steps/parent.mjs'
import { root } from '../steps/root.mjs'
import { findRunning, registerRunning } from '../steps/running.mjs'
import { runScript, runSteps, say } from '../steps/step.mjs'

const steps = [installStep({ root, dev: false, what: 'the packages Lacydon runs on' }), ...buildSteps(root)]

await runScript(async () => {
  if (steps.some((step) => step.title())) {
    await withCheckoutLock(root, say, async () => {
      const others = findRunning(root)
      const done = await runSteps(steps)
      if (done > 0 && others.length > 0)
        say(
          `Process ${others.join(', ')} runs the former build from this folder: restart it to use this one.`,
        )
    })
  }
  registerRunning(root)
  if (process.env.npm_lifecycle_event) stopWithParent()
  // In this very process: signals, exit code and terminal are the product's own, and no orphan can stay behind.
  const program = join(root, 'bin/lacydon.js')
  process.argv.splice(1, 1, program, 'start')
  await import(pathToFileURL(program).href)
})
