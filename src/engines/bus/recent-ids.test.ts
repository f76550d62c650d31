import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecentIds } from './recent-ids.ts'

test('knows what came within the window, the newest so many of it, and nothing else', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(20), fc.nat(8)), { maxLength: 200 }),
      fc.integer({ min: 1, max: 10 }),
      (steps, atMost) => {
        const recent = new RecentIds(30, atMost)
        let seen: { id: string; atMs: number }[] = []
        let nowMs = 0
        for (const [passedMs, id] of steps) {
          nowMs += passedMs
          seen = seen.filter(({ atMs }) => atMs + 30 > nowMs)
          const isKnown = seen.some((one) => one.id === `${id}`)
          expect(recent.has(`${id}`, nowMs)).toBe(isKnown)
          if (isKnown) continue
          recent.add(`${id}`, nowMs)
          seen = [...seen, { id: `${id}`, atMs: nowMs }].slice(-atMost)
        }
      },
    ),
  )
})
