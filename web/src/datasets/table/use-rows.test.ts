import { expect, it } from 'vitest'
import { pageQuestion } from './use-rows.ts'

it.each([
  [0, { limit: 100, offset: 0 }],
  [99, { limit: 100, offset: 9_900 }],
  [100, { limit: 100, offset: 10_000, cursor: '*' }],
  [9_999, { limit: 100, offset: 999_900, cursor: '*' }],
])('asks for page %d by offset up to the wall, and begins a walk beyond', (page, asked) =>
  expect(pageQuestion({ where: 'a > 1' }, page)).toEqual({ where: 'a > 1', ...asked }),
)
