import { describe, expect, it } from 'vitest'
import type { LoadPlan, PlanField } from '../../../../src/datasets/loading/schema.ts'
import { identifierOf, isIdentifier, titleOf } from './naming.ts'
import {
  planFaults,
  readingsFor,
  replaceField,
  toggleFacet,
  toggleId,
  typesFor,
  withReading,
  withType,
} from './plan-edit.ts'

const field = (name: string, more: Partial<PlanField> = {}): PlanField => ({
  name,
  label: name,
  columns: [name],
  type: 'text',
  reading: { kind: 'plain' },
  included: true,
  reason: 'text',
  ...more,
})
const plan = (...fields: PlanField[]): LoadPlan => ({
  format: 'csv',
  fields,
  nullTexts: [],
  primaryKey: [],
  reportOnly: false,
  notes: [],
})

describe('changing a guess', () => {
  it('reads a number with a comma, a day as the French write it', () => {
    expect(withType(field('a'), 'double', field('a')).reading).toEqual({ kind: 'decimal-comma' })
    expect(withType(field('a'), 'date', field('a')).reading).toEqual({
      kind: 'pattern',
      patterns: ['dd/MM/yyyy'],
    })
  })
  it('and back gives what was found', () => {
    const found = field('a', { type: 'date', reading: { kind: 'pattern', patterns: ['d MMM yyyy'] } })
    const text = withType(found, 'text', found)
    expect(text).toMatchObject({ type: 'text', reading: { kind: 'plain' } })
    expect(withType(text, 'date', found)).toEqual(found)
  })
  it('offers what a type can be written as', () => {
    expect(readingsFor(field('a', { type: 'integer' }))).toContain('decimal-comma')
    expect(readingsFor(field('a', { type: 'geo_point_2d', reading: { kind: 'lat-lon' } }))).toEqual([
      'lat-lon',
      'lon-lat',
    ])
    expect(withReading(field('a', { type: 'boolean' }), 'words').reading).toMatchObject({ kind: 'words' })
    expect(typesFor(field('a', { type: 'geo_shape' }))[0]).toBe('geo_shape')
  })
  it('marks what identifies a row, and no longer', () => {
    const once = toggleId(plan(field('a'), field('b')), 1)
    expect(once.fields[1]?.annotations?.id).toBe(true)
    expect(toggleId(once, 1).fields[1]?.annotations?.id).toBeUndefined()
  })
})

describe('a plan that cannot be loaded', () => {
  it('is told field by field', () => {
    expect(planFaults(plan(field('a'), field('A b'), field('a')))).toEqual(
      new Map([
        [1, 'name'],
        [2, 'twice'],
      ]),
    )
    expect(planFaults(plan(field('a'), field('a', { included: false })))).toEqual(new Map())
    expect(planFaults(plan(field('a', { included: false })))).toBe('empty')
    expect(planFaults(replaceField(plan(field('a'), field('a')), 1, field('c')))).toEqual(new Map())
  })
})

describe('names from a file', () => {
  it.each([
    ['Escales 2024 (été).csv', 'escales-2024-ete', 'Escales 2024 (été)'],
    ['quais.csv.gz', 'quais', 'Quais.csv'],
    ['___.csv', '', ''],
  ])('%s', (name, id, title) => {
    expect(identifierOf(name)).toBe(id)
    expect(titleOf(name)).toBe(title)
  })
  it('are such as a dataset may have', () => {
    expect(isIdentifier('escales-2024')).toBe(true)
    for (const wrong of ['', '2024', 'a--', 'Été', 'a b']) expect(isIdentifier(wrong)).toBe(false)
  })
})

it('offers a field as a filter, or no longer', () => {
  const once = toggleFacet(plan(field('a', { annotations: { id: true } })), 0)
  expect(once.fields[0]?.annotations).toMatchObject({ id: true, facet: true })
  expect(toggleFacet(once, 0).fields[0]?.annotations?.facet).toBeUndefined()
  expect(toggleFacet(once, 7)).toBe(once)
})
