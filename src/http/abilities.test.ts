import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listFiles } from '../../tests/structure/modules.ts'
import { hasRight, platform, type Resource, type Right, requireRight } from './abilities.ts'
import { anonymous, organisationRoles, type Principal, platformRoles } from './principal.ts'

const user = (over: Partial<Principal & { kind: 'user' }> = {}): Principal => ({
  kind: 'user',
  session: 's',
  user: 'u',
  organisation: null,
  role: null,
  platformRoles: [],
  endsAt: null,
  ...over,
})
const own: Resource = { kind: 'organisation', id: 'port' }
const other: Resource = { kind: 'organisation', id: 'ferry' }
const ownDataset: Resource = { kind: 'dataset', id: 'calls', organisation: 'port' }

describe('a role', () => {
  test('counts in its own organisation and in no other', () => {
    const admin = user({ organisation: 'port', role: 'admin' })
    for (const right of ['organisation:edit', 'organisation:manage-members', 'organisation:sign'] as const) {
      expect(hasRight(admin, right, own)).toBe(true)
      expect(hasRight(admin, right, other)).toBe(false)
    }
  })

  test.each(organisationRoles.map((role) => [role, role === 'admin' || role === 'steward'] as const))(
    '%s may load datasets: %s',
    (role, may) => {
      const member = user({ organisation: 'port', role })
      expect(hasRight(member, 'dataset:load', ownDataset)).toBe(may)
      expect(hasRight(member, 'dataset:load', { ...ownDataset, organisation: 'ferry' })).toBe(false)
      expect(hasRight(member, 'organisation:edit', own)).toBe(role === 'admin')
      expect(hasRight(member, 'account:list', platform)).toBe(false)
    },
  )

  test('of the platform gives no right to data', () => {
    for (const role of platformRoles)
      expect(hasRight(user({ platformRoles: [role] }), 'dataset:load', ownDataset)).toBe(false)
    expect(hasRight(user({ platformRoles: ['auditor'] }), 'audit:read', platform)).toBe(true)
    expect(hasRight(user({ platformRoles: ['platform-admin'] }), 'audit:read', platform)).toBe(false)
    expect(hasRight(user({ platformRoles: ['curator'] }), 'dataset:describe', ownDataset)).toBe(true)
  })

  test('of nobody gives nothing: 401, where a known person gets 403', () => {
    expect(() => requireRight(anonymous, 'organisation:edit', own)).toThrow(
      expect.objectContaining({ status: 401 }),
    )
    expect(() => requireRight(user(), 'organisation:edit', own)).toThrow(
      expect.objectContaining({ status: 403 }),
    )
  })

  test('cannot be had by a resource with missing or inherited names', () => {
    const admin = user({ organisation: 'port', role: 'admin' })
    const odd = [{ kind: 'organisation' }, Object.create({ kind: 'organisation', id: 'port' })]
    for (const resource of odd)
      expect(hasRight(admin, 'organisation:edit', { ...resource, kind: 'organisation' } as Resource)).toBe(
        false,
      )
    expect(hasRight(admin, 'no:such' as Right, own)).toBe(false)
  })
})

describe('a key', () => {
  const key = (over: Partial<Principal & { kind: 'key' }>): Principal => ({
    kind: 'key',
    key: 'k',
    scopes: ['load'],
    datasets: null,
    user: 'u',
    organisation: 'port',
    role: 'admin',
    platformRoles: ['platform-admin'],
    endsAt: null,
    ...over,
  })

  test('loads what its scope and datasets say, while its person may', () => {
    expect(hasRight(key({}), 'dataset:load', ownDataset)).toBe(true)
    expect(hasRight(key({ scopes: ['query'] }), 'dataset:load', ownDataset)).toBe(false)
    expect(hasRight(key({ datasets: ['quays'] }), 'dataset:load', ownDataset)).toBe(false)
    expect(hasRight(key({ role: 'reader' }), 'dataset:load', ownDataset)).toBe(false)
  })

  test('manages nothing, whatever its person is', () => {
    expect(hasRight(key({}), 'organisation:edit', own)).toBe(false)
    expect(hasRight(key({}), 'account:list', platform)).toBe(false)
  })
})

test('CASL is asked in one place only, and never without an instance', () => {
  const root = resolve(import.meta.dirname, '../..')
  const asking = listFiles(root, 'src')
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .filter((path) => readFileSync(join(root, path), 'utf8').includes('@casl/ability'))
  expect(asking).toEqual(['src/http/abilities.ts'])
  const calls = readFileSync(join(root, 'src/http/abilities.ts'), 'utf8').match(/\.can(not)?\(.*$/gm)
  expect(calls).toEqual(['.can(right, named(resource.kind, { ...resource }))'])
})
