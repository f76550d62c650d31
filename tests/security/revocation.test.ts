/** A19: a right that ends ends everywhere: the next question, the open stream, the running export, the kept tile. */
import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Asker,
  type AttackedProduct,
  listen,
  openAttackedProduct,
  password,
} from './attacked-product.suite.ts'
import { callRow, grantTo } from './hidden-story.suite.ts'

let product: AttackedProduct
let owner: Asker

/** More than sockets on the way hold, and of a kind that does not pack. */
const wideRows = 60_000

beforeAll(async () => {
  product = await openAttackedProduct()
  owner = product.admin
  const line = (i: number) => `${i},corse,5.${i % 1000},43.1,${randomBytes(150).toString('hex')}\n`
  const rows = Array.from({ length: wideRows }, (_, i) => line(i)).join('')
  await product.load('wide', `n,line,longitude,latitude,text\n${rows}`, '?create=true')
  await owner.json('POST', '/api/v1/datasets', {
    id: 'calls',
    kind: 'stream',
    eventTime: 'at',
    title: { fr: 'Escales', en: 'Calls' },
    description: { fr: '', en: '' },
    fields: ['at', 'ship', 'line', 'owner_phone'].map((name) => ({
      name,
      type: name === 'at' ? 'timestamp' : 'text',
      label: { fr: name, en: name },
    })),
  })
})
afterAll(() => product?.close())

const grants = (dataset: string) => `/api/v1/sharing/datasets/${dataset}/grants`
const records = '/api/explore/v2.1/catalog/datasets/wide/records?limit=1'

let count = 0
/** A partner with grants on both datasets. */
async function partner() {
  const party = await product.party(`Partner${++count}`)
  const given: { dataset: string; id: string }[] = []
  for (const dataset of ['wide', 'calls']) {
    const { id } = await owner.json('POST', grants(dataset), grantTo(party.organisation, null))
    given.push({ dataset, id })
  }
  const revoke = async () => {
    for (const { dataset, id } of given) await owner.json('DELETE', `${grants(dataset)}/${id}`)
  }
  return { ...party, revoke }
}

/** An export that is read no further than its beginning, until it is told to go on. */
async function slowExport(asker: Asker) {
  const key = asker.authorization!
  const url = `${product.base}/api/explore/v2.1/catalog/datasets/wide/exports/json`
  const ended = { bytes: 0, isWhole: false, isOver: false }
  const asked = request(url, { headers: { authorization: key } })
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve).once('error', reject).end()
  })
  expect(response.statusCode).toBe(200)
  response.on('error', () => undefined)
  asked.on('error', () => undefined)
  return {
    ended,
    read: () =>
      new Promise<typeof ended>((resolve) => {
        response.on('data', (chunk: Buffer) => {
          ended.bytes += chunk.length
        })
        response.once('close', () => {
          ended.isWhole = response.complete
          resolve(ended)
        })
      }),
  }
}

describe('A19: when a right ends', () => {
  it('by the grant: the next question is refused, a kept answer too, streams and exports are cut', async () => {
    const { key, revoke } = await partner()
    expect((await slowExportWhole(key)).isWhole).toBe(true)
    const tile = '/api/v1/datasets/wide/tiles/4/8/5.mvt'
    const etag = (await key.get(tile)).headers.get('etag')!
    const listed = (await key.get(records)).headers.get('etag')!
    const stream = await listen(key, '/api/v1/datasets/calls/stream')
    await expect.poll(() => stream.text).toContain('event: ready')
    const running = await slowExport(key)
    await revoke()
    for (const [path, tag] of [
      [tile, etag],
      [records, listed],
    ] as const) {
      const { status } = await key.get(path, { 'if-none-match': tag })
      expect([path, status]).toEqual([path, 404])
    }
    expect((await key.get('/api/v1/datasets/wide/diff?from=v1')).status).toBe(404)
    await expect.poll(() => stream.ended).toBe(true)
    const cut = await running.read()
    expect(cut.isWhole).toBe(false)
    await owner.json('POST', '/api/v1/datasets/calls/rows', [callRow(1)])
    expect(stream.text).not.toContain('CACHALOT')
  })

  it('by the key: its open stream and its export end', async () => {
    const { key, person } = await partner()
    const stream = await listen(key, '/api/v1/datasets/calls/stream')
    const running = await slowExport(key)
    const { keys } = await person.json('GET', '/api/v1/accounts/me/keys')
    await person.json('DELETE', `/api/v1/accounts/keys/${keys[0].prefix}`)
    expect((await key.get(records)).status).toBe(401)
    await expect.poll(() => stream.ended).toBe(true)
    expect((await running.read()).isWhole).toBe(false)
  })

  it('by the session: its open stream ends', async () => {
    const { person } = await partner()
    const stream = await listen(person, '/api/v1/datasets/calls/stream')
    await expect.poll(() => stream.text).toContain('event: ready')
    await person.json('DELETE', '/api/v1/session')
    await expect.poll(() => stream.ended).toBe(true)
  })

  it('by the membership or the organisation: keys, sessions and streams end', async () => {
    for (const end of ['member', 'suspended'] as const) {
      const { organisation, key, person } = await partner()
      const stream = await listen(key, '/api/v1/datasets/calls/stream')
      const path = `/api/v1/organisations/${organisation}`
      if (end === 'suspended') await owner.json('PUT', `${path}/status`, { status: 'suspended' })
      else {
        const { members } = await owner.json('GET', `${path}/members`)
        await owner.json('DELETE', `${path}/members/${members[0].id}`)
      }
      expect((await key.get(records)).status).toBe(401)
      expect((await person.get(records)).status).toBe(404)
      await expect.poll(() => stream.ended).toBe(true)
    }
  })

  it('by a change of policy or a restriction: what goes on under the old one is cut', async () => {
    const { key } = await partner()
    const stream = await listen(key, '/api/v1/datasets/calls/stream')
    const made = await owner.json('POST', '/api/v1/sharing/datasets/calls/restrictions', {
      keep: { op: 'eq', column: 'line', value: 'corse' },
      deny: ['owner_phone'],
      release: [],
      audience: 'all',
      bindsOwner: false,
      note: '',
    })
    await expect.poll(() => stream.ended).toBe(true)
    const again = await listen(key, '/api/v1/datasets/calls/stream')
    await expect.poll(() => again.text).toContain('event: ready')
    await owner.json('DELETE', `/api/v1/sharing/datasets/calls/restrictions/${made.id}`)
    await expect.poll(() => again.ended).toBe(true)
  })

  it('the journal says of the cut ones that they were revoked, and of none that it was whole', async () => {
    // The administrator gives himself the role that reads the journal, which is noted too, and signs in again.
    const { person } = await owner.json('GET', '/api/v1/session')
    const platformRoles = ['platform-admin', 'auditor']
    await owner.json('PUT', `/api/v1/accounts/${person.id}/platform-roles`, { platformRoles })
    await owner.json('POST', '/api/v1/session', { email: 'chef@port.example', password })
    const lines = (await (await owner.get('/api/v1/journal/entries')).text()).trim().split('\n')
    const outcomes = lines.map((line) => JSON.parse(line).outcome)
    expect(outcomes.filter((outcome) => outcome === 'revoked').length).toBeGreaterThanOrEqual(8)
    await product.stands()
  })
})

async function slowExportWhole(asker: Asker) {
  return (await slowExport(asker)).read()
}
