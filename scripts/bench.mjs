// `npm run bench`: installs the peers and prints the tables; `--write` puts them into docs/performance.md.
import { checkNode } from './steps/node-version.mjs'

if (checkNode()) import('./runs/bench.mjs')
