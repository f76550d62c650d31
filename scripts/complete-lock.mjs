// `node scripts/complete-lock.mjs`: after npm install has changed a lock file, adds the entries of native builds for
// platforms that the registry at hand does not carry, so that npm ci works everywhere.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { completeLock } from './steps/lockfile.mjs'
import { root } from './steps/root.mjs'
import { say } from './steps/step.mjs'

for (const folder of ['.', 'tests', 'bench']) {
  const path = join(root, folder, 'package-lock.json')
  if (!existsSync(path)) continue
  const { lock, added, unknown } = completeLock(JSON.parse(readFileSync(path, 'utf8')))
  if (added.length > 0) writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
  const name = join(folder, 'package-lock.json')
  say(added.length > 0 ? `${name}: added ${added.join(', ')}` : `${name}: complete`)
  for (const item of unknown) say(`${name}: ${item} has no entry and its name does not tell its platform`)
  if (unknown.length > 0) process.exitCode = 1
}
