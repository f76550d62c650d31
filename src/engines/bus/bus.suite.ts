import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Bus, Subscription } from './bus.ts'
import { bytes, Inbox, numbers, publishNumbers } from './bus-inbox.ts'
import { fullBusSuite } from './full-bus.suite.ts'

export interface BusTarget {
  /** Opens a bus that keeps at most `maxBytes`; `name` keeps tests apart. */
  open(options: { name: string; maxBytes?: number }): Promise<Bus>
  /** Ends the bus's server as a crash would and brings it back, where there is one. */
  crash?(): Promise<void>
  stop(): Promise<void>
  /** True when what is published survives `close`. */
  isDurable: boolean
}

/** Every promise of the bus, to be run on each implementation. */
export function busSuite(start: () => Promise<BusTarget>): void {
  let target: BusTarget
  let count = 0
  const buses: Bus[] = []
  beforeAll(async () => {
    target = await start()
  }, 60_000)
  afterAll(() => target?.stop())
  afterEach(async () => {
    for (const bus of buses.splice(0)) await bus.close()
  })
  const open = async (maxBytes?: number, name = `t${++count}`): Promise<Bus> => {
    const bus = await target.open({ name, maxBytes })
    buses.push(bus)
    return bus
  }

  describe('publish and consume', () => {
    test('what is published arrives once, in order, with growing positions', async () => {
      const bus = await open()
      const inbox = new Inbox()
      await bus.consume('rows.ais', { from: 'first' }, inbox.takeAndAck)
      await publishNumbers(bus, 'rows.ais', 0, 300)
      await inbox.until(300)
      expect(inbox.ids).toEqual(numbers(0, 300))
      expect(Buffer.from(inbox.messages[7]!.data).toString()).toBe('rows.ais 7')
      const positions = inbox.messages.map(({ position }) => position)
      expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b))
      expect(inbox.messages.every(({ subject }) => subject === 'rows.ais')).toBe(true)
    })

    test('publishes that are not awaited keep their order', async () => {
      const bus = await open()
      const inbox = new Inbox()
      await bus.consume('s', { from: 'first' }, inbox.takeAndAck)
      await Promise.all(numbers(0, 500).map((id) => bus.publish('s', id, bytes(id))))
      await inbox.until(500)
      expect(inbox.ids).toEqual(numbers(0, 500))
    })

    test('every consumer of a subject gets all of it, and nothing of another one', async () => {
      const bus = await open()
      const [one, two, other] = [new Inbox(), new Inbox(), new Inbox()]
      await bus.consume('s', {}, one.takeAndAck)
      await bus.consume('s', { durable: 'two' }, two.takeAndAck)
      await bus.consume('s.below', { from: 'first' }, other.takeAndAck)
      await publishNumbers(bus, 's', 0, 20)
      await bus.publish('s.below', 'x', bytes('x'))
      await Promise.all([one.until(20), two.until(20), other.until(1)])
      expect(one.ids).toEqual(numbers(0, 20))
      expect(two.ids).toEqual(numbers(0, 20))
      expect(other.ids).toEqual(['x'])
    })

    test('new begins with what comes next, first with the oldest kept, a position after it', async () => {
      const bus = await open()
      await publishNumbers(bus, 's', 0, 10)
      const [all, late, after] = [new Inbox(), new Inbox(), new Inbox()]
      await bus.consume('s', { from: 'first' }, all.takeAndAck)
      await bus.consume('s', { from: 'new' }, late.takeAndAck)
      await all.until(10)
      await bus.consume('s', { from: all.messages[6]!.position }, after.takeAndAck)
      await publishNumbers(bus, 's', 10, 13)
      await Promise.all([all.until(13), late.until(3), after.until(6)])
      expect(late.ids).toEqual(numbers(10, 13))
      expect(after.ids).toEqual(numbers(7, 13))
    })

    test('the publisher may reuse its buffer, an empty message is one', async () => {
      const bus = await open()
      const inbox = new Inbox()
      await bus.consume('s', { from: 'first' }, inbox.takeAndAck)
      const buffer = bytes('first')
      await bus.publish('s', 'a', buffer)
      buffer.fill(0)
      await bus.publish('s', 'b', new Uint8Array(0))
      await inbox.until(2)
      expect(inbox.messages.map(({ data }) => Buffer.from(data).toString())).toEqual(['first', ''])
    })

    test('bad subjects, ids, names and sizes are refused', async () => {
      const bus = await open()
      for (const subject of ['', '.', 'a..b', 'a.*', '>', 'a b', 'é']) {
        await expect(bus.publish(subject, 'i', bytes('x'))).rejects.toMatchObject({ code: 'invalid_input' })
        await expect(bus.consume(subject, {}, () => {})).rejects.toMatchObject({ code: 'invalid_input' })
      }
      for (const id of ['', 'a b', 'é', 'x'.repeat(201), 'a\nb']) {
        await expect(bus.publish('s', id, bytes('x'))).rejects.toMatchObject({ code: 'invalid_input' })
      }
      await expect(bus.consume('s', { durable: 'a.b' }, () => {})).rejects.toMatchObject({
        code: 'invalid_input',
      })
      await expect(bus.publish('s', 'i', new Uint8Array(1_000_001))).rejects.toMatchObject({
        code: 'invalid_input',
      })
      await bus.publish('s', 'i', new Uint8Array(1_000_000))
    })
  })

  describe('duplicates', () => {
    test('the same id within the window is delivered once; on another subject it is another message', async () => {
      const bus = await open()
      const [inbox, other] = [new Inbox(), new Inbox()]
      await bus.consume('s', { from: 'first' }, inbox.takeAndAck)
      await bus.consume('other', { from: 'first' }, other.takeAndAck)
      for (const id of ['a', 'b', 'a', 'a', 'c', 'b']) await bus.publish('s', id, bytes(id))
      await bus.publish('other', 'a', bytes('a'))
      await Promise.all([inbox.until(3), other.until(1)])
      await bus.publish('s', 'end', bytes('end'))
      await inbox.until(4)
      expect(inbox.ids).toEqual(['a', 'b', 'c', 'end'])
    })
  })

  describe('acknowledgement and redelivery', () => {
    test('a durable consumer goes on after its last acknowledged message', async () => {
      const bus = await open()
      await publishNumbers(bus, 's', 0, 10)
      const first = new Inbox()
      const subscription = await bus.consume('s', { durable: 'd' }, (message) => {
        if (Number(message.id) < 4) message.ack()
        first.take(message)
      })
      await first.until(10)
      await subscription.stop()
      await publishNumbers(bus, 's', 10, 12)
      const second = new Inbox()
      await bus.consume('s', { durable: 'd' }, second.takeAndAck)
      await second.until(8)
      expect(second.ids).toEqual(numbers(4, 12))
    })

    test('acknowledged out of order: what was not, comes again', async () => {
      const bus = await open()
      await publishNumbers(bus, 's', 0, 6)
      const first = new Inbox()
      const subscription = await bus.consume('s', { durable: 'd' }, first.take)
      await first.until(6)
      for (const i of [5, 1, 0, 3]) first.messages[i]!.ack()
      await subscription.stop()
      first.messages[2]!.ack()
      const second = new Inbox()
      await bus.consume('s', { durable: 'd' }, second.takeAndAck)
      await second.until(4)
      expect(second.ids).toEqual(['2', '3', '4', '5'])
    })

    test('a durable consumer from new misses nothing between two runs', async () => {
      const bus = await open()
      await publishNumbers(bus, 's', 0, 3)
      const subscription = await bus.consume('s', { durable: 'd', from: 'new' }, () => {})
      await subscription.stop()
      await publishNumbers(bus, 's', 3, 6)
      const inbox = new Inbox()
      await bus.consume('s', { durable: 'd', from: 'new' }, inbox.takeAndAck)
      await inbox.until(3)
      expect(inbox.ids).toEqual(['3', '4', '5'])
    })

    test('a handler that throws gets the same message again before any other', async () => {
      const bus = await open()
      await publishNumbers(bus, 's', 0, 4)
      const inbox = new Inbox()
      let failures = 0
      await bus.consume('s', { from: 'first' }, async (message) => {
        inbox.take(message)
        if (message.id === '1' && failures++ < 2) throw new Error('on purpose')
        message.ack()
      })
      await inbox.until(6)
      expect(inbox.ids).toEqual(['0', '1', '1', '1', '2', '3'])
    })

    test('a handler runs once at a time', async () => {
      const bus = await open()
      let running = 0
      let most = 0
      const inbox = new Inbox()
      await bus.consume('s', { from: 'first' }, async (message) => {
        most = Math.max(most, ++running)
        await new Promise((resolve) => setImmediate(resolve))
        running--
        inbox.takeAndAck(message)
      })
      await publishNumbers(bus, 's', 0, 20)
      await inbox.until(20)
      expect(most).toBe(1)
    })

    test('after stop nothing more is delivered, also while a handler keeps failing', async () => {
      const bus = await open()
      const inbox = new Inbox()
      const failing = await bus.consume('s', { from: 'first' }, (message) => {
        inbox.take(message)
        throw new Error('on purpose')
      })
      await publishNumbers(bus, 's', 0, 2)
      await inbox.until(1)
      await failing.stop()
      await failing.stop()
      const seen = inbox.messages.length
      const after = new Inbox()
      await bus.consume('s', { from: 'first' }, after.takeAndAck)
      await after.until(2)
      expect(inbox.messages.length).toBe(seen)
      expect(new Set(inbox.ids)).toEqual(new Set(['0']))
    })

    test('of two subscriptions with one durable name the newer one keeps it', async () => {
      const bus = await open()
      const [older, newer] = [new Inbox(), new Inbox()]
      await bus.consume('s', { durable: 'd' }, older.takeAndAck)
      await bus.publish('s', 'before', bytes('x'))
      await older.until(1)
      await bus.consume('s', { durable: 'd' }, newer.takeAndAck)
      for (let i = 0; i < 20; i++) await bus.publish('s', `n${i}`, bytes('x'))
      await newer.until(20)
      expect(newer.ids.slice(-20)).toEqual(Array.from({ length: 20 }, (_, i) => `n${i}`))
    })
  })

  describe('slow consumers', () => {
    test('no more than maxInFlight messages wait for their acknowledgement', async () => {
      const bus = await open()
      await publishNumbers(bus, 's', 0, 20)
      const [slow, quick] = [new Inbox(), new Inbox()]
      await bus.consume('s', { durable: 'slow', maxInFlight: 5 }, slow.take)
      await bus.consume('s', { from: 'first' }, quick.takeAndAck)
      await Promise.all([slow.until(5), quick.until(20)])
      expect(slow.ids).toEqual(numbers(0, 5))
      slow.messages[3]!.ack()
      await slow.until(6)
      for (let i = 0; i < 20; i++) {
        await slow.until(i + 1)
        slow.messages[i]!.ack()
      }
      expect(slow.ids).toEqual(numbers(0, 20))
    })

    test('a consumer that does not answer blocks neither publishers nor other subjects', async () => {
      const bus = await open()
      let release = () => {}
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      const stuck = new Inbox()
      const subscriptions: Subscription[] = []
      subscriptions.push(
        await bus.consume('stuck', { from: 'first' }, async (message) => {
          stuck.take(message)
          await held
        }),
      )
      const free = new Inbox()
      subscriptions.push(await bus.consume('free', { from: 'first' }, free.takeAndAck))
      await publishNumbers(bus, 'stuck', 0, 50)
      await publishNumbers(bus, 'free', 0, 50)
      await Promise.all([stuck.until(1), free.until(50)])
      expect(stuck.ids).toEqual(['0'])
      release()
    })
  })

  fullBusSuite(open)

  describe('life', () => {
    test('health is good while open; a closed bus refuses', async () => {
      const bus = await open()
      expect(await bus.health()).toMatchObject({ ok: true, message: '' })
      await bus.consume('s', {}, () => {})
      await bus.close()
      expect(await bus.health()).toMatchObject({ ok: false })
      await expect(bus.publish('s', 'x', bytes('x'))).rejects.toMatchObject({ code: 'unavailable' })
      await expect(bus.consume('s', {}, () => {})).rejects.toMatchObject({ code: 'unavailable' })
    })

    test('messages and positions of durable consumers survive a reopening', async (context) => {
      if (!target.isDurable) return context.skip('the in-process bus lives as long as its process')
      const bus = await open(undefined, 'reopened')
      await publishNumbers(bus, 's', 0, 10)
      const first = new Inbox()
      await bus.consume('s', { durable: 'd' }, (message) => {
        first.take(message)
        if (Number(message.id) < 6) message.ack()
      })
      await first.until(10)
      await bus.close()
      const again = await open(undefined, 'reopened')
      await again.publish('s', '3', bytes('a duplicate after the reopening'))
      await again.publish('s', '10', bytes('x'))
      const second = new Inbox()
      await again.consume('s', { durable: 'd' }, second.takeAndAck)
      await second.until(5)
      expect(second.ids).toEqual(numbers(6, 11))
    })

    test('a crash of the server loses nothing acknowledged; consumers go on by themselves', async (context) => {
      if (!target.crash) return context.skip('the in-process bus has no server')
      const bus = await open()
      const [inbox, durable] = [new Inbox(), new Inbox()]
      await bus.consume('s', { from: 'first' }, inbox.takeAndAck)
      await bus.consume('s', { durable: 'd' }, durable.takeAndAck)
      await publishNumbers(bus, 's', 0, 50)
      await inbox.until(50)
      await target.crash()
      for (let i = 50; i < 100; i++) {
        for (;;) {
          try {
            await bus.publish('s', `${i}`, bytes('x'))
            break
          } catch (error) {
            expect(error).toMatchObject({ code: 'unavailable' })
          }
        }
      }
      await Promise.all([inbox.until(100), durable.until(100)])
      expect([...new Set(inbox.ids)]).toEqual(numbers(0, 100))
      expect([...new Set(durable.ids)]).toEqual(numbers(0, 100))
    }, 60_000)
  })
}
