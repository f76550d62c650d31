/** Coordinates of the reference systems that files of French and Mediterranean administrations use, as WGS 84. */
import proj4 from 'proj4'
import { invalidInput } from '../../errors.ts'
import { readCodeTable } from '../../package-root.ts'

export interface Projection {
  epsg: number
  name: string
  /** Where its coordinates lie, metres or degrees. */
  minX: number
  minY: number
  maxX: number
  maxY: number
  /** Its coordinates are told by where they lie. */
  isGuessed: boolean
  definition: string
}

export const wgs84 = 4326

/** Geographic systems whose degrees are ours within a metre. */
const sameAsWgs84 = new Set([wgs84, 4258, 4171])

const projections = new Map(
  readCodeTable('loading/projections.csv').map((row) => [
    Number(row.epsg),
    {
      epsg: Number(row.epsg),
      name: row.name!,
      minX: Number(row.minX),
      minY: Number(row.minY),
      maxX: Number(row.maxX),
      maxY: Number(row.maxY),
      isGuessed: row.guess === '1',
      // The table has commas between cells, so its definitions have bars between parameters.
      definition: row.definition!.replaceAll('|', ','),
    } satisfies Projection,
  ]),
)

/** Throws `invalid_input` for a system that is not in data/loading/projections.csv. */
export function projectionOf(epsg: number): Projection {
  const projection = projections.get(epsg)
  if (projection) return projection
  throw invalidInput(
    `EPSG:${epsg} is not a coordinate system known here.`,
    `Known are ${[...projections.keys()].join(', ')}; convert the file to EPSG:4326 otherwise.`,
  )
}

export const isKnownEpsg = (epsg: number): boolean => projections.has(epsg)

/** A function from easting and northing (or longitude and latitude of that system) to WGS 84 degrees, [lon, lat]. */
export type ToWgs84 = (x: number, y: number) => [number, number]

const transforms = new Map<number, ToWgs84>()

/** Throws `invalid_input` for an unknown system. */
export function toWgs84(epsg: number): ToWgs84 {
  let transform = transforms.get(epsg)
  if (!transform) {
    const { definition } = projectionOf(epsg)
    if (sameAsWgs84.has(epsg)) transform = (x, y) => [x, y]
    else {
      const { forward } = proj4(definition, '+proj=longlat +datum=WGS84 +no_defs')
      transform = (x, y) => {
        if (!Number.isFinite(x) || !Number.isFinite(y)) return [Number.NaN, Number.NaN]
        const [lon, lat] = forward([x, y])
        // Nine decimals are a tenth of a millimetre: more would be noise of the computation.
        return [Math.round(lon! * 1e9) / 1e9, Math.round(lat! * 1e9) / 1e9]
      }
    }
    transforms.set(epsg, transform)
  }
  return transform
}

/** Systems in which all of a box lies, those of one zone after those of the whole country. */
export function guessProjections(minX: number, minY: number, maxX: number, maxY: number): Projection[] {
  return [...projections.values()].filter(
    (p) => p.isGuessed && minX >= p.minX && maxX <= p.maxX && minY >= p.minY && maxY <= p.maxY,
  )
}

/**
 * EPSG number of a coordinate system described by well-known text (`.prj`, GeoPackage) or by a name such as
 * `urn:ogc:def:crs:EPSG::2154`; undefined when it is none of ours.
 */
export function epsgOfDescription(text: string): number | undefined {
  if (/CRS:?:?84/i.test(text)) return wgs84
  const stated =
    /^\s*(?:urn:ogc:def:crs:)?EPSG:(?:[\d.]*:)?(\d+)\s*$/i.exec(text) ??
    /AUTHORITY\s*\[\s*"EPSG"\s*,\s*"?(\d+)"?\s*\]\s*\]\s*$/i.exec(text) ??
    /ID\s*\[\s*"EPSG"\s*,\s*(\d+)\s*\]\s*\]\s*$/i.exec(text)
  if (stated && isKnownEpsg(Number(stated[1]))) return Number(stated[1])
  const name = /^\s*(?:PROJCS|GEOGCS|PROJCRS|GEOGCRS)\s*\[\s*"([^"]+)"/i.exec(text)?.[1]
  return name === undefined ? undefined : epsgOfName(name)
}

/** ESRI and OGC write the same names differently: `RGF93_Lambert_93`, `RGF93 v1 / Lambert-93`. */
function epsgOfName(name: string): number | undefined {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .normalize('NFD')
      .replace(/^gcs_|v\d|datum|[^a-z0-9]/g, '')
  const wanted = plain(name)
  const conic = /cc(\d\d)/.exec(wanted)
  if (/rgf93/.test(wanted) && conic)
    return isKnownEpsg(3900 + Number(conic[1])) ? 3900 + Number(conic[1]) : undefined
  if (/lambert93/.test(wanted)) return 2154
  if (/lambert(zone)?iietendu|lambert2etendu/.test(wanted)) return 27572
  if (/^wgs(19)?84$/.test(wanted)) return wgs84
  if (/^wgs(19)?84webmercator|pseudomercator/.test(wanted)) return 3857
  const utm = /^(wgs(?:19)?84|etrs(?:19)?89)utmzone(\d\d)n$/.exec(wanted)
  if (utm) {
    const epsg = (utm[1]!.startsWith('wgs') ? 32600 : 25800) + Number(utm[2])
    return isKnownEpsg(epsg) ? epsg : undefined
  }
  return [...projections.values()].find((p) => plain(p.name) === wanted)?.epsg
}
