import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Hash of names and contents of files, so that what was built from them can be told from what would be.
 * @param {string} root
 * @param {string[]} paths files and folders below root; missing ones count as empty
 * @param {(path: string) => boolean} isInput path below root, with `/`
 */
export function fingerprint(root, paths, isInput = () => true) {
  const hash = createHash('sha256')
  for (const path of paths.flatMap((start) => listFiles(root, start)).filter(isInput)) {
    const content = readFileSync(join(root, path))
    hash.update(`${path}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

/** What is installed or built. */
const isOutput = (/** @type {string} */ name) => /^(node_modules|dist(\.next|\.previous)?)$/.test(name)

/** @param {string} root @param {string} path @returns {string[]} sorted */
function listFiles(root, path) {
  const info = statSync(join(root, path), { throwIfNoEntry: false })
  if (!info) return []
  if (!info.isDirectory()) return [path]
  return readdirSync(join(root, path))
    .filter((name) => !isOutput(name))
    .sort()
    .flatMap((name) => listFiles(root, `${path}/${name}`))
}
