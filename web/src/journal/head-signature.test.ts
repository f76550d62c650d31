import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { expect, it } from 'vitest'
import type { JournalHead } from '../../../src/journal/schema.ts'
import { isSigned } from './head-signature.ts'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const key = {
  id: 'k1',
  node: 'e5031d46',
  publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  createdAt: '2026-11-23T00:00:00.000Z',
}
const proved = {
  node: 'e5031d46',
  date: '2026-11-23',
  count: 42,
  hash: createHash('sha256').update('x').digest('hex'),
}
// RFC 8785: members in the order of their names, no space.
const canonical = `{"count":42,"date":"2026-11-23","hash":"${proved.hash}","node":"e5031d46"}`
const head: JournalHead = {
  ...proved,
  keyId: key.id,
  signature: sign(null, Buffer.from(canonical), privateKey).toString('base64url'),
  signedAt: '2026-11-24T00:00:01.000Z',
}

it('a head is what its key signed, and nothing else', async () => {
  expect(await isSigned(head, [key])).toBe(true)
  expect(await isSigned({ ...head, count: 41 }, [key])).toBe(false)
  expect(await isSigned({ ...head, date: '2026-11-22' }, [key])).toBe(false)
})

it('without its key nothing is said', async () => {
  expect(await isSigned(head, [])).toBeUndefined()
})
