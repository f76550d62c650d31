const metresPerDegree = 111_195
const radians = Math.PI / 180

/** Metres between two places, WGS 84 degrees; equirectangular, within 0.5 % below 500 km. HOT. */
export function distanceM(lonA: number, latA: number, lonB: number, latB: number): number {
  let deltaLon = Math.abs(lonA - lonB)
  if (deltaLon > 180) deltaLon = 360 - deltaLon
  const x = deltaLon * Math.cos(((latA + latB) / 2) * radians)
  const y = latA - latB
  return Math.sqrt(x * x + y * y) * metresPerDegree
}

export const metresPerSecondToKn = 3600 / 1852
