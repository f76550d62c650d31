import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { atHome, good, type Instance, openInstance, other } from './accounts-instance.suite.ts'

const instances: Instance[] = []
const open = async (...given: Parameters<typeof openInstance>) => {
  const made = await openInstance(...given)
  instances.push(made)
  return made
}
afterAll(async () => {
  for (const made of instances) await made.close()
})

let instance: Instance
let port = ''
let ferry = ''
beforeAll(async () => {
  instance = await open()
  port = await instance.organisation('Port', {
    'amelie@port.example': 'admin',
    'bruno@port.example': 'reader',
  })
  ferry = await instance.organisation('Ferry', { 'fanny@ferry.example': 'admin' })
})

const signedIn = async (email: string) => {
  const browser = instance.browser()
  expect((await browser.signIn(email)).statusCode).toBe(200)
  return browser
}
const invite = async (email: string, role = 'analyst') => {
  const admin = await signedIn('amelie@port.example')
  const answer = await admin.ask('POST', `/api/v1/organisations/${port}/invitations`, { email, role })
  expect(answer.statusCode).toBe(201)
  expect(answer.body).not.toMatch(/token|hash/)
  return instance.lastToken()
}

describe('A20: nobody makes themselves more than they are', () => {
  test.each([
    ['PATCH', '/api/v1/accounts/me', { name: 'B', role: 'admin' }],
    ['PATCH', '/api/v1/accounts/me', { name: 'B', id: '1' }],
    ['PATCH', '/api/v1/accounts/me', { name: 'B', platformRoles: ['platform-admin'] }],
    ['PATCH', '/api/v1/accounts/me', { email: 'amelie@port.example' }],
    ['POST', '/api/v1/session', { email: 'bruno@port.example', password: good, role: 'admin' }],
    ['POST', '/api/v1/invitations/accept', { token: 'x'.repeat(43), role: 'admin' }],
    ['POST', '/api/v1/accounts/me/keys', { name: 'k', scopes: ['manage'], expiresAt: '2027-01-01' }],
    [
      'POST',
      '/api/v1/accounts/me/keys',
      { name: 'k', scopes: ['query'], expiresAt: '2027-01-01', organisation: 'x' },
    ],
  ])('by %s %s with %j', async (method, url, body) => {
    const browser = await signedIn('bruno@port.example')
    expect((await browser.ask(method, url, body)).statusCode).toBe(400)
    expect(await browser.who()).toMatchObject({ role: 'reader' })
  })

  test('by JSON that reaches for prototypes, or says a name twice', async () => {
    const browser = await signedIn('bruno@port.example')
    for (const body of [
      '{"name":"B","__proto__":{"role":"admin"}}',
      '{"constructor":{"prototype":{"role":"admin"}},"name":"B"}',
    ]) {
      const answer = await browser.ask('PATCH', '/api/v1/accounts/me', body, {
        'content-type': 'application/json',
      })
      expect(answer.statusCode).toBe(400)
    }
    expect(({} as { role?: string }).role).toBeUndefined()
  })

  test('by naming the organisation of another in a header', async () => {
    const browser = await signedIn('bruno@port.example')
    const answer = await browser.get('/api/v1/session', {
      'x-organisation': ferry,
      organisation: ferry,
      'x-lacydon-organisation': ferry,
    })
    expect(answer.json()).toMatchObject({ organisation: port, role: 'reader' })
  })

  test('by inviting: a reader invites nobody, an administrator only to their own organisation', async () => {
    const reader = await signedIn('bruno@port.example')
    const body = { email: 'bruno@port.example', role: 'admin' }
    expect((await reader.ask('POST', `/api/v1/organisations/${port}/invitations`, body)).statusCode).toBe(403)
    const admin = await signedIn('fanny@ferry.example')
    expect((await admin.ask('POST', `/api/v1/organisations/${port}/invitations`, body)).statusCode).toBe(403)
  })

  test('by opening an invitation that is for another, was used, was revoked or is old', async () => {
    const token = await invite('chloe@port.example')
    const wrong = await (await signedIn('fanny@ferry.example')).ask('POST', '/api/v1/invitations/accept', {
      token,
    })
    expect([wrong.statusCode, wrong.json().code]).toEqual([403, 'wrong_person'])
    const guest = instance.browser()
    const offer = await guest.ask('POST', '/api/v1/invitations/offer', { token })
    expect(offer.json()).toMatchObject({
      organisationName: 'Port',
      email: 'chloe@port.example',
      hasAccount: false,
    })
    const accept = { token, name: 'Chloé', password: good }
    expect((await guest.ask('POST', '/api/v1/invitations/accept', accept)).statusCode).toBe(200)
    expect((await guest.signIn('chloe@port.example')).json()).toMatchObject({
      organisation: port,
      role: 'analyst',
    })
    const again = await guest.ask('POST', '/api/v1/invitations/accept', { token })
    expect([again.statusCode, again.json().code]).toEqual([403, 'token_wrong'])

    const replaced = await invite('dora@port.example')
    const open = await invite('dora@port.example')
    expect(
      (await instance.browser().ask('POST', '/api/v1/invitations/offer', { token: replaced })).statusCode,
    ).toBe(403)
    const admin = await signedIn('amelie@port.example')
    const { invitations } = (await admin.get(`/api/v1/organisations/${port}/invitations`)).json()
    const url = `/api/v1/organisations/${port}/invitations/${invitations[0].id}`
    expect((await admin.ask('DELETE', url)).statusCode).toBe(200)
    expect(
      (await instance.browser().ask('POST', '/api/v1/invitations/offer', { token: open })).statusCode,
    ).toBe(403)
  })

  test('an invitation is good for seven days', async () => {
    const aged = await open()
    const id = await aged.organisation('Port', { 'amelie@port.example': 'admin' })
    const admin = aged.browser()
    await admin.signIn('amelie@port.example')
    await admin.ask('POST', `/api/v1/organisations/${id}/invitations`, {
      email: 'e@port.example',
      role: 'reader',
    })
    const token = await aged.lastToken()
    aged.later(7 * 86_400 - 1)
    expect((await aged.browser().ask('POST', '/api/v1/invitations/offer', { token })).statusCode).toBe(200)
    aged.later(2)
    expect((await aged.browser().ask('POST', '/api/v1/invitations/offer', { token })).statusCode).toBe(403)
  })

  test('an address that has an account is not taken over by an invitation', async () => {
    const token = await invite('fanny@ferry.example')
    const body = { token, name: 'Evil', password: other }
    const answer = await instance.browser().ask('POST', '/api/v1/invitations/accept', body)
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'login_required'])
    await signedIn('fanny@ferry.example')
  })
})

describe('A24: guessing', () => {
  test('costs time per account, and nobody learns whether it exists', async () => {
    const aged = await open()
    await aged.organisation('Port', { 'amelie@port.example': 'admin' })
    const guess = async (email: string, address: string, password = 'wrong wrong wrong') => {
      const answer = await aged.browser({ address }).signIn(email, password)
      return { status: answer.statusCode, body: answer.body, headers: Object.keys(answer.headers).sort() }
    }
    for (let i = 0; i < 5; i++) {
      const [known, unknown] = [
        await guess('amelie@port.example', `198.51.100.${i}`),
        await guess('nobody@port.example', `198.51.101.${i}`),
      ]
      expect(known.status).toBe(401)
      expect(unknown).toEqual(known)
    }
    // Even the right password has to wait, from any address.
    for (const email of ['amelie@port.example', 'nobody@port.example']) {
      const answer = await aged.browser({ address: '192.0.2.1' }).signIn(email)
      expect([answer.statusCode, answer.json()]).toMatchObject([
        429,
        { code: 'too_many_attempts', retryAfterS: 30 },
      ])
    }
    const waits: number[] = []
    for (let i = 0; i < 7; i++) {
      const answer = await aged.browser({ address: '192.0.2.1' }).signIn('amelie@port.example')
      waits.push(answer.json().retryAfterS)
      aged.later(answer.json().retryAfterS)
      await guess('amelie@port.example', `198.51.102.${i}`)
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 900, 900])
    aged.later(900)
    expect((await aged.browser({ address: '192.0.2.1' }).signIn('amelie@port.example')).statusCode).toBe(200)
  })

  test('across accounts costs time per address, and an IPv6 subscriber is one address', async () => {
    const aged = await open()
    for (let i = 0; i < 30; i++)
      await aged
        .browser({ address: `2001:db8:1:2::${i.toString(16)}` })
        .signIn(`person${i}@port.example`, 'wrong')
    const same = await aged.browser({ address: '2001:db8:1:2::ffff' }).signIn('other@port.example', 'wrong')
    expect(same.statusCode).toBe(429)
    const neighbour = await aged.browser({ address: '2001:db8:1:3::1' }).signIn('other@port.example', 'wrong')
    expect(neighbour.statusCode).toBe(401)
  })

  test('works as hard for nobody as for somebody, and never with more than four hashes at once', async () => {
    await instance.person('garde@port.example')
    const { passwords } = instance.accounts
    let hashes = 0
    const verify = passwords.verify.bind(passwords)
    passwords.verify = (stored, password) => {
      hashes++
      return verify(stored, password)
    }
    const most: number[] = []
    const watch = setInterval(() => most.push(passwords.running), 1)
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        instance
          .browser({ address: `192.0.2.${i + 1}` })
          .signIn(i % 2 ? `nobody${i}@port.example` : 'garde@port.example', 'wrong'),
      ),
    )
    clearInterval(watch)
    passwords.verify = verify
    expect(hashes).toBe(12)
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([401]))
    expect(Math.max(...most)).toBeLessThanOrEqual(4)
    expect(passwords.running).toBe(0)
  })

  test('a forgotten password: the same answer for everybody, a link that works once and ends sessions', async () => {
    const browser = await signedIn('bruno@port.example')
    const ask = (email: string, address: string) =>
      instance.browser({ address }).ask('POST', '/api/v1/accounts/forgotten', { email })
    const [known, unknown] = [
      await ask('bruno@port.example', '192.0.2.50'),
      await ask('nobody@port.example', '192.0.2.51'),
    ]
    expect([known.statusCode, known.body]).toEqual([202, '{"done":true}'])
    expect([unknown.statusCode, unknown.body]).toEqual([known.statusCode, known.body])
    const token = await instance.lastToken()
    const guest = instance.browser()
    const weak = await guest.ask('POST', '/api/v1/accounts/reset', { token, password: 'azertyuiop12' })
    expect(weak.statusCode).toBe(400)
    const done = await guest.ask('POST', '/api/v1/accounts/reset', { token, password: other })
    expect(done.statusCode).toBe(200)
    expect((await browser.who()).kind).toBe('anonymous')
    expect((await guest.ask('POST', '/api/v1/accounts/reset', { token, password: good })).statusCode).toBe(
      403,
    )
    expect((await guest.signIn('bruno@port.example')).statusCode).toBe(401)
    expect((await guest.signIn('bruno@port.example', other)).statusCode).toBe(200)
    expect(instance.logged.join('')).not.toContain(token)
  })

  test('a reset link lives for half an hour', async () => {
    const aged = await open()
    await aged.person('amelie@port.example')
    await aged.browser().ask('POST', '/api/v1/accounts/forgotten', { email: 'amelie@port.example' })
    const token = await aged.lastToken()
    aged.later(30 * 60 + 1)
    const late = await aged.browser().ask('POST', '/api/v1/accounts/reset', { token, password: other })
    expect(late.statusCode).toBe(403)
  })

  test.each([
    'short',
    'aaaaaaaaaaaaaaaa',
    'abcdefghijklmnop',
    'motdepasse12',
    'Personne bruno!!',
    'bruno@port.example',
    'x'.repeat(300),
  ])('refuses the password %s', async (password) => {
    const browser = instance.browser()
    await browser.signIn('bruno@port.example', other)
    const answer = await browser.ask('PUT', '/api/v1/accounts/me/password', { current: other, password })
    expect(answer.statusCode).toBe(400)
  })
})

describe('a second factor', () => {
  test('asks for a code that counts once; recovery codes count once each', async () => {
    const aged = await open()
    await aged.person('amelie@port.example')
    const browser = aged.browser()
    await browser.signIn('amelie@port.example')
    const refused = await browser.ask('POST', '/api/v1/accounts/me/totp', { password: 'wrong' })
    expect(refused.json().code).toBe('password_wrong')
    const offer = (await browser.ask('POST', '/api/v1/accounts/me/totp', { password: good })).json()
    expect(offer.qr).toMatch(/^data:image\/svg\+xml;base64,/)
    expect(offer.uri).toMatch(/^otpauth:\/\/totp\/Lacydon:amelie%40port\.example\?/)
    const totp = new TOTP({ secret: Secret.fromBase32(offer.secret) })
    const code = () => totp.generate({ timestamp: aged.now().getTime() })
    // Until it is confirmed it locks nobody out.
    expect((await aged.browser().signIn('amelie@port.example')).statusCode).toBe(200)
    const confirmed = await browser.ask('POST', '/api/v1/accounts/me/totp/confirm', { code: code() })
    const { codes } = confirmed.json()
    expect(codes).toHaveLength(10)

    const guest = aged.browser()
    expect((await guest.signIn('amelie@port.example')).json().code).toBe('code_required')
    // The code that confirmed it was taken.
    expect((await guest.signIn('amelie@port.example', good, { code: code() })).json().code).toBe('code_wrong')
    aged.later(30)
    expect((await guest.signIn('amelie@port.example', good, { code: code() })).statusCode).toBe(200)
    expect((await aged.browser().signIn('amelie@port.example', good, { code: code() })).statusCode).toBe(401)
    const recovery = codes[3].toUpperCase().replace('-', ' ')
    expect((await aged.browser().signIn('amelie@port.example', good, { code: recovery })).statusCode).toBe(
      200,
    )
    expect((await aged.browser().signIn('amelie@port.example', good, { code: recovery })).statusCode).toBe(
      401,
    )
    // The password alone, right or wrong, tells nothing of the code.
    expect((await aged.browser().signIn('amelie@port.example', 'wrong', { code: code() })).json().code).toBe(
      'sign_in_failed',
    )
    aged.later(30)
    expect((await guest.ask('DELETE', '/api/v1/accounts/me/totp', { code: code() })).statusCode).toBe(200)
    expect((await aged.browser().signIn('amelie@port.example')).statusCode).toBe(200)
  })

  test('cannot be guessed: wrong codes count as failures', async () => {
    const aged = await open()
    const id = await aged.person('amelie@port.example')
    const { secret } = await aged.accounts.secondFactor.offer(id, 'amelie@port.example')
    const totp = new TOTP({ secret: Secret.fromBase32(secret) })
    await aged.accounts.secondFactor.confirm(id, totp.generate({ timestamp: aged.now().getTime() }))
    const answers: number[] = []
    for (let i = 0; i < 6; i++)
      answers.push((await aged.browser().signIn('amelie@port.example', good, { code: '000000' })).statusCode)
    expect(answers).toEqual([401, 401, 401, 401, 401, 429])
  })
})

describe('A25: the first start', () => {
  test('makes one administrator by the printed token, once; afterwards the door is gone', async () => {
    const fresh = await open()
    expect((await fresh.browser().get('/api/v1/session')).json().needsSetup).toBe(true)
    const body = { token: fresh.setupToken, email: 'chef@port.example', name: 'Chef', password: good }
    const wrong = await fresh.browser().ask('POST', '/api/v1/setup', { ...body, token: 'x'.repeat(43) })
    expect([wrong.statusCode, wrong.json().code]).toEqual([403, 'token_wrong'])
    expect((await fresh.browser().ask('POST', '/api/v1/setup', { ...body, role: 'x' })).statusCode).toBe(400)
    const weak = await fresh.browser().ask('POST', '/api/v1/setup', { ...body, password: 'changeme' })
    expect(weak.statusCode).toBe(400)
    const answers = await Promise.all(
      ['chef', 'autre', 'encore'].map((name) =>
        fresh.browser().ask('POST', '/api/v1/setup', { ...body, email: `${name}@port.example` }),
      ),
    )
    expect(answers.map(({ statusCode }) => statusCode).filter((status) => status === 201)).toHaveLength(1)
    const late = await fresh.browser().ask('POST', '/api/v1/setup', body)
    expect([late.statusCode, late.json().code]).toEqual([404, 'not_found'])
    const chief = fresh.browser()
    const made = (await fresh.accounts.people.items())[0]!
    expect((await chief.signIn(made.email)).json()).toMatchObject({
      needsSetup: false,
      person: { platformRoles: ['platform-admin'] },
      organisation: null,
    })
    expect(fresh.logged.join('')).not.toContain(fresh.setupToken)
  })

  test('takes changes from this machine only while nobody has an account', async () => {
    const fresh = await open()
    const local = fresh.browser({ address: '127.0.0.1', host: '127.0.0.1:8787' })
    const write = (browser = local) => browser.ask('POST', '/api/v1/datasets/x/versions', {})
    expect((await write()).statusCode).toBe(200)
    expect((await write(fresh.browser())).statusCode).toBe(403)
    const rebound = fresh.browser({ address: '127.0.0.1', host: 'evil.example' })
    expect((await write(rebound)).statusCode).toBe(403)
    await fresh.person('amelie@port.example')
    expect([(await write()).statusCode, (await write()).json().code]).toEqual([401, 'login_required'])
    // The command line of the machine goes on by its token, and only from there.
    const by = (authorization: string, address = '127.0.0.1', host = '127.0.0.1:8787') =>
      fresh
        .browser({ address, host })
        .ask('POST', '/api/v1/datasets/x/versions', {}, { origin: undefined, authorization })
    expect((await by(`Local ${fresh.localToken}`)).json()).toEqual({ by: 'service' })
    expect((await by(`Local ${fresh.localToken}`, '203.0.113.7')).statusCode).toBe(401)
    expect((await by('Local guess')).statusCode).toBe(401)
    expect((await by(`Local ${fresh.localToken}`, '127.0.0.1', 'evil.example')).statusCode).toBe(401)
  })

  test.each([
    ['HOST', { demo: true, host: '0.0.0.0' }],
    ['HOST', { demo: true, host: '::' }],
    ['HOST', { demo: true, host: '192.168.1.4' }],
    ['PUBLIC_URL', { demo: true, publicUrl: 'https://port.example' }],
    ['SMTP_URL', { host: '0.0.0.0', smtpUrl: 'smtp://lacydon:changeme@mail.example' }],
    ['DATABASE_URL', { host: '0.0.0.0', databaseUrl: 'postgres://postgres:postgres@db.example/x' }],
    ['CLICKHOUSE_URL', { publicUrl: 'https://port.example', clickhouseUrl: 'http://default:@ch.example' }],
  ])('is refused on an address that others reach, naming %s, for %j', async (name, change) => {
    await expect(openInstance(change)).rejects.toMatchObject({
      code: 'invalid_setting',
      message: expect.stringContaining(name),
    })
    await expect(openInstance(change)).rejects.not.toMatchObject({
      message: expect.stringMatching(/changeme|postgres@/),
    })
  })

  test('with the demo closed to accounts may be public', async () => {
    const shown = await open({ ...atHome, demo: true, demoAccounts: false, host: '0.0.0.0' })
    expect(shown.demoAccounts).toEqual([])
    expect((await shown.accounts.people.items()).length).toBe(0)
  })
})

describe('the demo', () => {
  test('has an account for each role, with passwords of this start, which end with the demo', async () => {
    const demo = await open({ demo: true })
    expect(demo.setupToken).toBeUndefined()
    const roles = new Set(demo.demoAccounts.map(({ role }) => role.split(',')[0]))
    expect(roles).toEqual(
      new Set(['platform-admin', 'auditor', 'curator', 'admin', 'steward', 'analyst', 'reader', 'developer']),
    )
    for (const { email, password, name } of demo.demoAccounts) {
      expect(name).toContain('(simulé)')
      const answer = await demo.browser().signIn(email, password)
      expect([email, answer.statusCode, answer.json().person.isDemo]).toEqual([email, 200, true])
    }
    expect(new Set(demo.demoAccounts.map(({ password }) => password)).size).toBe(demo.demoAccounts.length)
    const browser = demo.browser()
    const [{ email, password }] = demo.demoAccounts as [(typeof demo.demoAccounts)[0]]
    await browser.signIn(email, password)
    await demo.accounts.closeDemo()
    expect((await browser.who()).kind).toBe('anonymous')
    expect((await browser.signIn(email, password)).statusCode).toBe(401)
    expect(demo.accounts.hasAccounts).toBe(false)
  })
})

describe('a person', () => {
  test('gets all that is known of them, without secrets', async () => {
    const browser = await signedIn('chloe@port.example')
    const answer = await browser.get('/api/v1/accounts/me/data')
    expect(answer.headers['content-disposition']).toContain('attachment')
    expect(Object.keys(answer.json()).sort()).toEqual(
      ['events', 'exportedAt', 'keys', 'mails', 'memberships', 'person', 'sessions'].sort(),
    )
    expect(answer.json().memberships).toMatchObject([{ organisation: 'Port', role: 'analyst', until: null }])
    expect(answer.body).not.toMatch(/argon2|hash|secret/i)
  })

  test('can be erased: the name is gone everywhere, the events keep a number', async () => {
    const browser = await signedIn('chloe@port.example')
    const { id } = (await browser.get('/api/v1/accounts/me')).json()
    const key = (
      await browser.ask('POST', '/api/v1/accounts/me/keys', {
        name: 'de Chloé',
        scopes: ['query'],
        expiresAt: new Date(instance.now().getTime() + 86_400_000).toISOString(),
      })
    ).json()
    const erase = (body: unknown) => browser.ask('POST', '/api/v1/accounts/me/erase', body)
    expect((await erase({ email: 'bruno@port.example', password: good })).statusCode).toBe(400)
    expect((await erase({ email: 'chloe@port.example', password: 'wrong' })).statusCode).toBe(403)
    expect((await erase({ email: 'chloe@port.example', password: good })).statusCode).toBe(200)
    expect((await browser.who()).kind).toBe('anonymous')
    expect((await browser.signIn('chloe@port.example')).statusCode).toBe(401)
    const withKey = { authorization: `Apikey ${key.key}` }
    expect((await instance.browser().get('/api/v1/session', withKey)).statusCode).toBe(401)
    const tables = [
      'account',
      'account_name',
      'account_key',
      'account_session',
      'account_event',
      'membership',
      'invitation',
      'outbox_mail',
    ]
    for (const table of tables) {
      const rows = await instance.control.db
        .withTables<Record<string, Record<string, string>>>()
        .selectFrom(table)
        .selectAll()
        .execute()
      expect([table, JSON.stringify(rows).match(/chlo[eé]/i)]).toEqual([table, null])
    }
    const kinds = (await instance.accounts.events.list(id, 10)).map(({ kind }) => kind)
    expect(kinds).toContain('account-erased')
  })

  test('who alone runs an organisation or the platform cannot vanish', async () => {
    const last = await signedIn('fanny@ferry.example')
    const answer = await last.ask('POST', '/api/v1/accounts/me/erase', {
      email: 'fanny@ferry.example',
      password: good,
    })
    expect([answer.statusCode, answer.json().title]).toEqual([
      409,
      expect.stringContaining('last administrator'),
    ])
    await signedIn('fanny@ferry.example')
    await instance.person('chef@port.example', ['platform-admin'])
    const chief = await signedIn('chef@port.example')
    const { id } = (await chief.get('/api/v1/accounts/me')).json()
    const roles = await chief.ask('PUT', `/api/v1/accounts/${id}/platform-roles`, { platformRoles: [] })
    expect(roles.statusCode).toBe(409)
    const status = await chief.ask('PUT', `/api/v1/accounts/${id}/status`, { status: 'disabled' })
    expect(status.statusCode).toBe(409)
  })

  test('is known to administrators and auditors only; only the machine makes reset links', async () => {
    const admin = await signedIn('amelie@port.example')
    expect((await admin.get('/api/v1/accounts')).statusCode).toBe(403)
    expect((await admin.get('/api/v1/accounts/events')).statusCode).toBe(403)
    await instance.person('octave@port.example', ['auditor'])
    const auditor = await signedIn('octave@port.example')
    expect((await auditor.get('/api/v1/accounts')).statusCode).toBe(200)
    expect((await auditor.get('/api/v1/accounts/events')).statusCode).toBe(200)
    const chief = await signedIn('chef@port.example')
    expect((await chief.get('/api/v1/accounts/events')).statusCode).toBe(403)
    const body = { email: 'bruno@port.example' }
    expect((await chief.ask('POST', '/api/v1/accounts/resets', body)).statusCode).toBe(403)
    const machine = { authorization: `Local ${instance.localToken}`, origin: undefined }
    const local = instance.browser({ address: '127.0.0.1', host: '127.0.0.1:8787' })
    expect((await local.ask('POST', '/api/v1/accounts/resets', body, machine)).statusCode).toBe(201)
  })
})
