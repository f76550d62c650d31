import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Instance, openInstance } from './accounts-instance.suite.ts'

let instance: Instance
let port = ''
let ferry = ''

beforeAll(async () => {
  instance = await openInstance()
  port = await instance.organisation('Port', {
    'amelie@port.example': 'admin',
    'bruno@port.example': 'steward',
  })
  ferry = await instance.organisation('Ferry', { 'fanny@ferry.example': 'reader' })
})
afterAll(() => instance.close())

describe('A21: a page of another site', () => {
  const writes = [
    ['POST', '/api/v1/session', { email: 'bruno@port.example', password: 'x' }],
    ['PATCH', '/api/v1/session', { organisation: null }],
    ['DELETE', '/api/v1/session', undefined],
    ['PATCH', '/api/v1/accounts/me', { name: 'Evil' }],
    ['PUT', '/api/v1/accounts/me/password', { current: 'x', password: 'y' }],
    ['POST', '/api/v1/accounts/me/keys', { name: 'k', scopes: ['query'], expiresAt: '2027-01-01' }],
    ['DELETE', '/api/v1/accounts/me/sessions', undefined],
    ['POST', '/api/v1/accounts/me/erase', { email: 'bruno@port.example' }],
    ['POST', '/api/v1/accounts/me/totp', {}],
    ['POST', '/api/v1/datasets/x/versions', {}],
    ['POST', '/api/v1/consortia', { name: 'x' }],
  ] as const
  const elsewhere: [string, Record<string, string | undefined>][] = [
    ['another origin', { origin: 'https://evil.example' }],
    ['no origin that can be named', { origin: 'null' }],
    ['another port', { origin: 'http://port.example:81' }],
    ['a longer name', { origin: 'http://port.example.evil.example' }],
    ['a browser that names only the kind of site', { origin: undefined, 'sec-fetch-site': 'cross-site' }],
    ['a sister site', { origin: undefined, 'sec-fetch-site': 'same-site' }],
    ['nothing at all', { origin: undefined }],
    ['an override of the method', { origin: 'https://evil.example', 'x-http-method-override': 'GET' }],
  ]

  test.each(elsewhere)('from %s changes nothing by the cookie of its visitor', async (_who, headers) => {
    const browser = instance.browser()
    await browser.signIn('bruno@port.example')
    for (const [method, url, body] of writes) {
      const answer = await browser.ask(method, url, body, headers)
      expect([url, answer.statusCode, answer.json().code]).toEqual([url, 403, 'other_site_refused'])
    }
    expect(await browser.who()).toMatchObject({ kind: 'user', organisation: port })
  })

  test('cannot send JSON as a form or as text', async () => {
    const browser = instance.browser()
    await browser.signIn('bruno@port.example')
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const answer = await browser.ask('PATCH', '/api/v1/accounts/me', '{"name":"Evil"}', {
        'content-type': type,
      })
      expect([type, answer.statusCode]).toEqual([type, 415])
    }
    expect((await browser.get('/api/v1/accounts/me')).json().name).toBe('Personne bruno')
  })

  test('profits of no exemption that another request earned on the way', async () => {
    const browser = instance.browser()
    await browser.signIn('amelie@port.example')
    const made = await browser.ask('POST', '/api/v1/accounts/me/keys', {
      name: 'loader',
      scopes: ['load'],
      expiresAt: new Date(instance.now().getTime() + 86_400_000).toISOString(),
    })
    const withKey = { origin: undefined, authorization: `Apikey ${made.json().key}` }
    const stranger = instance.browser()
    expect((await stranger.ask('POST', '/api/v1/datasets/x/versions', {}, withKey)).json()).toEqual({
      by: 'key',
    })
    expect(
      (await browser.ask('POST', '/api/v1/datasets/x/versions', {}, { origin: undefined })).statusCode,
    ).toBe(403)
    await instance.browser().ask('POST', '/api/v1/session', {}, { origin: undefined })
    expect(
      (await browser.ask('PATCH', '/api/v1/accounts/me', { name: 'E' }, { origin: 'https://evil.example' }))
        .statusCode,
    ).toBe(403)
  })
})

describe('A22: a session', () => {
  test('gets a new id at sign-in, and ends the one before', async () => {
    const browser = instance.browser()
    browser.cookies.set('lacydon-session', 'A'.repeat(43))
    await browser.signIn('bruno@port.example')
    const first = browser.sessionCookie
    expect(first).not.toBe('A'.repeat(43))
    await browser.signIn('bruno@port.example')
    expect(browser.sessionCookie).not.toBe(first)
    const thief = instance.browser()
    thief.cookies.set('lacydon-session', first!)
    expect((await thief.who()).kind).toBe('anonymous')
  })

  test('gets a new id when it acts for another organisation', async () => {
    const user = await instance.person('deux@port.example')
    await instance.organisations.members.ensure(user, port, 'analyst')
    await instance.organisations.members.ensure(user, ferry, 'reader')
    const browser = instance.browser()
    await browser.signIn('deux@port.example')
    const first = browser.sessionCookie!
    expect((await browser.ask('PATCH', '/api/v1/session', { organisation: ferry })).json()).toMatchObject({
      organisation: ferry,
      role: 'reader',
    })
    expect(browser.sessionCookie).not.toBe(first)
    const thief = instance.browser()
    thief.cookies.set('lacydon-session', first)
    expect((await thief.who()).kind).toBe('anonymous')
    const strange = await instance.organisation('Étrangère')
    expect((await browser.ask('PATCH', '/api/v1/session', { organisation: strange })).statusCode).toBe(403)
  })

  test('ends when the role changes: the old id is worth nothing', async () => {
    const user = await instance.person('promu@port.example')
    await instance.organisations.members.ensure(user, port, 'reader')
    const browser = instance.browser()
    await browser.signIn('promu@port.example')
    const admin = instance.browser()
    await admin.signIn('amelie@port.example')
    const { members } = (await admin.get(`/api/v1/organisations/${port}/members`)).json()
    const membership = members.find((each: { user: string }) => each.user === user).id
    const url = `/api/v1/organisations/${port}/members/${membership}`
    expect((await admin.ask('PATCH', url, { role: 'analyst' })).statusCode).toBe(200)
    expect((await browser.who()).kind).toBe('anonymous')
    expect((await browser.signIn('promu@port.example')).json().role).toBe('analyst')
    await instance.accounts.sessions.end({ user })
  })

  test('has a cookie that scripts, other sites and other hosts cannot use', async () => {
    const [plain] = (await instance.browser().signIn('bruno@port.example')).cookies
    expect(plain).toMatchObject({ name: 'lacydon-session', httpOnly: true, sameSite: 'Lax', path: '/' })
    expect(plain).not.toHaveProperty('domain')
    const behind = await openInstance({ publicUrl: 'https://port.example' })
    await behind.organisation('Port', { 'amelie@port.example': 'admin' })
    const browser = behind.browser()
    const answer = await browser.ask(
      'POST',
      '/api/v1/session',
      { email: 'amelie@port.example', password: 'corde neuve au quai sud' },
      { origin: 'https://port.example' },
    )
    expect(answer.cookies[0]).toMatchObject({
      name: '__Host-lacydon-session',
      httpOnly: true,
      secure: true,
      sameSite: 'Lax',
      path: '/',
    })
    // The name without the prefix, which a neighbour could set, does not count on https.
    const secret = browser.cookies.get('__Host-lacydon-session')!
    browser.cookies.clear()
    browser.cookies.set('lacydon-session', secret)
    expect((await browser.who()).kind).toBe('anonymous')
    await behind.close()
  })

  test('is nowhere but in the cookie: not in addresses, answers, logs or the database', async () => {
    const browser = instance.browser()
    const answer = await browser.signIn('bruno@port.example')
    const secret = browser.sessionCookie!
    expect(answer.body).not.toContain(secret)
    expect((await browser.get('/api/v1/accounts/me/data')).body).not.toContain(secret)
    expect((await instance.browser().get(`/api/v1/session?session=${secret}`)).json().kind).toBe('anonymous')
    expect(instance.logged.join('')).not.toContain(secret)
    const rows = await instance.control.db
      .withTables<{ account_session: Record<string, string> }>()
      .selectFrom('account_session')
      .selectAll()
      .execute()
    expect(JSON.stringify(rows)).not.toContain(secret)
  })

  test('gives personal answers that no cache keeps', async () => {
    const browser = instance.browser()
    await browser.signIn('amelie@port.example')
    for (const url of [
      '/api/v1/session',
      '/api/v1/accounts/me',
      '/api/v1/accounts/me/sessions',
      '/api/v1/accounts/me/keys',
      '/api/v1/accounts/me/data',
      '/api/v1/accounts/me/events',
      `/api/v1/organisations/${port}/members`,
      `/api/v1/organisations/${port}/invitations`,
    ]) {
      const answer = await browser.get(url)
      expect([url, answer.statusCode, answer.headers['cache-control']]).toEqual([url, 200, 'no-store'])
    }
    const out = await browser.ask('DELETE', '/api/v1/session')
    expect(out.headers['clear-site-data']).toBe('"cache"')
  })

  test('can be listed and ended one by one, and all at once', async () => {
    const [one, two, three] = [
      instance.browser(),
      instance.browser({ agent: 'curl\u0007' }),
      instance.browser(),
    ]
    await instance.accounts.sessions.end({
      user: (await instance.accounts.people.byLogin('bruno@port.example'))!.id,
    })
    for (const browser of [one, two, three]) await browser.signIn('bruno@port.example')
    const { sessions } = (await one.get('/api/v1/accounts/me/sessions')).json()
    expect(sessions).toHaveLength(3)
    expect(sessions.filter((each: { isCurrent: boolean }) => each.isCurrent)).toHaveLength(1)
    const second = sessions.find((each: { agent: string }) => each.agent.startsWith('curl'))
    expect((await one.ask('DELETE', `/api/v1/accounts/me/sessions/${second.id}`)).statusCode).toBe(200)
    expect((await two.who()).kind).toBe('anonymous')
    expect((await three.ask('DELETE', '/api/v1/accounts/me/sessions')).statusCode).toBe(200)
    expect((await one.who()).kind).toBe('anonymous')
  })

  test('of somebody else cannot be ended or seen', async () => {
    const [victim, other] = [instance.browser(), instance.browser()]
    await victim.signIn('bruno@port.example')
    await other.signIn('fanny@ferry.example')
    const { sessions } = (await victim.get('/api/v1/accounts/me/sessions')).json()
    const answer = await other.ask('DELETE', `/api/v1/accounts/me/sessions/${sessions[0].id}`)
    expect(answer.statusCode).toBe(404)
    expect((await victim.who()).kind).toBe('user')
  })

  test('ends after eight idle hours, and after seven days however busy', async () => {
    const aged = await openInstance()
    await aged.organisation('Port', { 'amelie@port.example': 'admin' })
    const [idle, busy] = [aged.browser(), aged.browser()]
    await idle.signIn('amelie@port.example')
    await busy.signIn('amelie@port.example')
    for (let hour = 0; hour < 168; hour += 7) {
      expect([hour, (await busy.who()).kind]).toEqual([hour, 'user'])
      aged.later(7 * 3600)
      if (hour === 0) expect((await idle.who()).kind).toBe('user')
    }
    expect((await busy.who()).kind).toBe('anonymous')
    expect((await idle.who()).kind).toBe('anonymous')
    await aged.close()
  })

  test('of who is disabled, and of a suspended organisation, is over at once; other organisations stay (S9)', async () => {
    const user = await instance.person('trois@port.example')
    await instance.organisations.members.ensure(user, port, 'analyst')
    await instance.organisations.members.ensure(user, ferry, 'reader')
    const [inPort, inFerry] = [instance.browser(), instance.browser()]
    await inPort.signIn('trois@port.example', undefined, { organisation: port })
    await inFerry.signIn('trois@port.example', undefined, { organisation: ferry })
    const machine = { kind: 'service', name: 'local' } as const
    await instance.organisations.setStatus(machine, ferry, 'suspended')
    expect([(await inPort.who()).kind, (await inFerry.who()).kind]).toEqual(['user', 'anonymous'])
    await instance.organisations.setStatus(machine, ferry, 'active')
    expect((await inFerry.who()).kind).toBe('anonymous')
    await instance.person('chef@port.example', ['platform-admin'])
    const chief = instance.browser()
    await chief.signIn('chef@port.example')
    expect(
      (await chief.ask('PUT', `/api/v1/accounts/${user}/status`, { status: 'disabled' })).statusCode,
    ).toBe(200)
    expect((await inPort.who()).kind).toBe('anonymous')
    expect((await inPort.signIn('trois@port.example')).json().code).toBe('sign_in_failed')
  })
})
