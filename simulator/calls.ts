import { between, chance } from './chance.ts'
import type { FleetVessel } from './fleet.ts'
import { Leg, metresBetween, offsetBy, type Place, type Waypoint } from './leg.ts'
import { isInside, type PortPlace, placeOf, placesOfKind } from './places.ts'
import { type Spell, SpellBuilder } from './timeline.ts'

const hourMs = 3_600_000
const minuteMs = 60_000

/** One call of one vessel: its whole way, and the truth about it. */
export interface Call {
  vessel: FleetVessel
  cycle: number
  spells: Spell[]
  fromMs: number
  toMs: number
  /** When the pilot climbs aboard and leaves, and where the way to the berth begins. */
  pilotOnBoardMs: number
  pilotDisembarkedMs: number
  pilotPlace: string
  inbound: Spell
  outbound: Spell
  /** Nothing is transmitted meanwhile; null when nothing is hidden. */
  gap: { fromMs: number; toMs: number } | null
}

const pilotKn = 8
const fairwayKn = 6.5
const basinKn = 3.5
const shiftKn = 2.5

/** Points of the fairways from the pilot place to a berth; the last one is cut where the berth is nearest. */
function routeTo(berth: PortPlace): Place[] {
  const points: Place[] = []
  for (const id of berth.route) {
    for (const point of placeOf(id).shape) {
      const last = points.at(-1)
      if (!last || metresBetween(last, point) > 20) points.push(point)
    }
  }
  let nearest = points.length - 1
  for (let i = 2; i < points.length; i++) {
    if (metresBetween(points[i]!, berth.centre) < metresBetween(points[nearest]!, berth.centre)) nearest = i
  }
  const way = points.slice(0, nearest + 1)
  if (metresBetween(way.at(-1)!, berth.centre) < 30) way.pop()
  return [...way, berth.centre]
}

/** Speeds along the way from the pilot place in: slower with every point, still at the berth. */
function withSpeeds(way: Place[]): Waypoint[] {
  return way.map((place, i) => {
    const left = way.length - 1 - i
    return { place, speedKn: left === 0 ? 0 : i === 0 ? pilotKn : left <= 2 ? basinKn : fairwayKn }
  })
}

const coarse = (entry: string, pilotPlace: string): Place[] =>
  placeOf(`fairway-${entry}-to-${pilotPlace === 'pilot-marseille' ? 'marseille' : 'fos'}`).shape

const reversed = (points: Waypoint[]): Waypoint[] => [...points].reverse()

/** The call of a vessel in its n-th cycle since 1970. The same for a seed whenever it is asked. */
export function callOf(seed: number, vessel: FleetVessel, cycle: number): Call {
  const { mmsi, cruiseKn } = vessel
  const berths = vessel.homes.map(placeOf)
  const first = berths[0]!
  const last = berths.at(-1)!
  const berthedMs =
    cycle * vessel.periodMs + vessel.phaseMs + between(-25, 25, seed, mmsi, cycle, 1) * minuteMs
  const stayMs = vessel.stayMs * between(0.92, 1.08, seed, mmsi, cycle, 2)
  const sea = coarse(vessel.entry, first.pilotPlace)
  const cruise = sea.slice(0, -1).map((place) => ({ place, speedKn: cruiseKn }))
  const harbour = withSpeeds(routeTo(first))

  const approach = new SpellBuilder(0)
  if (vessel.anchorage) {
    const anchorage = placeOf(vessel.anchorage)
    const spot = offsetBy(
      anchorage.centre,
      360 * chance(seed, mmsi, cycle, 3),
      0.7 * metresBetween(anchorage.centre, anchorage.shape[0]!) * chance(seed, mmsi, cycle, 4),
    )
    approach.sail(new Leg([...cruise, { place: spot, speedKn: 0 }]))
    approach.anchor(spot, anchorage.id, between(4, 14, seed, mmsi, cycle, 5) * hourMs)
    approach.sail(new Leg([{ place: spot, speedKn: 0 }, ...harbour]))
  } else approach.sail(new Leg([...cruise, ...harbour]))

  const calls = new SpellBuilder(berthedMs - approach.endMs)
  const shiftMs = calls.endMs
  for (const spell of approach.spells) {
    calls.spells.push({ ...spell, fromMs: spell.fromMs + shiftMs, toMs: spell.toMs + shiftMs })
  }
  calls.endMs = berthedMs
  const inbound = calls.spells.at(-1)!
  calls.moor(first.centre, first.headingDeg, first.id, stayMs / berths.length)
  if (last !== first) {
    const way = [first.centre, routeTo(first).at(-2)!, last.centre]
    calls.sail(new Leg(way.map((place, i) => ({ place, speedKn: i === 1 ? shiftKn : 0 }))))
    calls.moor(last.centre, last.headingDeg, last.id, stayMs / berths.length)
  }
  const out = [...reversed(withSpeeds(routeTo(last))), ...reversed(cruise)]
  calls.sail(new Leg(out))
  const outbound = calls.spells.at(-1)!

  const fromMs = calls.spells[0]!.fromMs
  const toMs = calls.endMs
  const hasGap = chance(seed, mmsi, cycle, 6) < 0.08
  const gapFromMs = fromMs + (toMs - fromMs) * between(0.2, 0.7, seed, mmsi, cycle, 7)
  const pilot = placeOf(first.pilotPlace).centre
  return {
    vessel,
    cycle,
    spells: calls.spells,
    fromMs,
    toMs,
    pilotOnBoardMs: nearestMs(inbound, pilot),
    pilotDisembarkedMs: nearestMs(outbound, pilot),
    pilotPlace: first.pilotPlace,
    inbound,
    outbound,
    gap: hasGap
      ? { fromMs: gapFromMs, toMs: gapFromMs + between(4.2, 7, seed, mmsi, cycle, 8) * hourMs }
      : null,
  }
}

/** When a leg passes nearest to a place, to 10 s. */
function nearestMs(spell: Spell, place: Place): number {
  if (spell.kind !== 'leg') return spell.fromMs
  let bestMs = spell.fromMs
  let best = Number.POSITIVE_INFINITY
  for (let ms = spell.fromMs; ms <= spell.toMs; ms += 10_000) {
    const { lon, lat } = spell.leg.at(ms - spell.fromMs)
    const metres = metresBetween([lon, lat], place)
    if (metres < best) [best, bestMs] = [metres, ms]
  }
  return bestMs
}

/** First and last instant within the port limits, ms since 1970 UTC, to the second. */
export function limitsOf(call: Call): { inMs: number; outMs: number } {
  const limits = placesOfKind('port-limit')
  const inPort = (lon: number, lat: number) => limits.some(({ shape }) => isInside(shape, lon, lat))
  const [arriving, leaving] = [call.spells[0]!, call.outbound]
  const inMs =
    arriving.kind === 'leg'
      ? arriving.fromMs + arriving.leg.firstTimeMs(({ lon, lat }) => inPort(lon, lat))
      : arriving.fromMs
  const outMs =
    leaving.kind === 'leg'
      ? leaving.fromMs + leaving.leg.firstTimeMs(({ lon, lat }) => !inPort(lon, lat))
      : leaving.toMs
  return { inMs, outMs }
}

/** The calls of a vessel that touch a period. */
export function* callsBetween(
  vessel: FleetVessel,
  fromMs: number,
  toMs: number,
  call: (vessel: FleetVessel, cycle: number) => Call,
): Generator<Call> {
  const first = Math.floor((fromMs - vessel.phaseMs) / vessel.periodMs) - 1
  const last = Math.ceil((toMs - vessel.phaseMs) / vessel.periodMs) + 1
  for (let cycle = first; cycle <= last; cycle++) {
    const candidate = call(vessel, cycle)
    if (candidate.toMs > fromMs && candidate.fromMs < toMs) yield candidate
  }
}
