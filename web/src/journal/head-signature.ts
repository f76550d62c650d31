/** Checks the signature of a daily head in the browser of whoever reads it. */
import type { JournalHead, JournalKey } from '../../../src/journal/schema.ts'

const bytesOf = (base64: string) =>
  Uint8Array.from(atob(base64.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))

/**
 * Whether the key signed exactly this head: Ed25519 over its canonical JSON (RFC 8785). Undefined where it cannot be
 * checked: this browser does not know Ed25519, the page has no secure connection, or the key is not published.
 */
export async function isSigned(
  { node, date, count, hash, keyId, signature }: JournalHead,
  keys: readonly JournalKey[],
): Promise<boolean | undefined> {
  const key = keys.find(({ id }) => id === keyId)
  if (!key || !globalThis.crypto?.subtle) return undefined
  const spki = bytesOf(key.publicKey.replace(/-----[^-]+-----|\s/g, ''))
  // Members in the order of their names, as RFC 8785 has them.
  const signed = new TextEncoder().encode(JSON.stringify({ count, date, hash, node }))
  try {
    const imported = await crypto.subtle.importKey('spki', spki, { name: 'Ed25519' }, false, ['verify'])
    return await crypto.subtle.verify('Ed25519', imported, bytesOf(signature), signed)
  } catch {
    return undefined
  }
}
