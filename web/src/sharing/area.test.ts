import { expect, it } from 'vitest'
import { boxOf, cornersOf, polygonOf, polygonOfBox } from './area.ts'

it('a box is read back from the polygon that it is', () => {
  const box = { west: 5.1, south: 43.2, east: 5.4, north: 43.4 }
  expect(boxOf(polygonOfBox(box))).toEqual(box)
})

it('fewer than three corners are no area, and what is none has no corners', () => {
  expect(
    polygonOf([
      [5, 43],
      [6, 43],
    ]),
  ).toBeNull()
  expect(cornersOf('{"type":"Point","coordinates":[5,43]}')).toEqual([])
  expect(cornersOf('not JSON')).toEqual([])
  expect(boxOf('{}')).toBeUndefined()
})
