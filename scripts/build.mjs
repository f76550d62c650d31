// `npm run build`: builds what changed, without installing or starting anything.
import { checkNode } from './steps/node-version.mjs'

if (checkNode()) import('./runs/build.mjs')
