import type { Assertion, LiveVessel, MotionState, VesselCategory } from '../../../src/vessels/schema.ts'
import { categories, type LiveAddress, type SizeClass, type Sort } from './address.ts'

/** West, south, east, north in degrees. */
export type Box = [number, number, number, number]

export interface Filters {
  types?: ReadonlySet<string>
  states?: ReadonlySet<string>
  sizes?: ReadonlySet<string>
  /** Lower case, without accents. */
  name?: string
}

const setOf = (value: string | undefined) => (value ? new Set(value.split(',')) : undefined)

export const filtersOf = (address: LiveAddress): Filters => ({
  types: setOf(address.type),
  states: setOf(address.state),
  sizes: setOf(address.size),
  name: address.name ? plain(address.name) : undefined,
})

/** Lower case without accents: what a search compares. */
export const plain = (value: string) =>
  value
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()

/** Length overall in metres, from the distances to the antenna; null when not declared. */
export const lengthOf = (vessel: LiveVessel): number | null =>
  vessel.toBowM === null || vessel.toSternM === null || vessel.toBowM + vessel.toSternM === 0
    ? null
    : vessel.toBowM + vessel.toSternM

export function sizeClassOf(vessel: LiveVessel): SizeClass {
  const lengthM = lengthOf(vessel)
  if (lengthM === null) return 'unknown'
  return lengthM < 25 ? 'small' : lengthM < 100 ? 'medium' : lengthM < 200 ? 'large' : 'giant'
}

const distressKinds = new Set(['sart', 'man-overboard', 'epirb'])

/** A search and rescue transmitter, man overboard device or beacon: shown whatever the filters say. */
export const isDistress = (vessel: Pick<LiveVessel, 'kind'>) => distressKinds.has(vessel.kind)

export function passes(vessel: LiveVessel, filters: Filters): boolean {
  if (isDistress(vessel)) return true
  if (filters.types && !filters.types.has(vessel.category)) return false
  return passesButType(vessel, filters)
}

function passesButType(vessel: LiveVessel, filters: Filters): boolean {
  if (filters.states && !filters.states.has(vessel.state)) return false
  if (filters.sizes && !filters.sizes.has(sizeClassOf(vessel))) return false
  if (filters.name && !`${plain(vessel.name ?? '')} ${vessel.mmsi}`.includes(filters.name)) return false
  return true
}

export function isInBox(
  { lon, lat }: { lon: number; lat: number },
  [west, south, east, north]: Box,
): boolean {
  if (lat < south || lat > north) return false
  if (east - west >= 360) return true
  const fromWest = (((lon - west) % 360) + 360) % 360
  return fromWest <= (((east - west) % 360) + 360) % 360
}

/** What stands on the map: within the view and let through by the filters. */
export const shownVessels = (vessels: Iterable<LiveVessel>, view: Box | undefined, filters: Filters) => {
  const shown: LiveVessel[] = []
  for (const vessel of vessels)
    if ((!view || isInBox(vessel, view)) && passes(vessel, filters)) shown.push(vessel)
  return shown
}

/** Vessels in view by type, counted as if the type filter were not there: what each chip would add. */
export function countByType(vessels: Iterable<LiveVessel>, view: Box | undefined, filters: Filters) {
  const counts = Object.fromEntries(categories.map((category) => [category, 0])) as Record<
    VesselCategory,
    number
  >
  for (const vessel of vessels)
    if ((!view || isInBox(vessel, view)) && passesButType(vessel, filters)) counts[vessel.category]++
  return counts
}

export function countByState(vessels: readonly LiveVessel[]): Record<MotionState, number> {
  const counts = { 'under-way': 0, anchored: 0, moored: 0, unknown: 0 }
  for (const vessel of vessels) counts[vessel.state]++
  return counts
}

/** Sorted copy; what is unknown comes last either way, ties by MMSI so that the list never flickers. */
export function sortVessels(
  vessels: readonly LiveVessel[],
  { key, descending }: Sort,
  locale: string,
): LiveVessel[] {
  const collator = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' })
  const sign = descending ? -1 : 1
  const rank: Record<Sort['key'], (vessel: LiveVessel) => number | string | null> = {
    name: (v) => v.name,
    category: (v) => categories.indexOf(v.category),
    speed: (v) => v.sogKn,
    length: (v) => lengthOf(v),
    age: (v) => Date.parse(v.positionAt),
  }
  return vessels
    .map((vessel) => ({ vessel, value: rank[key](vessel) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null) {
        if (a.value === b.value) return a.vessel.mmsi - b.vessel.mmsi
        return a.value === null ? 1 : -1
      }
      const order =
        typeof a.value === 'string'
          ? collator.compare(a.value, b.value as string)
          : a.value - (b.value as number)
      return order * sign || a.vessel.mmsi - b.vessel.mmsi
    })
    .map(({ vessel }) => vessel)
}

/** Where a vessel points: heading, else course when it moves enough for a course to mean something. */
export function directionOf(vessel: LiveVessel): number | null {
  if (vessel.headingDeg !== null) return vessel.headingDeg
  return vessel.cogDeg !== null && (vessel.sogKn ?? 0) >= 0.5 ? vessel.cogDeg : null
}

const earthRadiusM = 6_371_008.8
const mpsPerKn = 1852 / 3600
/** Beyond this a guess would look like knowledge. */
export const maxReckoningS = 10

/** Speed eastward and northward in degrees a second; zero for what stands still or has no course. */
export function degreesPerSecond(vessel: LiveVessel): { lon: number; lat: number } {
  const isMoving =
    vessel.state === 'under-way' &&
    !vessel.stale &&
    vessel.sogKn !== null &&
    vessel.sogKn >= 0.3 &&
    vessel.sogKn < 102.2 &&
    vessel.cogDeg !== null
  if (!isMoving) return { lon: 0, lat: 0 }
  const mps = vessel.sogKn! * mpsPerKn
  const course = (vessel.cogDeg! * Math.PI) / 180
  const perMetre = 180 / (Math.PI * earthRadiusM)
  return {
    lon: (mps * Math.sin(course) * perMetre) / Math.max(0.01, Math.cos((vessel.lat * Math.PI) / 180)),
    lat: mps * Math.cos(course) * perMetre,
  }
}

/**
 * Position by dead reckoning `elapsedS` seconds after the last one, at most {@link maxReckoningS}.
 * Flat-earth step: exact to a metre over ten seconds of any ship.
 */
export function reckon(vessel: LiveVessel, elapsedS: number): { lon: number; lat: number } {
  const seconds = Math.min(Math.max(0, elapsedS), maxReckoningS)
  const speed = degreesPerSecond(vessel)
  return { lon: vessel.lon + speed.lon * seconds, lat: vessel.lat + speed.lat * seconds }
}

/** Box grown by `share` of its size on each side, within the world. */
export function growBox([west, south, east, north]: Box, share: number): Box {
  const dLon = (east - west) * share
  const dLat = (north - south) * share
  if (east - west + 2 * dLon >= 360)
    return [-180, Math.max(-90, south - dLat), 180, Math.min(90, north + dLat)]
  return [west - dLon, Math.max(-90, south - dLat), east + dLon, Math.min(90, north + dLat)]
}

export const contains = (outer: Box, inner: Box) =>
  outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3]

/** Filters as the address writes them: all or none = no filter. */
export function toggled<T extends string>(current: string | undefined, item: T, known: readonly T[]) {
  const chosen = new Set(current ? current.split(',') : known)
  // From “all”, a first click isolates: it is what the reader asks for nine times out of ten.
  if (!current) return item
  if (chosen.has(item)) chosen.delete(item)
  else chosen.add(item)
  const kept = known.filter((value) => chosen.has(value))
  return kept.length === 0 || kept.length === known.length ? undefined : kept.join(',')
}

/** Statements about what changed: fields that were given more than one value, the latest first. */
export function changedFields(history: readonly Assertion[]): Assertion[] {
  const values = new Map<string, Set<string>>()
  for (const { field, value } of history) values.set(field, (values.get(field) ?? new Set()).add(value))
  return history
    .filter(({ field }) => values.get(field)!.size > 1)
    .sort((a, b) => a.field.localeCompare(b.field) || b.since.localeCompare(a.since))
}
