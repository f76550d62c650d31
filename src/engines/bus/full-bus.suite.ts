import { describe, expect, test } from 'vitest'
import type { Bus } from './bus.ts'
import { Inbox, numbers } from './bus-inbox.ts'

/** What a bus promises when its room ends; `open` gives a bus of its own that keeps at most so many bytes. */
export function fullBusSuite(open: (maxBytes: number) => Promise<Bus>): void {
  describe('a busy publisher', () => {
    test('that waits for nothing but the bus does not keep its own consumers from running', async () => {
      const bus = await open(2_000_000)
      const inbox = new Inbox()
      await bus.consume('s', { durable: 'd', maxInFlight: 50 }, inbox.takeAndAck)
      const data = new Uint8Array(500)
      for (let i = 0; i < 6000; i++) await bus.publish('s', `${i}`, data)
      await inbox.until(6000)
      expect(inbox.ids).toEqual(numbers(0, 6000))
    })
  })

  describe('a full bus', () => {
    const payload = new Uint8Array(10_000)
    /** Publishes until the bus refuses; answers how many it took. */
    const fill = async (bus: Bus, subject: string): Promise<number> => {
      for (let i = 0; i < 1000; i++) {
        try {
          await bus.publish(subject, `f${i}`, payload)
        } catch (error) {
          expect(error).toMatchObject({ code: 'overloaded', status: 503 })
          return i
        }
      }
      return 1000
    }
    /** Publishes again and again until the bus has room: making it may take a moment. */
    const publishWhenRoom = async (bus: Bus, subject: string, id: string): Promise<void> => {
      for (;;) {
        try {
          return await bus.publish(subject, id, payload)
        } catch (error) {
          expect(error).toMatchObject({ code: 'overloaded' })
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      }
    }

    test('refuses rather than lose what a durable consumer has not acknowledged, and recovers', async () => {
      const bus = await open(500_000)
      const inbox = new Inbox()
      const subscription = await bus.consume('s', { durable: 'd', maxInFlight: 3 }, inbox.take)
      const taken = await fill(bus, 's')
      expect(taken).toBeGreaterThan(10)
      expect(taken).toBeLessThan(1000)
      await expect(bus.publish('s', 'refused', payload)).rejects.toMatchObject({ code: 'overloaded' })
      for (let i = 0; i < taken; i++) {
        await inbox.until(i + 1)
        inbox.messages[i]!.ack()
      }
      await publishWhenRoom(bus, 's', 'after')
      await inbox.until(taken + 1)
      expect(inbox.ids).toEqual([...numbers(0, taken).map((i) => `f${i}`), 'after'])
      await subscription.stop()
    })

    test('forgets the oldest of what nobody needs any more', async () => {
      const bus = await open(500_000)
      for (let i = 0; i < 200; i++) await publishWhenRoom(bus, 's', `n${i}`)
      const inbox = new Inbox()
      await bus.consume('s', { from: 'first' }, inbox.takeAndAck)
      const isLast = async () => {
        for (let n = 1; ; n++) {
          await inbox.until(n)
          if (inbox.ids.at(-1) === 'n199') return
        }
      }
      await isLast()
      expect(inbox.ids).toEqual(numbers(200 - inbox.ids.length, 200).map((i) => `n${i}`))
      expect(inbox.ids.length).toBeLessThan(50)
    })
  })
}
