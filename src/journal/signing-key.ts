/** The key that signs the daily heads of this data folder's chain. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { canonicalJson } from '../canonical-json.ts'
import { invalidSetting } from '../errors.ts'

/** What a signature stands for: on that UTC day the chain of that node ended with its entry `count`, hash `hash`. */
export interface HeadClaim {
  node: string
  date: string
  count: number
  hash: string
}

export interface SigningKey {
  /** First 16 hexadecimal digits of the SHA-256 of the public key (SPKI, DER). */
  id: string
  /** PEM, SPKI. */
  publicKey: string
  /** Ed25519 over the canonical JSON (RFC 8785) of the claim, base64url. */
  sign(claim: HeadClaim): string
}

/** Reads the key of a data folder, or makes it at the first start; readable by its owner alone. Throws `invalid_setting`. */
export function openSigningKey(folder: string): SigningKey {
  const path = join(folder, 'journal-key.pem')
  const privateKey = readKey(path) ?? makeKey(path)
  const publicKey = createPublicKey(privateKey)
  return {
    id: keyIdOf(publicKey),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (claim) => sign(null, claimBytes(claim), privateKey).toString('base64url'),
  }
}

function readKey(path: string): KeyObject | undefined {
  let pem: string
  try {
    pem = readFileSync(path, 'utf8')
    chmodSync(path, 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch {}
  throw invalidSetting(
    'DATA_DIR',
    path,
    'the folder with its own journal-key.pem (this one holds no Ed25519 key; without it the next heads get a new one)',
  )
}

function makeKey(path: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  writeFileSync(path, pem, { mode: 0o600, flag: 'wx', flush: true })
  return privateKey
}

const keyIdOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16)

const claimBytes = ({ node, date, count, hash }: HeadClaim) =>
  Buffer.from(canonicalJson({ node, date, count, hash }))

/** Whether a head was signed by the public key (PEM) that has this id. */
export function isSignedBy(publicKey: string, keyId: string, claim: HeadClaim, signature: string): boolean {
  try {
    const key = createPublicKey(publicKey)
    if (key.asymmetricKeyType !== 'ed25519' || keyIdOf(key) !== keyId) return false
    return verify(null, claimBytes(claim), key, Buffer.from(signature, 'base64url'))
  } catch {
    return false
  }
}
