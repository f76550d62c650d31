import type { MotionState, VesselCategory } from '../../../src/vessels/schema.ts'
import { isLanguage, type Language } from '../ui/language.ts'

/** Everything the live page shows is in its address: reload, share and back give the same page. */
export interface LiveAddress {
  lang?: Language
  /** Instant replayed, ISO UTC; absent = live. */
  at?: string
  /** Centre and zoom: `43.3150,5.1200,10.4`. */
  map?: string
  /** MMSI of the vessel selected. */
  vessel?: number
  /** Track of the selected vessel drawn. */
  track?: true
  panel?: 'sources'
  /** Types, states and lengths shown; absent = all. */
  type?: string
  state?: string
  size?: string
  /** Part of a name, MMSI or call sign. */
  name?: string
  /** Column of the list, with `-` for descending. */
  sort?: string
}

export const categories = [
  'passenger',
  'cargo',
  'tanker',
  'tug-pilot',
  'fishing',
  'pleasure',
  'service',
  'other',
] as const satisfies readonly VesselCategory[]

export const motionStates = [
  'under-way',
  'anchored',
  'moored',
  'unknown',
] as const satisfies readonly MotionState[]

/** Length classes, metres overall: small < 25, medium < 100, large < 200, giant above. */
export const sizeClasses = ['small', 'medium', 'large', 'giant', 'unknown'] as const
export type SizeClass = (typeof sizeClasses)[number]

export const sortKeys = ['name', 'category', 'speed', 'length', 'age'] as const
export type SortKey = (typeof sortKeys)[number]
export interface Sort {
  key: SortKey
  descending: boolean
}

export interface Viewport {
  lat: number
  lon: number
  zoom: number
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== ''
    ? value
    : typeof value === 'number'
      ? String(value)
      : undefined

function subset<T extends string>(value: unknown, known: readonly T[]): string | undefined {
  const asked = text(value)?.split(',') ?? []
  const kept = known.filter((item) => asked.includes(item))
  return kept.length === 0 || kept.length === known.length ? undefined : kept.join(',')
}

/** Reads an address: what cannot be understood is left out, never an error page. */
export function readLiveAddress(raw: Record<string, unknown>): LiveAddress {
  const mmsi = Number(raw.vessel)
  const at = text(raw.at)
  const address: LiveAddress = {
    lang: isLanguage(raw.lang) ? raw.lang : undefined,
    at: at && Number.isFinite(Date.parse(at)) ? new Date(at).toISOString() : undefined,
    map: parseViewport(text(raw.map)) ? text(raw.map) : undefined,
    vessel: Number.isInteger(mmsi) && mmsi > 0 && mmsi < 1e9 ? mmsi : undefined,
    panel: raw.panel === 'sources' ? 'sources' : undefined,
    type: subset(raw.type, categories),
    state: subset(raw.state, motionStates),
    size: subset(raw.size, sizeClasses),
    name: text(raw.name)?.slice(0, 40),
    sort: parseSort(text(raw.sort)) ? text(raw.sort) : undefined,
  }
  if (address.vessel && String(raw.track) === '1') address.track = true
  return Object.fromEntries(Object.entries(address).filter(([, value]) => value !== undefined))
}

export function parseViewport(value: string | undefined): Viewport | undefined {
  const [lat, lon, zoom] = (value ?? '').split(',').map(Number)
  if (lat === undefined || lon === undefined || zoom === undefined) return undefined
  const isValid = Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 0 && zoom <= 22
  return isValid ? { lat, lon, zoom } : undefined
}

/** Four decimals (11 m) and a tenth of zoom: what an eye can tell apart. */
export const formatViewport = ({ lat, lon, zoom }: Viewport) =>
  `${lat.toFixed(4)},${(((((lon + 180) % 360) + 360) % 360) - 180).toFixed(4)},${zoom.toFixed(1)}`

export function parseSort(value: string | undefined): Sort | undefined {
  const key = sortKeys.find((known) => known === value?.replace(/^-/, ''))
  return key && { key, descending: value!.startsWith('-') }
}

/** `?a=1&b=x,y` with commas and colons left readable. */
export function writeSearch(search: Record<string, unknown>): string {
  const pairs = Object.entries(search)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => {
      const plain = value === true ? '1' : String(value)
      return `${key}=${encodeURIComponent(plain).replaceAll('%2C', ',').replaceAll('%3A', ':')}`
    })
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

export const readSearch = (query: string): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(query))
