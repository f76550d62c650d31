import { describe, expect, it } from 'vitest'
import type { LiveSnapshot, LiveUpdate } from '../../../src/vessels/schema.ts'
import { applySnapshot, applyUpdate, emptyFeed, type FeedEffects, retryDelayMs, VesselFeed } from './feed.ts'
import { vesselOf } from './invented.ts'

const at = '2026-11-24T12:00:00.000Z'
const snapshot: LiveSnapshot = {
  at,
  simulated: true,
  total: 2,
  lastReceivedAt: at,
  messagesPerMinute: 60,
  vessels: [vesselOf({ mmsi: 1 }), vesselOf({ mmsi: 2 })],
}
const update: LiveUpdate = {
  at,
  total: 2,
  lastReceivedAt: null,
  messagesPerMinute: 61,
  vessels: [vesselOf({ mmsi: 2, sogKn: 3 }), vesselOf({ mmsi: 3 })],
  gone: [1],
}

describe('the state of the feed', () => {
  it('replaces on a snapshot, merges on an update', () => {
    const first = applySnapshot(emptyFeed, snapshot, Date.parse(at) - 500)
    expect(first.skewMs).toBe(500)
    const second = applyUpdate(first, update, Date.parse(at))
    expect([...second.vessels.keys()]).toEqual([2, 3])
    expect(second.vessels.get(2)?.sogKn).toBe(3)
    expect(second.lastReceivedAtMs).toBe(Date.parse(at))
    expect(first.vessels.size).toBe(2)
  })

  it('keeps the same vessels when nothing changed, so that nothing is drawn again', () => {
    const first = applySnapshot(emptyFeed, snapshot, 0)
    expect(applyUpdate(first, { ...update, vessels: [], gone: [] }, 0).vessels).toBe(first.vessels)
  })
})

/** A stream and a clock in the hands of the test. */
function world() {
  const opened: (EventTarget & { url: string; readyState: number; isClosed: boolean })[] = []
  const timers = new Map<number, { run: () => void; ms: number }>()
  let next = 0
  const effects: FeedEffects = {
    open: (url) => {
      const source = Object.assign(new EventTarget(), {
        url,
        readyState: 1,
        isClosed: false,
        close() {
          source.isClosed = true
        },
      })
      opened.push(source)
      return source as unknown as EventSource
    },
    now: () => Date.parse(at),
    setTimer: (run, ms) => {
      timers.set(++next, { run, ms })
      return next
    },
    clearTimer: (timer) => void timers.delete(timer),
  }
  const fire = (ms: number) => {
    for (const [id, timer] of timers) {
      if (timer.ms !== ms) continue
      timers.delete(id)
      timer.run()
    }
  }
  const send = (event: string, data?: unknown) =>
    opened.at(-1)!.dispatchEvent(new MessageEvent(event, { data: JSON.stringify(data) }))
  return { opened, effects, fire, send, waits: () => [...timers.values()].map(({ ms }) => ms) }
}

describe('the feed', () => {
  it('asks for a margin around the view and stays when the view moves within it', () => {
    const { opened, effects, fire, send } = world()
    const feed = new VesselFeed(effects)
    feed.watch([4, 43, 6, 44])
    fire(0)
    expect(opened[0]!.url).toContain('bbox=3.500,42.750,6.500,44.250')
    send('snapshot', snapshot)
    feed.watch([4.2, 43, 6.2, 44])
    expect(opened).toHaveLength(1)
    feed.watch([10, 43, 12, 44])
    fire(400)
    expect(opened).toHaveLength(2)
    expect(opened[0]!.isClosed).toBe(true)
    expect(feed.getState().vessels.size).toBe(2)
  })

  it('says that the line is lost and lets the browser resume', () => {
    const { opened, effects, fire, send } = world()
    const feed = new VesselFeed(effects)
    feed.watch([4, 43, 6, 44])
    fire(0)
    send('snapshot', snapshot)
    opened[0]!.readyState = 0
    send('error')
    expect(feed.getState().connection).toBe('lost')
    expect(feed.getState().vessels.size).toBe(2)
    expect(opened[0]!.isClosed).toBe(false)
    send('update', update)
    expect(feed.getState().connection).toBe('open')
  })

  it('tries again by itself when the server refused, each time later', () => {
    const { opened, effects, fire, send, waits } = world()
    const feed = new VesselFeed(effects)
    feed.watch([4, 43, 6, 44])
    fire(0)
    for (const wait of [1000, 2000, 4000]) {
      opened.at(-1)!.readyState = 2
      send('error')
      expect(waits()).toContain(wait)
      fire(wait)
    }
    expect(opened).toHaveLength(4)
    expect(retryDelayMs(20)).toBe(30_000)
  })

  it('takes silence for a broken line', () => {
    const { opened, effects, fire, send } = world()
    const feed = new VesselFeed(effects)
    feed.watch([4, 43, 6, 44])
    fire(0)
    send('snapshot', snapshot)
    fire(14_000)
    expect(feed.getState().connection).toBe('lost')
    expect(opened[0]!.isClosed).toBe(true)
    fire(1000)
    expect(opened).toHaveLength(2)
  })

  it('leaves nothing behind when stopped', () => {
    const { opened, effects, fire, waits } = world()
    const feed = new VesselFeed(effects)
    feed.watch([4, 43, 6, 44])
    fire(0)
    feed.stop()
    expect(opened[0]!.isClosed).toBe(true)
    expect(waits()).toEqual([])
  })
})
