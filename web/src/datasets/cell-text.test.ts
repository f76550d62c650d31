import { describe, expect, it } from 'vitest'
import { cellText, cellTextWithUnit, valueName } from './cell-text.ts'
import type { Field } from './explore-answers.ts'

const field = (name: string, type: Field['type'], unit?: string): Field => ({
  name,
  label: name,
  type,
  description: null,
  annotations: unit ? { unit: [unit] } : {},
})
const fr = { language: 'fr', words: { yes: 'oui', no: 'non' }, timeZone: 'Europe/Paris' } as const
const en = { language: 'en', words: { yes: 'yes', no: 'no' }, timeZone: 'UTC' } as const

describe('a cell', () => {
  it.each([
    [1812, 'int', '1\u202f812', '1,812'],
    [12.5, 'double', '12,5', '12.5'],
    [true, 'boolean', 'oui', 'yes'],
    ['2026-11-23', 'date', '23 nov. 2026', '23 Nov 2026'],
    ['1988-01', 'date', 'janv. 1988', 'Jan 1988'],
    ['1666', 'date', '1666', '1666'],
    ['2026-11-23T13:02:09+00:00', 'datetime', '23 nov. 2026 14:02:09', '23 Nov 2026 13:02:09'],
    [{ lat: 43.3, lon: 5.4 }, 'geo_point_2d', '43.30000, 5.40000', '43.30000, 5.40000'],
    [['a', 'b'], 'text', 'a, b', 'a, b'],
    [{ a: [1] }, 'json_blob', '{"a":[1]}', '{"a":[1]}'],
    [null, 'text', '', ''],
    ['no date', 'datetime', 'no date', 'no date'],
  ] as const)('%j of type %s', (value, type, french, english) => {
    expect(cellText(value, field('x', type), fr)).toBe(french)
    expect(cellText(value, field('x', type), en)).toBe(english)
  })
  it('of a facet is in words where it is yes or no', () => {
    expect(valueName(field('x', 'boolean'), 'true', fr)).toBe('oui')
    expect(valueName(field('x', 'boolean'), 'false', en)).toBe('no')
    expect(valueName(field('x', 'text'), 'true', fr)).toBe('true')
  })
  it('that names something has no spaces', () => {
    expect(cellText(299042420, field('mmsi', 'int'), fr)).toBe('299042420')
    expect(cellText(2026, field('code_year', 'int'), fr)).toBe('2026')
  })
  it('has its unit where it stands alone', () => {
    expect(cellTextWithUnit(12.5, field('x', 'double', 'm'), fr)).toBe('12,5\u00a0m')
    expect(cellTextWithUnit(12, field('x', 'double', '°'), fr)).toBe('12°')
    expect(cellTextWithUnit(null, field('x', 'double', 'm'), fr)).toBe('')
  })
})
