/**
 * How the command line of this machine reaches the instance that runs on a data folder: a token in a file of that
 * folder, which only its owner can read. Whoever can read it could read the data anyway.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface LocalAccess {
  address: string
  token: string
}

const fileOf = (folder: string) => join(folder, 'local-access.json')

export function writeLocalAccess(folder: string, access: LocalAccess): void {
  const temporary = join(folder, `instance.${process.pid}.local-access.new`)
  writeFileSync(temporary, `${JSON.stringify(access)}\n`, { mode: 0o600, flush: true })
  renameSync(temporary, fileOf(folder))
}

export function removeLocalAccess(folder: string): void {
  rmSync(fileOf(folder), { force: true })
}

/** Undefined where no instance has left one, or it cannot be read. */
export function readLocalAccess(folder: string): LocalAccess | undefined {
  try {
    const { address, token } = JSON.parse(readFileSync(fileOf(folder), 'utf8')) as Partial<LocalAccess>
    return typeof address === 'string' && typeof token === 'string' ? { address, token } : undefined
  } catch {
    return undefined
  }
}

/** What the command line sends. */
export const localAuthorization = (access: LocalAccess): string => `Local ${access.token}`
