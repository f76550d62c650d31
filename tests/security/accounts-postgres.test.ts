import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresMissing, startPostgres } from '../servers/postgres.ts'
import { good, type Instance, openInstance, other } from './accounts-instance.suite.ts'

describe.skipIf(postgresMissing)(
  `accounts on PostgreSQL${postgresMissing ? ` (${postgresMissing})` : ''}, on two nodes`,
  () => {
    let server: Awaited<ReturnType<typeof startPostgres>>
    let one: Instance
    let two: Instance

    beforeAll(async () => {
      server = await startPostgres()
      const databaseUrl = await server.createDatabase('accounts')
      const startMs = Date.now()
      one = await openInstance({}, { databaseUrl, startMs })
      two = await openInstance({}, { databaseUrl, startMs })
    })
    afterAll(async () => {
      await one?.close()
      await two?.close()
      await server?.stop()
    })

    test('the story of an instance: set up, invited, signed in, with key and charter, erased', async () => {
      // The second start has made the link of the first worthless; of two clicks at once one makes the administrator.
      const body = { token: two.setupToken, email: 'chef@port.example', name: 'Chef', password: good }
      expect(
        (await one.browser().ask('POST', '/api/v1/setup', { ...body, token: one.setupToken })).statusCode,
      ).toBe(403)
      const clicks = await Promise.all(
        [one, two].map((node) => node.browser().ask('POST', '/api/v1/setup', body)),
      )
      expect(clicks.map(({ statusCode }) => statusCode).sort()).toEqual([201, 404])
      await Promise.all([one, two].map((node) => node.accounts.refresh()))

      const chief = one.browser()
      expect((await chief.signIn('chef@port.example')).statusCode).toBe(200)
      const made = await chief.ask('POST', '/api/v1/organisations', {
        name: 'Port',
        kind: 'public',
        join: true,
      })
      const { id } = made.json()
      expect((await chief.ask('PATCH', '/api/v1/session', { organisation: id })).json().role).toBe('admin')
      // The other node knows the session.
      const elsewhere = two.browser()
      elsewhere.cookies.set('lacydon-session', chief.sessionCookie!)
      expect(await elsewhere.who()).toMatchObject({ kind: 'user', organisation: id })

      const invitation = { email: 'bruno@port.example', role: 'steward' }
      expect(
        (await chief.ask('POST', `/api/v1/organisations/${id}/invitations`, invitation)).statusCode,
      ).toBe(201)
      const accept = { token: await one.lastToken(), name: 'Bruno', password: other }
      const accepted = await Promise.all(
        [one, two].map((node) => node.browser().ask('POST', '/api/v1/invitations/accept', accept)),
      )
      expect(accepted.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1)
      const bruno = two.browser()
      expect((await bruno.signIn('bruno@port.example', other)).json().role).toBe('steward')
      const key = (
        await bruno.ask('POST', '/api/v1/accounts/me/keys', {
          name: 'k',
          scopes: ['load'],
          expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
        })
      ).json()
      const load = (node: Instance) =>
        node
          .browser()
          .ask(
            'POST',
            '/api/v1/datasets/x/versions',
            {},
            { authorization: `Apikey ${key.key}`, origin: undefined },
          )
      expect((await load(one)).json()).toEqual({ by: 'key' })

      const text = { fr: 'Charte', en: 'Charter' }
      const [version] = (await chief.ask('POST', '/api/v1/charter', { text })).json().versions
      const signature = { version: version.version, sha256: version.sha256 }
      expect((await chief.ask('POST', '/api/v1/charter/signatures', signature)).statusCode).toBe(201)
      expect((await one.browser().get(`/api/v1/organisations/${id}`)).json()).toMatchObject({
        charterVersion: 1,
      })
      expect((await chief.ask('POST', '/api/v1/consortia', { name: 'Golfe' })).statusCode).toBe(201)
      expect((await two.consortia.parties()).organisations.get(id)).toMatchObject({ status: 'active' })

      for (let i = 0; i < 5; i++) await one.browser().signIn('nobody@port.example', 'wrong')
      expect((await two.browser().signIn('nobody@port.example', 'wrong')).statusCode).toBe(429)

      const erase = { email: 'bruno@port.example', password: other }
      expect((await bruno.ask('POST', '/api/v1/accounts/me/erase', erase)).statusCode).toBe(200)
      expect((await load(one)).statusCode).toBe(401)
      const { members } = (await chief.get(`/api/v1/organisations/${id}/members`)).json()
      expect(
        members.map(({ name, isInForce }: { name: string; isInForce: boolean }) => [name, isInForce]),
      ).toEqual([
        ['Chef', true],
        ['', false],
      ])
      expect(
        (await chief.ask('PUT', `/api/v1/organisations/${id}/status`, { status: 'suspended' })).statusCode,
      ).toBe(200)
      expect((await elsewhere.who()).kind).toBe('anonymous')
    })
  },
)
