import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { AisMessage, Heard } from '../src/connectors/ais/message.ts'
import { AisReader } from '../src/connectors/ais/reader.ts'
import { distanceM } from '../src/maritime/distance.ts'
import { loadLandMask } from '../src/maritime/land-mask.ts'
import { flagIsoOf } from '../src/maritime/mmsi.ts'
import { limitsOf } from './calls.ts'
import { startDemoPort } from './demo-port.ts'
import { DemoFeed } from './feed.ts'
import { fleet } from './fleet.ts'
import { placeOf } from './places.ts'
import { truthOf } from './truth.ts'
import { World } from './world.ts'

const start = Date.parse('2026-05-04T00:00:00Z')
const hourMs = 3_600_000

/** What a reader makes of a stretch of the feed. */
function decode(feed: DemoFeed, fromMs: number, seconds: number) {
  const messages: (AisMessage & { atMs: number })[] = []
  const rejects: string[] = []
  const reader = new AisReader('demo', {
    message: (message: AisMessage, heard: Heard) => messages.push({ ...message, atMs: heard.atMs }),
    reject: (reason) => rejects.push(reason),
  })
  let seq = 0
  for (let s = 0; s < seconds; s++) {
    const bytes = Buffer.from(feed.second(fromMs + s * 1000), 'latin1')
    reader.read(bytes, seq, fromMs + s * 1000)
    seq += bytes.length
  }
  reader.end()
  return { messages, rejects }
}

describe('the fleet', () => {
  it('is invented: no allocated country, no number twice', () => {
    expect(new Set(fleet.map(({ mmsi }) => mmsi)).size).toBe(fleet.length)
    expect(fleet.map(({ mmsi }) => flagIsoOf(mmsi)).filter((iso) => iso !== null)).toEqual([])
  })

  it('lies and calls where there are places', () => {
    for (const { homes, role } of fleet) {
      for (const home of role === 'barge' ? [] : homes) expect(placeOf(home).centre).toHaveLength(2)
    }
  })
})

describe('the world', () => {
  it('is the same whenever it is asked, in any order', () => {
    const [one, other] = [new World(7), new World(7)]
    const instants = Array.from({ length: 40 }, (_, i) => start + i * 2.7 * hourMs)
    const states = instants.map((atMs) => fleet.map((vessel) => one.stateOf(vessel, atMs)))
    const again = [...instants].reverse().map((atMs) => fleet.map((vessel) => other.stateOf(vessel, atMs)))
    expect(again.reverse()).toEqual(states)
    expect(new World(8).stateOf(fleet[0]!, start + 5 * hourMs)).not.toEqual(
      one.stateOf(fleet[0]!, start + 5 * hourMs),
    )
  })

  it('has 50 to 150 vessels alive by day, none of them inland, none faster than ships are', () => {
    const world = new World(13)
    const isOnLand = loadLandMask()
    for (let atMs = start; atMs < start + 72 * hourMs; atMs += 7 * 60_000) {
      const alive = fleet.flatMap((vessel) => {
        const state = world.stateOf(vessel, atMs)
        return state ? [{ vessel, state }] : []
      })
      const stranded = alive.filter(
        ({ vessel, state }) => vessel.role !== 'aircraft' && isOnLand(state.lon, state.lat),
      )
      expect(stranded.map(({ vessel, state }) => `${vessel.name} ${state.lon} ${state.lat}`)).toEqual([])
      expect(alive.every(({ vessel, state }) => state.sogKn <= Math.max(25, vessel.cruiseKn))).toBe(true)
      const hour = new Date(atMs).getUTCHours()
      if (hour >= 11 && hour <= 15) {
        expect(alive.length).toBeGreaterThan(50)
        expect(alive.length).toBeLessThan(150)
      }
    }
  })

  it('moves without leaps', () => {
    const world = new World(13)
    const leaps: string[] = []
    for (const vessel of fleet) {
      let before = world.stateOf(vessel, start)
      for (let atMs = start + 20_000; atMs < start + 30 * hourMs; atMs += 20_000) {
        const now = world.stateOf(vessel, atMs)
        if (now && before) {
          const metres = distanceM(now.lon, now.lat, before.lon, before.lat)
          const fastest = (Math.max(now.sogKn, before.sogKn, 3) + 3) * 0.5144 * 20
          if (metres > fastest + 60) leaps.push(`${vessel.name} ${new Date(atMs).toISOString()} ${metres} m`)
        }
        before = now
      }
    }
    expect(leaps).toEqual([])
  }, 120_000)
})

describe('the feed', () => {
  it('decodes: all that is meant to, and the noise as what it is', () => {
    const feed = new DemoFeed(new World(13))
    const { messages, rejects } = decode(feed, start + 9 * hourMs, 1_800)
    const types = new Set(messages.map(({ type }) => type))
    for (const type of [1, 4, 5, 18, 21, 24]) expect(types).toContain(type)
    const known = new Set(fleet.map(({ mmsi }) => mmsi))
    const foreign = messages.filter(({ mmsi, type }) => !known.has(mmsi) && type !== 4 && type !== 21)
    expect(foreign).toEqual([])
    const { counts } = feed
    expect(rejects.filter((reason) => reason === 'checksum').length).toBeGreaterThanOrEqual(
      counts.wrongChecksums,
    )
    expect(counts.duplicates).toBeGreaterThan(counts.transmissions / 4)
    const names = new Map(messages.flatMap((m) => (m.group === 'static' && m.name ? [[m.mmsi, m.name]] : [])))
    for (const [mmsi, name] of names) expect(fleet.find((vessel) => vessel.mmsi === mmsi)?.name).toBe(name)
  })

  it('reports as often as the radio rules say', () => {
    const ferry = fleet.find(({ name }) => name === 'MISTRAL AZUR')!
    const world = new World(13)
    const moored = Array.from({ length: 24 }, (_, h) => start + h * hourMs).find(
      (atMs) =>
        world.stateOf(ferry, atMs)?.navStatus === 5 && world.stateOf(ferry, atMs + hourMs)?.navStatus === 5,
    )!
    const { messages } = decode(new DemoFeed(world), moored, 3_600)
    const instants = new Set(
      messages.flatMap((m) => (m.mmsi === ferry.mmsi && m.type === 1 ? [Math.floor(m.atMs / 60_000)] : [])),
    )
    expect(instants.size).toBeGreaterThanOrEqual(17)
    expect(instants.size).toBeLessThanOrEqual(21)
  })

  it('is the same, byte for byte, for a seed', () => {
    const text = (seed: number) => {
      const feed = new DemoFeed(new World(seed))
      return Array.from({ length: 300 }, (_, s) => feed.second(start + s * 1000)).join('')
    }
    expect(text(5)).toBe(text(5))
    expect(text(5)).not.toBe(text(6))
  })
})

describe('the ground truth', () => {
  it('agrees with where the vessels are', () => {
    const world = new World(13)
    const { calls } = truthOf(world, start, start + 96 * hourMs, new DemoFeed(world).counts)
    expect(calls.length).toBeGreaterThan(30)
    expect(calls.some(({ anchorages }) => anchorages.length > 0)).toBe(true)
    expect(calls.some(({ berths }) => berths.length > 1)).toBe(true)
    expect(calls.some(({ gaps }) => gaps.length > 0)).toBe(true)
    for (const call of calls) {
      const times = [
        call.enteredAreaAt,
        call.arrivedAt,
        call.berths[0]!.ata,
        call.berths.at(-1)!.atd,
        call.departedAt,
      ]
      expect(times).toEqual([...times].sort())
      const vessel = fleet.find(({ mmsi }) => mmsi === call.mmsi)!
      for (const { berth, ata, atd } of call.berths) {
        const state = world.stateOf(vessel, (Date.parse(ata) + Date.parse(atd)) / 2)
        if (!state) continue
        const [lon, lat] = placeOf(berth).centre
        expect(distanceM(lon, lat, state.lon, state.lat)).toBeLessThan(50)
        expect(state.navStatus).toBe(5)
      }
    }
  })

  it('has the limits of the port between sea and berth', () => {
    const world = new World(13)
    const [call] = [...world.callsIn(start, start + 24 * hourMs)]
    const { inMs, outMs } = limitsOf(call!)
    expect(inMs).toBeGreaterThan(call!.fromMs)
    expect(outMs).toBeLessThan(call!.toMs)
  })
})

describe('the transmitter', () => {
  it('tells the past at once and everything to each client, on a real socket', async () => {
    const demo = await startDemoPort({
      seed: 13,
      startAt: new Date(Date.now() - 10 * 60_000),
      speed: 1,
      host: '127.0.0.1',
      port: 0,
    })
    try {
      const socket = connect(demo.port, '127.0.0.1')
      await once(socket, 'connect')
      const times: number[] = []
      for await (const chunk of socket) {
        times.push(...[...String(chunk).matchAll(/c:(\d{13})/g)].map(([, ms]) => Number(ms)))
        if (Date.now() - times.at(-1)! < 5_000) break
      }
      expect(times.length).toBeGreaterThan(400)
      expect(Date.now() - Math.min(...times)).toBeGreaterThan(9 * 60_000)
    } finally {
      await demo.close()
    }
  })
})
