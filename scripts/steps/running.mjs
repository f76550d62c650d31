import { mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRunning, processIdentity } from './process-identity.mjs'

const folder = (/** @type {string} */ root) => join(root, 'node_modules/.cache/lacydon/running')

/** Notes that this process serves from the checkout, until it ends. @param {string} root */
export function registerRunning(root) {
  const file = join(folder(root), String(process.pid))
  try {
    mkdirSync(folder(root), { recursive: true })
    writeFileSync(file, processIdentity(process.pid) ?? '')
  } catch {
    // A checkout that cannot be written cannot be reinstalled under us either.
    return
  }
  process.once('exit', () => rmSync(file, { force: true }))
}

/**
 * Process ids that use the packages of this checkout: starts that registered, and on Linux any process that has
 * the checkout's columnar engine in memory, however it was started.
 * @param {string} root
 * @returns {number[]}
 */
export function findRunning(root) {
  const pids = new Set([...registered(root), ...withEngineLoaded(root)])
  pids.delete(process.pid)
  return [...pids].sort((a, b) => a - b)
}

/** @param {string} root */
function registered(root) {
  return list(folder(root))
    .filter((name) => isRunning(read(join(folder(root), name))))
    .map(Number)
}

/** @param {string} root */
function withEngineLoaded(root) {
  if (process.platform !== 'linux') return []
  const engine = `${realpathSync(root)}/node_modules/@duckdb/`
  return list('/proc')
    .filter((name) => /^\d+$/.test(name) && read(`/proc/${name}/maps`).includes(engine))
    .map(Number)
}

/** @param {string} path */
const list = (path) => {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

/** @param {string} path */
const read = (path) => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
