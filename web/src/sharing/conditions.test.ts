import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Filter } from '../../../src/sharing/schema.ts'
import { filterOf, readConditions } from './conditions.ts'
import type { FieldKind } from './fields.ts'

const kinds: Record<string, FieldKind> = {
  name: 'text',
  size: 'number',
  at: 'timestamp',
  day: 'date',
  ok: 'boolean',
  spot: 'place',
}
const kindOf = (column: string) => kinds[column]

const text = fc.string({ minLength: 1 }).filter((value) => value.trim() === value && value !== '')
const size = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
const leaf: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({ op: fc.constantFrom('eq' as const, 'ne' as const), column: fc.constant('name'), value: text }),
  fc.record({ op: fc.constantFrom('lt' as const, 'gte' as const), column: fc.constant('size'), value: size }),
  fc.record({ op: fc.constant('between' as const), column: fc.constant('size'), from: size, to: size }),
  fc.record({
    op: fc.constantFrom('in' as const, 'notIn' as const),
    column: fc.constant('name'),
    values: fc.array(text, { minLength: 1 }),
  }),
  fc.record({
    op: fc.constantFrom('isNull' as const, 'isNotNull' as const),
    column: fc.constantFrom('spot', 'at', 'name'),
  }),
  fc.constant<Filter>({ op: 'eq', column: 'name', value: { attr: 'siret' } }),
  fc.constant<Filter>({ op: 'withinBox', column: 'spot', west: 5, south: 43, east: 5.5, north: 43.5 }),
)

describe('a list of conditions', () => {
  it('says every flat filter, and is read back as the same', () => {
    fc.assert(
      fc.property(
        fc.array(leaf, { minLength: 2, maxLength: 6 }),
        fc.constantFrom('and' as const, 'or' as const),
        (of, op) => {
          const conditions = readConditions({ op, of })
          expect(conditions).toBeDefined()
          expect(filterOf(conditions!, kindOf)).toEqual({ op, of })
        },
      ),
    )
  })

  it('says nothing of a filter that is nested', () => {
    expect(readConditions({ op: 'and', of: [{ op: 'or', of: [] }] })).toBeUndefined()
    expect(readConditions({ op: 'not', of: { op: 'isNull', column: 'name' } })).toBeUndefined()
  })

  it('is no filter while something is missing or does not fit', () => {
    const asked = (column: string, op: 'gt' | 'eq' | 'withinBox' | 'startsWith', ...values: string[]) =>
      filterOf({ join: 'and', of: [{ column, op, values }] }, kindOf)
    expect(asked('size', 'gt', '')).toBeUndefined()
    expect(asked('size', 'gt', 'long')).toBeUndefined()
    expect(asked('size', 'startsWith', '1')).toBeUndefined()
    expect(asked('gone', 'eq', '1')).toBeUndefined()
    expect(asked('spot', 'withinBox', '5', '44', '6', '43')).toBeUndefined()
    expect(asked('size', 'gt', '1 200,5')).toEqual({ op: 'gt', column: 'size', value: 1200.5 })
  })

  it('is no restriction when it is empty', () => {
    expect(filterOf({ join: 'and', of: [] }, kindOf)).toBeNull()
    expect(readConditions(null)).toEqual({ join: 'and', of: [] })
  })
})
