import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import Database from 'libsql'
import { conflict, invalidSetting, LacydonError } from '../errors.ts'

export interface DataFolder {
  /** Absolute, without links. */
  path: string
  /** Lets another instance have it. Harmless when repeated. */
  release(): void
}

/** Who holds a data folder, as written in its `instance.json`. */
interface Holder {
  pid: number
  host: string
  since: string
  /** Kernel's start time of that process (Linux), so that a reused pid is not mistaken for it. */
  processStart: string | undefined
}

const layoutVersion = 1
/** Also keeps the locks from the garbage collector, which would close and so give them up. */
const held = new Map<string, Database.Database>()

/**
 * Makes the data folder if missing and takes it for this process alone. Throws `conflict` when a living instance has
 * it (naming pid, host and since when), and `invalid_setting` when it cannot be written, holds foreign files,
 * or was written by a newer version.
 *
 * The lock is one the operating system holds: SQLite's exclusive lock (fcntl, LockFileEx) on `instance.lock`. It
 * is granted to one of two simultaneous starts, ends with the process however that dies, and is seen between
 * containers that share the folder. `instance.json` names the holder; it also protects on file systems that grant
 * every lock, as long as both instances run on one host.
 */
export function openDataFolder(path: string): DataFolder {
  const folder = makeFolder(path)
  checkContent(path, folder)
  const lock = takeLock(path, folder)
  const holderPath = join(folder, 'instance.json')
  try {
    const holder = readHolder(holderPath)
    if (holder && isAnotherLivingProcess(holder)) throw inUse(folder, holder)
    replaceFile(folder, 'VERSION', `${layoutVersion}\n`)
    replaceFile(folder, 'instance.json', `${JSON.stringify(describeThisProcess())}\n`)
  } catch (error) {
    lock.close()
    throw error instanceof LacydonError ? error : unusable(path, error)
  }
  held.set(folder, lock)
  return {
    path: folder,
    release() {
      if (held.get(folder) !== lock) return
      rmSync(holderPath, { force: true })
      held.delete(folder)
      lock.close()
    },
  }
}

function makeFolder(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    return realpathSync(path)
  } catch (error) {
    throw unusable(path, error)
  }
}

/** Refuses before anything is written, so that a mistaken path is left as it was. */
function checkContent(path: string, folder: string): void {
  const names = readdirSync(folder)
  if (names.includes('VERSION')) {
    const version = readFileSync(join(folder, 'VERSION'), 'utf8').trim()
    if (/^\d{1,9}$/.test(version) && Number(version) <= layoutVersion) return
    throw invalidSetting(
      'DATA_DIR',
      path,
      `the folder of this version, or install the newer Lacydon that made this one (it has layout ${version}, this version reads up to ${layoutVersion})`,
    )
  }
  const foreign = names.filter(
    (name) => !name.startsWith('.') && !name.startsWith('instance.') && name !== 'lost+found',
  )
  if (foreign.length === 0) return
  throw invalidSetting(
    'DATA_DIR',
    path,
    `an empty or new folder (this one holds “${foreign[0]}” and was not made by Lacydon)`,
  )
}

function takeLock(path: string, folder: string): Database.Database {
  let lock: Database.Database | undefined
  try {
    lock = new Database(join(folder, 'instance.lock'))
    // Nothing is ever written to it, so it needs no journal file beside it.
    lock.exec('PRAGMA journal_mode = MEMORY')
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock?.close()
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY')) {
      throw inUse(folder, readHolder(join(folder, 'instance.json')))
    }
    throw unusable(path, error)
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8'))
    return typeof holder.pid === 'number' && typeof holder.host === 'string' ? holder : undefined
  } catch {
    return undefined
  }
}

function describeThisProcess(): Holder {
  return {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    processStart: processStart(process.pid),
  }
}

function isAnotherLivingProcess(holder: Holder): boolean {
  if (holder.host !== hostname() || holder.pid === process.pid || !holder.processStart) return false
  return processStart(holder.pid) === holder.processStart
}

/** Boot and start time of a process as Linux tells them; undefined when it is gone or elsewhere. */
function processStart(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // Field 22; the second one is a name in brackets that may itself hold spaces and brackets (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : `${boot} ${fields[19]}`
  } catch {
    return undefined
  }
}

/** The temporary name starts as ours do: another start, or one after a crash here, must not find a foreign file. */
function replaceFile(folder: string, name: string, content: string): void {
  const temporary = join(folder, `instance.${process.pid}.${name}.new`)
  writeFileSync(temporary, content, { mode: 0o600, flush: true })
  renameSync(temporary, join(folder, name))
}

function inUse(folder: string, holder: Holder | undefined): LacydonError {
  const who = holder
    ? `process ${holder.pid} on ${holder.host} since ${holder.since}`
    : 'another instance that is just starting'
  return conflict(
    `The data folder ${folder} is in use by ${who}.`,
    'Stop that instance, or give this one its own folder with DATA_DIR.',
  )
}

function unusable(path: string, error: unknown): LacydonError {
  const { code, message } = error as NodeJS.ErrnoException
  const reason = code ? `${resolve(path)} gives ${code}` : message
  return invalidSetting('DATA_DIR', path, `a folder that this user can write to (${reason})`)
}
