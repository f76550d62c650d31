import fc from 'fast-check'
import { expect, it } from 'vitest'
import { windowOf } from './row-window.ts'

it('holds every row in exactly one window, without gaps', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 700 }), (total, size) => {
      let rows = 0
      for (let first: number | undefined = 0; first !== undefined; ) {
        const { count, next, first: begun, previous } = windowOf(first, total, size)
        expect(begun).toBe(rows)
        expect(previous).toBe(rows === 0 ? undefined : rows - size)
        rows += count
        first = next
      }
      expect(rows).toBe(total)
    }),
  )
})

it.each([
  [0, 0, 0, 0],
  [12, 0, 0, 0],
  [-3, 10, 0, 10],
  [1_000_000, 1_000_000, 800_000, 200_000],
  [400_000, 1_000_000, 400_000, 400_000],
])('for row %d of %d begins at %d and has %d', (row, total, first, count) =>
  expect(windowOf(row, total)).toMatchObject({ first, count }),
)
