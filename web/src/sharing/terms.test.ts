import { expect, it } from 'vitest'
import { readTerms, termsOf, writeTerms } from './terms.ts'

const terms = { use: 'reproduce', purpose: 'caler les départs', duties: ['attribute', 'delete'] } as const

it('terms are read back from the ODRL that says them', () => {
  expect(termsOf(writeTerms(terms))).toEqual(terms)
  expect(termsOf(writeTerms({ use: 'use', purpose: ' ', duties: [] }))).toEqual({
    use: 'use',
    purpose: '',
    duties: [],
  })
})

it('only what the platform holds people to is called enforced', () => {
  const read = readTerms({
    permission: {
      action: 'use',
      constraint: [{ leftOperand: 'count', operator: 'lteq', rightOperand: 500 }],
    },
    prohibition: [{ action: 'distribute' }],
    obligation: [{ action: 'inform' }],
  })
  expect(
    read.map(({ name, value, isEnforced, isProhibited }) => [name, value, isEnforced, isProhibited]),
  ).toEqual([
    ['use', '', false, false],
    ['count', 'lteq 500', true, false],
    ['distribute', '', false, true],
    ['inform', '', false, false],
  ])
  expect(readTerms(writeTerms(terms)).some(({ isEnforced }) => isEnforced)).toBe(false)
})
