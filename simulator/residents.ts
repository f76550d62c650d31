import { between, chance } from './chance.ts'
import type { FleetVessel } from './fleet.ts'
import { Leg, type Place, type Waypoint } from './leg.ts'
import { placeOf } from './places.ts'
import { type Spell, SpellBuilder } from './timeline.ts'

const hourMs = 3_600_000
export const dayMs = 86_400_000

/** How boats leave a harbour and where they go: places safe to cross in straight lines, hand-drawn, indicative. */
interface Water {
  exit: Place[]
  /** West, south, east, north. */
  ground: [number, number, number, number]
}

const waters: Record<string, Water> = {
  'vieux-port': {
    exit: [
      [5.369, 43.2957],
      [5.363, 43.296],
      [5.359, 43.2982],
      [5.35, 43.2986],
    ],
    ground: [5.29, 43.296, 5.342, 43.328],
  },
  frioul: {
    exit: [
      [5.3085, 43.2795],
      [5.3135, 43.2802],
      [5.324, 43.2805],
    ],
    ground: [5.327, 43.272, 5.343, 43.286],
  },
  carry: {
    exit: [
      [5.1522, 43.3288],
      [5.152, 43.323],
    ],
    ground: [5.09, 43.27, 5.21, 43.312],
  },
  'la-ciotat': {
    exit: [
      [5.6125, 43.1742],
      [5.6185, 43.17],
    ],
    ground: [5.628, 43.135, 5.675, 43.158],
  },
  cassis: {
    exit: [
      [5.5355, 43.2125],
      [5.534, 43.207],
    ],
    ground: [5.505, 43.165, 5.545, 43.186],
  },
  'pointe-rouge': {
    exit: [
      [5.3655, 43.244],
      [5.359, 43.243],
    ],
    ground: [5.318, 43.232, 5.342, 43.246],
  },
  saumaty: {
    exit: [
      [5.3268, 43.3556],
      [5.319, 43.3506],
      [5.28, 43.335],
      [5.18, 43.24],
    ],
    ground: [4.6, 42.92, 5.1, 43.12],
  },
  'pdb-1': {
    exit: [
      [4.99, 43.4025],
      [4.9855, 43.4003],
      [4.9815, 43.3955],
      [4.974, 43.38],
      [4.955, 43.31],
    ],
    ground: [4.4, 42.92, 5.0, 43.18],
  },
}

/** Two nights of a resident's year begin and end at home: what it does on a UTC day. */
export function dayOf(seed: number, vessel: FleetVessel, day: number): Spell[] {
  switch (vessel.role) {
    case 'fishing':
      return outing(seed, vessel, day, { share: 0.75, legs: 7, workKn: 3.2, workStatus: 7 })
    case 'pleasure': {
      const isWeekend = [5, 6].includes((day + 3) % 7)
      return outing(seed, vessel, day, {
        share: isWeekend ? 0.8 : 0.5,
        legs: 5,
        workKn: vessel.cruiseKn,
        workStatus: 0,
      })
    }
    case 'patrol':
      return outing(seed, vessel, day, { share: 0.9, legs: 8, workKn: vessel.cruiseKn * 0.7, workStatus: 0 })
    case 'barge':
      return bargeDay(seed, vessel, day)
    case 'aircraft':
      return flight(seed, vessel, day)
    default:
      return []
  }
}

interface Outing {
  /** Share of days on which the vessel goes out. */
  share: number
  legs: number
  workKn: number
  workStatus: number
}

/** Out of the harbour, to and fro on its ground, and back; the rest of the day at home. */
function outing(
  seed: number,
  vessel: FleetVessel,
  day: number,
  { share, legs, workKn, workStatus }: Outing,
): Spell[] {
  const { mmsi, cruiseKn } = vessel
  const home = placeOf(vessel.homes[0]!)
  const { exit, ground } = waters[home.id]!
  // Neighbours do not lie in one another.
  const berth: Place = [
    home.centre[0] + 0.0004 * (chance(seed, mmsi, 1) - 0.5),
    home.centre[1] + 0.0004 * (chance(seed, mmsi, 2) - 0.5),
  ]
  const headingDeg = 360 * chance(seed, mmsi, 3)
  const builder = new SpellBuilder(day * dayMs)
  if (chance(seed, mmsi, day, 1) >= share) return builder.moor(berth, headingDeg, home.id, dayMs).spells
  const leaveMs = vessel.phaseMs + between(0, 1.5, seed, mmsi, day, 2) * hourMs
  builder.moor(berth, headingDeg, home.id, leaveMs)
  const [west, south, east, north] = ground
  const first: Place = [between(west, east, seed, mmsi, day, 10), between(south, north, seed, mmsi, day, 11)]
  const spots = [first]
  for (let i = 1; i < legs; i++) {
    const lon = first[0] + between(-0.05, 0.05, seed, mmsi, day, 10 + 2 * i)
    const lat = first[1] + between(-0.035, 0.035, seed, mmsi, day, 11 + 2 * i)
    spots.push([Math.min(east, Math.max(west, lon)), Math.min(north, Math.max(south, lat))])
  }
  const out: Waypoint[] = [berth, ...exit.slice(1)].map((place, i) => ({
    place,
    speedKn: i === 0 ? 0 : Math.min(cruiseKn, i * 4),
  }))
  builder.sail(new Leg([...out, { place: spots[0]!, speedKn: cruiseKn }]))
  builder.sail(
    new Leg(spots.map((place, i) => ({ place, speedKn: i === 0 || i === legs - 1 ? cruiseKn : workKn }))),
    workStatus,
  )
  builder.sail(new Leg([{ place: spots.at(-1)!, speedKn: cruiseKn }, ...out.reverse()]))
  builder.moor(berth, headingDeg, home.id, Math.max(0, (day + 1) * dayMs - builder.endMs))
  return builder.spells
}

/** Down the Rhône to the ore basin, five hours there, and up again: away at the turn of the day. */
function bargeDay(seed: number, vessel: FleetVessel, day: number): Spell[] {
  const line = placeOf('fairway-rhone').shape
  const berth = placeOf('fos-mineralier')
  const down: Waypoint[] = [...line, berth.centre].map((place, i, all) => ({
    place,
    speedKn: i === all.length - 1 ? 0 : i >= all.length - 2 ? 3 : vessel.cruiseKn,
  }))
  const start =
    day * dayMs + (vessel.phaseMs % (8 * hourMs)) + between(0, 0.5, seed, vessel.mmsi, day) * hourMs
  return new SpellBuilder(start)
    .sail(new Leg(down))
    .moor(berth.centre, 270, berth.id, 5 * hourMs)
    .sail(new Leg([...down].reverse())).spells
}

/** A search and rescue aircraft along the coast, on some afternoons. */
function flight(seed: number, vessel: FleetVessel, day: number): Spell[] {
  if (chance(seed, vessel.mmsi, day) > 0.6) return []
  const ring: Place[] = [
    [5.21, 43.44],
    [5.18, 43.25],
    [5.1, 43.05],
    [5.5, 43.0],
    [5.62, 43.1],
    [5.3, 43.16],
    [5.18, 43.28],
    [5.21, 43.44],
  ]
  const leg = new Leg(ring.map((place) => ({ place, speedKn: vessel.cruiseKn })))
  return new SpellBuilder(day * dayMs + vessel.phaseMs).sail(leg).spells
}
