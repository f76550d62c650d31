import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../src/package-root.ts'
import { chance } from './chance.ts'
import {
  aidToNavigation,
  baseStation,
  type Payload,
  positionA,
  positionAircraft,
  positionB,
  sentences,
  staticA,
  staticB,
  tagged,
} from './encode.ts'
import type { FleetVessel } from './fleet.ts'
import { bearingDeg, metresBetween, type Place } from './leg.ts'
import type { State } from './timeline.ts'
import type { World } from './world.ts'

interface Station {
  id: string
  lon: number
  lat: number
  rangeKm: number
  delayMs: number
}

interface Noise {
  stations: Station[]
  shadow: { station: string; fromDeg: number; toDeg: number; beyondKm: number }
  wrongChecksum: number
  cutLine: number
  garbage: number
  swappedParts: number
  speedSpike: number
  positionJump: number
  wrongClockMmsi: number
  wrongClockMs: number
  sharedMmsi: { mmsi: number; alsoAt: Place }
}

const noise = JSON.parse(readFileSync(join(packageRoot, 'data', 'demo', 'noise.json'), 'utf8')) as Noise

/** Numbers of no allocated country: base stations 00MID, aids 99MID. */
const bases = [
  { mmsi: 2_990_001, lon: 5.42, lat: 43.38 },
  { mmsi: 2_990_002, lon: 4.95, lat: 43.44 },
]
const aids = [
  { mmsi: 992_991_001, kind: 6, name: 'DEMO PLANIER', lon: 5.2297, lat: 43.1988 },
  { mmsi: 992_991_002, kind: 24, name: 'DEMO FOS CHENAL', lon: 4.92, lat: 43.36 },
  { mmsi: 992_991_003, kind: 25, name: 'DEMO PASSE SUD', lon: 5.348, lat: 43.3 },
]

/** What was put into the feed on purpose, for its ground truth. */
export interface FeedCounts {
  transmissions: number
  lines: number
  duplicates: number
  wrongChecksums: number
  cutLines: number
  garbageLines: number
  speedSpikes: { mmsi: number; at: string }[]
  positionJumps: { mmsi: number; at: string }[]
}

export const newFeedCounts = (): FeedCounts => ({
  transmissions: 0,
  lines: 0,
  duplicates: 0,
  wrongChecksums: 0,
  cutLines: 0,
  garbageLines: 0,
  speedSpikes: [],
  positionJumps: [],
})

const staticEveryS = 360
/** A slot is 26.67 ms (ITU-R M.1371-5): parts come a slot apart. */
const partDelayMs = 27

/** Seconds between position reports (ITU-R M.1371-5, tables 1 and 2; turning ships report three times as often). */
function intervalS(vessel: FleetVessel, state: State, turns: boolean): number {
  if (vessel.role === 'aircraft') return 10
  if (vessel.aisClass === 'B') return state.sogKn <= 2 ? 180 : 30
  if ((state.navStatus === 1 || state.navStatus === 5) && state.sogKn <= 3) return 180
  if (state.sogKn <= 14) return turns ? 4 : 10
  return turns ? 2 : 6
}

/** What the three stations of the demo hear, second by second: the same lines for a seed and an instant. */
export class DemoFeed {
  readonly counts = newFeedCounts()
  readonly #world: World
  #sequence = 0

  constructor(world: World) {
    this.#world = world
  }

  /** The lines of one second, each with its end, in the order in which they arrive. */
  second(atMs: number): string {
    const heard: { arrivesMs: number; text: string }[] = []
    const atS = Math.floor(atMs / 1000)
    for (const vessel of this.#world.vessels) this.#transmit(vessel, atMs, atS, heard)
    for (const base of bases) {
      if ((atS + base.mmsi) % 10 === 0)
        this.#air(
          baseStation(base.mmsi, base.lon, base.lat, atMs),
          base.mmsi,
          [base.lon, base.lat],
          atMs,
          heard,
        )
    }
    for (const { mmsi, kind, name, lon, lat } of aids) {
      if ((atS + mmsi) % 180 === 0)
        this.#air(aidToNavigation(mmsi, kind, name, lon, lat, atMs), mmsi, [lon, lat], atMs, heard)
    }
    heard.sort((a, b) => a.arrivesMs - b.arrivesMs)
    return heard.map(({ text }) => text).join('')
  }

  #transmit(
    vessel: FleetVessel,
    atMs: number,
    atS: number,
    heard: { arrivesMs: number; text: string }[],
  ): void {
    const { mmsi, aisClass } = vessel
    const slot = (atS + mmsi) % 360_360
    // Every interval is a multiple of two seconds.
    if (slot % 2 !== 0) return
    const state = this.#world.stateOf(vessel, atMs)
    if (!state) return
    const rot = this.#turnDegPerMin(vessel, state, atMs)
    if (slot % intervalS(vessel, state, Math.abs(rot) > 10) === 0) {
      const shown = this.#spoil(vessel, state, atMs, atS)
      const payload =
        vessel.role === 'aircraft'
          ? positionAircraft(vessel, shown, atMs)
          : aisClass === 'B'
            ? positionB(vessel, shown, atMs)
            : positionA(vessel, shown, rot, atMs)
      this.#air(payload, mmsi, [state.lon, state.lat], atMs, heard)
      const { sharedMmsi } = noise
      if (mmsi === sharedMmsi.mmsi && slot % 180 === 0) {
        const [lon, lat] = sharedMmsi.alsoAt
        const other = { ...state, lon, lat, sogKn: 0, navStatus: 0 }
        const twin = aisClass === 'B' ? positionB(vessel, other, atMs) : positionA(vessel, other, 0, atMs)
        this.#air(twin, mmsi, [5.3, 43.2], atMs, heard)
      }
    }
    if (vessel.role === 'aircraft' || slot % staticEveryS !== 0) return
    if (aisClass === 'A')
      this.#air(staticA(vessel, this.#eta(vessel, atMs)), mmsi, [state.lon, state.lat], atMs, heard)
    else for (const part of staticB(vessel)) this.#air(part, mmsi, [state.lon, state.lat], atMs, heard)
  }

  #turnDegPerMin(vessel: FleetVessel, state: State, atMs: number): number {
    if (state.sogKn < 1) return 0
    const later = this.#world.stateOf(vessel, atMs + 10_000)
    if (!later) return 0
    return (((later.headingDeg - state.headingDeg + 540) % 360) - 180) * 6
  }

  /** The declared ETA: the berthing time of the call, or the day after next for those without. */
  #eta(vessel: FleetVessel, atMs: number): number {
    const cycle = Math.round((atMs - vessel.phaseMs) / vessel.periodMs)
    return vessel.role === 'call' ? cycle * vessel.periodMs + vessel.phaseMs : atMs + 2 * 86_400_000
  }

  /** Now and then a report is wrong in the ways real ones are. */
  #spoil(vessel: FleetVessel, state: State, atMs: number, atS: number): State {
    const { mmsi } = vessel
    const dice = chance(this.#world.seed, mmsi, atS, 21)
    if (dice < noise.speedSpike) {
      this.counts.speedSpikes.push({ mmsi, at: new Date(atMs).toISOString() })
      return { ...state, sogKn: 102.2 }
    }
    if (dice > 1 - noise.positionJump) {
      this.counts.positionJumps.push({ mmsi, at: new Date(atMs).toISOString() })
      return { ...state, lon: state.lon - 1.2, lat: state.lat - 0.8 }
    }
    return state
  }

  /** One transmission: heard by the stations in range, each with its own delay. */
  #air(
    payload: Payload,
    mmsi: number,
    from: Place,
    atMs: number,
    heard: { arrivesMs: number; text: string }[],
  ): void {
    const { counts } = this
    const atS = Math.floor(atMs / 1000)
    const channel = (atS + mmsi) % 4 < 2 ? 'A' : 'B'
    const lines = sentences(payload, channel, this.#sequence)
    if (lines.length > 1) this.#sequence = (this.#sequence + 1) % 10
    counts.transmissions++
    let receptions = 0
    for (const [i, station] of noise.stations.entries()) {
      const dice = chance(this.#world.seed, mmsi, atS, 31 + i + payload.payload.length)
      if (dice >= audibility(station, from)) continue
      receptions++
      const clockMs = mmsi === noise.wrongClockMmsi ? noise.wrongClockMs : 0
      const arrivesMs = atMs + station.delayMs + 200 * chance(this.#world.seed, mmsi, atS, 41 + i)
      const parts = dice < noise.swappedParts ? [...lines].reverse() : lines
      for (const [n, line] of parts.entries()) {
        // Parts follow in slots of their own: those of other ships come in between.
        const partMs = arrivesMs + n * partDelayMs
        const text = this.#line(tagged(line, station.id, partMs + clockMs), mmsi, atS, i)
        heard.push({ arrivesMs: partMs, text })
      }
    }
    if (receptions > 1) counts.duplicates += receptions - 1
  }

  #line(line: string, mmsi: number, atS: number, station: number): string {
    const { counts } = this
    counts.lines++
    const dice = chance(this.#world.seed, mmsi + line.length, atS, 51 + station)
    if (dice < noise.wrongChecksum) {
      counts.wrongChecksums++
      return `${line.slice(0, -2)}${line.endsWith('00') ? 'FF' : '00'}\r\n`
    }
    if (dice < noise.wrongChecksum + noise.cutLine) {
      counts.cutLines++
      return `${line.slice(0, Math.floor(line.length * 0.7))}\r\n`
    }
    if (dice > 1 - noise.garbage) {
      counts.garbageLines++
      return `\u0001\u0007~~{{${line.slice(10, 30)}\r\n${line}\r\n`
    }
    return `${line}\r\n`
  }
}

/** Share of transmissions from a place that a station hears: all near, none beyond its range, less in a shadow. */
function audibility({ id, lon, lat, rangeKm }: Station, from: Place): number {
  const km = metresBetween([lon, lat], from) / 1000
  if (km >= rangeKm) return 0
  const { shadow } = noise
  if (id === shadow.station && km > shadow.beyondKm) {
    const towards = bearingDeg([lon, lat], from)
    if (towards > shadow.fromDeg && towards < shadow.toDeg) return 0.15
  }
  return 0.98 * (1 - (km / rangeKm) ** 4)
}
