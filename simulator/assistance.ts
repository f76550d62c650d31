import type { Call } from './calls.ts'
import type { FleetVessel } from './fleet.ts'
import { Leg, offsetBy, type Place } from './leg.ts'
import { placeOf } from './places.ts'
import { dayMs } from './residents.ts'
import { SpellBuilder, type State, spellAt, stateIn } from './timeline.ts'

/** A pilot boat or a tug with a ship: on its way there, beside it, on its way home. */
interface Mission {
  call: Call
  fromMs: number
  /** Beside the ship from … to. */
  besideFromMs: number
  besideToMs: number
  toMs: number
  out: Leg
  home: Leg
}

const minuteMs = 60_000
/** Beside the ship, not in it. */
const besideM = 90

/** Ships this long take a tug. */
const tuggedLengthM = 200

const isMarseille = (vessel: FleetVessel): boolean =>
  vessel.homes[0] === 'pilot-marseille-base' || vessel.homes[0] === 'tugs-marseille'

/** Boats of one base take days in turn, so that a mission over midnight meets no other of the same boat. */
function isOnDuty(vessel: FleetVessel, mates: FleetVessel[], day: number): boolean {
  return mates[((day % mates.length) + mates.length) % mates.length] === vessel
}

/** Missions of a pilot boat or tug that begin on a UTC day, in order, never two at once. */
export function missionsOf(vessel: FleetVessel, mates: FleetVessel[], calls: Call[], day: number): Mission[] {
  if (!isOnDuty(vessel, mates, day)) return []
  const base = placeOf(vessel.homes[0]!).centre
  const wanted = calls
    .filter(({ pilotPlace }) => (pilotPlace === 'pilot-marseille') === isMarseille(vessel))
    .flatMap((call) => (vessel.role === 'pilot' ? pilotings(call) : towages(call)))
    .filter(({ atMs }) => Math.floor(atMs / dayMs) === day)
    .sort((a, b) => a.atMs - b.atMs)
  const missions: Mission[] = []
  for (const { call, atMs, untilMs } of wanted) {
    const meet = shipPlace(call, atMs)
    const part = shipPlace(call, untilMs)
    if (!meet || !part) continue
    const out = new Leg(way(base, meet, vessel.cruiseKn))
    const home = new Leg(way(part, base, vessel.cruiseKn))
    const fromMs = atMs - out.durationMs
    if (missions.length > 0 && fromMs < missions.at(-1)!.toMs) continue
    missions.push({
      call,
      fromMs,
      besideFromMs: atMs,
      besideToMs: untilMs,
      toMs: untilMs + home.durationMs,
      out,
      home,
    })
  }
  return missions
}

const pilotings = (call: Call) =>
  [call.pilotOnBoardMs, call.pilotDisembarkedMs].map((atMs) => ({
    call,
    atMs: atMs - 2 * minuteMs,
    untilMs: atMs + 2 * minuteMs,
  }))

/** Tugs take the big ones over the last half hour before the berth. */
function towages(call: Call) {
  if (call.vessel.lengthM < tuggedLengthM || call.vessel.shipType === 60) return []
  return [{ call, atMs: call.inbound.toMs - 30 * minuteMs, untilMs: call.inbound.toMs }]
}

/** Between a base in the harbour and a meeting point: out by the pass that is near. */
function way(from: Place, to: Place, cruiseKn: number): { place: Place; speedKn: number }[] {
  const isOutward = to[0] < from[0]
  const between: Place[] = isOutward ? passOf(from) : [...outOfBasin(from), ...passOf(to).reverse()]
  return [from, ...between, to].map((place, i, all) => ({
    place,
    speedKn:
      i === 0 || i === all.length - 1
        ? 1
        : i === 1 || i === all.length - 2
          ? Math.min(8, cruiseKn)
          : cruiseKn,
  }))
}

/** Out of the basin west of the one where the tugs of Fos lie. */
const outOfBasin = ([lon, lat]: Place): Place[] =>
  lon < 4.868 && lat > 43.404
    ? [
        [4.856, 43.4035],
        [4.87, 43.403],
      ]
    : []

/** From the base to open water. */
function passOf(base: Place): Place[] {
  if (base[0] > 5.353)
    return [
      [5.35, 43.2988],
      [5.3, 43.301],
    ]
  if (base[0] > 5.2)
    return [
      [5.343, 43.3385],
      [5.336, 43.3395],
      [5.3245, 43.346],
      [5.315, 43.348],
    ]
  if (base[0] > 4.97)
    return [
      [4.9815, 43.3955],
      [4.974, 43.38],
    ]
  return [
    [4.883, 43.412],
    [4.895, 43.405],
  ]
}

function shipPlace(call: Call, atMs: number): Place | undefined {
  const spell = spellAt(call.spells, atMs)
  if (!spell) return undefined
  const { lon, lat, cogDeg } = stateIn(spell, atMs, call.vessel.mmsi)
  return offsetBy([lon, lat], cogDeg + 90, besideM)
}

/** Where a pilot boat or tug is: on a mission of the day or of the day before, else at its base. */
export function assistantState(vessel: FleetVessel, missions: Mission[], atMs: number): State {
  const mission = missions.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs)
  if (!mission) {
    const base = placeOf(vessel.homes[0]!)
    const [lon, lat] = offsetBy(base.centre, (vessel.mmsi % 8) * 45, 40)
    return { lon, lat, sogKn: 0, cogDeg: 0, headingDeg: 150, navStatus: 5 }
  }
  const builder = new SpellBuilder(mission.fromMs).sail(mission.out)
  if (atMs < mission.besideFromMs) return stateIn(builder.spells[0]!, atMs, vessel.mmsi)
  if (atMs < mission.besideToMs) {
    const spell = spellAt(mission.call.spells, atMs)
    if (spell) {
      const ship = stateIn(spell, atMs, mission.call.vessel.mmsi)
      const [lon, lat] = offsetBy([ship.lon, ship.lat], ship.cogDeg + 90, besideM)
      return { ...ship, lon, lat, navStatus: 0 }
    }
  }
  const back = new SpellBuilder(mission.besideToMs).sail(mission.home)
  return stateIn(back.spells[0]!, atMs, vessel.mmsi)
}

export type { Mission }
