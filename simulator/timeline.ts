import { chance } from './chance.ts'
import { type Leg, offsetBy, type Place } from './leg.ts'

/** What a vessel does for a while. Navigational status: ITU-R M.1371, 0 under way, 1 at anchor, 5 moored, 7 fishing. */
export type Spell = { fromMs: number; toMs: number; navStatus: number } & (
  | { kind: 'leg'; leg: Leg }
  | { kind: 'moored'; place: Place; headingDeg: number; berth: string }
  | { kind: 'anchored'; place: Place; anchorage: string }
)

export interface State {
  lon: number
  lat: number
  sogKn: number
  cogDeg: number
  headingDeg: number
  navStatus: number
}

/** Where the wind comes from, degrees: mostly the mistral, turning over hours. */
export const windFromDeg = (atMs: number): number =>
  330 + 25 * Math.sin(atMs / 9_700_000) + 15 * Math.sin(atMs / 2_300_000 + 1)

/** A vessel at anchor lies this far downwind of it and swings; paying out and heaving in take their time. */
const scopeM = 140
const payOutMs = 600_000

/** HOT. State within a spell. */
export function stateIn(spell: Spell, atMs: number, mmsi: number): State {
  switch (spell.kind) {
    case 'leg': {
      const { lon, lat, sogKn, cogDeg } = spell.leg.at(atMs - spell.fromMs)
      return { lon, lat, sogKn, cogDeg, headingDeg: cogDeg, navStatus: spell.navStatus }
    }
    case 'moored': {
      const [lon, lat] = spell.place
      const { headingDeg, navStatus } = spell
      return { lon, lat, sogKn: 0, cogDeg: headingDeg, headingDeg, navStatus }
    }
    case 'anchored': {
      const swing = 12 * Math.sin(atMs / 700_000 + mmsi)
      const headingDeg = (windFromDeg(atMs) + swing + 360) % 360
      const out = Math.min(1, (atMs - spell.fromMs) / payOutMs, (spell.toMs - atMs) / payOutMs)
      const [lon, lat] = offsetBy(spell.place, headingDeg + 180, scopeM * out)
      const sogKn = chance(mmsi, Math.floor(atMs / 180_000)) < 0.4 ? 0.1 : 0
      return { lon, lat, sogKn, cogDeg: (headingDeg + 90) % 360, headingDeg, navStatus: spell.navStatus }
    }
  }
}

/** Spells one after the other, each beginning where the one before ends. */
export class SpellBuilder {
  readonly spells: Spell[] = []
  endMs: number

  constructor(startMs: number) {
    this.endMs = startMs
  }

  sail(leg: Leg, navStatus = 0): this {
    return this.#add(leg.durationMs, { kind: 'leg', leg }, navStatus)
  }

  moor(place: Place, headingDeg: number, berth: string, durationMs: number): this {
    return this.#add(durationMs, { kind: 'moored', place, headingDeg, berth }, 5)
  }

  anchor(place: Place, anchorage: string, durationMs: number): this {
    return this.#add(durationMs, { kind: 'anchored', place, anchorage }, 1)
  }

  #add(
    durationMs: number,
    what:
      | { kind: 'leg'; leg: Leg }
      | { kind: 'moored'; place: Place; headingDeg: number; berth: string }
      | { kind: 'anchored'; place: Place; anchorage: string },
    navStatus: number,
  ): this {
    const fromMs = this.endMs
    this.endMs += durationMs
    this.spells.push({ fromMs, toMs: this.endMs, navStatus, ...what })
    return this
  }
}

/** The spell of an instant, undefined outside of all. HOT. */
export function spellAt(spells: readonly Spell[], atMs: number): Spell | undefined {
  for (const spell of spells) if (atMs >= spell.fromMs && atMs < spell.toMs) return spell
  return undefined
}
