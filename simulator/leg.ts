/** A way through the water with a speed at each point, timed: between two points the speed changes evenly. */

export type Place = [lon: number, lat: number]

export interface Waypoint {
  place: Place
  speedKn: number
}

/** Where a vessel is and how it moves at an instant. Course and heading in degrees from north. */
export interface Motion {
  lon: number
  lat: number
  sogKn: number
  cogDeg: number
}

const metresPerDegree = 111_195
const knToMetresPerSecond = 1852 / 3600
const radians = Math.PI / 180

export function metresBetween([lonA, latA]: Place, [lonB, latB]: Place): number {
  const x = (lonB - lonA) * Math.cos(((latA + latB) / 2) * radians)
  return Math.hypot(x, latB - latA) * metresPerDegree
}

export function bearingDeg([lonA, latA]: Place, [lonB, latB]: Place): number {
  const x = (lonB - lonA) * Math.cos(((latA + latB) / 2) * radians)
  return (Math.atan2(x, latB - latA) / radians + 360) % 360
}

/** The place `metres` from another in a direction. */
export function offsetBy([lon, lat]: Place, towardsDeg: number, metres: number): Place {
  const north = (metres * Math.cos(towardsDeg * radians)) / metresPerDegree
  const east = (metres * Math.sin(towardsDeg * radians)) / metresPerDegree
  return [lon + east / Math.cos(lat * radians), lat + north]
}

export class Leg {
  readonly durationMs: number
  readonly #points: Waypoint[]
  /** Milliseconds from the start to each point. */
  readonly #timesMs: number[] = [0]
  readonly #courses: number[] = []

  constructor(points: Waypoint[]) {
    this.#points = points
    let atMs = 0
    for (let i = 1; i < points.length; i++) {
      const [from, to] = [points[i - 1]!, points[i]!]
      const metres = metresBetween(from.place, to.place)
      const mean = Math.max(0.25, (from.speedKn + to.speedKn) / 2) * knToMetresPerSecond
      atMs += (metres / mean) * 1000
      this.#timesMs.push(atMs)
      this.#courses.push(bearingDeg(from.place, to.place))
    }
    this.durationMs = atMs
  }

  /** Time from the start at which a point is passed. */
  timeAt(index: number): number {
    return this.#timesMs[index]!
  }

  /** The first time at which `test` holds, to the second; the whole duration when it never does. */
  firstTimeMs(test: (motion: Motion) => boolean): number {
    for (let ms = 0; ms < this.durationMs; ms += 1000) if (test(this.at(ms))) return ms
    return this.durationMs
  }

  /** HOT. Motion `ms` after the start; ends stay where they are. */
  at(ms: number): Motion {
    const times = this.#timesMs
    const last = times.length - 1
    let i = 1
    while (i < last && times[i]! <= ms) i++
    const [from, to] = [this.#points[i - 1]!, this.#points[i]!]
    const spanMs = times[i]! - times[i - 1]!
    const share = spanMs === 0 ? 1 : Math.min(1, Math.max(0, (ms - times[i - 1]!) / spanMs))
    // Even acceleration: the way is ½at² beside v₀t, the speed grows with time.
    const total = from.speedKn + to.speedKn
    const way =
      total === 0 ? share : (share * (2 * from.speedKn + share * (to.speedKn - from.speedKn))) / total
    return {
      lon: from.place[0] + (to.place[0] - from.place[0]) * way,
      lat: from.place[1] + (to.place[1] - from.place[1]) * way,
      sogKn: from.speedKn + (to.speedKn - from.speedKn) * share,
      cogDeg: this.#courseAt(i - 1, share),
    }
  }

  /** The course turns over the first and last tenth of each stretch, as a ship does. */
  #courseAt(stretch: number, share: number): number {
    const own = this.#courses[stretch]!
    const edge = 0.1
    if (share < edge && stretch > 0) return turned(this.#courses[stretch - 1]!, own, 0.5 + share / edge / 2)
    if (share > 1 - edge && stretch + 1 < this.#courses.length)
      return turned(own, this.#courses[stretch + 1]!, (share - 1 + edge) / edge / 2)
    return own
  }
}

/** From one direction towards another by the shorter way. */
function turned(fromDeg: number, toDeg: number, share: number): number {
  const turn = ((toDeg - fromDeg + 540) % 360) - 180
  return (fromDeg + turn * share + 360) % 360
}
