import { describe, expect, it } from 'vitest'
import type { Heard, PositionReport } from '../connectors/ais/message.ts'
import { flagBits } from '../maritime/plausibility-flags.ts'
import type { Audience } from './audience.ts'
import { LiveStream } from './live-stream.ts'
import { VesselRegistry } from './registry.ts'
import type { Box } from './rules.ts'

const audience = (fingerprint: string, sees: Audience['sees']): Audience => ({
  fingerprint,
  fields: [],
  sees,
  limited: async (_past, query) => query,
  onEnd: () => () => undefined,
})
const everybody = audience('everybody', () => true)

const gulf: Box = [4, 42, 7, 44]
const start = Date.parse('2026-11-24T12:00:00Z')

/** A registry, its stream and readers that keep what they are sent; time is moved by hand. */
function harbour() {
  let now = start
  const registry = new VesselRegistry(() => now)
  const stream = new LiveStream(registry, {
    epoch: 'run1',
    overview: () => ({ simulated: false, lastReceivedAt: null, messagesPerMinute: 0 }),
    now: () => now,
  })
  const hear = (mmsi: number, lon: number, lat: number) => {
    const report = { group: 'position', type: 1, mmsi, lon, lat, sogKn: 9, navStatus: 0 } as PositionReport
    registry.position(
      'tcp',
      report,
      { seq: 0, atMs: now, receivedAtMs: now, station: null } as Heard,
      0,
      true,
    )
  }
  const join = (
    options: { box?: Box; limit?: number; lastEventId?: string; waiting?: number; audience?: Audience } = {},
  ) => {
    const events: {
      id: string
      event: string
      data: { total: number; vessels: { mmsi: number }[]; gone?: number[] }
    }[] = []
    let dropped = false
    const leave = stream.join(
      options.box ?? gulf,
      options.limit ?? 5_000,
      options.lastEventId,
      {
        write(frame) {
          const [, id, event, data] = /^id: (.*)\nevent: (.*)\ndata: (.*)\n\n$/.exec(frame)!
          events.push({ id: id!, event: event!, data: JSON.parse(data!) })
          return options.waiting ?? 0
        },
        drop() {
          dropped = true
        },
      },
      options.audience ?? everybody,
    )
    const take = () =>
      events.splice(0).map(({ event, data }) => [event, data.vessels.map(({ mmsi }) => mmsi), data.gone])
    return { events, take, leave, isDropped: () => dropped }
  }
  return { registry, stream, hear, join, wait: (ms: number) => (now += ms) }
}

describe('LiveStream', () => {
  it('begins with the box and goes on with what changes in it', () => {
    const { stream, hear, join } = harbour()
    hear(228_000_001, 5, 43)
    hear(228_000_002, 20, 40)
    const reader = join()
    expect(reader.take()).toEqual([['snapshot', [228_000_001], undefined]])
    stream.tick()
    reader.take()
    hear(228_000_001, 5.1, 43)
    hear(228_000_002, 20.1, 40)
    stream.tick()
    expect(reader.take()).toEqual([['update', [228_000_001], []]])
  })

  it('never names whom an audience may not see, and takes away whom it may see no more', () => {
    const { stream, hear, join } = harbour()
    hear(228_000_001, 5, 43)
    hear(228_000_002, 5.2, 43)
    const hidden = new Set([228_000_002])
    const limited = audience('limited', ({ mmsi }) => !hidden.has(mmsi))
    const [reader, other] = [join({ audience: limited }), join()]
    expect(reader.take()).toEqual([['snapshot', [228_000_001], undefined]])
    expect(other.take()).toEqual([['snapshot', [228_000_001, 228_000_002], undefined]])
    stream.tick()
    reader.take()
    hear(228_000_002, 7.5, 43)
    hear(228_000_001, 5.1, 43)
    stream.tick()
    expect(reader.take()).toEqual([['update', [228_000_001], []]])
    hidden.add(228_000_001)
    hear(228_000_001, 5.15, 43)
    stream.tick()
    expect(reader.take()).toEqual([['update', [], [228_000_001]]])
  })

  it('says who left the box, and is silent when nothing happens, but not for long', () => {
    const { stream, hear, join, wait } = harbour()
    hear(228_000_001, 6.99, 43)
    const reader = join()
    stream.tick()
    reader.take()
    hear(228_000_001, 7.01, 43)
    stream.tick()
    expect(reader.take()).toEqual([['update', [], [228_000_001]]])
    stream.tick()
    expect(reader.take()).toEqual([])
    wait(5_000)
    stream.tick()
    expect(reader.take()).toEqual([['update', [], []]])
  })

  it('gives a reader that comes back what it missed, and no more', () => {
    const { stream, hear, join } = harbour()
    hear(228_000_001, 5, 43)
    hear(228_000_002, 5.2, 43)
    const first = join()
    stream.tick()
    const lastEventId = first.events.at(-1)!.id
    first.leave()
    hear(228_000_002, 5.3, 43)
    stream.tick()
    expect(join({ lastEventId }).take()).toEqual([['update', [228_000_002], []]])
    expect(join({ lastEventId: 'run0.1' }).take()[0]?.[0]).toBe('snapshot')
    expect(join({ lastEventId: 'nonsense' }).take()[0]?.[0]).toBe('snapshot')
  })

  it('forgets what was not heard for a day, and says so', () => {
    const { registry, stream, hear, join, wait } = harbour()
    hear(228_000_001, 5, 43)
    const reader = join()
    stream.tick()
    reader.take()
    wait(11 * 60_000)
    registry.age()
    stream.tick()
    expect(reader.take()).toEqual([['update', [228_000_001], []]])
    wait(25 * 3_600_000)
    registry.age()
    stream.tick()
    expect(reader.take()).toEqual([['update', [], [228_000_001]]])
  })

  it('draws a part, always the same, when the box holds too many', () => {
    const { stream, hear, join } = harbour()
    for (let i = 0; i < 100; i++) hear(228_000_000 + i, 5 + i / 1000, 43)
    const some = join({ limit: 50 })
    const [, drawn] = some.take()[0] as [string, number[]]
    expect(some.events).toEqual([])
    expect(drawn.length).toBeGreaterThan(20)
    expect(drawn.length).toBeLessThan(80)
    for (let i = 0; i < 100; i++) hear(228_000_000 + i, 5.1 + i / 1000, 43)
    stream.tick()
    expect(some.take()).toEqual([['update', expect.arrayContaining(drawn), []]])
  })

  it('drops a reader that does not read, without harm to the others', () => {
    const { stream, hear, join, wait } = harbour()
    hear(228_000_001, 5, 43)
    const slow = join({ waiting: 2 * 1024 * 1024 })
    const quick = join()
    quick.take()
    expect([slow.isDropped(), stream.readerCount, stream.dropped]).toEqual([true, 1, 1])
    wait(1_000)
    hear(228_000_001, 5.1, 43)
    stream.tick()
    expect(quick.take()).toEqual([['update', [228_000_001], []]])
  })
})

describe('VesselRegistry', () => {
  it('goes with the wall clock for a live feed and with its messages for a replay', () => {
    let now = start
    const registry = new VesselRegistry(() => now)
    const report = {
      group: 'position',
      type: 1,
      mmsi: 228_000_001,
      lon: 5,
      lat: 43,
      sogKn: 0,
    } as PositionReport
    const old = Date.parse('2012-03-14T11:30:00Z')
    registry.noteSource('file', false)
    registry.position('file', report, { atMs: old, receivedAtMs: now, station: null } as Heard, 0, true)
    expect(registry.nowMs).toBe(old)
    registry.noteSource('file', true)
    now += 86_400_000
    expect(registry.nowMs).toBe(old)
    registry.noteSource('tcp', false)
    registry.position('tcp', report, { atMs: now, receivedAtMs: now, station: null } as Heard, 0, true)
    now += 3_600_000
    expect(registry.nowMs).toBe(now)
  })

  it('takes a sender whose clock is ahead as heard now', () => {
    const registry = new VesselRegistry(() => start)
    const tell = (lon: number, atMs: number, receivedAtMs: number, flags: number) => {
      const report = {
        group: 'position',
        type: 1,
        mmsi: 228_000_001,
        lon,
        lat: 43,
        sogKn: 5,
      } as PositionReport
      registry.position('tcp', report, { atMs, receivedAtMs, station: null } as Heard, flags, true)
    }
    tell(5.1, start + 3_600_000, start, flagBits['future-time'])
    tell(5.2, start + 10_000, start + 10_000, 0)
    const vessel = registry.vessels.get(228_000_001)!
    expect([vessel.lon, vessel.positionAtMs]).toEqual([5.2, start + 10_000])
  })

  it('keeps the newest position whatever the order, and does not move for a doubtful one', () => {
    const registry = new VesselRegistry(() => start)
    const tell = (lon: number, atMs: number, accepted = true) => {
      const report = {
        group: 'position',
        type: 1,
        mmsi: 228_000_001,
        lon,
        lat: 43,
        sogKn: 5,
      } as PositionReport
      registry.position('tcp', report, { atMs, receivedAtMs: start, station: 'r1' } as Heard, 0, accepted)
    }
    tell(5.2, start)
    tell(5.1, start - 60_000)
    tell(40, start + 1_000, false)
    const vessel = registry.vessels.get(228_000_001)!
    expect([vessel.lon, vessel.positions, vessel.firstHeardAtMs]).toEqual([5.2, 3, start - 60_000])
    expect([...vessel.heardBy.values()]).toEqual([
      { source: 'tcp', station: 'r1', messages: 3, lastAtMs: start + 1_000 },
    ])
  })
})
