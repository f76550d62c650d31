// `npm test`: installs what the tests need, builds, checks and tests; the last line counts.
import { checkNode } from './steps/node-version.mjs'

if (checkNode()) import('./runs/test.mjs')
