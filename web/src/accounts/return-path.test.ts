import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { returnPathOf } from './return-path.ts'

describe('the page to come back to', () => {
  it.each(['/profile', '/datasets?q=quais&sort=rows', '/invitation#abc', '/organisations/exemple-port'])(
    'is %s when that is asked',
    (path) => expect(returnPathOf(path)).toBe(path),
  )

  it.each([
    'https://elsewhere.example',
    '//elsewhere.example',
    '/\\elsewhere.example',
    '/.//elsewhere.example',
    '/\t/elsewhere.example',
    'javascript:alert(1)',
    '/api/v1/session/oidc/a/start',
    '',
    7,
    undefined,
  ])('is nothing for %j', (asked) => expect(returnPathOf(asked)).toBeUndefined())

  it('never leaves this site', () => {
    const parts = fc.constantFrom('/', '\\', '.', '..', '\t', '\n', ':', '@', 'a', '?', '#', '%2f', 'https')
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 12 }), (signs) => {
        const path = returnPathOf(signs.join(''))
        if (path === undefined) return
        expect(new URL(path, 'https://here.example').origin).toBe('https://here.example')
      }),
    )
  })
})
