/** Secrets that anybody tries first, from data/accounts/known-secrets.csv. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../package-root.ts'
import { fold } from './fold-address.ts'

/** Read once, when loaded. */
export const knownSecrets: readonly string[] = readFileSync(
  join(packageRoot, 'data/accounts/known-secrets.csv'),
  'utf8',
)
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.slice(0, line.indexOf(',')))

/** Whether a secret is empty, one that documents and defaults use, or nothing but its repetition. */
export function isKnownSecret(secret: string): boolean {
  const plain = fold(secret)
  return plain === '' || knownSecrets.includes(plain) || new Set(plain).size < 3
}
