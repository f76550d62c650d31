/**
 * Plane geometry of the base map: joining shore segments into rings and laying the coarse coast against the
 * fine one. Positions are [lon, lat] in degrees; nothing here reads or writes files.
 *
 * @typedef {[number, number]} Position
 * @typedef {[number, number, number, number]} Box west, south, east, north
 */

/** @param {string} text output of `gmt coast -M`: `>` headers and `lon lat` rows */
export function readShoreSegments(text) {
  /** @type {{ level: number, points: Position[] }[]} */
  const segments = []
  let points = /** @type {Position[]} */ ([])
  for (const line of text.split('\n')) {
    if (line.startsWith('>')) {
      points = []
      segments.push({ level: Number(/Level (\d)/.exec(line)?.[1] ?? 1), points })
    } else if (line && !line.startsWith('#')) {
      const [lon, lat] = line.split(/\s+/).map(Number)
      points.push([lon, lat])
    }
  }
  return segments.filter((segment) => segment.points.length > 1)
}

const keyOf = (/** @type {Position} */ [lon, lat]) => `${lon.toFixed(6)},${lat.toFixed(6)}`

/**
 * Joins segments that share an end, whatever their direction of storage, into rings and open chains.
 * @param {Position[][]} segments
 * @returns {{ rings: Position[][], chains: Position[][] }}
 */
export function joinSegments(segments) {
  const rings = segments.filter((points) => keyOf(points[0]) === keyOf(points.at(-1)))
  const open = segments.filter((points) => keyOf(points[0]) !== keyOf(points.at(-1)))
  const byStart = new Map(open.map((points) => [keyOf(points[0]), points]))
  const ends = new Set(open.map((points) => keyOf(points.at(-1))))
  const left = new Set(open)
  const chains = []
  const follow = (/** @type {Position[]} */ first) => {
    const chain = [...first]
    left.delete(first)
    for (let next = byStart.get(keyOf(chain.at(-1))); next && left.has(next); ) {
      chain.push(...next.slice(1))
      left.delete(next)
      next = byStart.get(keyOf(chain.at(-1)))
    }
    return chain
  }
  for (const points of open) if (left.has(points) && !ends.has(keyOf(points[0]))) chains.push(follow(points))
  for (const points of open) if (left.has(points)) rings.push(follow(points))
  return { rings, chains }
}

/** Distance along the border of `box`, counter-clockwise from its south-west corner. */
function alongBorder([west, south, east, north], [lon, lat]) {
  const width = east - west
  const height = north - south
  const near = 1e-6
  if (Math.abs(lat - south) < near) return lon - west
  if (Math.abs(lon - east) < near) return width + (lat - south)
  if (Math.abs(lat - north) < near) return width + height + (east - lon)
  if (Math.abs(lon - west) < near) return 2 * width + height + (north - lat)
  throw new Error(`The chain ends at ${lon}, ${lat}, inside the box: a shore segment is missing.`)
}

/**
 * Closes a chain that enters and leaves the box, counter-clockwise along the border: GSHHG shores are stored
 * with the land on their left, so the border walked that way bounds land.
 * @param {Position[]} chain
 * @param {Box} box
 * @returns {Position[]}
 */
export function closeAlongBorder(chain, box) {
  const [west, south, east, north] = box
  const perimeter = 2 * (east - west + north - south)
  const from = alongBorder(box, chain.at(-1))
  const to = alongBorder(box, chain[0])
  const span = (to - from + perimeter) % perimeter
  const corners = /** @type {Position[]} */ ([
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ])
    .map((corner) => ({ corner, ahead: (alongBorder(box, corner) - from + perimeter) % perimeter }))
    .filter(({ ahead }) => ahead > 0 && ahead < span)
    .sort((a, b) => a.ahead - b.ahead)
  return [...chain, ...corners.map(({ corner }) => corner), chain[0]]
}

/** Twice the signed area in square degrees; positive when counter-clockwise. */
export function signedArea(/** @type {Position[]} */ ring) {
  let sum = 0
  for (let i = 0; i + 1 < ring.length; i++) sum += ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1]
  return sum
}

/** Even-odd test of one ring. */
export function isInside(/** @type {Position} */ [lon, lat], /** @type {Position[]} */ ring) {
  let inside = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i]
    const [xj, yj] = ring[j]
    if (yi > lat !== yj > lat && lon < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) inside = !inside
  }
  return inside
}

/** Rounds to `decimals` and drops points that fall on the one before. */
export function roundLine(/** @type {Position[]} */ line, decimals) {
  /** @type {Position[]} */
  const out = []
  for (const [lon, lat] of line) {
    const point = /** @type {Position} */ ([Number(lon.toFixed(decimals)), Number(lat.toFixed(decimals))])
    const last = out.at(-1)
    if (!last || last[0] !== point[0] || last[1] !== point[1]) out.push(point)
  }
  return out
}

/**
 * Moves the coarse coast so that it leaves the box where the fine coast does: the shift found at the border is
 * given whole at the crossing and fades to nothing over `reachDeg`.
 * @param {Position[]} ring coarse ring
 * @param {Position[]} crossings points of the fine coast on the border of the box
 * @param {Box} box
 * @returns {Position[]}
 */
export function meetCrossings(ring, crossings, box, reachDeg) {
  const shifts = crossings.flatMap((to) => {
    const from = nearestCrossing(ring, to, box, reachDeg)
    return from ? [{ from, dLon: to[0] - from[0], dLat: to[1] - from[1] }] : []
  })
  if (shifts.length === 0) return ring
  const withCrossings = shifts.reduce((line, { from }) => insertPoint(line, from), ring)
  return withCrossings.map(([lon, lat]) => {
    let [x, y] = [lon, lat]
    for (const { from, dLon, dLat } of shifts) {
      const weight = Math.max(0, 1 - Math.hypot(lon - from[0], lat - from[1]) / reachDeg)
      x += dLon * weight
      y += dLat * weight
    }
    return /** @type {Position} */ ([x, y])
  })
}

/** Where a coarse segment crosses the side of the box on which `to` lies, nearest to it within `reachDeg`. */
function nearestCrossing(ring, to, [west, south, east, north], reachDeg) {
  const onMeridian = Math.abs(to[0] - west) < 1e-6 || Math.abs(to[0] - east) < 1e-6
  const [axis, other] = onMeridian ? [0, 1] : [1, 0]
  if (!onMeridian && Math.abs(to[1] - south) > 1e-6 && Math.abs(to[1] - north) > 1e-6) return undefined
  let best
  for (let i = 0; i + 1 < ring.length; i++) {
    const [a, b] = [ring[i], ring[i + 1]]
    if (a[axis] > to[axis] === b[axis] > to[axis]) continue
    const share = (to[axis] - a[axis]) / (b[axis] - a[axis])
    const at = a[other] + share * (b[other] - a[other])
    const gap = Math.abs(at - to[other])
    if (gap < reachDeg && (!best || gap < best.gap)) best = { gap, at }
  }
  if (!best) return undefined
  return /** @type {Position} */ (onMeridian ? [to[0], best.at] : [best.at, to[1]])
}

/** Puts `point`, which lies on a segment of `ring`, among its vertices. */
function insertPoint(ring, point) {
  const off = (a, b) =>
    Math.hypot(a[0] - point[0], a[1] - point[1]) +
    Math.hypot(b[0] - point[0], b[1] - point[1]) -
    Math.hypot(a[0] - b[0], a[1] - b[1])
  let at = 0
  for (let i = 1; i + 1 < ring.length; i++)
    if (off(ring[i], ring[i + 1]) < off(ring[at], ring[at + 1])) at = i
  return [...ring.slice(0, at + 1), point, ...ring.slice(at + 1)]
}

/**
 * Cuts a ring where it crosses the antimeridian, and along the pole it goes around: planes end at ±180°.
 * @param {Position[]} ring closed, longitudes within ±180
 * @returns {Position[][]} closed rings within ±180
 */
export function cutAtAntimeridian(ring) {
  const flat = unrolled(ring)
  const turn = flat.at(-1)[0] - flat[0][0]
  // A ring that ends a whole turn further encloses a pole: the south one, as land does nowhere else.
  if (Math.abs(turn) > 180) flat.push([flat.at(-1)[0], -90], [flat[0][0], -90], flat[0])
  const lons = flat.map(([lon]) => lon)
  const [least, greatest] = [Math.min(...lons), Math.max(...lons)]
  const pieces = []
  for (let shift = -360; shift <= 360; shift += 360) {
    if (greatest <= shift - 180 || least >= shift + 180) continue
    const piece = keepSide(keepSide(flat, shift - 180, 1), shift + 180, -1)
    if (piece.length > 3) pieces.push(piece.map(([lon, lat]) => /** @type {Position} */ ([lon - shift, lat])))
  }
  return pieces
}

/** The ring with longitudes that never jump, beyond ±180 where need be. */
function unrolled(/** @type {Position[]} */ ring) {
  let offset = 0
  return ring.map(([lon, lat], i) => {
    const step = i === 0 ? 0 : lon - ring[i - 1][0]
    if (step > 180) offset -= 360
    if (step < -180) offset += 360
    return /** @type {Position} */ ([lon + offset, lat])
  })
}

/** The part of a closed ring on one side of a meridian (Sutherland and Hodgman), closed. */
function keepSide(
  /** @type {Position[]} */ ring,
  /** @type {number} */ meridian,
  /** @type {1 | -1} */ side,
) {
  const inside = ([lon]) => (lon - meridian) * side >= 0
  const kept = /** @type {Position[]} */ ([])
  for (let i = 0; i + 1 < ring.length; i++) {
    const [from, to] = [ring[i], ring[i + 1]]
    if (inside(from)) kept.push(from)
    if (inside(from) !== inside(to)) {
      const share = (meridian - from[0]) / (to[0] - from[0])
      kept.push([meridian, from[1] + share * (to[1] - from[1])])
    }
  }
  if (kept.length > 0) kept.push(kept[0])
  return kept
}

/**
 * The ring as coast lines: without the edges that only cut the plane, along ±180° and the pole.
 * @param {Position[]} ring
 */
export function coastOf(ring) {
  const isCut = (/** @type {Position} */ a, /** @type {Position} */ b) =>
    (a[0] === b[0] && Math.abs(a[0]) === 180) || (a[1] === -90 && b[1] === -90)
  const lines = [[ring[0]]]
  for (let i = 1; i < ring.length; i++) {
    if (isCut(ring[i - 1], ring[i])) lines.push([ring[i]])
    else lines.at(-1).push(ring[i])
  }
  return lines.filter((line) => line.length > 1)
}
