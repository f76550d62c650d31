import { expect, it } from 'vitest'
import type { TextLayout } from '../../../../src/datasets/loading/schema.ts'
import { delimiterName, headerLineOf, isReadable, withHeaderLine } from './layout-edit.ts'

const layout: TextLayout = { encoding: 'utf-8', delimiter: ';', quote: '"', skipLines: 3, hasHeader: true }

it('counts the line of the header from one, none being nought', () => {
  expect(headerLineOf(layout)).toBe(3)
  expect(headerLineOf({ ...layout, hasHeader: false })).toBe(0)
  expect(withHeaderLine(layout, 0)).toMatchObject({ hasHeader: false, skipLines: 0 })
  expect(withHeaderLine({ ...layout, hasHeader: false }, 2)).toMatchObject({ hasHeader: true, skipLines: 2 })
})

it('names the usual delimiters', () => {
  expect(delimiterName('\t')).toBe('tab')
  expect(delimiterName('~')).toBeUndefined()
})

it('knows what the server would refuse', () => {
  expect([';', '\t', '~', ' '].every((delimiter) => isReadable({ ...layout, delimiter }))).toBe(true)
  for (const delimiter of ['', 'a', '7', '-', '+', '"', ';;', 'é', '_'])
    expect(isReadable({ ...layout, delimiter }), delimiter).toBe(false)
  expect(isReadable({ ...layout, skipLines: 1.5 })).toBe(false)
})
