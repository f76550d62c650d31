import { expect, it } from 'vitest'
import { audienceOf, mostPrincipals, readPrincipal } from './audience.ts'

const organisations = [
  { id: 'port', status: 'active' as const },
  { id: 'ferry', status: 'active' as const },
  { id: 'gone', status: 'left' as const },
]

it('a change concerns the public and every active organisation but the owner, those that are named first', () => {
  const named = [{ kind: 'role', organisation: 'air', role: 'analyst' }] as const
  expect(audienceOf('port', named, organisations, [])).toEqual([
    'anonymous',
    'organisation:air:analyst',
    'organisation:ferry',
  ])
})

it('no more are asked about than the server answers', () => {
  const many = Array.from({ length: 100 }, (_, i) => ({ id: `o${i}`, status: 'active' as const }))
  expect(audienceOf(null, [], many, [])).toHaveLength(mostPrincipals)
})

it('a principal is read in its parts', () => {
  expect(readPrincipal('organisation:ferry:analyst:query+tiles')).toEqual({
    kind: 'organisation',
    organisation: 'ferry',
    role: 'analyst',
    scopes: ['query', 'tiles'],
  })
  expect(readPrincipal('anonymous')).toEqual({ kind: 'anonymous' })
})
