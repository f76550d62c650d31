import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Instance, openInstance } from './accounts-instance.suite.ts'

let instance: Instance
let port = ''
beforeAll(async () => {
  instance = await openInstance()
  port = await instance.organisation('Port', {
    'amelie@port.example': 'admin',
    'bruno@port.example': 'steward',
    'rene@port.example': 'reader',
  })
  await instance.organisation('Ferry', { 'fanny@ferry.example': 'admin' })
})
afterAll(() => instance.close())

const inDays = (days: number) => new Date(instance.now().getTime() + days * 86_400_000).toISOString()
const signedIn = async (email: string) => {
  const browser = instance.browser()
  await browser.signIn(email)
  return browser
}
const makeKey = async (email = 'bruno@port.example', more: Record<string, unknown> = {}) => {
  const body = { name: 'chargement', scopes: ['load'], expiresAt: inDays(30), ...more }
  const answer = await (await signedIn(email)).ask('POST', '/api/v1/accounts/me/keys', body)
  expect(answer.statusCode).toBe(201)
  return answer.json() as { key: string; prefix: string }
}
const load = (headers: Record<string, string | undefined>, { address = '203.0.113.7', query = '' } = {}) =>
  instance
    .browser({ address })
    .ask('POST', `/api/v1/datasets/x/versions${query}`, {}, { origin: undefined, ...headers })

describe('A24: an API key', () => {
  test('is taken as Apikey, as Bearer and in the address, and shown once', async () => {
    const { key, prefix } = await makeKey()
    expect(key).toMatch(/^lac_[a-z2-7]{8}_[\w-]{43}$/)
    for (const authorization of [`Apikey ${key}`, `APIKEY ${key}`, `apikey  ${key}`, `Bearer ${key}`])
      expect([authorization, (await load({ authorization })).json()]).toEqual([authorization, { by: 'key' }])
    expect((await load({}, { query: `?apikey=${key}` })).json()).toEqual({ by: 'key' })
    const list = await (await signedIn('bruno@port.example')).get('/api/v1/accounts/me/keys')
    expect(list.body).toContain(prefix)
    expect(list.body).not.toContain(key.slice(13))
    const stored = await instance.control.db
      .withTables<{ account_key: Record<string, string> }>()
      .selectFrom('account_key')
      .selectAll()
      .execute()
    expect(JSON.stringify(stored)).not.toContain(key.slice(13))
    expect(instance.logged.join('')).not.toContain(key.slice(13))
  })

  test('that is wrong gets the same answer whatever is wrong with it, and no use of the cookie beside it', async () => {
    const { key, prefix } = await makeKey('bruno@port.example', { cidrs: ['192.0.2.0/24'] })
    const wrong = [
      `lac_${prefix}_${'A'.repeat(43)}`,
      `lac_aaaaaaaa_${key.slice(13)}`,
      key.slice(0, -1),
      `${key}A`,
      '',
      'lac_',
      'x'.repeat(5_000),
      // The right one, from the wrong address.
      key,
    ]
    const browser = await signedIn('bruno@port.example')
    const answers = new Set<string>()
    for (const text of wrong) {
      const answer = await browser.ask(
        'POST',
        '/api/v1/datasets/x/versions',
        {},
        { authorization: `Apikey ${text}` },
      )
      answers.add(`${answer.statusCode} ${answer.body}`)
    }
    expect([...answers]).toEqual([expect.stringMatching(/^401 .*unauthorized/)])
    expect((await load({ authorization: `Apikey ${key}` }, { address: '192.0.2.9' })).statusCode).toBe(200)
    expect((await load({ authorization: `Apikey ${key}` }, { address: '::ffff:192.0.2.9' })).statusCode).toBe(
      200,
    )
    for (const query of [`?apikey=${key}&apikey=${key}`, '?apikey[]=x', '?apikey='])
      expect((await load({}, { query })).statusCode).toBe(401)
  })

  test('never does more than its person may at the time of use (S8)', async () => {
    const { key } = await makeKey()
    const { key: reading } = await makeKey('bruno@port.example', { scopes: ['query'] })
    const { key: ofReader } = await makeKey('rene@port.example')
    expect((await load({ authorization: `Apikey ${reading}` })).statusCode).toBe(403)
    expect((await load({ authorization: `Apikey ${ofReader}` })).statusCode).toBe(403)
    const admin = await signedIn('amelie@port.example')
    const { members } = (await admin.get(`/api/v1/organisations/${port}/members`)).json()
    const bruno = members.find((member: { email: string }) => member.email === 'bruno@port.example')
    const url = `/api/v1/organisations/${port}/members/${bruno.id}`
    expect((await load({ authorization: `Apikey ${key}` })).statusCode).toBe(200)
    expect((await admin.ask('DELETE', url)).statusCode).toBe(200)
    expect((await load({ authorization: `Apikey ${key}` })).statusCode).toBe(401)
    await instance.organisations.members.ensure(bruno.user, port, 'steward')
    // Who comes back makes a new one.
    expect((await load({ authorization: `Apikey ${key}` })).statusCode).toBe(401)
  })

  test('manages nothing: no profile, no keys, no members, no session', async () => {
    const { key } = await makeKey('amelie@port.example', { scopes: ['load', 'query'] })
    const headers = { authorization: `Apikey ${key}` }
    const browser = instance.browser()
    for (const [method, url, body] of [
      ['GET', '/api/v1/accounts/me', undefined],
      ['GET', '/api/v1/accounts/me/keys', undefined],
      ['POST', '/api/v1/accounts/me/keys', { name: 'k', scopes: ['query'], expiresAt: inDays(1) }],
      ['PATCH', '/api/v1/accounts/me', { name: 'E' }],
      ['GET', `/api/v1/organisations/${port}/members`, undefined],
      ['GET', `/api/v1/organisations/${port}/keys`, undefined],
      ['POST', `/api/v1/organisations/${port}/invitations`, { email: 'e@port.example', role: 'admin' }],
      ['PATCH', `/api/v1/organisations/${port}`, { name: 'E' }],
      ['POST', '/api/v1/charter/signatures', { version: 1, sha256: 'a'.repeat(64) }],
    ] as const)
      expect([url, (await browser.ask(method, url, body, headers)).statusCode]).toEqual([url, 403])
    expect((await browser.get('/api/v1/session', headers)).json()).toMatchObject({
      kind: 'key',
      person: null,
    })
  })

  test('is revoked by its person, the administrator of its organisation and that of the platform; at once', async () => {
    await instance.person('chef@port.example', ['platform-admin'])
    for (const [who, status] of [
      ['bruno@port.example', 200],
      ['amelie@port.example', 200],
      ['chef@port.example', 200],
      ['rene@port.example', 404],
      ['fanny@ferry.example', 404],
    ] as const) {
      const { key, prefix } = await makeKey()
      const answer = await (await signedIn(who)).ask('DELETE', `/api/v1/accounts/keys/${prefix}`)
      expect([who, answer.statusCode]).toEqual([who, status])
      const after = await load({ authorization: `Apikey ${key}` })
      expect([who, after.statusCode]).toEqual([who, status === 200 ? 401 : 200])
    }
    const seen = await (await signedIn('amelie@port.example')).get(`/api/v1/organisations/${port}/keys`)
    expect(seen.json().keys.length).toBeGreaterThan(3)
  })

  test('ends when it says, within a year', async () => {
    const browser = await signedIn('bruno@port.example')
    for (const expiresAt of [inDays(366), inDays(-1), 'never', '', '99999-01-01']) {
      const body = { name: 'k', scopes: ['load'], expiresAt }
      expect([expiresAt, (await browser.ask('POST', '/api/v1/accounts/me/keys', body)).statusCode]).toEqual([
        expiresAt,
        400,
      ])
    }
    const { key } = await makeKey('bruno@port.example', { expiresAt: inDays(1) })
    instance.later(86_399)
    expect((await load({ authorization: `Apikey ${key}` })).statusCode).toBe(200)
    instance.later(2)
    expect((await load({ authorization: `Apikey ${key}` })).statusCode).toBe(401)
  })

  test('refuses ranges that are none', async () => {
    const browser = await signedIn('bruno@port.example')
    for (const cidr of ['everywhere', '10.0.0.0/33', '2001:db8::/129', '10.0.0.0/8/8', '10.0.0.0/-1', '']) {
      const body = { name: 'k', scopes: ['load'], expiresAt: inDays(1), cidrs: [cidr] }
      expect([cidr, (await browser.ask('POST', '/api/v1/accounts/me/keys', body)).statusCode]).toEqual([
        cidr,
        400,
      ])
    }
  })

  test('in the address can be switched off', async () => {
    const strict = await openInstance({ keysInAddress: false })
    const id = await strict.organisation('Port', { 'amelie@port.example': 'admin' })
    const user = (await strict.accounts.people.byLogin('amelie@port.example'))!.id
    const { key } = await strict.accounts.keys.create(user, id, {
      name: 'k',
      scopes: ['load'],
      expiresAt: new Date(strict.now().getTime() + 86_400_000).toISOString(),
    })
    expect((await strict.browser().get(`/api/v1/session?apikey=${key}`)).json().kind).toBe('anonymous')
    const headers = { authorization: `Apikey ${key}` }
    expect((await strict.browser().get('/api/v1/session', headers)).json().kind).toBe('key')
    await strict.close()
  })
})
