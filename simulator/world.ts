import { assistantState, type Mission, missionsOf } from './assistance.ts'
import { type Call, callOf, callsBetween } from './calls.ts'
import { type FleetVessel, fleet } from './fleet.ts'
import { dayMs, dayOf } from './residents.ts'
import { type Spell, type State, spellAt, stateIn } from './timeline.ts'

/** Keeps the last `size` values made for keys. */
function remember<T>(size: number, make: (key: string) => T): (key: string) => T {
  const kept = new Map<string, T>()
  return (key) => {
    let value = kept.get(key)
    if (value === undefined) {
      value = make(key)
      kept.set(key, value)
      if (kept.size > size) kept.delete(kept.keys().next().value!)
    }
    return value
  }
}

/**
 * The simulated port at any instant: a pure function of seed and time, so that a restart goes on where the port is,
 * whenever it was started.
 */
export class World {
  readonly vessels = fleet
  readonly #seed: number
  readonly #call: (key: string) => Call
  readonly #day: (key: string) => Spell[]
  readonly #missions: (key: string) => Mission[]
  readonly #byMmsi = new Map(fleet.map((vessel) => [vessel.mmsi, vessel]))

  constructor(seed: number) {
    this.#seed = seed
    this.#call = remember(2_000, (key) => {
      const [mmsi, cycle] = key.split(' ').map(Number)
      return callOf(seed, this.#byMmsi.get(mmsi!)!, cycle!)
    })
    this.#day = remember(1_000, (key) => {
      const [mmsi, day] = key.split(' ').map(Number)
      return dayOf(seed, this.#byMmsi.get(mmsi!)!, day!)
    })
    this.#missions = remember(200, (key) => {
      const [mmsi, day] = key.split(' ').map(Number)
      const vessel = this.#byMmsi.get(mmsi!)!
      const mates = fleet.filter(({ role, homes }) => role === vessel.role && homes[0] === vessel.homes[0])
      return missionsOf(vessel, mates, [...this.callsIn(day! * dayMs, (day! + 1) * dayMs)], day!)
    })
  }

  /** Every call that touches a period. */
  *callsIn(fromMs: number, toMs: number): Generator<Call> {
    for (const vessel of fleet) {
      if (vessel.role !== 'call') continue
      yield* callsBetween(vessel, fromMs, toMs, (one, cycle) => this.#call(`${one.mmsi} ${cycle}`))
    }
  }

  /** Where a vessel is, undefined when it is out of the area or its transponder is silent. HOT. */
  stateOf(vessel: FleetVessel, atMs: number): State | undefined {
    switch (vessel.role) {
      case 'call': {
        const cycle = Math.round((atMs - vessel.phaseMs - vessel.stayMs / 2) / vessel.periodMs)
        for (let c = cycle - 1; c <= cycle + 1; c++) {
          const { spells, fromMs, toMs, gap } = this.#call(`${vessel.mmsi} ${c}`)
          if (atMs < fromMs || atMs >= toMs) continue
          if (gap && atMs >= gap.fromMs && atMs < gap.toMs) return undefined
          return stateIn(spellAt(spells, atMs)!, atMs, vessel.mmsi)
        }
        return undefined
      }
      case 'pilot':
      case 'tug': {
        const day = Math.floor(atMs / dayMs)
        const missions = [day - 1, day, day + 1].flatMap((d) => this.#missions(`${vessel.mmsi} ${d}`))
        return assistantState(vessel, missions, atMs)
      }
      default: {
        const day = Math.floor(atMs / dayMs)
        for (const d of [day, day - 1]) {
          const spell = spellAt(this.#day(`${vessel.mmsi} ${d}`), atMs)
          if (!spell) continue
          // Half of the boats switch off when they lie at home for long.
          const isIdle = spell.kind === 'moored' && vessel.aisClass === 'B' && vessel.mmsi % 20 < 10
          const nearOuting = atMs - spell.fromMs < 1_800_000 || spell.toMs - atMs < 1_800_000
          return isIdle && !nearOuting ? undefined : stateIn(spell, atMs, vessel.mmsi)
        }
        return undefined
      }
    }
  }

  get seed(): number {
    return this.#seed
  }
}
