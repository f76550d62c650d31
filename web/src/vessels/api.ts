import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type {
  Activity,
  LiveOverview,
  SearchResults,
  Track,
  Trails,
  VesselDetail,
  VesselList,
} from '../../../src/vessels/schema.ts'
import { getJson } from '../ui/http.ts'
import type { Box } from './rules.ts'

const boxText = (box: Box) => box.map((degrees) => degrees.toFixed(3)).join(',')
const query = (values: Record<string, string | number | undefined>) =>
  new URLSearchParams(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  ).toString()

const day = 86_400_000

export const useOverview = () =>
  useQuery({
    queryKey: ['live'],
    queryFn: ({ signal }) => getJson<LiveOverview>('/api/v1/live', signal),
    refetchInterval: 5000,
    retry: false,
  })

/** The vessels of a box as they were at `atMs`. */
export const fetchVessels = (box: Box, atMs: number, signal?: AbortSignal) =>
  getJson<VesselList>(
    `/api/v1/vessels?${query({ bbox: boxText(box), at: new Date(atMs).toISOString() })}`,
    signal,
  )

export const fetchTrails = (box: Box, minutes: number, atMs: number | undefined, signal?: AbortSignal) =>
  getJson<Trails>(
    `/api/v1/vessels/trails?${query({
      bbox: boxText(box),
      minutes,
      at: atMs === undefined ? undefined : new Date(atMs).toISOString(),
    })}`,
    signal,
  )

/** Positions stored by bucket; `fromMs` and `toMs` should be rounded so that the answer is reused. */
export const useActivity = (fromMs: number, toMs: number, buckets: number, enabled: boolean) =>
  useQuery({
    queryKey: ['activity', fromMs, toMs, buckets],
    queryFn: ({ signal }) =>
      getJson<Activity>(
        `/api/v1/vessels/activity?${query({
          from: new Date(fromMs).toISOString(),
          to: new Date(toMs).toISOString(),
          buckets,
        })}`,
        signal,
      ),
    placeholderData: keepPreviousData,
    enabled,
  })

export const useVessel = (mmsi: number, atMs: number | undefined) =>
  useQuery({
    queryKey: ['vessel', mmsi, atMs ?? 'live'],
    queryFn: ({ signal }) =>
      getJson<VesselDetail>(
        `/api/v1/vessels/${mmsi}?${query({ at: atMs === undefined ? undefined : new Date(atMs).toISOString() })}`,
        signal,
      ),
    refetchInterval: atMs === undefined ? 10_000 : false,
    placeholderData: (previous) => (previous?.mmsi === mmsi ? previous : undefined),
    retry: 1,
  })

/** The day before `endMs`; re-read as it grows. */
export const useTrack = (mmsi: number | undefined, endMs: number, isLive: boolean) =>
  useQuery({
    queryKey: ['track', mmsi, isLive ? 'live' : endMs],
    queryFn: ({ signal }) =>
      getJson<Track>(
        `/api/v1/vessels/${mmsi}/track?${query({
          from: new Date(endMs - day).toISOString(),
          to: new Date(endMs).toISOString(),
        })}`,
        signal,
      ),
    enabled: mmsi !== undefined,
    refetchInterval: isLive ? 15_000 : false,
    placeholderData: (previous) => (previous?.mmsi === mmsi ? previous : undefined),
  })

export const useVesselSearch = (text: string) =>
  useQuery({
    queryKey: ['search', text],
    queryFn: ({ signal }) =>
      getJson<SearchResults>(`/api/v1/vessels/search?${query({ q: text, limit: 8 })}`, signal),
    enabled: text.length >= 2,
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  })
