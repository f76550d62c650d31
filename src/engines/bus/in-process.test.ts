import { describe, expect, test } from 'vitest'
import { busSuite } from './bus.suite.ts'
import { Inbox } from './bus-inbox.ts'
import { createInProcessBus } from './in-process.ts'

const log = { warn() {} }

describe('bus in process', () => {
  busSuite(async () => ({
    open: async ({ maxBytes }) => createInProcessBus({ maxBytes, log }),
    stop: async () => {},
    isDurable: false,
  }))

  test('an id is forgotten after the window', async () => {
    let nowMs = 0
    const bus = createInProcessBus({ log, nowMs: () => nowMs })
    const inbox = new Inbox()
    await bus.consume('s', { from: 'first' }, inbox.takeAndAck)
    const publish = () => bus.publish('s', 'same', new Uint8Array(1))
    await publish()
    nowMs = 119_999
    await publish()
    nowMs = 120_000
    await publish()
    await bus.publish('s', 'end', new Uint8Array(1))
    await inbox.until(3)
    expect(inbox.ids).toEqual(['same', 'same', 'end'])
    await bus.close()
  })

  test('a long backlog with a quick handler leaves the event loop free', async () => {
    const bus = createInProcessBus({ log })
    for (let i = 0; i < 5000; i++) await bus.publish('s', `${i}`, new Uint8Array(1))
    const inbox = new Inbox()
    let ticks = 0
    const tick = () => {
      ticks++
      if (inbox.messages.length < 5000) setImmediate(tick)
    }
    setImmediate(tick)
    await bus.consume('s', { from: 'first' }, (message) => {
      // Work of about 40 µs: together far more than one turn.
      for (const end = performance.now() + 0.04; performance.now() < end; );
      inbox.takeAndAck(message)
    })
    await inbox.until(5000)
    expect(ticks).toBeGreaterThan(10)
    await bus.close()
  })

  test('failing handlers are told to the log', async () => {
    const told: string[] = []
    const bus = createInProcessBus({ log: { warn: (_details, message) => told.push(message) } })
    const inbox = new Inbox()
    await bus.consume('s', { from: 'first' }, (message) => {
      inbox.take(message)
      throw new Error('on purpose')
    })
    await bus.publish('s', 'a', new Uint8Array(1))
    await inbox.until(2)
    expect(told[0]).toContain('the message comes again')
    await bus.close()
  })
})
