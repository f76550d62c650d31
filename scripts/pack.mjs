// Run by npm around `npm pack` and `npm publish`: builds, and lends the package our lock file, since `overrides` and
// exact versions reach those who install it only as a shrinkwrap. With `--after` it takes the loan back.
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './steps/root.mjs'

const shrinkwrap = join(root, 'npm-shrinkwrap.json')

if (process.argv.includes('--after')) rmSync(shrinkwrap, { force: true })
else {
  await import('./runs/build.mjs')
  if (!process.exitCode) copyFileSync(join(root, 'package-lock.json'), shrinkwrap)
}
