import { expect, it } from 'vitest'
import { EventRate } from './event-rate.ts'

it('counts the minute before, in the time of the messages', () => {
  const rate = new EventRate()
  for (let s = 0; s < 600; s++) for (let i = 0; i < 5; i++) rate.note(s * 1000 + i)
  expect(rate.perMinute(599_999)).toBe(300)
  expect(rate.perMinute(629_999)).toBe(150)
  expect(rate.perMinute(700_000)).toBe(0)
})

it('is not fooled by a straggler or a wrong clock', () => {
  const rate = new EventRate()
  rate.note(1_000_000)
  rate.note(1_000)
  rate.note(9_001_000)
  expect(rate.perMinute(1_000_000)).toBe(1)
})
