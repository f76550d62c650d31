import { readFileSync } from 'node:fs'

/**
 * Says in one sentence that this Node is too old and returns false; true when it will do.
 * Loaded before anything else, so it keeps to syntax that old versions read.
 */
export function checkNode(version = process.versions.node) {
  const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const needed = engines.node.replace(/^>=/, '')
  if (!isOlder(version, needed)) return true
  process.stderr.write(
    `Lacydon needs Node ${needed} or newer and this is ${version}: install a newer one from https://nodejs.org and try again.\n`,
  )
  process.exitCode = 1
  return false
}

/** Compares `major.minor.patch`; a pre-release tag is left aside. */
export function isOlder(/** @type {string} */ version, /** @type {string} */ needed) {
  return weight(version) < weight(needed)
}

const weight = (/** @type {string} */ version) =>
  version
    .replace(/-.*/, '')
    .split('.')
    .reduce((sum, part) => sum * 1000 + Number(part), 0)
