import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readGeoJson } from '../engines/columnar/spatial/geojson.ts'
import { filterLimits, readFilter } from './filter.ts'
import { fields, randomFilter } from './random-world.suite.ts'
import type { Filter } from './schema.ts'

const reading = { fields, isGeometry: (text: string) => readGeoJson(text) !== undefined }
const read = (given: unknown) => readFilter(given, reading)

describe('readFilter', () => {
  it('gives back what fits, as plain objects that say the same', () => {
    fc.assert(
      fc.property(randomFilter, (filter) => {
        const once = read(JSON.parse(JSON.stringify(filter)))
        expect(read(once)).toEqual(once)
      }),
    )
  })

  it('throws only what it says, whatever it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('and', 'not', 'eq', 'in', 'withinBox'), (value, op) => {
        for (const given of [value, { op, of: value, column: 'name', value, values: value }])
          try {
            read(given)
          } catch (error) {
            expect(error).toMatchObject({ code: 'invalid_filter', status: 422 })
          }
      }),
    )
  })

  const eq = (column: string, value: unknown) => ({ op: 'eq', column, value })
  const deep = (n: number): unknown => (n === 0 ? eq('mmsi', 1) : { op: 'not', of: deep(n - 1) })
  it.each<[string, unknown]>([
    ['an unknown operator', { op: 'regex', column: 'name', value: '.*' }],
    ['an operator of the prototype', { op: 'constructor', column: 'name' }],
    ['a field that is not there', eq('secret', 1)],
    ['a field of the prototype', eq('__proto__', 1)],
    ['a stranger beside its members', { ...eq('mmsi', 1), or: [] }],
    ['null', eq('mmsi', null)],
    ['NaN', eq('mmsi', Number.NaN)],
    ['infinity', eq('draught', Number.POSITIVE_INFINITY)],
    ['a whole number past 2^53', eq('count', 2 ** 53)],
    ['a text for a number', eq('mmsi', '1')],
    ['a number for a text', eq('name', 1)],
    ['half a surrogate pair', eq('name', '\ud800')],
    ['U+0000', eq('name', 'a\0')],
    ['a day that is none', eq('day', '2026-13-01')],
    ['an instant in words', eq('at', 'yesterday')],
    ['an order of booleans', { op: 'lt', column: 'moored', value: true }],
    ['a comparison of places', eq('place', 'x')],
    ['a box of no place', { op: 'withinBox', column: 'name', west: 0, south: 0, east: 1, north: 1 }],
    ['a box upside down', { op: 'withinBox', column: 'place', west: 0, south: 2, east: 1, north: 1 }],
    ['no geometry', { op: 'withinGeometry', column: 'place', geometry: '{"type":"Banana"}' }],
    ['an unknown attribute', eq('name', { attr: 'password' })],
    ['an attribute with more', eq('name', { attr: 'id', or: 1 })],
    ['an attribute for a number', eq('mmsi', { attr: 'id' })],
    ['a rule of the platform', { op: 'sumAtLeast', columns: ['mmsi'], value: 1 }],
    [
      'a look into other data',
      { op: 'inDataset', column: 'mmsi', dataset: 'd', field: 'f', where: { op: 'and', of: [] } },
    ],
    ['too deep', deep(filterLimits.depth)],
    ['too many parts', { op: 'or', of: Array.from({ length: filterLimits.nodes }, () => eq('mmsi', 1)) }],
    ['too many values', { op: 'in', column: 'mmsi', values: Array.from({ length: 1_001 }, (_, i) => i) }],
  ])('refuses %s', (_, given) => {
    expect(() => read(given)).toThrow(expect.objectContaining({ code: 'invalid_filter' }))
  })

  it('keeps an empty list of alternatives, which passes no row', () => {
    const none: Filter = { op: 'or', of: [] }
    expect(read(none)).toEqual(none)
  })
})
