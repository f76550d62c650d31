import { expect, it } from 'vitest'
import type { PlanField } from '../../../../src/datasets/loading/schema.ts'
import { boundOf, hasBounds, listOf, ruleCount, withRules } from './constraint-edit.ts'

const field: PlanField = {
  name: 'length',
  label: 'Length',
  columns: ['Length'],
  type: 'double',
  reading: { kind: 'plain' },
  included: true,
  reason: '',
}

it('adds rules and takes them back', () => {
  const ruled = withRules(withRules(field, { required: true }), { minimum: 0, enum: ['a'] })
  expect(ruled.constraints).toEqual({ required: true, minimum: 0, enum: ['a'] })
  expect(ruleCount(ruled)).toBe(3)
  const bare = withRules(ruled, { required: false, minimum: undefined, enum: [] })
  expect(bare.constraints).toBeUndefined()
  expect(ruleCount(bare)).toBe(0)
})

it('keeps rules of a schema that it does not show', () => {
  const ruled = { ...field, constraints: { pattern: 'J\\d+' } }
  expect(withRules(ruled, { unique: true }).constraints).toEqual({ pattern: 'J\\d+', unique: true })
})

it.each([
  ['', undefined],
  ['0', 0],
  ['12,5', 12.5],
  ['2026-03-01', '2026-03-01'],
])('reads the bound “%s”', (text, bound) => expect(boundOf(text)).toBe(bound))

it('reads a list line by line, each value once', () =>
  expect(listOf(' vrac \n\ncommerce\nvrac')).toEqual(['vrac', 'commerce']))

it('gives bounds to what has an order', () => {
  expect(hasBounds(field)).toBe(true)
  expect(hasBounds({ ...field, type: 'text' })).toBe(false)
})
