import { readFileSync } from 'node:fs'

/**
 * `pid@birth`, different for every process that ever ran here, so that a number used again after a crash or a
 * reboot is not taken for the old process. Undefined when the process is gone.
 * @param {number} pid
 */
export function processIdentity(pid) {
  if (!isAlive(pid)) return undefined
  if (process.platform !== 'linux') return `${pid}@`
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command name may hold spaces and parentheses; the start time is the 20th field after it (proc(5)).
    const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return `${pid}@${boot}/${startTicks}`
  } catch {
    return undefined
  }
}

/** Whether the process that wrote this identity still runs. @param {string} identity */
export function isRunning(identity) {
  return processIdentity(Number.parseInt(identity, 10)) === identity
}

/** @param {number} pid */
function isAlive(pid) {
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'
  }
}
