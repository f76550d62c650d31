import type { FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { anonymous } from './principal.ts'
import { guardWrites } from './writes.ts'

const ask = (
  change: Partial<Record<'method' | 'url' | 'ip', string>>,
  headers: Record<string, string> = {},
) =>
  ({
    method: 'POST',
    url: '/api/v1/datasets/quays/versions',
    ip: '127.0.0.1',
    headers: { host: '127.0.0.1:8787', ...headers },
    principal: anonymous,
    ...change,
  }) as unknown as FastifyRequest

const alone = { hasAccounts: false, publicUrl: undefined, trustsProxies: false }

describe('guardWrites', () => {
  it.each([
    ['the command line on this machine', ask({})],
    ['our own page', ask({}, { origin: 'http://127.0.0.1:8787' })],
    ['IPv6 and mapped addresses', ask({ ip: '::ffff:127.0.0.1' })],
    ['anybody who reads', ask({ method: 'GET', ip: '203.0.113.9' })],
    ['a long question sent as a form', ask({ url: '/api/explore/v2.1/catalog/datasets', ip: '203.0.113.9' })],
  ])('lets %s pass', (_who, request) => expect(() => guardWrites(request, alone)).not.toThrow())

  it.each([
    ['another machine', ask({ ip: '203.0.113.9' })],
    ['a page of another site', ask({}, { origin: 'https://evil.example' })],
    ['a page without an address', ask({}, { origin: 'null' })],
    ['another port of this machine', ask({}, { origin: 'http://127.0.0.1:9999' })],
    ['a form of another site', ask({}, { 'sec-fetch-site': 'cross-site' })],
    ['a name that was made to lead here', ask({}, { host: 'evil.example', origin: 'http://evil.example' })],
    ['what a proxy forwards that nobody trusts', ask({}, { 'x-forwarded-for': '203.0.113.9' })],
  ])('refuses %s', (_who, request) =>
    expect(() => guardWrites(request, alone)).toThrow(/Changes are taken|another site/),
  )

  it('gives the machine itself no right once somebody has an account', () =>
    expect(() => guardWrites(ask({}), { ...alone, hasAccounts: true })).toThrow(/signed in/))
})
