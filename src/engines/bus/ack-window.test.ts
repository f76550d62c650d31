import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AckWindow } from './ack-window.ts'

test('the floor is the greatest position with all before it acknowledged, whatever the order', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { maxLength: 60 }).chain((positions) => {
        const sorted = [...positions].sort((a, b) => a - b)
        return fc.tuple(fc.constant(sorted), fc.shuffledSubarray(sorted))
      }),
      ([delivered, acked]) => {
        const window = new AckWindow(0)
        for (const position of delivered) window.deliver(position)
        for (const position of acked) {
          window.ack(position)
          window.ack(position)
        }
        const firstOpen = delivered.findIndex((position) => !acked.includes(position))
        const done = firstOpen < 0 ? delivered.length : firstOpen
        expect(window.floor).toBe(done === 0 ? 0 : delivered[done - 1])
        expect(window.inFlight).toBe(delivered.length - acked.length)
      },
    ),
  )
})
