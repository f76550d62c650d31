import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDatasetAddress } from './address.ts'
import type { Field } from './explore-answers.ts'
import { joinList, splitList } from './lists.ts'
import { conditionsOf, nameText, refinementsOf, toggleRefinement, withCondition } from './odsql-text.ts'

const field = (name: string, type: Field['type'], annotations: Field['annotations'] = {}): Field => ({
  name,
  label: name,
  type,
  description: null,
  annotations,
})
const fields = [
  field('kind', 'text'),
  field('year', 'int'),
  field('open', 'boolean'),
  field('at', 'datetime'),
  field('path', 'text', { hierarchical: ['/'] }),
]

describe('lists in an address', () => {
  it('come back as they went', () => {
    const texts = fc.array(fc.string({ minLength: 1 }))
    fc.assert(
      fc.property(texts, (items) => {
        expect(splitList(joinList(items))).toEqual(items)
      }),
    )
  })
})

describe('conditions', () => {
  it('say what was chosen, by type', () => {
    const filter = joinList([
      'kind:a "b"',
      'kind:c',
      'year:2019',
      'open:true',
      'at:2019/12',
      'path:x/y',
      'gone:1',
    ])
    expect(conditionsOf({ q: 'quai', where: 'year > 1', filter }, fields)).toEqual({
      where: ['search("quai")', 'year > 1', 'kind in ("a \\"b\\"", "c")', '`year` = 2019', 'open is true'],
      refine: ['at:2019/12', 'path:x/y'],
    })
  })
  it('quote names that are words of the language', () => {
    expect(nameText('depth')).toBe('depth')
    expect(nameText('Count')).toBe('`Count`')
    expect(nameText('2024')).toBe('`2024`')
    expect(nameText('a`b')).toBe('`a\\`b`')
  })
  it('are added once, and an alternative stays one', () => {
    expect(withCondition(undefined, 'a = 1')).toBe('a = 1')
    expect(withCondition('a = 1', 'a = 1')).toBe('a = 1')
    expect(withCondition('a = 1 or b = 2', 'c = 3')).toBe('(a = 1 or b = 2) and c = 3')
  })
})

describe('choosing a value', () => {
  it('widens, and a second press takes it back', () => {
    const one = toggleRefinement(undefined, fields[0]!, 'a:b')
    expect(refinementsOf(one)).toEqual([{ field: 'kind', value: 'a:b' }])
    const two = toggleRefinement(one, fields[0]!, 'c')
    expect(refinementsOf(two)).toHaveLength(2)
    expect(toggleRefinement(toggleRefinement(two, fields[0]!, 'c'), fields[0]!, 'a:b')).toBeUndefined()
  })
  it('replaces where values hold one another', () => {
    const year = toggleRefinement(undefined, fields[3]!, '2019')
    expect(refinementsOf(toggleRefinement(year, fields[3]!, '2019/12'))).toEqual([
      { field: 'at', value: '2019/12' },
    ])
  })
})

describe('an address', () => {
  it('is read without what cannot be understood', () => {
    const raw = { tab: 'zzz', at: 'now()', row: '-1', map: '1,2', chart: 'pie', filter: 'x', q: ' ' }
    expect(readDatasetAddress(raw)).toEqual({})
    expect(readDatasetAddress({ tab: 'map', at: 'v3', row: '0', diff: '2', lang: 'en' })).toEqual({
      tab: 'map',
      at: 'v3',
      row: 0,
      diff: 2,
      lang: 'en',
    })
  })
  it('never throws', () => {
    const raws = fc.dictionary(fc.string(), fc.anything())
    fc.assert(fc.property(raws, (raw) => readDatasetAddress(raw) !== null))
  })
})
