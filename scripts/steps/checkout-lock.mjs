import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { isRunning, processIdentity } from './process-identity.mjs'

const POLL_MS = 200

/**
 * Runs `work` while no other start, build or test of this checkout installs or builds. The lock is a file that
 * names its owner; one left by a process that died is taken over.
 * @template T
 * @param {string} root
 * @param {import('./step.mjs').Say} say
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withCheckoutLock(root, say, work) {
  const path = join(root, '.build.lock')
  const mine = processIdentity(process.pid) ?? String(process.pid)
  let waitingFor = ''
  while (!takeLock(path, mine)) {
    const owner = readOwner(path)
    if (owner === undefined) continue
    if (!isRunning(owner)) {
      removeStale(path, owner)
      continue
    }
    if (owner !== waitingFor)
      say(`Another process (${Number.parseInt(owner, 10)}) installs or builds here: waiting for it.`)
    waitingFor = owner
    await wait(POLL_MS)
  }
  const release = () => {
    if (readOwner(path) === mine) rmSync(path, { force: true })
  }
  process.once('exit', release)
  try {
    return await work()
  } finally {
    process.off('exit', release)
    release()
  }
}

/** Creates the lock with its content in one step: nobody ever reads a half-written one. */
function takeLock(/** @type {string} */ path, /** @type {string} */ owner) {
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, owner)
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

/** @param {string} path @returns {string | undefined} */
function readOwner(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Moves the dead owner's lock away; if somebody took it meanwhile, what was moved is theirs and goes back. */
function removeStale(/** @type {string} */ path, /** @type {string} */ deadOwner) {
  const aside = `${path}.stale.${process.pid}`
  try {
    renameSync(path, aside)
    if (readOwner(aside) !== deadOwner) linkSync(aside, path)
  } catch {
    // Gone or taken again: the next round of the loop sees what is there.
  }
  rmSync(aside, { force: true })
}
