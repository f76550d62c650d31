import { buildSteps } from '../steps/build.mjs'
import { withCheckoutLock } from '../steps/checkout-lock.mjs'
import { root } from '../steps/root.mjs'
import { runScript, runSteps, say } from '../steps/step.mjs'

await runScript(() =>
  withCheckoutLock(root, say, async () => {
    if ((await runSteps(buildSteps(root))) === 0) say('Nothing changed since the last build.')
  }),
)
