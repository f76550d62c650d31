import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Browser, good, type Instance, openInstance } from './accounts-instance.suite.ts'
import { type ForgedProvider, startForgedProvider } from './oidc-forged.suite.ts'
import { clientId, clientSecret, type RealProvider, startProvider } from './oidc-real.suite.ts'

const host = '127.0.0.1:8787'
const home = `http://${host}`
const root = '/api/v1/session/oidc'
let folder = ''
const closers: (() => unknown)[] = []
const wrongSecrets: string[] = []

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lacydon-oidc-'))
})
afterAll(async () => {
  for (const close of closers.reverse()) await close()
  rmSync(folder, { recursive: true })
})

async function openWith(providers: Record<string, unknown>[]): Promise<Instance> {
  const file = join(folder, `${Math.random()}.json`)
  writeFileSync(file, JSON.stringify(providers.map((each) => ({ clientId, clientSecret, ...each }))))
  // A back-channel call of the provider arrives at the instance as it would over the network.
  const instance = await openInstance({ oidcFile: file, publicUrl: home })
  closers.push(() => instance.close())
  return instance
}
const browserOf = (instance: Instance) => instance.browser({ host })

/** To the provider and back: the answer to the last step. */
async function signIn(
  browser: Browser,
  provider: { walk(location: string): string | Promise<string> },
  id: string,
  query = '',
) {
  const start = await browser.get(`${root}/${id}/start${query}`, { 'sec-fetch-site': 'same-origin' })
  expect(start.statusCode).toBe(302)
  const back = await provider.walk(start.headers.location as string)
  return browser.get(back.slice(home.length))
}
const failed = (answer: { statusCode: number; headers: Record<string, unknown> }) => {
  expect(answer.statusCode).toBe(302)
  return answer.headers.location
}

describe('a provider of another make', () => {
  let real: RealProvider
  let instance: Instance
  let port = ''
  const received: string[] = []

  beforeAll(async () => {
    const { createServer } = await import('node:http')
    const ear = createServer(async (request, response) => {
      let text = ''
      for await (const chunk of request) text += chunk
      received.push(text)
      const answer = await instance.app.inject({
        method: 'POST',
        url: `${root}/real/logout`,
        payload: text,
        headers: { 'content-type': 'application/x-www-form-urlencoded', host },
      })
      response.writeHead(answer.statusCode).end(answer.body)
    })
    await new Promise<void>((resolve) => ear.listen(0, '127.0.0.1', resolve))
    closers.push(() => new Promise((resolve) => ear.close(resolve)))
    const { port: earPort } = ear.address() as { port: number }
    real = await startProvider({
      redirectUri: `${home}${root}/real/callback`,
      logoutUri: `http://127.0.0.1:${earPort}/`,
      home: `${home}/`,
    })
    closers.push(() => real.close())
    instance = await openWith([
      {
        id: 'real',
        issuer: real.issuer,
        name: 'Port SSO',
        groupsClaim: 'groups',
        groups: [
          { group: 'capitainerie', organisation: 'port', role: 'steward' },
          { group: 'visiteurs', organisation: 'port', role: 'reader' },
          { group: 'nowhere', organisation: 'missing', role: 'admin' },
        ],
      },
    ])
    port = await instance.organisations.make(
      { name: 'Port', kind: 'public' },
      { id: 'port', status: 'active' },
    )
  })

  test('vouches for a new person, by code, PKCE, state and nonce; groups become memberships by the table', async () => {
    real.account = 'sub-1'
    real.claims['sub-1'] = {
      name: 'Amélie',
      email: 'amelie@port.example',
      groups: ['capitainerie', 'nowhere', 'other'],
    }
    const browser = browserOf(instance)
    expect((await browser.get('/api/v1/session')).json().providers).toEqual([
      { id: 'real', name: 'Port SSO', preset: 'oidc', startUrl: `${root}/real/start` },
    ])
    const back = await signIn(browser, real, 'real', '?returnTo=/datasets?q=quai')
    expect([back.statusCode, back.headers.location]).toEqual([302, '/datasets?q=quai'])
    expect(real.errors).toEqual([])
    expect((await browser.get('/api/v1/session')).json()).toMatchObject({
      kind: 'user',
      person: { name: 'Amélie', email: 'amelie@port.example', providers: ['real'], hasPassword: false },
      organisation: port,
      role: 'steward',
      memberships: [{ organisation: 'port' }],
    })
  })

  test('finds the same person again by subject, whatever name and address it tells', async () => {
    const { length } = await instance.accounts.people.items()
    real.account = 'sub-1'
    real.claims['sub-1'] = { name: 'Autre', email: 'autre@port.example', groups: ['capitainerie'] }
    const browser = browserOf(instance)
    await signIn(browser, real, 'real')
    expect((await browser.get('/api/v1/session')).json().person.name).toBe('Amélie')
    expect(await instance.accounts.people.items()).toHaveLength(length)
  })

  test('with the same address and another subject is another person', async () => {
    await instance.person('local@port.example')
    real.account = 'sub-2'
    real.claims['sub-2'] = { name: 'Faux', email: 'local@port.example' }
    const browser = browserOf(instance)
    await signIn(browser, real, 'real')
    expect((await browser.get('/api/v1/session')).json()).toMatchObject({
      person: { name: 'Faux', hasPassword: false },
      organisation: null,
      memberships: [],
    })
    const local = browserOf(instance)
    expect((await local.signIn('local@port.example')).json().person.name).toBe('Personne local')
  })

  test('takes memberships back when the group is gone, with their sessions; others stay', async () => {
    real.account = 'sub-1'
    real.claims['sub-1'] = { name: 'Amélie', groups: ['capitainerie'] }
    const before = browserOf(instance)
    await signIn(before, real, 'real')
    real.account = 'sub-1'
    real.claims['sub-1'] = { name: 'Amélie', groups: ['visiteurs'] }
    const after = browserOf(instance)
    await signIn(after, real, 'real')
    expect(await after.who()).toMatchObject({ role: 'reader' })
    expect((await before.who()).kind).toBe('anonymous')
    real.account = 'sub-1'
    real.claims['sub-1'] = { name: 'Amélie', groups: 'not a list' }
    const none = browserOf(instance)
    await signIn(none, real, 'real')
    expect(await none.who()).toMatchObject({ kind: 'user', organisation: null })
    expect((await after.who()).kind).toBe('anonymous')
  })

  test('is linked on request only, and the password goes', async () => {
    const id = await instance.person('lie@port.example')
    real.account = 'sub-3'
    real.claims['sub-3'] = { name: 'Lié', email: 'x@port.example' }
    const browser = browserOf(instance)
    await browser.signIn('lie@port.example')
    // A page of another site cannot start it.
    const foreign = await browser.get(`${root}/real/start?link=true`, { 'sec-fetch-site': 'cross-site' })
    expect(foreign.statusCode).toBe(403)
    expect((await browserOf(instance).get(`${root}/real/start?link=true`)).statusCode).toBe(401)
    await signIn(browser, real, 'real', '?link=true&returnTo=/account')
    expect((await browser.get('/api/v1/session')).json().person).toMatchObject({
      id,
      providers: ['real'],
      hasPassword: false,
    })
    // No local password for accounts of a provider: not by signing in, not by a reset, not by a change.
    expect((await browserOf(instance).signIn('lie@port.example')).json().code).toBe('sign_in_failed')
    expect(await instance.accounts.people.passwordHash(id)).toBeUndefined()
    const change = { current: good, password: 'nouvelle corde au quai nord' }
    expect(
      (await browser.ask('PUT', '/api/v1/accounts/me/password', change, { origin: home })).statusCode,
    ).toBe(409)
    const mails = await instance.mailer.outbox({ kind: 'service', name: 'local' })
    await browserOf(instance).ask(
      'POST',
      '/api/v1/accounts/forgotten',
      { email: 'lie@port.example' },
      { origin: home },
    )
    expect(await instance.mailer.outbox({ kind: 'service', name: 'local' })).toEqual(mails)
    // What belongs to one account is not linked to a second.
    await instance.person('second@port.example')
    const second = browserOf(instance)
    await second.signIn('second@port.example')
    real.account = 'sub-3'
    expect(failed(await signIn(second, real, 'real', '?link=true'))).toBe('/signin?error=provider_refused')
  })

  test('ends our session by its back channel when somebody leaves there', async () => {
    real.account = 'sub-1'
    const [one, two] = [browserOf(instance), browserOf(instance)]
    await signIn(one, real, 'real')
    await signIn(two, real, 'real')
    expect([(await one.who()).kind, (await two.who()).kind]).toEqual(['user', 'user'])
    const { redirectTo } = (await one.ask('DELETE', '/api/v1/session')).json()
    expect(redirectTo).toContain(`${real.issuer}/session/end?`)
    expect((await two.who()).kind).toBe('user')
    expect(await real.signOut(redirectTo)).toMatch(new RegExp(`^${home}/`))
    await expect.poll(() => received.length).toBe(1)
    await expect.poll(async () => (await two.who()).kind).toBe('anonymous')
    expect(real.errors).toEqual([])
  })
})

describe('the presets', () => {
  test.each([
    [
      'proconnect',
      {
        given_name: 'Amélie',
        usual_name: 'Roux',
        email: 'a@port.example',
        siret: '13002526500013',
        uid: 'u',
      },
      'Amélie Roux',
      {
        scope: 'openid given_name usual_name email siret uid',
        claims: '{"id_token":{"amr":{"essential":true}}}',
      },
    ],
    [
      'franceconnect',
      { given_name: 'Amélie', family_name: 'Roux', email: 'a@port.example' },
      'Amélie Roux',
      { scope: 'openid given_name family_name email', acr_values: 'eidas1' },
    ],
  ] as const)(
    '%s: its parameters, the secret in the body, userinfo as signed JWT',
    async (preset, claims, name, parameters) => {
      const real = await startProvider({
        redirectUri: `${home}${root}/${preset}/callback`,
        logoutUri: `${home}/x`,
        home: `${home}/`,
        extra: { userinfo_signed_response_alg: 'RS256', token_endpoint_auth_method: 'client_secret_post' },
      })
      const instance = await openWith([{ id: preset, preset, issuer: real.issuer }])
      real.claims['sub-1'] = claims
      const browser = browserOf(instance)
      const start = await browser.get(`${root}/${preset}/start`)
      const asked = new URL(start.headers.location as string).searchParams
      for (const [parameter, value] of Object.entries(parameters)) expect(asked.get(parameter)).toBe(value)
      expect(asked.get('state')!.length).toBeGreaterThanOrEqual(32)
      expect(asked.get('nonce')!.length).toBeGreaterThanOrEqual(32)
      const back = await signIn(browser, real, preset)
      expect(back.headers.location).toBe('/')
      expect((await browser.get('/api/v1/session')).json().person.name).toBe(name)
      const { redirectTo } = (await browser.ask('DELETE', '/api/v1/session')).json()
      const logout = new URL(redirectTo).searchParams
      expect(logout.get('post_logout_redirect_uri')).toBe(`${home}/`)
      expect(logout.get('id_token_hint')).toMatch(/^ey/)
      expect(logout.get('state')!.length).toBeGreaterThanOrEqual(32)
      expect(real.errors).toEqual([])
      await real.close()
    },
  )

  test('send nothing undocumented where PKCE is not offered, as ProConnect refuses it', async () => {
    const forged = await startForgedProvider()
    forged.lie.discovery = { code_challenge_methods_supported: undefined }
    const instance = await openWith([
      { id: 'pc', preset: 'proconnect', issuer: forged.issuer },
      { id: 'plain', issuer: forged.issuer },
    ])
    const names = async (id: string) => {
      const start = await browserOf(instance).get(`${root}/${id}/start`)
      return [...new URL(start.headers.location as string).searchParams.keys()].sort()
    }
    const documented = ['claims', 'client_id', 'nonce', 'redirect_uri', 'response_type', 'scope', 'state']
    expect(await names('pc')).toEqual(documented)
    expect(await names('plain')).toContain('code_challenge')
    await forged.close()
  })

  test.each([
    ['not JSON', 'x'],
    [
      'an unknown property',
      [{ id: 'x', issuer: 'https://a.example', clientId, clientSecret, role: 'admin' }],
    ],
    ['no issuer', [{ id: 'x', clientId, clientSecret }]],
    ['http elsewhere', [{ id: 'x', issuer: 'http://a.example', clientId, clientSecret }]],
    ['a known secret', [{ id: 'x', issuer: 'https://a.example', clientId, clientSecret: 'changeme' }]],
    ['an empty secret', [{ id: 'x', issuer: 'https://a.example', clientId, clientSecret: '' }]],
    [
      'a symmetric signature',
      [{ id: 'x', issuer: 'https://a.example', clientId, clientSecret, signature: 'HS256' }],
    ],
    ['none', [{ id: 'x', issuer: 'https://a.example', clientId, clientSecret, signature: 'none' }]],
    ['one id twice', [1, 2].map(() => ({ id: 'x', issuer: 'https://a.example', clientId, clientSecret }))],
  ])('a file with %s stops the start and names OIDC_FILE (A25)', async (_what, content) => {
    const file = join(folder, 'wrong.json')
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
    const opening = openInstance({ oidcFile: file })
    await expect(opening).rejects.toMatchObject({
      code: 'invalid_setting',
      message: expect.stringMatching(/OIDC_FILE/),
    })
    await opening.catch((error: Error) => wrongSecrets.push(error.message))
    expect(wrongSecrets.join()).not.toContain(clientSecret)
  })
})

describe('A23: what is not in order is refused', () => {
  let forged: ForgedProvider
  let second: ForgedProvider
  let instance: Instance
  let browser: Browser

  beforeAll(async () => {
    forged = await startForgedProvider()
    second = await startForgedProvider()
    closers.push(
      () => forged.close(),
      () => second.close(),
    )
    instance = await openWith([
      { id: 'forged', issuer: forged.issuer },
      { id: 'second', issuer: second.issuer },
    ])
  })
  beforeEach(() => {
    forged.lie = {}
    second.lie = {}
    browser = browserOf(instance)
  })
  const refusal = '/signin?error=provider_refused'
  const isRefused = async (answer: Promise<Awaited<ReturnType<typeof signIn>>>) => {
    expect(failed(await answer)).toBe(refusal)
    expect((await browser.who()).kind).toBe('anonymous')
  }

  test('but an honest answer is taken, with PKCE', async () => {
    expect((await signIn(browser, forged, 'forged')).headers.location).toBe('/')
    expect((await browser.who()).kind).toBe('user')
    expect(forged.tokenRequest.get('code_verifier')).toMatch(/^[\w-]{43,}$/)
    expect(forged.tokenRequest.get('redirect_uri')).toBe(`${home}${root}/forged/callback`)
  })

  const now = () => Math.floor(Date.now() / 1000)
  test.each([
    ['another issuer', () => ({ iss: 'https://evil.example' })],
    ['another audience', () => ({ aud: 'someone-else' })],
    ['several audiences without azp', () => ({ aud: [clientId, 'someone-else'] })],
    ['another azp', () => ({ aud: [clientId, 'someone-else'], azp: 'someone-else' })],
    ['an end in the past', () => ({ exp: now() - 600 })],
    ['no end', () => ({ exp: undefined })],
    ['another nonce', () => ({ nonce: 'another' })],
    ['no nonce', () => ({ nonce: undefined })],
    ['no subject', () => ({ sub: undefined })],
    ['a beginning in the future', () => ({ nbf: now() + 3600 })],
  ] as [string, () => Record<string, unknown>][])('an ID token with %s', async (_what, claims) => {
    forged.lie = { claims: claims() as never }
    await isRefused(signIn(browser, forged, 'forged'))
  })

  const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const forgeries: [string, (claims: unknown) => Promise<string> | string][] = [
    ['signed by nobody', (claims) => `${base64({ alg: 'none' })}.${base64(claims)}.`],
    [
      'signed by nobody, in capitals',
      (claims) => `${base64({ alg: 'NONE', kid: 'one' })}.${base64(claims)}.`,
    ],
    [
      'signed with the public key as if it were a secret',
      (claims) =>
        new SignJWT(claims as never)
          .setProtectedHeader({ alg: 'HS256', kid: 'one' })
          .sign(new TextEncoder().encode(forged.publicPem)),
    ],
    [
      'signed with the client secret',
      (claims) =>
        new SignJWT(claims as never)
          .setProtectedHeader({ alg: 'HS256' })
          .sign(new TextEncoder().encode(clientSecret)),
    ],
    ['signed by another provider', (claims) => second.sign(claims as never)],
    ['whose key is a path', (claims) => second.sign(claims as never, { kid: '../../../../dev/null' })],
    [
      'that brings its own keys',
      (claims) => second.sign(claims as never, { kid: 'two', jku: `${second.issuer}/jwks` }),
    ],
    [
      'that brings its own key',
      (claims) => second.sign(claims as never, { jwk: JSON.parse(second.publicPem) }),
    ],
    ['with a signature cut short', async (claims) => (await forged.sign(claims as never)).slice(0, -8)],
    [
      'with other claims than were signed',
      async (claims) => {
        const [head, , signature] = (await forged.sign(claims as never)).split('.')
        return `${head}.${base64({ ...(claims as object), sub: 'sub-admin' })}.${signature}`
      },
    ],
  ]
  test.each(forgeries)('an ID token %s', async (_what, sign) => {
    forged.lie = { sign }
    const before = second.strays.length
    await isRefused(signIn(browser, forged, 'forged'))
    expect(second.strays.length).toBe(before)
  })

  test('userinfo of another subject', async () => {
    forged.lie = { userinfo: { sub: 'sub-admin' } }
    await isRefused(signIn(browser, forged, 'forged'))
  })

  test('an answer that names another issuer, or an error (mix-up, RFC 9207)', async () => {
    forged.lie = { back: { iss: second.issuer } }
    await isRefused(signIn(browser, forged, 'forged'))
    forged.lie = { back: { error: 'access_denied' } }
    await isRefused(signIn(browser, forged, 'forged'))
  })

  test('an answer to the door of another provider (mix-up of two issuers)', async () => {
    const start = await browser.get(`${root}/forged/start`)
    const back = forged.walk(start.headers.location as string).slice(home.length)
    await isRefused(browser.get(back.replace('/forged/', '/second/')))
    // The state is spent, at the right door too.
    await isRefused(browser.get(back))
  })

  test('a state that is missing, invented, doubled, used before, from another browser, or too late', async () => {
    for (const query of ['', '?code=abc', '?code=abc&state=', `?code=abc&state=${'x'.repeat(43)}`])
      await isRefused(browser.get(`${root}/forged/callback${query}`))
    const begin = async () => {
      const start = await browser.get(`${root}/forged/start`)
      return forged.walk(start.headers.location as string).slice(home.length)
    }
    const doubled = await begin()
    await isRefused(browser.get(`${doubled}&state=other`))
    const stolen = await begin()
    const thief = browserOf(instance)
    expect(failed(await thief.get(stolen))).toBe(refusal)
    const late = await begin()
    instance.later(601)
    await isRefused(browser.get(late))
    const used = await begin()
    expect(failed(await browser.get(used))).toBe('/')
    await browser.ask('DELETE', '/api/v1/session')
    await isRefused(browser.get(used))
  })

  test('an account that was disabled', async () => {
    await signIn(browser, forged, 'forged')
    const { person } = (await browser.get('/api/v1/session')).json()
    await instance.control.db
      .withTables<{ account: { id: string; status: string } }>()
      .updateTable('account')
      .set({ status: 'disabled' })
      .where('id', '=', person.id)
      .execute()
    expect((await browser.who()).kind).toBe('anonymous')
    expect(failed(await signIn(browser, forged, 'forged'))).toBe('/signin?error=no_account')
    await instance.control.db
      .withTables<{ account: { id: string; status: string } }>()
      .updateTable('account')
      .set({ status: 'active' })
      .where('id', '=', person.id)
      .execute()
  })

  test.each([
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['/.//evil.example', '/'],
    ['/a/..//evil.example', '/'],
    ['https://evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['/%0d%0aset-cookie:x=y', '/%0d%0aset-cookie:x=y'],
    ['/api/v1/session', '/'],
    ['datasets', '/'],
    ['', '/'],
    ['/datasets/quays?view=map#13', '/datasets/quays?view=map#13'],
  ])('a way back to %j leads to %j', async (asked, reached) => {
    const back = await signIn(browser, forged, 'forged', `?returnTo=${encodeURIComponent(asked)}`)
    expect(back.headers.location).toBe(reached)
  })

  describe('a back-channel logout', () => {
    const send = async (token: string) =>
      browserOf(instance).ask(
        'POST',
        `${root}/forged/logout`,
        new URLSearchParams({ logout_token: token }).toString(),
        {
          'content-type': 'application/x-www-form-urlencoded',
          origin: undefined,
        },
      )

    test('ends the sessions of a subject, once', async () => {
      await signIn(browser, forged, 'forged')
      const token = await forged.logoutToken({
        sub: 'sub-1',
        iat: Math.floor(instance.now().getTime() / 1000),
        exp: Math.floor(instance.now().getTime() / 1000) + 60,
      })
      expect((await send(token)).statusCode).toBe(200)
      expect((await browser.who()).kind).toBe('anonymous')
      await signIn(browser, forged, 'forged')
      expect((await send(token)).statusCode).toBe(400)
      expect((await browser.who()).kind).toBe('user')
    })

    test('ends the session it names and no other', async () => {
      const other = browserOf(instance)
      forged.lie = { claims: { sid: 'one' } }
      await signIn(browser, forged, 'forged')
      forged.lie = { claims: { sid: 'two' } }
      await signIn(other, forged, 'forged')
      const at = Math.floor(instance.now().getTime() / 1000)
      expect(
        (await send(await forged.logoutToken({ sub: 'sub-1', sid: 'one', iat: at, exp: at + 60 })))
          .statusCode,
      ).toBe(200)
      expect([(await browser.who()).kind, (await other.who()).kind]).toEqual(['anonymous', 'user'])
    })

    test.each([
      ['a nonce: it is an ID token', { nonce: 'x' }],
      ['no event', { events: {} }],
      ['an inherited event', { events: [] }],
      ['another audience', { aud: 'someone-else' }],
      ['another issuer', { iss: 'https://evil.example' }],
      ['nobody', { sub: undefined }],
      ['no identity of its own', { jti: undefined }],
      ['an old date', { iat: 1_000_000_000, exp: 1_000_000_060 }],
    ] as [string, Record<string, unknown>][])('with %s ends nothing', async (_what, claims) => {
      await signIn(browser, forged, 'forged')
      const at = Math.floor(instance.now().getTime() / 1000)
      const token = await forged.logoutToken({ sub: 'sub-1', iat: at, exp: at + 60, ...claims } as never)
      expect((await send(token)).statusCode).toBe(400)
      expect((await browser.who()).kind).toBe('user')
    })

    test('signed by another, by nobody, or that is no token ends nothing', async () => {
      await signIn(browser, forged, 'forged')
      const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
      const claims = {
        iss: forged.issuer,
        aud: clientId,
        sub: 'sub-1',
        jti: 'x',
        iat: now(),
        exp: now() + 60,
        events,
      }
      for (const token of [
        await second.sign(claims),
        `${base64({ alg: 'none' })}.${base64(claims)}.`,
        'x',
        '',
      ])
        expect((await send(token)).statusCode).toBe(400)
      expect((await browser.who()).kind).toBe('user')
    })
  })

  test('secrets of a sign-in are in no log', () => {
    const log = instance.logged.join('')
    expect(log).not.toContain(clientSecret)
    expect(log).not.toMatch(/eyJ[\w-]+\.[\w-]+\./)
  })
})
