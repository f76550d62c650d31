import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runNpm, tail } from './child.mjs'
import { expectedPackages, missingPackages, thisPlatform } from './lockfile.mjs'
import { findRunning } from './running.mjs'
import { StepError } from './step.mjs'

const PROGRESS_MS = 2000

/**
 * Installs what `package-lock.json` of `folder` asks for, unless it is there already.
 * @param {{ root: string, folder?: string, dev: boolean, what: string }} options
 *   `dev` adds what only tests and checks need; `what` names the packages in the title.
 * @returns {import('./step.mjs').Step}
 */
export function installStep({ root, folder = '.', dev, what }) {
  const place = join(root, folder)
  return {
    title: () => (isInstalled(place, dev) ? undefined : `Installing ${what} (once, needs the network)`),
    run: async (say) => {
      refuseUnderServer(root)
      const lock = readLock(place)
      const expected = expectedPackages(lock, thisPlatform(), { dev })
      const timer = reportProgress(place, expected, say)
      const args = ['ci', ...(dev ? [] : ['--omit=dev']), '--no-audit', '--no-fund', '--loglevel=error']
      rmSync(stampFile(place), { force: true })
      const { code, output } = await runNpm(args, place)
      clearInterval(timer)
      if (code !== 0) throw new StepError(`npm ci failed in ${place}:\n${tail(output)}`)
      say(`${expected.length} packages installed`)
      writeStamp(place, dev)
    },
  }
}

/** npm ci empties node_modules first: a server that runs from it would lose what it has not loaded yet. */
function refuseUnderServer(/** @type {string} */ root) {
  const pids = findRunning(root)
  if (pids.length === 0) return
  throw new StepError(
    `The packages have to be installed again, but Lacydon runs from this folder (process ${pids.join(', ')}): stop it first, then try again.`,
  )
}

/**
 * Two proofs: the hash noted after our own npm ci, or npm's account of the tree when somebody installed by hand.
 * @param {string} place
 * @param {boolean} dev
 */
export function isInstalled(place, dev) {
  const stamp = readJson(stampFile(place))
  if (stamp?.lock === hashOfLock(place) && stamp.platform === platformName() && (stamp.dev || !dev))
    return true
  const tree = readJson(join(place, 'node_modules/.package-lock.json'))
  if (!tree || missingPackages(readLock(place), tree, thisPlatform(), { dev }).length > 0) return false
  writeStamp(place, dev)
  return true
}

const stampFile = (/** @type {string} */ place) => join(place, 'node_modules/.cache/lacydon/installed.json')

const platformName = () => Object.values(thisPlatform()).join('-')

/** @param {string} place @param {boolean} dev */
function writeStamp(place, dev) {
  mkdirSync(join(place, 'node_modules/.cache/lacydon'), { recursive: true })
  writeFileSync(stampFile(place), JSON.stringify({ lock: hashOfLock(place), platform: platformName(), dev }))
}

const hashOfLock = (/** @type {string} */ place) =>
  createHash('sha256')
    .update(readFileSync(join(place, 'package-lock.json')))
    .digest('hex')

/** @param {string} place @returns {import('./lockfile.mjs').Lock} */
function readLock(place) {
  const lock = readJson(join(place, 'package-lock.json'))
  if (!lock)
    throw new StepError(`${join(place, 'package-lock.json')} is missing or damaged: take it back with git.`)
  return lock
}

/** @param {string} path @returns {any} */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** @param {string} place @param {string[]} expected @param {import('./step.mjs').Say} say */
function reportProgress(place, expected, say) {
  let last = -1
  return setInterval(() => {
    const present = expected.filter((path) => existsSync(join(place, path, 'package.json'))).length
    const percent = Math.floor((100 * present) / expected.length)
    if (percent === last) return
    last = percent
    say(`${percent} % (${present} of ${expected.length} packages)`)
  }, PROGRESS_MS)
}
